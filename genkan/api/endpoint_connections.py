"""Connections of endpoint services: endpoints as the provider sees them, accepted and rejected.

A connection's state is its endpoint's; that of an endpoint that is gone is `deleted`. "Manage
connection requests" in the AWS PrivateLink guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import FORMS, check_form, need
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import shown
from genkan.api.vpc_endpoint_shape import dns_entries
from genkan.model.endpoint_service import EndpointConnection, EndpointService
from genkan.model.lifecycle import ACCEPTED, REJECTED
from genkan.model.network import Change, put
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

DELETED = "deleted"
IP_ADDRESS_TYPE = "ipv4"
Transitions = Mapping[VpcEndpointState, VpcEndpointState]


def describe_vpc_endpoint_connections(
    call: Call,
    *,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = matching(call.mine(EndpointConnection), filters, _filters(call))
    some, token = page(rows, max_results, next_token)
    return Answer(
        present(VpcEndpointConnections=[_connection(call, row) for row in some], NextToken=token)
    )


def accept_vpc_endpoint_connections(
    call: Call, *, service_id: str, vpc_endpoint_ids: Sequence[str]
) -> Answer:
    """Accept endpoints, rejected ones too; those that cannot be are items of the answer."""
    return _answered(call, service_id, vpc_endpoint_ids, ACCEPTED, "accepted")


def reject_vpc_endpoint_connections(
    call: Call, *, service_id: str, vpc_endpoint_ids: Sequence[str]
) -> Answer:
    """Reject endpoints, available ones too; those that cannot be are items of the answer."""
    return _answered(call, service_id, vpc_endpoint_ids, REJECTED, "rejected")


def _answered(
    call: Call, service_id: str, names: Sequence[str], transitions: Transitions, done: str
) -> Answer:
    service = need(call, EndpointService, service_id)
    for name in names:
        check_form(VpcEndpoint, name)
    connected = {
        row.endpoint_id: call.network.get(VpcEndpoint, row.endpoint_id)
        for row in call.network.where(EndpointConnection, service_id=service.id)
    }
    unsuccessful, change = [], Change()
    for name in dict.fromkeys(names):
        endpoint = connected.get(name)
        if endpoint is None:
            form = FORMS[VpcEndpoint]
            unsuccessful.append(_item(name, form.not_found, form.sentence.format(name)))
        elif endpoint.state not in transitions:
            why = f"The connection of {name} cannot be {done}: it is {endpoint.state.value}."
            unsuccessful.append(_item(name, "InvalidState", why))
        else:
            change += put(replace(endpoint, state=transitions[endpoint.state]))
    return Answer({"Unsuccessful": unsuccessful}, change)


def _item(name: str, code: str, message: str) -> dict[str, Any]:
    return {"ResourceId": name, "Error": {"Code": code, "Message": message}}


def _state(call: Call, connection: EndpointConnection) -> str:
    endpoint = call.network.get(VpcEndpoint, connection.endpoint_id)
    return endpoint.state.value if endpoint else DELETED


def _connection(call: Call, connection: EndpointConnection) -> dict[str, Any]:
    service = call.network.get(EndpointService, connection.service_id)
    endpoint = call.network.get(VpcEndpoint, connection.endpoint_id)
    network = service is None or service.service_type is VpcEndpointType.INTERFACE
    arns = list(service.load_balancers) if service else []
    return present(
        ServiceId=connection.service_id,
        VpcEndpointId=connection.endpoint_id,
        VpcEndpointOwner=connection.endpoint_account,
        VpcEndpointState=_state(call, connection),
        CreationTimestamp=connection.created_at,
        DnsEntries=dns_entries(call, endpoint) if endpoint else [],
        NetworkLoadBalancerArns=arns if network else None,
        GatewayLoadBalancerArns=None if network else arns,
        IpAddressType=IP_ADDRESS_TYPE,
        VpcEndpointConnectionId=connection.id,
        Tags=shown(connection.tags),
        VpcEndpointRegion=connection.region,
    )


def _filters(call: Call) -> Mapping[str, Values[EndpointConnection]]:

    return {
        "ip-address-type": lambda row: [IP_ADDRESS_TYPE],
        "service-id": lambda row: [row.service_id],
        "vpc-endpoint-id": lambda row: [row.endpoint_id],
        "vpc-endpoint-owner": lambda row: [row.endpoint_account],
        "vpc-endpoint-region": lambda row: [row.region],
        "vpc-endpoint-state": lambda row: [_state(call, row)],
    }
