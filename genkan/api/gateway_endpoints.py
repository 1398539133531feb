"""Gateway endpoints: routes to a service, by its prefix list, in the tables that they are given.

"Gateway endpoints" in the AWS PrivateLink guide. An endpoint is available as soon as it is made,
for its routes are in force when the call is answered, and gone when it is deleted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.address_types import IPV4, choose_record_type
from genkan.api.call import Call
from genkan.api.endpoint_private_dns import INBOUND_ONLY
from genkan.api.ids import need
from genkan.api.quotas import GATEWAY_ENDPOINTS, GATEWAY_ENDPOINTS_OF_A_VPC, check_quota
from genkan.api.route_targets import endpoint_routes
from genkan.api.routes import RouteAlreadyExists, check_route_quota
from genkan.model.catalogue.prefix_lists import AwsPrefixList, list_of_service
from genkan.model.errors import Fault, InvalidParameter, Refused
from genkan.model.route_table import ListDestination, Route, RouteTable, RouteTarget, TargetKind
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

ONLY_INTERFACES = {
    "subnet_ids": "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC "
    "Endpoints.",
    "subnet_configurations": "Subnet configurations are only supported for Interface type VPC "
    "Endpoints.",
    "security_group_ids": "Security group IDs are only supported for Interface type VPC Endpoints.",
}


class VpcEndpointLimitExceeded(Refused):
    code = "VpcEndpointLimitExceeded"


def check_goes_with_gateway(given: Mapping[str, Any], ip_address_type: str | None) -> None:
    """Raise InvalidParameter for what a gateway endpoint does not have."""
    for name, sentence in ONLY_INTERFACES.items():
        if given.get(name):
            raise InvalidParameter(sentence)
    if given.get("private_dns_enabled"):
        raise InvalidParameter("Private DNS is only supported for Interface type VPC Endpoints.")
    if ip_address_type not in (None, "ipv4"):
        raise InvalidParameter(
            f"IP address type {ip_address_type} is not supported by the service: use ipv4."
        )


def record_type(vpc: Vpc, options: Mapping[str, Any], held: str | None = None) -> str | None:
    """Give the record type that an endpoint's DnsOptions ask for. Raises InvalidParameter."""
    for name in sorted(set(options) - {"DnsRecordIpType", INBOUND_ONLY}):
        raise InvalidParameter(f"{name} is not for endpoints of type Gateway. Leave it out.")
    if options.get(INBOUND_ONLY):
        raise InvalidParameter(f"{INBOUND_ONLY} is not for endpoints of type Gateway.")
    asked = options.get("DnsRecordIpType")
    wanted = choose_record_type(VpcEndpointType.GATEWAY, IPV4, asked, held)
    if asked and wanted and not (vpc.dns_support and vpc.dns_hostnames):
        raise InvalidParameter(
            f"DnsRecordIpType {wanted} requires both enableDnsSupport and enableDnsHostnames VPC "
            f"attributes set to true for {vpc.id}"
        )
    return wanted


def choose_tables(
    call: Call, vpc_id: str, service_name: str, names: Iterable[str], held: Sequence[str] = ()
) -> tuple[str, ...]:
    """Give the ids of the tables that an endpoint's routes stand in.

    `held` are those that it has already. Raises Malformed, NotFound, InvalidParameter for another
    VPC's, RouteAlreadyExists, RouteLimitExceeded.
    """
    chosen = dict.fromkeys(names)
    for name in chosen:
        table = need(call, RouteTable, name)
        if table.vpc_id != vpc_id:
            raise InvalidParameter(
                f"Route table {table.id} does not belong to {vpc_id}: it is in {table.vpc_id}. "
                "Name tables of the endpoint's VPC."
            )
        if name not in held:
            _check_free(call, table, _list(service_name))
    return tuple(chosen)


def new_gateway_endpoint(
    call: Call,
    vpc: Vpc,
    service_name: str,
    route_table_ids: tuple[str, ...],
    record: str | None,
    policy: str | None,
) -> VpcEndpoint:
    """Make an endpoint. Raises VpcEndpointLimitExceeded."""
    _check_quotas(call, vpc)
    return VpcEndpoint(
        id=call.new_id("vpce"),
        account=call.account,
        region=call.region,
        vpc_id=vpc.id,
        service_name=service_name,
        endpoint_type=VpcEndpointType.GATEWAY,
        state=VpcEndpointState.AVAILABLE,
        created_at=call.now,
        route_table_ids=route_table_ids,
        dns_record_type=record,
        policy=policy or None,
    )


def _check_quotas(call: Call, vpc: Vpc) -> None:
    gateways = list(call.network.where(VpcEndpoint, endpoint_type=VpcEndpointType.GATEWAY))
    of_vpc = 1 + sum(one.vpc_id == vpc.id for one in gateways)
    of_region = 1 + sum(
        (one.account, one.region) == (call.account, call.region) for one in gateways
    )
    for count, quota, where in (
        (of_vpc, GATEWAY_ENDPOINTS_OF_A_VPC, vpc.id),
        (of_region, GATEWAY_ENDPOINTS, call.region),
    ):
        check_quota(call, count, quota, VpcEndpointLimitExceeded, f"gateway endpoints in {where}")


def with_tables(
    call: Call,
    endpoint: VpcEndpoint,
    added: Sequence[str] | None,
    removed: Sequence[str] | None,
) -> VpcEndpoint:
    """Give an endpoint with tables put to it and taken away. Raises as `choose_tables` does."""
    gone = dict.fromkeys(removed or ())
    for name in gone:
        need(call, RouteTable, name)
        if name not in endpoint.route_table_ids:
            raise InvalidParameter(
                f"{endpoint.id} has no route in {name}, so it cannot be taken away. "
                f"It has routes in {', '.join(endpoint.route_table_ids) or 'no table'}."
            )
    kept = [name for name in endpoint.route_table_ids if name not in gone]
    tables = choose_tables(
        call, endpoint.vpc_id, endpoint.service_name, [*kept, *(added or ())], kept
    )
    return replace(endpoint, route_table_ids=tables)


def _check_free(call: Call, table: RouteTable, listed: AwsPrefixList) -> None:
    route = Route(
        destination=ListDestination(listed.id),
        target=RouteTarget(TargetKind.INTERNET_GATEWAY, listed.id),
    )
    there = (*table.routes, *endpoint_routes(call.network, table))
    if any(one.destination == route.destination for one in there):
        raise RouteAlreadyExists(
            f"route table {table.id} already has a route with destination-prefix-list-id "
            f"{listed.id}"
        )
    check_route_quota(call, table, (*there, route))


def _list(service_name: str) -> AwsPrefixList:
    found = list_of_service(service_name)
    if found is None:
        raise Fault(f"{service_name} has gateway endpoints and no prefix list.")
    return found
