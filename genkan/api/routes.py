"""Routes of a route table: made, replaced, deleted.

The `local` routes follow from the VPC, those of gateway endpoints from the endpoints: neither can
be touched here.
"""

from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.quotas import ROUTES, RouteLimitExceeded, check_quota
from genkan.api.route_destinations import (
    Destination,
    check_destination,
    filter_of,
    own_blocks,
    parse_destination,
    weight,
)
from genkan.api.route_targets import endpoint_routes, find_target
from genkan.model.errors import InvalidParameterValue, NotFound, Refused
from genkan.model.network import put
from genkan.model.route_table import Route, RouteTable
from genkan.model.vpc import Vpc


class RouteAlreadyExists(Refused):
    code = "RouteAlreadyExists"


def create_route(
    call: Call,
    *,
    route_table_id: str,
    destination_cidr_block: str | None = None,
    destination_ipv6_cidr_block: str | None = None,
    destination_prefix_list_id: str | None = None,
    gateway_id: str | None = None,
    egress_only_internet_gateway_id: str | None = None,
    nat_gateway_id: str | None = None,
    network_interface_id: str | None = None,
    instance_id: str | None = None,
    vpc_peering_connection_id: str | None = None,
    vpc_endpoint_id: str | None = None,
) -> Answer:
    asked = {
        "gatewayId": gateway_id,
        "egressOnlyInternetGatewayId": egress_only_internet_gateway_id,
        "natGatewayId": nat_gateway_id,
        "networkInterfaceId": network_interface_id,
        "instanceId": instance_id,
        "vpcPeeringConnectionId": vpc_peering_connection_id,
        "vpcEndpointId": vpc_endpoint_id,
    }
    table = need(call, RouteTable, route_table_id)
    destination = parse_destination(
        call, destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id
    )
    target = find_target(call, table, asked)
    check_destination(call, table, destination, target)
    by_endpoint = endpoint_routes(call.network, table)
    if any(route.destination == destination for route in (*table.routes, *by_endpoint)):
        raise RouteAlreadyExists(
            f"The route identified by {destination} already exists. "
            "Use ReplaceRoute to change where it leads."
        )
    routes = (*table.routes, Route(destination=destination, target=target))
    check_route_quota(call, table, (*routes, *by_endpoint))
    return Answer({"Return": True}, put(replace(table, routes=routes)))


def replace_route(
    call: Call,
    *,
    route_table_id: str,
    destination_cidr_block: str | None = None,
    destination_ipv6_cidr_block: str | None = None,
    destination_prefix_list_id: str | None = None,
    gateway_id: str | None = None,
    egress_only_internet_gateway_id: str | None = None,
    nat_gateway_id: str | None = None,
    network_interface_id: str | None = None,
    instance_id: str | None = None,
    vpc_peering_connection_id: str | None = None,
    vpc_endpoint_id: str | None = None,
) -> Answer:
    asked = {
        "gatewayId": gateway_id,
        "egressOnlyInternetGatewayId": egress_only_internet_gateway_id,
        "natGatewayId": nat_gateway_id,
        "networkInterfaceId": network_interface_id,
        "instanceId": instance_id,
        "vpcPeeringConnectionId": vpc_peering_connection_id,
        "vpcEndpointId": vpc_endpoint_id,
    }
    table = need(call, RouteTable, route_table_id)
    destination = parse_destination(
        call, destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id
    )
    _refuse_endpoint_route(call, table, destination)
    target = find_target(call, table, asked)
    check_destination(call, table, destination, target)
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
    destination_prefix_list_id: str | None = None,
) -> Answer:
    table = need(call, RouteTable, route_table_id)
    destination = parse_destination(
        call, destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id
    )
    if destination in own_blocks(need(call, Vpc, table.vpc_id)):
        raise InvalidParameterValue(
            f"cannot remove local route {destination} in route table {table.id}. "
            "It belongs to the VPC."
        )
    _refuse_endpoint_route(call, table, destination)
    left = tuple(route for route in table.routes if route.destination != destination)
    if left == table.routes:
        raise NotFound(
            "InvalidRoute.NotFound",
            f"no route with {filter_of(destination)} {destination} in route table {table.id}",
        )
    return Answer(change=put(replace(table, routes=left)))


def check_route_quota(call: Call, table: RouteTable, routes: tuple[Route, ...]) -> None:
    """Raise RouteLimitExceeded when a table would hold too many; a prefix list has a weight."""
    count = sum(weight(call, route) for route in routes)
    check_quota(call, count, ROUTES, RouteLimitExceeded, f"routes in {table.id}")


def _refuse_endpoint_route(call: Call, table: RouteTable, destination: Destination) -> None:
    for route in endpoint_routes(call.network, table):
        if route.destination == destination:
            raise InvalidParameterValue(
                f"cannot modify or remove VPC endpoint route {destination} in route table "
                f"{table.id}: it belongs to {route.target.id}. Use ModifyVpcEndpoint to take the "
                "table from the endpoint."
            )
