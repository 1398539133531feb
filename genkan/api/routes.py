"""Routes of a route table: made, replaced, deleted.

The `local` routes follow from the VPC and cannot be touched. A route inside the VPC's own addresses
has to match a whole subnet and leads to an interface or a NAT gateway ("Middlebox routing" in the
Amazon VPC user guide).
"""

from dataclasses import replace
from ipaddress import IPv4Network

from genkan.api.call import Answer, Call
from genkan.api.cidrs import parse_cidr
from genkan.api.ids import need
from genkan.api.quotas import ROUTES, RouteLimitExceeded, check_quota
from genkan.api.route_targets import find_target
from genkan.model.errors import InvalidParameterValue, MissingParameter, NotFound, Refused
from genkan.model.network import put
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

SERVICES_OF_THE_LINK = IPv4Network("169.254.168.0/22")  # instance metadata, DNS, time


class RouteAlreadyExists(Refused):
    code = "RouteAlreadyExists"


def create_route(
    call: Call,
    *,
    route_table_id: str,
    destination_cidr_block: str | None = None,
    gateway_id: str | None = None,
    nat_gateway_id: str | None = None,
    network_interface_id: str | None = None,
    instance_id: str | None = None,
) -> Answer:
    table = need(call, RouteTable, route_table_id)
    destination = _parse_destination(destination_cidr_block)
    target = find_target(
        call, table, _asked(gateway_id, nat_gateway_id, network_interface_id, instance_id)
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
    gateway_id: str | None = None,
    nat_gateway_id: str | None = None,
    network_interface_id: str | None = None,
    instance_id: str | None = None,
) -> Answer:
    table = need(call, RouteTable, route_table_id)
    destination = _parse_destination(destination_cidr_block)
    target = find_target(
        call, table, _asked(gateway_id, nat_gateway_id, network_interface_id, instance_id)
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
    call: Call, *, route_table_id: str, destination_cidr_block: str | None = None
) -> Answer:
    table = need(call, RouteTable, route_table_id)
    destination = _parse_destination(destination_cidr_block)
    if destination in need(call, Vpc, table.vpc_id).cidrs:
        raise InvalidParameterValue(
            f"cannot remove local route {destination} in route table {table.id}. "
            "It belongs to the VPC."
        )
    left = tuple(route for route in table.routes if route.destination != destination)
    if left == table.routes:
        raise NotFound(
            "InvalidRoute.NotFound",
            f"no route with destination-cidr-block {destination} in route table {table.id}",
        )
    return Answer(change=put(replace(table, routes=left)))


def _asked(
    gateway_id: str | None,
    nat_gateway_id: str | None,
    network_interface_id: str | None,
    instance_id: str | None,
) -> dict[str, str | None]:
    return {
        "gatewayId": gateway_id,
        "natGatewayId": nat_gateway_id,
        "networkInterfaceId": network_interface_id,
        "instanceId": instance_id,
    }


def _parse_destination(text: str | None) -> IPv4Network:
    if text is None:
        raise MissingParameter("The request must contain the parameter destinationCidrBlock.")
    return parse_cidr(text, "destinationCidrBlock")


def _check_destination(
    call: Call, table: RouteTable, destination: IPv4Network, target: RouteTarget
) -> None:
    if destination.subnet_of(SERVICES_OF_THE_LINK):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is inside {SERVICES_OF_THE_LINK}, "
            "which AWS keeps for its own services. Choose another destination."
        )
    vpc = need(call, Vpc, table.vpc_id)
    if not any(destination.subnet_of(cidr) for cidr in vpc.cidrs):
        return
    if destination in vpc.cidrs:
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is one of this VPC's CIDR blocks: "
            "its local route cannot be replaced."
        )
    if target.kind is TargetKind.INTERNET_GATEWAY:
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is equal to or more specific than one of "
            "this VPC's CIDR blocks. This route can target only an interface or an instance."
        )
    subnets = call.network.where(Subnet, vpc_id=vpc.id)
    if all(subnet.cidr != destination for subnet in subnets):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is more specific than one of this VPC's "
            "CIDR blocks and is no subnet's. Choose the whole CIDR block of a subnet."
        )
