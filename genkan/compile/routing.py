"""Subnets and route tables → routes of the VPC's router.

A subnet's table decides first; what it finds `local` (the VPC's CIDRs), the router's own table
resolves: an interface, an endpoint, or nobody. A more specific route than `local` wins by its
length. A route whose target is gone, or cannot take packets, is a blackhole. "Route priority" in
the Amazon VPC user guide.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network

from genkan.compile.inspected_endpoints import carries, way_of
from genkan.compile.naming import link_hop
from genkan.compile.peering import is_joined
from genkan.model.catalogue.prefix_lists import AwsPrefixList, list_of_service
from genkan.model.nat_gateway import NatGateway
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import VpcPeeringConnection
from genkan.model.prefix_list import blocks_of
from genkan.model.route_table import ListDestination, RouteTable, RouteTarget, TargetKind
from genkan.model.subnet import Subnet
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType
from genkan.model.vpn import propagated_routes
from genkan.program import Because, Entry
from genkan.program.address import Address, Block
from genkan.program.route import (
    PLACE_TABLE,
    Action,
    Blackhole,
    Forward,
    Local,
    Route,
    SourceChoice,
    TableChoice,
    Unreachable,
)

# The resolver's and the metadata's; no route leads there ("Route table concepts").
SERVICES_OF_THE_LINK: tuple[Block, ...] = (
    IPv4Network("169.254.168.0/22"),
    IPv6Network("fd00:ec2::/32"),
)

WELL = ("available", "active")  # states in which what a route leads to takes packets


def compile_subnet(subnet: Subnet, table_id: str) -> Iterator[Entry]:
    """An address of the subnet that nobody holds is unreachable; its interfaces ask `table_id`."""
    because = Because("subnet", subnet.id)
    for block in subnet.blocks:
        yield Route(
            because=because,
            place=subnet.vpc_id,
            table=PLACE_TABLE,
            destination=block,
            action=Unreachable(),
        )
    yield TableChoice(because=because, place=subnet.vpc_id, subnet=subnet.id, table=table_id)


def compile_edge(vpc_id: str, gateway_id: str, table_id: str) -> Iterator[Entry]:
    """Give the choice of the table that packets ask which come in by a gateway. "Gateway route
    tables" in the Amazon VPC user guide."""
    because = Because("route-table", table_id, gateway_id)
    yield TableChoice(because=because, place=vpc_id, subnet=gateway_id, table=table_id)


def compile_answers(vpc_id: str, table_id: str, addresses: tuple[Address, ...]) -> Iterator[Entry]:
    """Give the way of what the router answers at a subnet's addresses: the subnet's table knows
    whoever asked from beyond the VPC."""
    for address in addresses:
        yield SourceChoice(
            because=Because("route-table", table_id),
            place=vpc_id,
            source=address,
            table=table_id,
        )


def leads_over(resolved: tuple[tuple[Block, Action], ...], interfaces: Collection[str]) -> bool:
    """Tell whether a table leads over one of these interfaces."""
    return any(
        isinstance(action, Forward) and action.interface in interfaces for _, action in resolved
    )


def compile_route_table(
    table_id: str,
    vpc_id: str,
    cidrs: tuple[Block, ...],
    resolved: tuple[tuple[Block, Action], ...],
) -> Iterator[Entry]:
    """Give a table's routes, the VPC's own ones first."""
    versions = {cidr.version for cidr in cidrs}
    own = (*cidrs, *(block for block in SERVICES_OF_THE_LINK if block.version in versions))
    for cidr in own:
        yield _route(table_id, vpc_id, cidr, Local(), "local")
    for destination, action in resolved:
        if destination not in own:
            yield _route(table_id, vpc_id, destination, action, str(destination))


def resolve_routes(
    network: Network, table: RouteTable, reachable: frozenset[str]
) -> tuple[tuple[Block, Action], ...]:
    """Give where each route leads now. `reachable` holds the interfaces that take packets.

    A route to a prefix list stands for each of its entries; a static route to the same block wins,
    and of two lists with the same block the one whose id is first. A propagated route loses to
    both.
    """
    found: dict[Block, Action] = {}
    for route in table.routes:
        if not isinstance(route.destination, ListDestination):
            found[route.destination] = _resolve(
                network, table, route.target, reachable, route.destination
            )
    for _, target, blocks in sorted(_list_routes(network, table), key=lambda row: row[0]):
        for block in blocks:
            found.setdefault(block, _resolve(network, table, target, reachable, block))
    for destination, _ in propagated_routes(network, table.id, table.vpc_id):
        found.setdefault(destination, Blackhole())  # nobody is at the other end of a tunnel
    return tuple(found.items())


def way_in(
    table_id: str,
    leads: Mapping[str, tuple[tuple[Block, Action], ...]],
    gateways: frozenset[str],
    table_at: Callable[[str], str | None],
    met: frozenset[str] = frozenset(),
) -> str | None:
    """Give the gateway to the internet that the IPv6 packets of a table's subnets leave by, and
    come by: that of the widest route which leads to one of `gateways`; None when there is no such
    route. A route may lead there over interfaces that pass packets on, each by its own subnet's
    table, which `table_at` gives."""
    ways = sorted(
        (block.prefixlen, str(block), action.interface)
        for block, action in leads.get(table_id, ())
        if block.version == 6 and isinstance(action, Forward)
    )
    for _, _, interface in ways:
        if interface in gateways:
            return interface
        further = table_at(interface)
        if further and further != table_id and further not in met:
            found = way_in(further, leads, gateways, table_at, met | {table_id})
            if found:
                return found
    return None


def table_of(network: Network, subnet: Subnet) -> RouteTable | None:
    """Give the table that a subnet uses: its own, else the VPC's main one."""
    main = None
    for table in network.where(RouteTable, vpc_id=subnet.vpc_id):
        if any(one.subnet_id == subnet.id for one in table.associations):
            return table
        if table.is_main:
            main = main or table
    return main


def peerings_of(table: RouteTable) -> frozenset[str]:
    """Give the peering connections that routes of a table name."""
    targets = (route.target for route in table.routes)
    return frozenset(one.id for one in targets if one.kind is TargetKind.VPC_PEERING_CONNECTION)


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
    network: Network,
    table: RouteTable,
    target: RouteTarget,
    reachable: frozenset[str],
    destination: Block,
) -> Action:
    match target.kind:
        case TargetKind.INTERNET_GATEWAY:
            gateway = network.get(InternetGateway, target.id)
            if gateway and gateway.vpc_id == table.vpc_id:
                return Forward(gateway.id, link_hop(destination))
            if network.get(VpcEndpoint, target.id):
                return Forward(target.id, link_hop(destination))
        case TargetKind.VPC_PEERING_CONNECTION:
            connection = network.get(VpcPeeringConnection, target.id)
            if connection and is_joined(network, connection):
                return Forward(connection.id, link_hop(destination))
        case TargetKind.VPC_ENDPOINT:
            endpoint = network.get(VpcEndpoint, target.id)
            way = way_of(network, endpoint) if endpoint else None
            if way and way.vpc_id == table.vpc_id and carries(endpoint, destination.version):
                return Forward(way.id, link_hop(destination))
        case TargetKind.NETWORK_INTERFACE | TargetKind.NAT_GATEWAY:
            interface = _interface(network, target.kind, target.id)
            hop = interface.first_address(destination.version) if interface else None
            if interface and hop and interface.id in reachable:
                return Forward(interface.id, hop)
        case TargetKind.EGRESS_ONLY_INTERNET_GATEWAY:
            outward = network.get(EgressOnlyInternetGateway, target.id)
            if outward and outward.vpc_id == table.vpc_id and destination.version == 6:
                return Forward(outward.id, link_hop(destination))
    return Blackhole(_gone(network, target))


def _gone(network: Network, target: RouteTarget) -> str:
    """Say in which state what a route leads to is, where that is why it takes nothing."""
    kinds: dict[TargetKind, type[VpcPeeringConnection | VpcEndpoint | NatGateway]] = {
        TargetKind.VPC_PEERING_CONNECTION: VpcPeeringConnection,
        TargetKind.VPC_ENDPOINT: VpcEndpoint,
        TargetKind.NAT_GATEWAY: NatGateway,
    }
    found = network.get(kinds[target.kind], target.id) if target.kind in kinds else None
    if found is None or found.state.value in WELL:
        return ""
    return f"{target.id} is {found.state.value}"


def _interface(network: Network, kind: TargetKind, name: str) -> NetworkInterface | None:
    if kind is TargetKind.NETWORK_INTERFACE:
        return network.get(NetworkInterface, name)
    gateway = network.get(NatGateway, name)
    return network.get(NetworkInterface, gateway.network_interface_id) if gateway else None


def _route(table_id: str, vpc_id: str, destination: Block, action: Action, rule: str) -> Route:
    return Route(
        because=Because("route-table", table_id, rule),
        place=vpc_id,
        table=table_id,
        destination=destination,
        action=action,
    )
