"""Subnets and route tables → routes of the VPC's router.

A subnet's table decides first; what it finds `local` (the VPC's CIDRs), the router's own table
resolves: an interface, an endpoint, or nobody. A more specific route than `local` wins by its
length. A route whose target is gone, or cannot take packets, is a blackhole. "Route priority" in
the Amazon VPC user guide.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from genkan.compile.naming import LINK_HOP
from genkan.model.nat_gateway import NatGateway
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import Route as ModelRoute
from genkan.model.route_table import RouteTable, TargetKind
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway
from genkan.program import Because, Entry
from genkan.program.route import (
    PLACE_TABLE,
    Action,
    Blackhole,
    Forward,
    Local,
    Route,
    TableChoice,
    Unreachable,
)


def compile_subnet(subnet: Subnet, table_id: str) -> Iterator[Entry]:
    """An address of the subnet that nobody holds is unreachable; its interfaces ask `table_id`."""
    because = Because("subnet", subnet.id)
    if subnet.cidr:
        yield Route(
            because=because,
            place=subnet.vpc_id,
            table=PLACE_TABLE,
            destination=subnet.cidr,
            action=Unreachable(),
        )
    yield TableChoice(because=because, place=subnet.vpc_id, subnet=subnet.id, table=table_id)


def compile_route_table(
    table_id: str,
    vpc_id: str,
    cidrs: tuple[IPv4Network, ...],
    resolved: tuple[tuple[IPv4Network, Action], ...],
) -> Iterator[Entry]:
    """Give a table's routes, the VPC's own ones first."""
    for cidr in cidrs:
        yield _route(table_id, vpc_id, cidr, Local(), "local")
    for destination, action in resolved:
        if destination not in cidrs:
            yield _route(table_id, vpc_id, destination, action, str(destination))


def resolve_routes(
    network: Network, table: RouteTable, reachable: frozenset[str]
) -> tuple[tuple[IPv4Network, Action], ...]:
    """Give where each IPv4 route leads now. `reachable` holds the interfaces that take packets.

    IPv6 routes lead nowhere yet: places have no IPv6 addresses.
    """
    return tuple(
        (route.destination, _resolve(network, table, route, reachable))
        for route in table.routes
        if isinstance(route.destination, IPv4Network)
    )


def _resolve(
    network: Network, table: RouteTable, route: ModelRoute, reachable: frozenset[str]
) -> Action:
    target = route.target
    match target.kind:
        case TargetKind.INTERNET_GATEWAY:
            gateway = network.get(InternetGateway, target.id)
            if gateway and gateway.vpc_id == table.vpc_id:
                return Forward(gateway.id, LINK_HOP)
        case TargetKind.NETWORK_INTERFACE | TargetKind.NAT_GATEWAY:
            interface = _interface(network, target.kind, target.id)
            if interface and interface.id in reachable:
                return Forward(interface.id, interface.private_ip)
    return Blackhole()


def _interface(network: Network, kind: TargetKind, name: str) -> NetworkInterface | None:
    if kind is TargetKind.NETWORK_INTERFACE:
        return network.get(NetworkInterface, name)
    gateway = network.get(NatGateway, name)
    return network.get(NetworkInterface, gateway.network_interface_id) if gateway else None


def _route(
    table_id: str, vpc_id: str, destination: IPv4Network, action: Action, rule: str
) -> Route:
    return Route(
        because=Because("route-table", table_id, rule),
        place=vpc_id,
        table=table_id,
        destination=destination,
        action=action,
    )
