"""Program entries → kernel objects. Pure: one function a section.

A route needs to know the link that it leaves by, so lowering is given the program's links by
interface (`Ends`). Order of rules inside a filter is kept; rules that differ by their far side
alone share one.
"""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv6Network, collapse_addresses, ip_address
from itertools import groupby
from typing import Any

from genkan.engine.linux import answers, balancing, ruleset
from genkan.engine.linux.naming import chain_name, device_name, number
from genkan.engine.linux.objects import (
    Address,
    Device,
    KernelObject,
    KernelRoute,
    Namespace,
    Neighbour,
    NftElement,
    NftSet,
    PolicyRule,
)
from genkan.program import Entry
from genkan.program.address import Address as IpAddress
from genkan.program.balancing import BalancedPort, Balancer, Intake
from genkan.program.filter import (
    AddressSet,
    Filter,
    Guard,
    InSet,
    Match,
    Rule,
    SourceCheck,
    Stage,
    SubnetGuard,
    Verdict,
)
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import (
    PLACE_TABLE,
    AnswerChoice,
    Blackhole,
    Deliver,
    Forward,
    Local,
    Route,
    SourceChoice,
    TableChoice,
    Unreachable,
)
from genkan.program.service import Listener
from genkan.program.translation import Border, OneToOne, PortTranslation

Ends = dict[tuple[str, str], tuple[End, End]]  # (place, interface) → this end and its far one

MAIN = 254
HOP_IPV6 = ip_address("fe80::1")  # whoever is at the far end: nobody else is on a link
VERSIONS = (4, 6)
DELIVERIES = 900  # asked after the subnets' tables and before main
SUBNET_PRIORITY, SOURCE_PRIORITY, DELIVERY_PRIORITY = 1000, 1500, 2000
PROTOCOLS = {6: "tcp", 17: "udp", 1: "icmp", 58: "ipv6-icmp"}
GUARD_MAPS = {
    Stage.SECURITY_GROUP_EGRESS: ruleset.EGRESS,
    Stage.SECURITY_GROUP_INGRESS: ruleset.INGRESS,
}
ADDRESS_GUARD_MAPS = {
    Stage.SECURITY_GROUP_EGRESS: ruleset.OWN_EGRESS,
    Stage.ENDPOINT: ruleset.ENDPOINTS,
}
SUBNET_GUARD_MAPS = {
    Stage.NETWORK_ACL_EGRESS: (ruleset.EDGE_OUT, ruleset.NEAR_OUT),
    Stage.NETWORK_ACL_INGRESS: (ruleset.EDGE_IN, ruleset.NEAR_IN),
}


def lower(entry: Entry, ends: Ends) -> Iterable[KernelObject]:
    """Give the kernel objects of one entry; none for what is not an engine's."""
    lowering = LOWERINGS.get(type(entry))
    return lowering(entry, ends) if lowering else ()


def ends_of(links: Iterable[Link]) -> Ends:
    ends: Ends = {}
    for link in links:
        ends[link.left.place, link.left.name] = (link.left, link.right)
        ends[link.right.place, link.right.name] = (link.right, link.left)
    return ends


def _place(entry: Place, ends: Ends) -> Iterator[KernelObject]:
    balances = entry.kind is PlaceKind.NETWORK_LOAD_BALANCER_NODE
    yield Namespace(entry.id, entry.forwards, answers_marked=balances)
    if entry.forwards:
        for version in VERSIONS:
            yield PolicyRule(entry.id, DELIVERY_PRIORITY, None, DELIVERIES, version=version)
    if entry.forwards and not balances:
        yield from ruleset.skeleton(entry.id)


def _link(entry: Link, ends: Ends) -> Iterator[KernelObject]:
    for end, far in ((entry.left, entry.right), (entry.right, entry.left)):
        yield Device(
            place=end.place,
            name=device_name(end.name),
            mac=end.mac,
            mtu=entry.mtu,
            group=number(end.subnet) if end.subnet else 0,
            alias=f"{entry.id} {far.place} {device_name(far.name)}",
            peer_place=far.place,
            peer=device_name(far.name),
            whole=entry.whole and end is entry.left,
        )
        for address in end.addresses:
            yield Address(end.place, device_name(end.name), address)


def _route(entry: Route, ends: Ends) -> Iterator[KernelObject]:
    table = MAIN if entry.table == PLACE_TABLE else number(entry.table)
    match entry.action:
        case Forward(interface, next_hop):
            yield from _forward(entry, table, interface, next_hop, ends)
        case Deliver():
            yield KernelRoute(entry.place, DELIVERIES, entry.destination, "local", "lo")
        case Local():
            yield KernelRoute(entry.place, table, entry.destination, "throw")
        case Unreachable():
            yield KernelRoute(entry.place, table, entry.destination, "unreachable")
        case Blackhole():
            yield KernelRoute(entry.place, table, entry.destination, "blackhole")


def _forward(
    entry: Route,
    table: int,
    interface: str,
    next_hop: IpAddress | None,
    ends: Ends,
) -> Iterator[KernelObject]:
    found = ends.get((entry.place, interface))
    if found is None:  # a route into nothing: what it leads to is not there
        yield KernelRoute(entry.place, table, entry.destination, "blackhole")
        return
    end, far = found
    device = device_name(interface)
    version = entry.destination.version
    source = next((one for one in end.addresses if one.version == version), None)
    via = HOP_IPV6 if version == 6 else next_hop
    yield Neighbour(entry.place, device, via or entry.destination.network_address, far.mac)
    yield KernelRoute(entry.place, table, entry.destination, "unicast", device, via, source)


def _table_choice(entry: TableChoice, ends: Ends) -> Iterator[KernelObject]:
    table = number(entry.table)
    yield NftElement(entry.place, ruleset.MARKS, str(number(entry.subnet)), str(table))
    for version in VERSIONS:
        yield PolicyRule(entry.place, SUBNET_PRIORITY, table, table, version=version)


def _source_choice(entry: SourceChoice, ends: Ends) -> Iterator[KernelObject]:
    table, version = number(entry.table), entry.source.version
    yield PolicyRule(entry.place, SOURCE_PRIORITY, None, table, entry.source, version)


def _answer_choice(entry: AnswerChoice, ends: Ends) -> Iterable[KernelObject]:
    return answers.lower(entry)


def _balancer(entry: Balancer, ends: Ends) -> Iterable[KernelObject]:
    return balancing.lower_balancer(entry)


def _intake(entry: Intake, ends: Ends) -> Iterable[KernelObject]:
    return balancing.lower_intake(entry)


def _balanced_port(entry: BalancedPort, ends: Ends) -> Iterable[KernelObject]:
    return balancing.lower_port(entry)


def _address_set(entry: AddressSet, ends: Ends) -> Iterator[KernelObject]:
    name = chain_name(entry.name)
    yield NftSet(entry.place, name, ruleset.ADDRESSES)
    yield NftSet(entry.place, f"{name}{ruleset.IPV6}", ruleset.for_ipv6(ruleset.ADDRESSES))
    for address in entry.members:
        yield NftElement(entry.place, _of(name, address.version), str(address))


def _of(container: str, version: int) -> str:
    """Give the set for an IP version, of the two that have one name."""
    return container if version == 4 else f"{container}{ruleset.IPV6}"


def _filter(entry: Filter, ends: Ends) -> Iterator[KernelObject]:
    rules: list[tuple[str, str]] = []
    ordered: Iterable[Rule] = entry.rules
    if len({rule.verdict for rule in entry.rules}) == 1:  # then their order decides nothing
        ordered = sorted(entry.rules, key=lambda rule: repr(_but_for_remote(rule)))
    for _, alike in groupby(ordered, key=_but_for_remote):
        rules.extend(_texts(list(alike), entry.name))
    yield ruleset.chain(entry.place, chain_name(entry.name), tuple(rules))


def _but_for_remote(rule: Rule) -> tuple[object, ...]:
    match = rule.match
    kind = type(match.remote).__name__
    return (kind, match.protocol, match.ports, match.icmp, rule.verdict.value)


def _texts(rules: list[Rule], filter_name: str) -> Iterator[tuple[str, str]]:
    """Give one nft rule for rules that differ by their far side; a named set stands alone."""
    side = "daddr" if filter_name.endswith("/egress") else "saddr"
    first = rules[0]
    service = _service(first.match)
    because = ", ".join(str(rule.because) for rule in rules)
    if isinstance(first.match.remote, InSet):
        for rule in rules:
            name = chain_name(rule.match.remote.name)  # type: ignore[union-attr]
            for header in _headers(first.match):
                text = f"{header} {side} @{name}{ruleset.FAMILIES[header]} {service}"
                yield from _decided(text, first.verdict, str(rule.because), filter_name)
    elif first.match.remote is None:
        yield from _decided(service, first.verdict, because, filter_name)
    else:
        networks = [rule.match.remote for rule in rules]
        text = f"{_remotes(side, networks)}{service}"
        yield from _decided(text, first.verdict, because, filter_name)


def _headers(match: Match) -> tuple[str, ...]:
    """Give the headers that a rule without a family of its own can meet."""
    return {1: ("ip",), 58: ("ip6",)}.get(match.protocol or 0, tuple(ruleset.FAMILIES))


def _decided(
    match: str, verdict: Verdict, because: str, filter_name: str
) -> Iterator[tuple[str, str]]:
    """Give the rule, or the rules where what they drop is logged; only network ACLs deny."""
    if verdict is Verdict.ACCEPT:
        yield f"{match}{verdict.value}", because
        return
    stage = (
        Stage.NETWORK_ACL_EGRESS if filter_name.endswith("/egress") else Stage.NETWORK_ACL_INGRESS
    )
    for text in ruleset.dropped(stage.value, because, match):
        yield text, because


def _remotes(side: str, networks: list[Any]) -> str:
    family, everywhere = (
        ("ip6", "::/0") if isinstance(networks[0], IPv6Network) else ("ip", "0.0.0.0/0")
    )
    collapsed = [str(network) for network in collapse_addresses(networks)]
    if everywhere in collapsed:
        return f"meta nfproto {'ipv6' if family == 'ip6' else 'ipv4'} "
    return f"{family} {side} {{ {', '.join(collapsed)} }} "


def _service(match: Match) -> str:
    if match.protocol is None:
        return ""
    if match.ports is not None:
        first, last = match.ports
        ports = str(first) if first == last else f"{first}-{last}"
        return f"meta l4proto {match.protocol} th dport {ports} "
    if match.icmp is not None:
        return _icmp(match.protocol, *match.icmp)
    return f"meta l4proto {match.protocol} "


def _icmp(protocol: int, kind: int, code: int) -> str:
    name = "icmp" if protocol == 1 else "icmpv6"
    wanted = f"meta l4proto {protocol} "
    if kind >= 0:
        wanted += f"{name} type {kind} "
    if code >= 0:
        wanted += f"{name} code {code} "
    return wanted


def _guard(entry: Guard, ends: Ends) -> Iterator[KernelObject]:
    name = chain_name(f"{entry.stage.value}/{'+'.join(entry.filters)}")
    jumps = tuple((f"jump {chain_name(one)}", one) for one in entry.filters)
    groups = ", ".join(one.partition("/")[0] for one in entry.filters)
    rest = ruleset.dropped(entry.stage.value, f"no rule of {groups}")
    yield ruleset.chain(
        entry.place,
        name,
        (*jumps, *((text, f"{entry.stage.value}: no rule allows it") for text in rest)),
    )
    if isinstance(entry.at, str):
        at, container = f'"{device_name(entry.at)}"', GUARD_MAPS[entry.stage]
    else:
        at, container = str(entry.at), _of(ADDRESS_GUARD_MAPS[entry.stage], entry.at.version)
    yield NftElement(entry.place, container, at, f"goto {name}")


def _subnet_guard(entry: SubnetGuard, ends: Ends) -> Iterator[KernelObject]:
    """A chain a subnet, so that another ACL changes a chain and no element."""
    name = chain_name(f"{entry.stage.value}/{entry.subnet}")
    rest = ruleset.dropped(entry.stage.value, f"no entry of {entry.because.id}")
    yield ruleset.chain(
        entry.place,
        name,
        (
            (f"jump {chain_name(entry.filter)}", entry.filter),
            *((text, f"{entry.stage.value}: no entry allows it") for text in rest),
        ),
    )
    edge, near = SUBNET_GUARD_MAPS[entry.stage]
    group, verdict = str(number(entry.subnet)), f"goto {name}"
    yield NftElement(entry.place, edge, group, verdict)
    yield NftElement(entry.place, ruleset.EDGE_INSIDE, f"{group} . {group}")
    for address in entry.addresses:
        inside = _of(ruleset.NEAR_INSIDE, address.version)
        yield NftElement(entry.place, _of(near, address.version), str(address), verdict)
        yield NftElement(entry.place, inside, f"{group} . {address}")


def _source_check(entry: SourceCheck, ends: Ends) -> Iterator[KernelObject]:
    device = device_name(entry.interface)
    yield NftElement(entry.place, ruleset.CHECKED, f'"{device}"')
    for address in entry.addresses:
        own = _of(ruleset.OWN, address.version)
        yield NftElement(entry.place, own, f'"{device}" . {address}')


def _border(entry: Border, ends: Ends) -> Iterator[KernelObject]:
    inside, outside = device_name(entry.inside), device_name(entry.outside)
    yield from ruleset.border(entry.place, inside, outside, entry.outward)
    for block in entry.untranslated:
        yield NftElement(entry.place, ruleset.UNTRANSLATED, str(block))


def _one_to_one(entry: OneToOne, ends: Ends) -> Iterator[KernelObject]:
    yield NftElement(entry.place, ruleset.PRIVATE, str(entry.private))
    yield NftElement(entry.place, ruleset.PUBLIC_OF, str(entry.private), str(entry.public))
    yield NftElement(entry.place, ruleset.PRIVATE_OF, str(entry.public), str(entry.private))


def _port_translation(entry: PortTranslation, ends: Ends) -> Iterator[KernelObject]:
    yield from ruleset.port_translation(entry.place, str(entry.address))


def _listener(entry: Listener, ends: Ends) -> Iterator[KernelObject]:
    single = entry.addresses.prefixlen == entry.addresses.max_prefixlen
    container = ruleset.GUARDED if entry.guarded else ruleset.LISTENERS
    address = str(entry.addresses.network_address) if single else str(entry.addresses)
    yield NftElement(
        entry.place,
        _of(container if single else ruleset.RANGES, entry.addresses.version),
        f"{address} . {PROTOCOLS[entry.protocol]} . {entry.port}",
    )


LOWERINGS: dict[type[Entry], Callable[[Any, Ends], Iterable[KernelObject]]] = {
    Place: _place,
    Link: _link,
    Route: _route,
    TableChoice: _table_choice,
    SourceChoice: _source_choice,
    AnswerChoice: _answer_choice,
    AddressSet: _address_set,
    Filter: _filter,
    Guard: _guard,
    SubnetGuard: _subnet_guard,
    SourceCheck: _source_check,
    Border: _border,
    OneToOne: _one_to_one,
    PortTranslation: _port_translation,
    Balancer: _balancer,
    Intake: _intake,
    BalancedPort: _balanced_port,
    Listener: _listener,
}
SECTIONS = frozenset(kind.section for kind in LOWERINGS)
