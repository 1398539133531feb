"""Routes of a route table: made, replaced, deleted.

The `local` routes follow from the VPC and cannot be touched. A route inside the VPC's own addresses
has to match a whole subnet and leads to an interface or a NAT gateway ("Middlebox routing" in the
Amazon VPC user guide).
"""

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network

from genkan.api.call import Answer, Call
from genkan.api.cidrs import is_within, parse_cidr
from genkan.api.ids import need
from genkan.api.ipv6_cidrs import parse_ipv6_cidr
from genkan.api.quotas import ROUTES, RouteLimitExceeded, check_quota
from genkan.api.route_targets import find_target
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    NotFound,
    Refused,
)
from genkan.model.network import put
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

Destination = IPv4Network | IPv6Network

SERVICES_OF_THE_LINK = IPv4Network("169.254.168.0/22")  # instance metadata, DNS, time
NAT64 = IPv6Network("64:ff9b::/96")  # what a NAT gateway translates for DNS64
GATEWAYS = (TargetKind.INTERNET_GATEWAY, TargetKind.EGRESS_ONLY_INTERNET_GATEWAY)
DESTINATIONS = {4: "destination-cidr-block", 6: "destination-ipv6-cidr-block"}


class RouteAlreadyExists(Refused):
    code = "RouteAlreadyExists"


def create_route(
    call: Call,
    *,
    route_table_id: str,
    destination_cidr_block: str | None = None,
    destination_ipv6_cidr_block: str | None = None,
    gateway_id: str | None = None,
    egress_only_internet_gateway_id: str | None = None,
    nat_gateway_id: str | None = None,
    network_interface_id: str | None = None,
    instance_id: str | None = None,
) -> Answer:
    table = need(call, RouteTable, route_table_id)
    destination = _parse_destination(destination_cidr_block, destination_ipv6_cidr_block)
    target = find_target(
        call,
        table,
        {
            "gatewayId": gateway_id,
            "egressOnlyInternetGatewayId": egress_only_internet_gateway_id,
            "natGatewayId": nat_gateway_id,
            "networkInterfaceId": network_interface_id,
            "instanceId": instance_id,
        },
    )
    _check_destination(call, table, destination, target)
    if any(route.destination == destination for route in table.routes):
        raise RouteAlreadyExists(
            f"The route identified by {destination} already exists. "
            "Use ReplaceRoute to change where it leads."
        )
    count = len(table.routes) + 1
    check_quota(count, ROUTES, RouteLimitExceeded, f"routes in {table.id}")
    routes = (*table.routes, Route(destination=destination, target=target))
    return Answer({"Return": True}, put(replace(table, routes=routes)))


def replace_route(
    call: Call,
    *,
    route_table_id: str,
    destination_cidr_block: str | None = None,
    destination_ipv6_cidr_block: str | None = None,
    gateway_id: str | None = None,
    egress_only_internet_gateway_id: str | None = None,
    nat_gateway_id: str | None = None,
    network_interface_id: str | None = None,
    instance_id: str | None = None,
) -> Answer:
    table = need(call, RouteTable, route_table_id)
    destination = _parse_destination(destination_cidr_block, destination_ipv6_cidr_block)
    target = find_target(
        call,
        table,
        {
            "gatewayId": gateway_id,
            "egressOnlyInternetGatewayId": egress_only_internet_gateway_id,
            "natGatewayId": nat_gateway_id,
            "networkInterfaceId": network_interface_id,
            "instanceId": instance_id,
        },
    )
    _check_destination(call, table, destination, target)
    if all(route.destination != destination for route in table.routes):
        raise InvalidParameterValue(
            f"There is no route defined for '{destination}' in the route table. "
            "Use CreateRoute instead."
        )
    routes = tuple(
        replace(route, target=target) if route.destination == destination else route
        for route in table.routes
    )
    return Answer(change=put(replace(table, routes=routes)))


def delete_route(
    call: Call,
    *,
    route_table_id: str,
    destination_cidr_block: str | None = None,
    destination_ipv6_cidr_block: str | None = None,
) -> Answer:
    table = need(call, RouteTable, route_table_id)
    destination = _parse_destination(destination_cidr_block, destination_ipv6_cidr_block)
    if destination in _own_blocks(need(call, Vpc, table.vpc_id)):
        raise InvalidParameterValue(
            f"cannot remove local route {destination} in route table {table.id}. "
            "It belongs to the VPC."
        )
    left = tuple(route for route in table.routes if route.destination != destination)
    if left == table.routes:
        raise NotFound(
            "InvalidRoute.NotFound",
            f"no route with {DESTINATIONS[destination.version]} {destination} in route table "
            f"{table.id}",
        )
    return Answer(change=put(replace(table, routes=left)))


def _parse_destination(ipv4: str | None, ipv6: str | None) -> Destination:
    if ipv4 is not None and ipv6 is not None:
        raise InvalidParameterCombination(
            "The parameters destinationCidrBlock and destinationIpv6CidrBlock cannot be used "
            "together. Leave one of them out."
        )
    if ipv6 is not None:
        return parse_ipv6_cidr(ipv6, "destinationIpv6CidrBlock")
    if ipv4 is None:
        raise MissingParameter(
            "The request must contain the parameter destinationCidrBlock or "
            "destinationIpv6CidrBlock."
        )
    return parse_cidr(ipv4, "destinationCidrBlock")


def _check_destination(
    call: Call, table: RouteTable, destination: Destination, target: RouteTarget
) -> None:
    _check_family(destination, target)
    if is_within(destination, SERVICES_OF_THE_LINK):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is inside {SERVICES_OF_THE_LINK}, "
            "which AWS keeps for its own services. Choose another destination."
        )
    vpc = need(call, Vpc, table.vpc_id)
    if not any(is_within(destination, cidr) for cidr in _own_blocks(vpc)):
        return
    if destination in _own_blocks(vpc):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is one of this VPC's CIDR blocks: "
            "its local route cannot be replaced."
        )
    if target.kind in GATEWAYS:
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is equal to or more specific than one of "
            "this VPC's CIDR blocks. This route can target only an interface or an instance."
        )
    subnets = call.network.where(Subnet, vpc_id=vpc.id)
    if all(destination not in (subnet.cidr, subnet.ipv6_cidr) for subnet in subnets):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is more specific than one of this VPC's "
            "CIDR blocks and is no subnet's. Choose the whole CIDR block of a subnet."
        )


def _check_family(destination: Destination, target: RouteTarget) -> None:
    """Raise InvalidParameterValue for a target that does not carry the destination's family."""
    if target.kind is TargetKind.EGRESS_ONLY_INTERNET_GATEWAY and destination.version == 4:
        raise InvalidParameterValue(
            f"The destination {destination} is IPv4, and {target.id} carries IPv6 alone. "
            "Use an internet gateway or a NAT gateway."
        )
    if target.kind is TargetKind.NAT_GATEWAY and destination.version == 6 and destination != NAT64:
        raise InvalidParameterValue(
            f"The destination {destination} is IPv6, and a NAT gateway carries {NAT64} alone of "
            "it. Use an egress-only internet gateway."
        )


def _own_blocks(vpc: Vpc) -> tuple[Destination, ...]:
    return (*vpc.cidrs, *vpc.ipv6_cidrs)
