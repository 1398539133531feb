"""Subnets and route tables → routes of the VPC's router.

A subnet's table decides first; what it finds `local` (the VPC's CIDRs), the router's own table
resolves: an interface, an endpoint, or nobody. A more specific route than `local` wins by its
length. A route whose target is gone, or cannot take packets, is a blackhole. "Route priority" in
the Amazon VPC user guide.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from genkan.compile.inspected_endpoints import way_of
from genkan.compile.naming import LINK_HOP
from genkan.compile.peering import is_joined
from genkan.model.catalogue.prefix_lists import AwsPrefixList, list_of_service
from genkan.model.nat_gateway import NatGateway
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import VpcPeeringConnection
from genkan.model.prefix_list import Block, blocks_of
from genkan.model.route_table import ListDestination, RouteTable, RouteTarget, TargetKind
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType
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

# The resolver's and the metadata's; no route leads there ("Route table concepts").
SERVICES_OF_THE_LINK = IPv4Network("169.254.168.0/22")


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
    for cidr in (*cidrs, SERVICES_OF_THE_LINK):
        yield _route(table_id, vpc_id, cidr, Local(), "local")
    for destination, action in resolved:
        if destination not in cidrs:
            yield _route(table_id, vpc_id, destination, action, str(destination))


def resolve_routes(
    network: Network, table: RouteTable, reachable: frozenset[str]
) -> tuple[tuple[IPv4Network, Action], ...]:
    """Give where each IPv4 route leads now. `reachable` holds the interfaces that take packets.

    A route to a prefix list stands for each of its entries; a static route to the same block wins,
    and of two lists with the same block the one whose id is first. IPv6 routes lead nowhere yet:
    places have no IPv6 addresses.
    """
    found: dict[IPv4Network, Action] = {}
    for route in table.routes:
        if isinstance(route.destination, IPv4Network):
            found[route.destination] = _resolve(network, table, route.target, reachable)
    for _, target, blocks in sorted(_list_routes(network, table), key=lambda row: row[0]):
        action = _resolve(network, table, target, reachable)
        for block in blocks:
            if isinstance(block, IPv4Network):
                found.setdefault(block, action)
    return tuple(found.items())


def gateway_endpoints(network: Network, vpc_id: str) -> Iterator[tuple[VpcEndpoint, AwsPrefixList]]:
    """Give the gateway endpoints of a VPC, each with the list that leads to it."""
    for endpoint in network.where(VpcEndpoint, vpc_id=vpc_id):
        listed = list_of_service(endpoint.service_name)
        if endpoint.endpoint_type is VpcEndpointType.GATEWAY and listed:
            yield endpoint, listed


def _list_routes(
    network: Network, table: RouteTable
) -> Iterator[tuple[str, RouteTarget, tuple[Block, ...]]]:
    """Give (list, target, blocks) of the routes to prefix lists, those of endpoints too."""
    for route in table.routes:
        if isinstance(route.destination, ListDestination):
            name = route.destination.prefix_list_id
            yield name, route.target, blocks_of(network, name)
    for endpoint, listed in gateway_endpoints(network, table.vpc_id):
        if table.id in endpoint.route_table_ids:
            target = RouteTarget(TargetKind.INTERNET_GATEWAY, endpoint.id)
            yield listed.id, target, listed.blocks


def _resolve(
    network: Network, table: RouteTable, target: RouteTarget, reachable: frozenset[str]
) -> Action:
    match target.kind:
        case TargetKind.INTERNET_GATEWAY:
            gateway = network.get(InternetGateway, target.id)
            if gateway and gateway.vpc_id == table.vpc_id:
                return Forward(gateway.id, LINK_HOP)
            if network.get(VpcEndpoint, target.id):
                return Forward(target.id, LINK_HOP)
        case TargetKind.VPC_PEERING_CONNECTION:
            connection = network.get(VpcPeeringConnection, target.id)
            if connection and is_joined(network, connection):
                return Forward(connection.id, LINK_HOP)
        case TargetKind.VPC_ENDPOINT:
            endpoint = network.get(VpcEndpoint, target.id)
            way = way_of(network, endpoint) if endpoint else None
            if way and way.vpc_id == table.vpc_id:
                return Forward(way.id, LINK_HOP)
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
