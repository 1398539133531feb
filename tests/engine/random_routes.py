"""Route tables drawn into a network: a main one, some of subnets, some of gateways at the edge."""

from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from genkan.model.nat_gateway import NatGateway
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import VpcPeeringConnection
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.route_table import ListDestination, Route, RouteTable, RouteTableAssociation
from genkan.model.route_table import RouteTarget as Target
from genkan.model.route_table import TargetKind as Kind
from genkan.model.subnet import Subnet
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType
from tests.engine.drawn import ANYWHERE, ANYWHERE_IPV6, MINE

if TYPE_CHECKING:
    from tests.engine.random_networks import Drawer


def tables(drawer: "Drawer", vpc: Vpc) -> None:
    """A main table, and for most subnets one of their own."""
    main = RouteTableAssociation(id=drawer.name("rtbassoc"))
    tables = [_table(drawer, vpc, main)]
    for subnet in drawer.of(Subnet, vpc):
        if drawer.maybe(0.6):
            own = RouteTableAssociation(id=drawer.name("rtbassoc"), subnet_id=subnet.id)
            tables.append(_table(drawer, vpc, own))
    boxes = [one for one in drawer.of(NetworkInterface, vpc) if not one.source_dest_check]
    for gateway in drawer.of(InternetGateway, vpc):
        if drawer.maybe(0.35):
            edge = RouteTableAssociation(id=drawer.name("rtbassoc"), gateway_id=gateway.id)
            tables.append(_edge_table(drawer, vpc, edge, boxes))
    drawer.drawn.add(*tables)
    for endpoint in drawer.of(VpcEndpoint, vpc):
        if endpoint.endpoint_type is VpcEndpointType.GATEWAY:
            chosen = tuple(table.id for table in tables if drawer.maybe(0.6))
            drawer.drawn.resources.remove(endpoint)
            drawer.drawn.add(replace(endpoint, route_table_ids=chosen))


def _edge_table(
    drawer: "Drawer", vpc: Vpc, edge: RouteTableAssociation, boxes: list[NetworkInterface]
) -> RouteTable:
    """Give a gateway's own table: what comes in passes a middlebox, or does not."""
    blocks = [block for one in drawer.of(Subnet, vpc) for block in one.blocks if drawer.maybe(0.5)]
    worn = [one for one in boxes if one.attachment]
    routes = tuple(
        Route(destination=block, target=Target(Kind.NETWORK_INTERFACE, box.id))
        for block in (blocks if worn else ())
        if (box := drawer.dice.choice(worn)).first_address(block.version)
    )
    return RouteTable(
        id=drawer.name("rtb"), vpc_id=vpc.id, associations=(edge,), routes=routes, **MINE
    )


def _table(drawer: "Drawer", vpc: Vpc, association: RouteTableAssociation) -> RouteTable:
    routes: dict[Any, Target] = {}
    for destination, target in _routes(drawer, vpc):
        routes.setdefault(destination, target)
    return RouteTable(
        id=drawer.name("rtb"), vpc_id=vpc.id, associations=(association,),
        routes=tuple(Route(destination=to, target=at) for to, at in routes.items()), **MINE,
    )  # fmt: skip


def _routes(drawer: "Drawer", vpc: Vpc) -> list[tuple[Any, Target]]:
    ways = [Target(Kind.NETWORK_INTERFACE, "eni-gone")]
    ways += [Target(Kind.INTERNET_GATEWAY, one.id) for one in drawer.of(InternetGateway, vpc)] * 3
    outward = [
        Target(Kind.EGRESS_ONLY_INTERNET_GATEWAY, one.id)
        for one in drawer.of(EgressOnlyInternetGateway, vpc)
    ]
    ways += outward[:1]
    ways += [Target(Kind.NAT_GATEWAY, one.id) for one in drawer.of(NatGateway, vpc)] * 3
    boxes = [
        Target(Kind.NETWORK_INTERFACE, one.id)
        for one in drawer.of(NetworkInterface, vpc)
        if one.attachment and (not one.source_dest_check or drawer.maybe(0.1))
    ]
    routes = [(ANYWHERE, drawer.dice.choice(ways + boxes))] if drawer.maybe(0.8) else []
    if vpc.ipv6_cidrs and drawer.maybe(0.8):
        routes.append((ANYWHERE_IPV6, drawer.dice.choice(ways + outward * 2 + boxes)))
    for peering in drawer.drawn.of(VpcPeeringConnection):
        ends = {peering.requester.vpc, peering.accepter.vpc}
        if vpc.id in ends and drawer.maybe(0.8):
            (far,) = ends - {vpc.id}
            cidrs = [cidr for one in drawer.drawn.of(Vpc) if one.id == far for cidr in one.blocks]
            at = Target(Kind.VPC_PEERING_CONNECTION, peering.id)
            routes += [(cidr, at) for cidr in cidrs if drawer.maybe(0.9)]
    if boxes and drawer.maybe(0.6):
        more_specific = drawer.dice.choice(drawer.dice.choice(drawer.of(Subnet, vpc)).blocks)
        routes.append((more_specific, drawer.dice.choice(boxes)))
    if drawer.maybe(0.2):
        block = drawer.dice.choice((IPv4Network("198.51.100.0/24"), IPv4Network("54.0.0.0/8")))
        routes.append((block, drawer.dice.choice(ways + boxes)))
    lists = drawer.drawn.of(ManagedPrefixList)
    if lists and drawer.maybe(0.2):
        routes.append((ListDestination(drawer.dice.choice(lists).id), drawer.dice.choice(ways)))
    return routes
