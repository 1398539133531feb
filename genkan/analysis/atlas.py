"""A program indexed for walks: who is at the far end, which route is the longest, who owns what."""

from collections.abc import Iterator
from copy import copy
from ipaddress import IPv6Network
from typing import TypeVar

from genkan.program import Delta, Entry, Program
from genkan.program.address import Address, Block
from genkan.program.balancing import BalancedPort, Balancer, Intake, RelayedPort
from genkan.program.filter import (
    AddressSet,
    Filter,
    Guard,
    Rule,
    SourceCheck,
    Stage,
    SubnetGuard,
)
from genkan.program.inspection import Inspection
from genkan.program.place import End, Link, Place
from genkan.program.route import (
    PLACE_TABLE,
    PREFIX_LENGTH,
    AnswerChoice,
    Deliver,
    Local,
    Route,
    SourceChoice,
    TableChoice,
)
from genkan.program.service import Listener
from genkan.program.translation import Border, OneToOne, PortTranslation

E = TypeVar("E", bound=Entry)
K = TypeVar("K")
# Bits of the host part, the fewest first → number of the network → what is for that block.
Lengths = dict[int, dict[int, E]]
Members = tuple[frozenset[Address], tuple[IPv6Network, ...]]
NOBODY: frozenset[Address] = frozenset()
READ: tuple[type[Entry], ...] = (
    Place,
    Link,
    Route,
    OneToOne,
    SubnetGuard,
    Listener,
    SourceChoice,
    Border,
    PortTranslation,
    Balancer,
    Inspection,
)


class Atlas:
    """One program, read once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.places: dict[str, Place] = {}
        self.far_ends: dict[tuple[str, str], End] = {}
        self.near_ends: dict[tuple[str, str], End] = {}
        self.links: dict[tuple[str, str], Link] = {}
        self._owned: dict[str, frozenset[Address]] = {}
        self._routes: dict[tuple[str, str, int], Lengths[Route]] = {}
        self.private_of: dict[tuple[str, Address], OneToOne] = {}
        self._near_guards: dict[tuple[str, str, Address], SubnetGuard] = {}
        self._subnets_of: dict[tuple[str, Address], frozenset[str]] = {}
        self._listeners: dict[tuple[str, int, int, int], Lengths[Listener]] = {}
        self._choosing: dict[str, dict[str, SourceChoice]] = {}
        self._borders: dict[str, Border] = {}
        self._port_translations: dict[str, PortTranslation] = {}
        self._balancers: dict[str, Balancer] = {}
        self._inspections: dict[str, Inspection] = {}
        self._members: dict[tuple[str, str], Members] = {}  # of sets asked so far
        for kind in READ:
            for entry in program.of(kind):
                self._read(entry)

    def _read(self, entry: Entry) -> None:
        match entry:
            case Place(id=name):
                self.places[name] = entry
            case Link(left=left, right=right):
                for end, far in ((left, right), (right, left)):
                    self.far_ends[end.place, end.name] = far
                    self.near_ends[end.place, end.name] = end
                    self.links[end.place, end.name] = entry
                    self._owned[end.place] = self._owned.get(end.place, NOBODY) | set(end.addresses)
            case Route():
                _put(self._routes.setdefault(_table_of(entry), {}), entry.destination, entry)
            case OneToOne():
                self.private_of[entry.place, entry.public] = entry
            case SubnetGuard():
                for address in entry.addresses:
                    self._near_guards[entry.place, entry.stage.value, address] = entry
                    near = self._subnets_of.get((entry.place, address), frozenset())
                    self._subnets_of[entry.place, address] = near | {entry.subnet}
            case Listener():
                _put(self._listeners.setdefault(_port_of(entry), {}), entry.addresses, entry)
            case SourceChoice(place=place):
                known = self._choosing.get(place, {})
                self._choosing[place] = {**known, str(entry.source): entry}
            case Border():
                self._borders[entry.place] = entry
            case PortTranslation():
                self._port_translations[entry.place] = entry
            case Balancer():
                self._balancers[entry.place] = entry
            case Inspection():
                self._inspections[entry.place] = entry

    def after(self, program: Program, delta: Delta) -> "Atlas":
        """Give the atlas of `program`, to which `delta` leads; it costs what the delta costs, and a
        copy of what is flat."""
        new = copy(self)
        new.program = program
        for name, held in vars(self).items():
            if isinstance(held, dict):
                setattr(new, name, dict(held))
        for entry in (*delta.put, *delta.removed):
            if isinstance(entry, Route):
                _part(self._routes, new._routes, _table_of(entry))
            elif isinstance(entry, Listener):
                _part(self._listeners, new._listeners, _port_of(entry))
        replaced = (self.program.get(entry.key) for entry in delta.put)
        for gone in (*delta.removed, *replaced):
            if gone is not None:
                new._forget(gone)
        for entry in delta.put:
            new._read(entry)
        return new

    def _forget(self, entry: Entry) -> None:
        match entry:
            case Link(left=left, right=right):
                for end in (left, right):
                    for held in (self.far_ends, self.near_ends, self.links):
                        held.pop((end.place, end.name), None)
                    self._owned[end.place] = self._owned[end.place] - set(end.addresses)
            case Route():
                _take(self._routes[_table_of(entry)], entry.destination)
            case OneToOne():
                self.private_of.pop((entry.place, entry.public), None)
            case SubnetGuard():
                for address in entry.addresses:
                    self._near_guards.pop((entry.place, entry.stage.value, address), None)
                    at = (entry.place, address)
                    self._subnets_of[at] = self._subnets_of[at] - {entry.subnet}
            case Listener():
                _take(self._listeners[_port_of(entry)], entry.addresses)
            case Place(id=name):
                del self.places[name]
            case AddressSet():
                self._members.pop((entry.place, entry.name), None)
            case SourceChoice(place=place):
                self._choosing[place] = dict(self._choosing[place])
                del self._choosing[place][str(entry.source)]
            case Border():
                del self._borders[entry.place]
            case PortTranslation():
                del self._port_translations[entry.place]
            case Balancer():
                del self._balancers[entry.place]
            case Inspection():
                del self._inspections[entry.place]

    def find(self, kind: type[E], *key: str) -> E | None:
        """Give the entry of a kind with this key."""
        found = self.program.get((kind.section, *key))
        return found if isinstance(found, kind) else None

    def place(self, name: str) -> Place | None:
        return self.places.get(name)

    def owns(self, place: str, address: Address) -> bool:
        """Tell whether an address is one of the place's own interfaces'."""
        return address in self._owned.get(place, ())

    def answers_for(self, place: str, address: Address) -> bool:
        """Tell whether packets to an address end at the place."""
        found = self.owns(place, address) or self._longest(place, PLACE_TABLE, address)
        return found is True or bool(found and isinstance(found.action, Deliver))

    def addresses(self, place: str) -> frozenset[Address]:
        return self._owned.get(place, NOBODY)

    def owners(self, address: Address) -> Iterator[str]:
        """Give the places that have an address, in the order of their names."""
        return iter(sorted(place for place, owned in self._owned.items() if address in owned))

    def route(self, place: str, tables: tuple[str, ...], address: Address) -> Route | None:
        """Give the route that decides: of the first table that has one which is not Local."""
        for table in (*tables, PLACE_TABLE):
            found = self._longest(place, table, address)
            if found is not None and not isinstance(found.action, Local):
                return found
        return None

    def _longest(self, place: str, table: str, address: Address) -> Route | None:
        return _longest(self._routes.get((place, table, address.version), {}), address)

    def tables_for(self, place: str, interface: str) -> tuple[str, ...]:
        """Give the tables that packets from an interface ask before the place's own."""
        choice = self.table_choice(place, interface)
        return (choice.table,) if choice else ()

    def table_choice(self, place: str, interface: str | None) -> TableChoice | None:
        subnet = self.subnet(place, interface)
        return self.find(TableChoice, place, subnet) if subnet else None

    def tables_of_source(self, place: str, source: Address) -> tuple[str, ...]:
        choice = self.source_choice(place, source)
        return (choice.table,) if choice else ()

    def source_choice(self, place: str, source: Address) -> SourceChoice | None:
        held = self._choosing.get(place)
        if not held:
            return None
        found = held.get(str(source))
        if found is None and source.version == 6:
            found = held.get(str(IPv6Network((int(source), PREFIX_LENGTH), strict=False)))
        return found

    def subnet(self, place: str, interface: str | None) -> str | None:
        """Give the subnet that an interface of a place is in."""
        end = self.near_ends.get((place, interface)) if interface else None
        return end.subnet if end else None

    def guard(self, place: str, stage: Stage, at: str | Address) -> Guard | None:
        return self.find(Guard, place, stage.value, str(at))

    def filter(self, place: str, name: str) -> Filter | None:
        return self.find(Filter, place, name)

    def rules(self, place: str, name: str) -> tuple[Rule, ...]:
        found = self.filter(place, name)
        return found.rules if found else ()

    def has_member(self, place: str, name: str, address: Address) -> bool:
        """Tell whether an address is in a set of a place."""
        members, blocks = self._members.get((place, name)) or self._members_of(place, name)
        return address in members or (
            address.version == 6 and any(address in one for one in blocks)
        )

    def _members_of(self, place: str, name: str) -> Members:
        found = self.find(AddressSet, place, name)
        members = (frozenset(found.members), found.blocks) if found else (NOBODY, ())
        if found is not None:
            self._members[place, name] = members
        return members

    def edge(self, place: str, stage: Stage, subnet: str | None) -> SubnetGuard | None:
        return self.find(SubnetGuard, place, stage.value, subnet) if subnet else None

    def near_edge(self, place: str, stage: Stage, address: Address) -> SubnetGuard | None:
        """Give the guard at the edge of the subnet in which the place delivers an address."""
        return self._near_guards.get((place, stage.value, address))

    def delivers_in(self, place: str, address: Address, subnet: str | None) -> bool:
        """Tell whether the place delivers an address inside this subnet."""
        return subnet in self._subnets_of.get((place, address), ())

    def source_check(self, place: str, interface: str) -> SourceCheck | None:
        return self.find(SourceCheck, place, interface)

    def border(self, place: str) -> Border | None:
        return self._borders.get(place)

    def port_translation(self, place: str) -> PortTranslation | None:
        return self._port_translations.get(place)

    def is_foreign(self, place: str, interface: str) -> bool:
        """Tell whether an interface leads to where a place's own services are not for."""
        found = self.links.get((place, interface))
        return found is not None and found.foreign

    def answer_choice(self, place: str, interface: str | None) -> AnswerChoice | None:
        """Give where answers to connections go that came by an interface."""
        return self.find(AnswerChoice, place, interface) if interface else None

    def balancer(self, place: str) -> Balancer | None:
        return self._balancers.get(place)

    def intake(self, place: str, interface: str) -> Intake | None:
        return self.find(Intake, place, interface)

    def balanced_port(
        self, place: str, version: int, protocol: int, port: int
    ) -> BalancedPort | None:
        return self.find(BalancedPort, place, str(version), str(protocol), str(port))

    def relayed_port(
        self, place: str, version: int, protocol: int, port: int
    ) -> RelayedPort | None:
        return self.find(RelayedPort, place, str(version), str(protocol), str(port))

    def inspection(self, place: str) -> Inspection | None:
        return self._inspections.get(place)

    def public_of(self, place: str, private: Address) -> OneToOne | None:
        return self.find(OneToOne, place, str(private))

    def listener(self, place: str, address: Address, protocol: int, port: int) -> Listener | None:
        """Give what listens at an address; one for that address alone before one for a range."""
        return _longest(self._listeners.get((place, protocol, port, address.version), {}), address)


def _table_of(route: Route) -> tuple[str, str, int]:
    return (route.place, route.table, route.destination.version)


def _port_of(listener: Listener) -> tuple[str, int, int, int]:
    return (listener.place, listener.protocol, listener.port, listener.addresses.version)


def _put(lengths: Lengths[E], block: Block, entry: E) -> None:
    shift, number = _where(block)
    if shift not in lengths:
        known = {**lengths, shift: {}}
        lengths.clear()
        lengths.update((one, known[one]) for one in sorted(known))
    lengths[shift][number] = entry


def _take(lengths: Lengths[E], block: Block) -> None:
    shift, number = _where(block)
    del lengths[shift][number]


def _where(block: Block) -> tuple[int, int]:
    shift = block.max_prefixlen - block.prefixlen
    return shift, int(block.network_address) >> shift


def _part(before: dict[K, Lengths[E]], after: dict[K, Lengths[E]], key: K) -> None:
    """Give `after` lengths of its own under a key, where it shares them still."""
    held = before.get(key)
    if held is not None and after[key] is held:
        after[key] = {shift: dict(entries) for shift, entries in held.items()}


def _longest(lengths: Lengths[E], address: Address) -> E | None:
    """Give what is for the smallest block that an address is in."""
    number = int(address)
    for shift, entries in lengths.items():
        found = entries.get(number >> shift)
        if found is not None:
            return found
    return None


def is_single(block: Block) -> bool:
    return block.prefixlen == block.max_prefixlen
