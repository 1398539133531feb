"""Program entries → kernel objects. Pure: one function a section.

A route needs to know the link that it leaves by, so lowering is given the program's links by
interface (`Ends`). Filters have a module of their own.
"""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import Any

from genkan.engine.linux import answers, balancing, filters, gateways, ruleset, settings
from genkan.engine.linux.filters import of_version
from genkan.engine.linux.naming import device_name, number
from genkan.engine.linux.objects import (
    Address,
    Device,
    KernelObject,
    KernelRoute,
    Loopback,
    Namespace,
    Neighbour,
    NftElement,
    PolicyRule,
    Settings,
)
from genkan.program import Entry
from genkan.program.address import Address as IpAddress
from genkan.program.balancing import BalancedPort, Balancer, Intake, RelayedPort
from genkan.program.filter import (
    AddressSet,
    Filter,
    Guard,
    SourceCheck,
    SubnetGuard,
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
    told = settings.wanted(entry.forwards, entry.kind is PlaceKind.VPC, balances, entry.idle)
    yield Namespace(entry.id, entry.forwards, told, adopted=entry.kind is PlaceKind.ATTACHED)
    if entry.forwards:
        yield Settings(entry.id, told)
        yield Loopback(entry.id)
        for version in VERSIONS:
            yield PolicyRule(entry.id, DELIVERY_PRIORITY, None, DELIVERIES, version=version)
    if entry.forwards and not balances:
        yield from ruleset.skeleton(entry.id)
    if entry.idle:
        yield gateways.forgetting(entry.id)


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
        if entry.foreign:
            yield NftElement(end.place, ruleset.FOREIGN, f'"{device_name(end.name)}"')
        if entry.tracks and end is entry.left:
            yield NftElement(end.place, ruleset.TRACKED, f'"{device_name(end.name)}"')
        if entry.passes_on and end is entry.left:
            yield NftElement(end.place, ruleset.PASSING_ON, f'"{device_name(end.name)}"')
            yield ruleset.passing_on(end.place)
        for address in end.addresses:
            yield Address(end.place, device_name(end.name), address)


def _route(entry: Route, ends: Ends) -> Iterator[KernelObject]:
    table = MAIN if entry.table == PLACE_TABLE else number(entry.table)
    match entry.action:
        case Forward(interface, next_hop):
            yield from _forward(entry, table, interface, next_hop, ends)
        case Deliver():
            yield KernelRoute(entry.place, DELIVERIES, entry.destination, "local", "lo")
            yield from ruleset.routers_own(entry.place, entry.destination)
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


def _relayed_port(entry: RelayedPort, ends: Ends) -> Iterable[KernelObject]:
    return balancing.lower_relayed(entry)


def _border(entry: Border, ends: Ends) -> Iterator[KernelObject]:
    inside, outside = device_name(entry.inside), device_name(entry.outside)
    yield from gateways.border(entry.place, inside, outside, entry.outward)
    for block in entry.untranslated:
        yield NftElement(entry.place, gateways.UNTRANSLATED, str(block))


def _one_to_one(entry: OneToOne, ends: Ends) -> Iterator[KernelObject]:
    yield NftElement(entry.place, gateways.PRIVATE, str(entry.private))
    yield NftElement(entry.place, gateways.PUBLIC_OF, str(entry.private), str(entry.public))
    yield NftElement(entry.place, gateways.PRIVATE_OF, str(entry.public), str(entry.private))


def _port_translation(entry: PortTranslation, ends: Ends) -> Iterator[KernelObject]:
    addresses = tuple(map(str, (entry.address, *entry.others)))
    yield from gateways.port_translation(entry.place, addresses, entry.ports)


def _listener(entry: Listener, ends: Ends) -> Iterator[KernelObject]:
    single = entry.addresses.prefixlen == entry.addresses.max_prefixlen
    container = ruleset.GUARDED if entry.guarded else ruleset.LISTENERS
    address = str(entry.addresses.network_address) if single else str(entry.addresses)
    yield NftElement(
        entry.place,
        of_version(container if single else ruleset.RANGES, entry.addresses.version),
        f"{address} . {PROTOCOLS[entry.protocol]} . {entry.port}",
    )


LOWERINGS: dict[type[Entry], Callable[[Any, Ends], Iterable[KernelObject]]] = {
    Place: _place,
    Link: _link,
    Route: _route,
    TableChoice: _table_choice,
    SourceChoice: _source_choice,
    AnswerChoice: _answer_choice,
    AddressSet: filters.address_set,
    Filter: filters.filter_chains,
    Guard: filters.guard,
    SubnetGuard: filters.subnet_guard,
    SourceCheck: filters.source_check,
    Border: _border,
    OneToOne: _one_to_one,
    PortTranslation: _port_translation,
    Balancer: _balancer,
    Intake: _intake,
    BalancedPort: _balanced_port,
    RelayedPort: _relayed_port,
    Listener: _listener,
}
SECTIONS = frozenset(kind.section for kind in LOWERINGS)
