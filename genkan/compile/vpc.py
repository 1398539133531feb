"""One VPC → its parts: which resources each piece of its program reads.

Its endpoints, subnets, interfaces and the members of its groups have parts of their own (`scope`),
so that what they cost does not grow with the VPC: only what reads many of them stands in `parts`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from genkan.compile import (
    attached,
    balancer_nodes,
    dns_firewall,
    fleets,
    gateways,
    health_checks,
    instance_metadata,
    instances,
    load_balancers,
    names,
    naming,
    network_acls,
    peering,
    public_access,
    published,
    resolver_endpoints,
    reverse_names,
    routing,
    security_groups,
)
from genkan.compile.part import Part
from genkan.model.account import AccessKey, standing_keys
from genkan.model.elastic_ip import ElasticIp
from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import LoadBalancer
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.route_table import RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program import Because, Entry
from genkan.program.address import in_order
from genkan.program.place import Place, PlaceKind

RUNS = (InstanceState.PENDING, InstanceState.RUNNING)
TRANSLATES = (NatGatewayState.PENDING, NatGatewayState.AVAILABLE)
HAS_A_PATH = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE)


@dataclass(frozen=True, slots=True)
class Running:
    """An interface of an instance that runs; `index` is its device index."""

    instance: Instance
    interface: NetworkInterface
    index: int
    subnet: Subnet


def parts(network: Network, vpc_id: str) -> Iterator[Part]:
    """Give the parts of a VPC; none when there is no such VPC."""
    vpc = network.get(Vpc, vpc_id)
    if vpc is None:
        return
    yield Part(("router",), _compile_router, (vpc,))
    running = list(_running(network, vpc))
    yield from _routing(network, vpc, running)
    yield from _acls(network, vpc)
    yield from _instances(network, vpc, running)
    yield from _metadata(network, vpc, running)
    yield from _gateways(network, vpc)
    for one in peering.joined_by(network, vpc.id):
        ends = (one.id, one.requester.vpc, one.accepter.vpc)
        yield Part(("peering", one.id), peering.compile_peering, ends)
    yield from load_balancers.parts(network, vpc)
    yield from resolver_endpoints.parts(network, vpc)
    yield from dns_firewall.parts(network, vpc)
    yield from fleets.parts(network, vpc)
    yield from health_checks.parts(network, vpc)
    yield from published.parts(network, vpc)
    yield from attached.parts(network, vpc)
    yield from balancer_nodes.parts(network, vpc)


def _compile_router(vpc: Vpc) -> Iterator[Entry]:
    because = Because("vpc", vpc.id)
    yield Place(because=because, id=vpc.id, kind=PlaceKind.VPC, forwards=True)
    yield from instance_metadata.compile_service(vpc)
    if vpc.dns_support:
        yield from names.compile_resolver(
            vpc.id, naming.resolver_addresses(vpc), because, vpc.region
        )
    if naming.has_private_names(vpc):
        yield from names.internal_zone(vpc)
        yield from reverse_names.zones(vpc)


def _routing(network: Network, vpc: Vpc, running: Iterable[Running]) -> Iterator[Part]:
    tables = list(network.where(RouteTable, vpc_id=vpc.id))
    main = next((table.id for table in tables if table.is_main), "")
    chosen = {a.subnet_id or a.gateway_id: table.id for table in tables for a in table.associations}
    reachable = frozenset(
        {one.interface.id for one in running}
        | {gateway.network_interface_id for gateway in _translating(network, vpc)}
        | {interface.id for interface, _ in published.interfaces(network, vpc)}
        | {interface.id for _, interface, _ in attached.attached(network, vpc)}
    )
    leads = {table.id: routing.resolve_routes(network, table, reachable) for table in tables}
    for table in tables:
        yield Part(
            ("route-table", table.id),
            routing.compile_route_table,
            (table.id, vpc.id, vpc.blocks, leads[table.id]),
        )
    gateways_of_vpc = frozenset(
        gateway.id
        for kind in (InternetGateway, EgressOnlyInternetGateway)
        for gateway in network.where(kind, vpc_id=vpc.id)
    )

    def table_at(interface_id: str) -> str | None:
        interface = network.get(NetworkInterface, interface_id)
        return chosen.get(interface.subnet_id, main) if interface else None

    for subnet in network.where(Subnet, vpc_id=vpc.id):
        table_id = chosen.get(subnet.id, main)
        yield Part(("subnet", subnet.id), routing.compile_subnet, (subnet, table_id))
        gateway_id = routing.way_in(table_id, leads, gateways_of_vpc, table_at)
        if subnet.ipv6_cidr and gateway_id and public_access.is_found(network, subnet, gateway_id):
            way = (subnet.id, subnet.ipv6_cidr, gateway_id)
            yield Part(("way-in", subnet.id), gateways.compile_way_in, way)
            for interface_id, address in _closed_to_gateways(network, subnet):
                closed = (interface_id, address)
                yield Part(("no-way-in", str(address)), gateways.compile_no_way_in, closed)
    for gateway_id in sorted(gateways_of_vpc & {name for name in chosen if name}):
        edge = (vpc.id, gateway_id, chosen[gateway_id])
        yield Part(("edge", gateway_id), routing.compile_edge, edge)


def _closed_to_gateways(network: Network, subnet: Subnet) -> Iterator[tuple[str, IPv6Address]]:
    """Give the IPv6 addresses of a subnet that nothing from the internet may come to: those of
    endpoints, and of load balancers that say so."""
    closed = {
        name
        for balancer in network.where(LoadBalancer, vpc_id=subnet.vpc_id)
        if balancer.denies_gateways
        for name in balancer.network_interface_ids
    }
    for interface in network.where(NetworkInterface, subnet_id=subnet.id):
        of_endpoint = interface.interface_type is InterfaceType.VPC_ENDPOINT
        if of_endpoint or interface.id in closed:
            for address in interface.ipv6_addresses:
                yield interface.id, address


def group_parts(network: Network, group_id: str) -> Iterator[Part]:
    """Give what a security group lets pass, in each VPC where it can be worn."""
    group = network.get(SecurityGroup, group_id)
    for vpc_id in group.vpcs if group else ():
        if group and network.get(Vpc, vpc_id):
            lists = security_groups.lists_of(network, group)
            yield Part(("group", vpc_id), security_groups.compile_group, (vpc_id, group, lists))


def member_parts(network: Network, vpc_id: str) -> Iterator[Part]:
    """Give who wears the groups that rules of a VPC name."""
    if network.get(Vpc, vpc_id) is None:
        return
    named = security_groups.referenced_groups(security_groups.groups_in(network, vpc_id))
    there = {vpc_id, *peering.peers_of(network, vpc_id)} if named else ()
    for group_id in named:
        holding = network.holding(NetworkInterface, group_ids=group_id)
        worn = [one for one in holding if one.vpc_id in there]
        addresses = (at for one in worn for at in one.answerable)
        blocks = tuple(sorted(at for one in worn for at in one.ipv6_prefixes))
        yield Part(
            ("members", group_id),
            security_groups.compile_members,
            (vpc_id, group_id, in_order(addresses), blocks),
        )


def _acls(network: Network, vpc: Vpc) -> Iterator[Part]:
    for acl in network_acls.stored_acls(network, vpc):
        yield Part(("network-acl", acl.id), network_acls.compile_acl, (acl,))


def _running(network: Network, vpc: Vpc) -> Iterator[Running]:
    """Give each interface of each instance that runs."""
    subnets = {one.id: one for one in network.where(Subnet, vpc_id=vpc.id)}
    for interface in network.where(NetworkInterface, vpc_id=vpc.id):
        attachment = interface.attachment
        instance = network.get(Instance, attachment.instance_id) if attachment else None
        subnet = subnets.get(interface.subnet_id)
        if attachment and instance and instance.state in RUNS and subnet:
            yield Running(instance, interface, attachment.device_index, subnet)


def _first_in_subnet(running: Iterable[Running]) -> dict[tuple[str, str], int]:
    """Give the lowest device index of each instance in each subnet."""
    first: dict[tuple[str, str], int] = {}
    for one in running:
        where = (one.instance.id, one.subnet.id)
        first[where] = min(first.get(where, one.index), one.index)
    return first


def _instances(network: Network, vpc: Vpc, running: Iterable[Running]) -> Iterator[Part]:
    keys: dict[str, str] = {}
    for key in standing_keys(network.all(AccessKey)):
        keys[key.account] = min(keys.get(key.account, key.id), key.id)
    first = _first_in_subnet(running)
    whole = security_groups.whole_ways(security_groups.groups_in(network, vpc.id))
    for one in running:
        instance, interface, index, subnet = one.instance, one.interface, one.index, one.subnet
        yield Part(
            ("interface", interface.id),
            instances.compile_interface,
            (
                interface,
                instance.id,
                index,
                subnet,
                first[instance.id, subnet.id] == index,
                whole(interface.group_ids),
            ),
        )
        if index == 0:
            yield Part(
                ("instance", instance.id),
                instances.compile_instance,
                (instance, vpc, interface, keys.get(instance.account, "")),
            )
        if naming.has_private_names(vpc):
            yield Part(
                ("instance-names", interface.id),
                names.instance_names,
                (vpc, instance.id, interface, subnet, index == 0),
            )
            yield Part(
                ("reverse-names", interface.id),
                reverse_names.instance_names,
                (vpc, instance.id, interface, index == 0),
            )


def _metadata(network: Network, vpc: Vpc, running: Iterable[Running]) -> Iterator[Part]:
    public: dict[str, list[tuple[IPv4Address, IPv4Address]]] = {}
    for interface_id, private, address in _public_addresses(network, vpc):
        public.setdefault(interface_id, []).append((private, address))
    worn: dict[str, list[instance_metadata.Worn]] = {}
    found: dict[str, Instance] = {}
    for one in running:
        found[one.instance.id] = one.instance
        shown = instance_metadata.Worn(
            interface=one.interface,
            index=one.index,
            subnet=one.subnet,
            groups=instance_metadata.group_names(network, one.interface),
            public=tuple(sorted(public.get(one.interface.id, ()))),
        )
        worn.setdefault(one.instance.id, []).append(shown)
    for name, interfaces in worn.items():
        interfaces.sort(key=lambda one: one.index)
        if interfaces[0].index == 0:
            yield Part(
                ("instance-metadata", name),
                instance_metadata.compile_metadata,
                (
                    found[name],
                    vpc,
                    tuple(interfaces),
                    instance_metadata.key_of(network, found[name]),
                ),
            )


def _translating(network: Network, vpc: Vpc) -> Iterator[NatGateway]:
    for gateway in network.where(NatGateway, vpc_id=vpc.id):
        interface = network.get(NetworkInterface, gateway.network_interface_id)
        if gateway.state in TRANSLATES and interface and network.get(Subnet, gateway.subnet_id):
            yield gateway


def _gateways(network: Network, vpc: Vpc) -> Iterator[Part]:
    for nat in _translating(network, vpc):
        yield Part(
            ("nat-gateway", nat.id),
            gateways.compile_nat_gateway,
            (
                nat,
                network.get(NetworkInterface, nat.network_interface_id),
                network.get(Subnet, nat.subnet_id),
            ),
        )
    for gateway in network.where(InternetGateway, vpc_id=vpc.id):
        yield Part(
            ("internet-gateway", gateway.id),
            gateways.compile_internet_gateway,
            (
                gateway,
                vpc.id,
                public_access.blocks_of(network, vpc, gateway.id),
                _has_a_table(network, vpc, gateway.id),
            ),
        )
        for interface_id, private, public in _public_addresses(network, vpc):
            if public_access.is_translated(network, vpc, interface_id):
                yield Part(
                    ("public-address", str(public)),
                    gateways.compile_public_address,
                    (gateway.id, interface_id, private, public),
                )
            if naming.has_private_names(vpc):
                yield Part(
                    ("public-name", str(public)),
                    names.public_name,
                    (vpc.region, vpc.id, interface_id, private, public),
                )

    for outward in network.where(EgressOnlyInternetGateway, vpc_id=vpc.id):
        if vpc.ipv6_cidrs:
            yield Part(
                ("egress-only-internet-gateway", outward.id),
                gateways.compile_egress_only_gateway,
                (outward, public_access.ipv6_blocks_of(network, vpc, outward.id)),
            )


def _has_a_table(network: Network, vpc: Vpc, gateway_id: str) -> bool:
    return any(
        association.gateway_id == gateway_id
        for table in network.where(RouteTable, vpc_id=vpc.id)
        for association in table.associations
    )


def _public_addresses(network: Network, vpc: Vpc) -> Iterator[tuple[str, IPv4Address, IPv4Address]]:
    """Give (interface, private, public) of every public address of the VPC."""
    for interface in network.where(NetworkInterface, vpc_id=vpc.id):
        elastic = list(network.where(ElasticIp, network_interface_id=interface.id))
        for one in elastic:
            yield interface.id, one.private_ip or interface.private_ip, one.public_ip
        lent = interface.public_ip
        if lent and all(one.private_ip != interface.private_ip for one in elastic):
            yield interface.id, interface.private_ip, lent
