"""Endpoint services: made, shown, deleted, by the provider that owns them."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.endpoint_service_balancers import choose_balancers, service_type, zones_of
from genkan.api.endpoint_service_names import new_name
from genkan.api.endpoint_service_settings import (
    ExistingVpcEndpointConnections,
    check_ip_address_types,
    check_named,
    check_regions,
    is_in_use,
)
from genkan.api.endpoint_service_shape import FILTERS, service_configuration
from genkan.api.idempotency import idempotent
from genkan.api.ids import FORMS, check_form
from genkan.api.output import present
from genkan.api.selection import page, select
from genkan.api.tagging import from_specifications
from genkan.model.endpoint_service import (
    ConnectionNotification,
    EndpointConnection,
    EndpointService,
    ServicePermission,
)
from genkan.model.network import Change, delete, put


@idempotent(EndpointService, lambda call, rows: _created(rows[0]))
def create_vpc_endpoint_service_configuration(
    call: Call,
    *,
    acceptance_required: bool = True,
    private_dns_name: str | None = None,
    network_load_balancer_arns: Sequence[str] | None = None,
    gateway_load_balancer_arns: Sequence[str] | None = None,
    supported_ip_address_types: Sequence[str] | None = None,
    supported_regions: Sequence[str] | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    kind, arns = service_type(network_load_balancer_arns, gateway_load_balancer_arns)
    balancers = choose_balancers(call, kind, arns)
    if private_dns_name:
        check_named(kind)
    zones = zones_of(call, balancers)
    service = EndpointService(
        id=call.new_id("vpce-svc"),
        account=call.account,
        region=call.region,
        tags=from_specifications("vpc-endpoint-service", tag_specifications),
        service_type=kind,
        load_balancers=balancers,
        zones=zones,
        acceptance_required=acceptance_required,
        ip_address_types=check_ip_address_types(
            call, supported_ip_address_types or ("ipv4",), balancers
        ),
        regions=check_regions(call.region, (call.region, *(supported_regions or ())), zones, kind),
        private_dns=new_name(call, private_dns_name) if private_dns_name else None,
    )
    return Answer(_created(service), put(service))


def describe_vpc_endpoint_service_configurations(
    call: Call,
    *,
    service_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(call, EndpointService, ids=service_ids, filters=filters, table=FILTERS)
    some, token = page(rows, max_results, next_token)
    shown = [service_configuration(row) for row in some]
    return Answer(present(ServiceConfigurations=shown, NextToken=token))


def delete_vpc_endpoint_service_configurations(call: Call, *, service_ids: Sequence[str]) -> Answer:
    """Delete services; one that is not there or has connections is an item of the answer."""
    for name in service_ids:
        check_form(EndpointService, name)
    unsuccessful, change = [], Change()
    for name in dict.fromkeys(service_ids):
        service = call.find(EndpointService, name)
        if service is None:
            sentence = FORMS[EndpointService].sentence.format(name)
            unsuccessful.append(_item(name, "InvalidVpcEndpointService.NotFound", sentence))
        elif is_in_use(call, service):
            refusal = ExistingVpcEndpointConnections
            unsuccessful.append(_item(name, refusal.code, refusal.sentence))
        else:
            change += _gone(call, service)
    return Answer({"Unsuccessful": unsuccessful}, change)


def _gone(call: Call, service: EndpointService) -> Change:
    """Give the change that drops a service with all that is the service's alone."""
    kinds = (ServicePermission, EndpointConnection, ConnectionNotification)
    return delete(
        service, *(row for of in kinds for row in call.network.where(of, service_id=service.id))
    )


def _item(name: str, code: str, message: str) -> dict[str, Any]:
    return {"ResourceId": name, "Error": {"Code": code, "Message": message}}


def _created(service: EndpointService) -> dict[str, Any]:
    return {"ServiceConfiguration": service_configuration(service)}
