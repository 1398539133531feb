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
from genkan.api.provided_services import connected_endpoints
from genkan.api.selection import Values, absent, matching, page
from genkan.api.tagging import shown
from genkan.api.vpc_endpoint_shape import (
    ENDPOINT_CHARGES,
    dns_entries,
    payer_responsibilities,
)
from genkan.model.endpoint_service import EndpointConnection, EndpointService
from genkan.model.errors import InvalidParameter, NotFound
from genkan.model.hosted_service import find_any
from genkan.model.lifecycle import ACCEPTED, REJECTED
from genkan.model.network import Change, put
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

DELETED = "deleted"
PAYERS = ("vpc-endpoint-account", "vpc-endpoint-service-account")
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


def modify_vpc_endpoint_payer_responsibility(
    call: Call, *, service_id: str, vpc_endpoint_id: str, payer_responsibility: str, scope: str
) -> Answer:
    """Have a provider pay for one endpoint to its service, or the endpoint's owner again."""
    service = need(call, EndpointService, service_id)
    check_form(VpcEndpoint, vpc_endpoint_id)
    if scope != ENDPOINT_CHARGES:
        raise InvalidParameter(
            f"The scope '{scope}' is not one of an endpoint to an endpoint service. "
            f"Use {ENDPOINT_CHARGES}."
        )
    if payer_responsibility not in PAYERS:
        raise InvalidParameter(
            f"The payer responsibility '{payer_responsibility}' does not go with {scope}. "
            f"Use {' or '.join(PAYERS)}."
        )
    connected = {one.id: one for one in connected_endpoints(call.network, service)}
    if vpc_endpoint_id not in connected:
        form = FORMS[VpcEndpoint]
        raise NotFound(form.not_found, form.sentence.format(vpc_endpoint_id))
    after = replace(connected[vpc_endpoint_id], payer=payer_responsibility)
    output = {"VpcEndpointId": after.id, **payer_responsibilities(after)}
    return Answer(output, put(after))


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


def _dns_entries(call: Call, endpoint: VpcEndpoint) -> list[dict[str, str]]:
    service = find_any(call.network, endpoint.service_name, endpoint.home)
    return dns_entries(call, endpoint, service)


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
        DnsEntries=_dns_entries(call, endpoint) if endpoint else [],
        NetworkLoadBalancerArns=arns if network else None,
        GatewayLoadBalancerArns=None if network else arns,
        IpAddressType=connection.ip_address_type,
        VpcEndpointConnectionId=connection.id,
        Tags=shown(connection.tags),
        VpcEndpointRegion=connection.endpoint_region or connection.region,
    )


def _filters(call: Call) -> Mapping[str, Values[EndpointConnection]]:
    return {
        "ip-address-type": lambda row: [row.ip_address_type],
        "service-id": lambda row: [row.service_id],
        "vpc-endpoint-id": lambda row: [row.endpoint_id],
        "vpc-endpoint-owner": lambda row: [row.endpoint_account],
        "vpc-endpoint-region": lambda row: [row.endpoint_region or row.region],
        "vpc-endpoint-state": lambda row: [_state(call, row)],
        **absent("transit-gateway-attachment-id"),
    }
