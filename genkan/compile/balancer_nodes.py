"""Network load balancers → a place for each of their interfaces: a node, which hands on.

The node stands in its subnet with the load balancer's address there, as a NAT gateway does. What
comes from endpoints in other VPCs comes by links of its own, so that their addresses may be those
of the load balancer's VPC. "How Elastic Load Balancing works" and "Network Load Balancers".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from genkan.compile.balanced_targets import TCP, TLS, Chosen, choose
from genkan.compile.gateways import EVERYWHERE
from genkan.compile.naming import host_network, link_hop, mac_of
from genkan.compile.part import Part
from genkan.compile.security_groups import Lists, compile_group, filters_of, guard, lists_of
from genkan.model.load_balancer import Listener, LoadBalancer, LoadBalancerType, TargetGroup
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import Direction, GroupPeer, SecurityGroup
from genkan.model.ssl_policies import DEFAULT_POLICY, SSL_POLICIES
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Address
from genkan.program.balancing import BalancedPort, Balancer, Held, RelayedPort, TlsEnd
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, AnswerChoice, Deliver, Forward, Route

WAY = "eth0"  # a node's interface in its subnet
IPV4 = 4
UDP = 17
PROTOCOLS = {"TCP": (TCP,), "UDP": (UDP,), "TCP_UDP": (TCP, UDP), "TLS": (TCP,)}
IDLE_ATTRIBUTE = "tcp.idle_timeout.seconds"
ALPN = {  # "ALPN policies"
    "HTTP1Only": ("http/1.1", "http/1.0"),
    "HTTP2Only": ("h2",),
    "HTTP2Optional": ("http/1.1", "http/1.0", "h2"),
    "HTTP2Preferred": ("h2", "http/1.1", "http/1.0"),
    "None": (),
}
TCP_IDLE, UDP_IDLE = 350, 120  # seconds; "Connection idle timeout"


@dataclass(frozen=True, slots=True)
class Port:
    """What a listener does at a node, for one protocol and one IP version."""

    listener: str
    protocol: int
    version: int
    port: int
    chosen: Chosen
    idle: int
    by_source: bool
    tls: TlsEnd | None


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the parts of the nodes of a VPC's network load balancers."""
    for balancer in network.where(LoadBalancer, vpc_id=vpc.id):
        if balancer.type is not LoadBalancerType.NETWORK:
            continue
        for interface, subnet in nodes_of(network, balancer):
            yield Part(
                ("node", interface.id),
                compile_node,
                (balancer.id, interface, subnet),
            )
            yield Part(
                ("node-ports", interface.id),
                compile_ports,
                (interface, tuple(_ports(network, balancer, interface))),
            )
            if balancer.group_ids and balancer.enforces_groups_on_private_link:
                yield Part(
                    ("node-groups", interface.id),
                    compile_groups,
                    (interface.id, tuple(_groups(network, balancer))),
                )


def nodes_of(network: Network, balancer: LoadBalancer) -> Iterator[tuple[NetworkInterface, Subnet]]:
    """Give the interfaces at which a load balancer has a node, each with its subnet."""
    for name in balancer.network_interface_ids:
        interface = network.get(NetworkInterface, name)
        subnet = network.get(Subnet, interface.subnet_id) if interface else None
        if interface and interface.has_ipv4 and subnet and subnet.cidr:
            yield interface, subnet


def compile_node(balancer: str, interface: NetworkInterface, subnet: Subnet) -> Iterator[Entry]:
    """Give the place of a node, its way into its subnet, and what may pass there."""
    because = Because("load-balancer", balancer)
    node, vpc_id, addresses = interface.id, interface.vpc_id, addresses_of(interface)
    yield Place(because=because, id=node, kind=PlaceKind.NETWORK_LOAD_BALANCER_NODE, forwards=True)
    yield Link(
        because=because,
        id=node,
        left=End(place=vpc_id, name=node, mac=mac_of(vpc_id, node), subnet=subnet.id),
        right=End(place=node, name=WAY, mac=interface.mac),
        tracks=True,
    )
    answers = f"{AnswerChoice.tables}{node}"
    for address in addresses:
        anywhere = EVERYWHERE[address.version]
        hop = subnet.router if address.version == IPV4 else link_hop(anywhere)
        ways = (
            (vpc_id, PLACE_TABLE, host_network(address), Forward(node)),
            (vpc_id, answers, anywhere, Forward(node, link_hop(anywhere))),
            (node, PLACE_TABLE, anywhere, Forward(WAY, hop)),
            (node, PLACE_TABLE, host_network(address), Deliver()),
        )
        for place, table, destination, action in ways:
            yield Route(
                because=because, place=place, table=table, destination=destination, action=action
            )
    yield AnswerChoice(because=because, place=vpc_id, interface=node, table=answers)
    yield Balancer(because=because, place=node, interface=WAY, addresses=addresses)
    if interface.group_ids:
        for direction in Direction:
            yield guard(vpc_id, node, interface.group_ids, direction, (), because)


def compile_ports(interface: NetworkInterface, ports: Iterable[Port]) -> Iterator[Entry]:
    """Give what a node does at each port; a relay is between where streams have to be read."""
    for one in ports:
        because, chosen = Because("listener", one.listener), one.chosen
        address = interface.first_address(one.version)
        if address is None:
            continue
        reached = {one.version for one in addresses_of(interface)}
        relayed = tuple(one for one in chosen.relayed if one.address.version in reached)
        if relayed:
            yield RelayedPort(
                because=because,
                place=interface.id,
                address=address,
                sources=addresses_of(interface),
                protocol=one.protocol,
                port=one.port,
                targets=relayed,
                idle=one.idle,
                tls=one.tls,
                by_source=one.by_source,
                draining=chosen.draining,
                ended=chosen.ended,
                ends_with_target=chosen.ends_with_target,
            )
            continue
        yield BalancedPort(
            because=because,
            place=interface.id,
            protocol=one.protocol,
            port=one.port,
            targets=chosen.targets if one.tls is None else (),
            idle=one.idle,
            version=one.version,
            by_source=one.by_source,
            draining=_of_version(chosen.draining, one.version),
            ended=_of_version(chosen.ended, one.version),
            ends_with_target=chosen.ends_with_target,
        )


def _of_version(held: tuple[Held, ...], version: int) -> tuple[Held, ...]:
    return tuple(one for one in held if one[0].version == version)


def compile_groups(node: str, groups: Iterable[tuple[SecurityGroup, Lists]]) -> Iterator[Entry]:
    """Give the filters of a load balancer's groups for what comes from endpoints.

    A rule that names a group lets in nobody from there: the client is in another VPC.
    """
    for group, lists in groups:
        rules = tuple(rule for rule in group.rules if not isinstance(rule.peer, GroupPeer))
        for entry in compile_group(node, replace(group, rules=rules), lists):
            yield replace(entry, stateful=False)  # a load balancer tracks every connection


def intake_filters(balancer: LoadBalancer) -> tuple[str, ...] | None:
    """Give the filters that what comes from endpoints has to ask; None for no need to."""
    if not balancer.group_ids or not balancer.enforces_groups_on_private_link:
        return None
    return filters_of(balancer.group_ids, Direction.INGRESS)


def addresses_of(interface: NetworkInterface) -> tuple[Address, ...]:
    """Give the addresses at which a node is met, and as which its targets see it."""
    return (*interface.private_addresses[:1], *interface.ipv6_addresses[:1])


def _ports(network: Network, balancer: LoadBalancer, interface: NetworkInterface) -> Iterator[Port]:
    versions = [address.version for address in addresses_of(interface)]
    for listener in network.where(Listener, load_balancer=balancer.id):
        for protocol, version in product(PROTOCOLS[listener.protocol], versions):
            yield Port(
                listener=listener.id,
                protocol=protocol,
                version=version,
                port=listener.port,
                chosen=choose(network, balancer, listener, interface.zone, protocol, version),
                idle=_idle(listener) if protocol == TCP else UDP_IDLE,
                by_source=_by_source(network, listener),
                tls=_tls_end(listener) if listener.protocol == TLS else None,
            )


def _tls_end(listener: Listener) -> TlsEnd:
    policy = SSL_POLICIES[listener.ssl_policy or DEFAULT_POLICY]
    return TlsEnd(
        certificates=listener.certificates,
        versions=policy.versions,
        ciphers=policy.ciphers,
        alpn=ALPN[listener.alpn_policy or "None"],
    )


def _idle(listener: Listener) -> int:
    return int(dict(listener.attributes).get(IDLE_ATTRIBUTE, TCP_IDLE))


def _by_source(network: Network, listener: Listener) -> bool:
    """Tell whether a client keeps to its target; one target group that says so is enough."""
    groups = (network.get(TargetGroup, one.target_group) for one in listener.forwards)
    return any(one and dict(one.attributes).get("stickiness.enabled") == "true" for one in groups)


def _groups(network: Network, balancer: LoadBalancer) -> Iterator[tuple[SecurityGroup, Lists]]:
    for name in sorted(balancer.group_ids):
        group = network.get(SecurityGroup, name)
        if group:
            yield group, lists_of(network, group)
