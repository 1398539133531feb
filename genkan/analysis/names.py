"""What a name answers in a view, read from a program: the way of a question, without its bytes.

The zone with the longest origin of those attached to the view (or the one beyond it) decides, a
forwarding where it is as long; then those attached to every view, then the public zone. A zone
that decides is authoritative. Aliases and CNAMEs are followed; of several that answer by chance all
are given.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from ipaddress import ip_address

from genkan.analysis.name_firewalls import NameFirewalls, blocks
from genkan.program import Because, Delta, Entry, Program
from genkan.program.address import Address, in_order
from genkan.program.entry import Key
from genkan.program.firewall import BlockResponse, DomainList, Firewall
from genkan.program.names import (
    EVERY_VIEW,
    PUBLIC_ZONE,
    Alternative,
    Forwarding,
    RecordSet,
    Resolver,
    Zone,
    ZoneAttachment,
)

LONGEST_CHAIN = 16
FAMILIES = ("A", "AAAA")
Records = dict[str, dict[str, RecordSet]]  # name → type → what is for it
READ: tuple[type[Entry], ...] = (
    Zone,
    ZoneAttachment,
    Forwarding,
    Resolver,
    Firewall,
    DomainList,
)


class Ending(Enum):
    """How a question ends."""

    ANSWERED = "answered"
    NOTHING = "no record of this type"
    NO_SUCH_NAME = "no such name"
    ELSEWHERE = "somebody else answers"  # whom a forwarding asks
    NO_RESOLVER = "no resolver"


_BLOCKED = {
    BlockResponse.NODATA: Ending.NOTHING,
    BlockResponse.NXDOMAIN: Ending.NO_SUCH_NAME,
    None: Ending.NOTHING,
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """An answer: `because` is the zone or forwarding that decided the name asked for; `origin` its
    domain. `by_chance`: `addresses` are of several answers, of which one comes."""

    ending: Ending
    addresses: tuple[Address, ...] = ()
    zone: str | None = None
    origin: str = ""
    because: Because | None = None
    ttl: int = 0
    by_chance: bool = False


class _ZoneNames:
    """A zone's names, and all above them that exist by them: read when they are first asked for,
    as those of most zones never are."""

    def __init__(self, held: Iterable[RecordSet] = ()) -> None:
        self._held = held

    @cached_property
    def records(self) -> Records:
        found: Records = {}
        for one in self._held:
            found.setdefault(one.name, {})[one.type] = one
        return found

    @cached_property
    def above(self) -> set[str]:
        found: set[str] = set()
        for name in self.records:
            for one in _ancestors(name):
                if one in found:
                    break  # and so is all above it
                found.add(one)
        return found

    def after(self, put: Iterable[RecordSet], gone: Iterable[RecordSet]) -> "_ZoneNames":
        """Give a copy that lacks some records, and has others."""
        records = dict(self.records)
        for one in gone:
            held = {of: two for of, two in records[one.name].items() if of != one.type}
            records[one.name] = held
            if not held:
                del records[one.name]
        for one in put:
            records[one.name] = {**records.get(one.name, {}), one.type: one}
        new = _ZoneNames()
        new.records = records
        return new

    def find(self, name: str, origin: str) -> dict[str, RecordSet] | None:
        """Give the records of a name, by itself or a wildcard; None: no such name."""
        if name in self.records:
            return self.records[name]
        if name == origin or name in self.above:
            return {}
        for above in _ancestors(name):
            if above == origin or self._exists(above):
                wild = f"*.{above}" if above else "*"
                return self.records.get(wild, {}) if self._exists(wild) else None
        return None

    def _exists(self, name: str) -> bool:
        return name in self.records or name in self.above


class NameBook:
    """A program's zones, read once."""

    def __init__(self, program: Program) -> None:
        self._zones: dict[str, Zone] = {}
        self._attachments: dict[Key, ZoneAttachment] = {}
        self._views: dict[str, dict[str, str]] = {}  # view, origin: the zone's id
        self._forwardings: dict[str, dict[str, Forwarding]] = {}
        self.resolvers: dict[str, Resolver] = {}
        self._walls: dict[Key, Entry] = {}  # firewalls, and their lists of domains
        held = _by_zone(program.of(RecordSet))
        self._names = {zone: _ZoneNames(records) for zone, records in held.items()}
        for kind in READ:
            for entry in program.of(kind):
                self._read(entry)
        self._attach()

    def after(self, delta: Delta) -> "NameBook":
        """Give the book of the program to which a difference leads; it costs what the difference
        costs, and a copy of the names of the zones in it."""
        new = NameBook(Program())
        new._zones, new._names = dict(self._zones), dict(self._names)
        new._attachments, new.resolvers = dict(self._attachments), dict(self.resolvers)
        new._walls = dict(self._walls)
        new._forwardings = {view: dict(held) for view, held in self._forwardings.items()}
        put, gone = (
            _by_zone(one for one in entries if isinstance(one, RecordSet))
            for entries in (delta.put, delta.removed)
        )
        for zone in {**put, **gone}:
            held = self._names.get(zone, _ZoneNames())
            new._names[zone] = held.after(put.get(zone, ()), gone.get(zone, ()))
        for entry in delta.removed:
            new._forget(entry)
        for entry in delta.put:
            new._read(entry)
        new._attach()
        return new

    def _read(self, entry: Entry) -> None:
        match entry:
            case Zone():
                self._zones[entry.id] = entry
            case ZoneAttachment():
                self._attachments[entry.key] = entry
            case Forwarding():
                self._forwardings.setdefault(entry.view, {})[entry.domain] = entry
            case Resolver():
                self.resolvers[entry.view] = entry
            case Firewall() | DomainList():
                self._walls[entry.key] = entry

    def _forget(self, entry: Entry) -> None:
        match entry:
            case Zone():
                del self._zones[entry.id]
            case ZoneAttachment():
                del self._attachments[entry.key]
            case Forwarding():
                del self._forwardings[entry.view][entry.domain]
            case Resolver():
                del self.resolvers[entry.view]
            case Firewall() | DomainList():
                del self._walls[entry.key]

    def _attach(self) -> None:
        self._firewalls = NameFirewalls(self._walls.values())
        attachments = self._attachments.values()
        for one in sorted(attachments, key=lambda one: one.zone, reverse=True):
            if one.zone in self._zones:
                self._views.setdefault(one.view, {})[self._zones[one.zone].origin] = one.zone

    def zones_of(self, view: str) -> Iterator[Zone]:
        """Give the zones that a view sees, but for those that all see."""
        for one in self._seen(view):
            for name in self._views.get(one, {}).values():
                yield self._zones[name]

    def views_of(self, zone: str) -> Iterator[str]:
        """Give the views that look into a zone, EVERY_VIEW among them."""
        for view, origins in self._views.items():
            if zone in origins.values():
                yield view

    def origin_of(self, zone: str) -> str | None:
        found = self._zones.get(zone)
        return found.origin if found else None

    def names_in(self, zone: str) -> Iterable[str]:
        """Give the names of a zone that have records."""
        found = self._names.get(zone)
        return found.records if found else ()

    def addresses(self, view: str, name: str) -> Resolved:
        """Give the addresses of both families that a name has in a view."""
        return _joined([self.resolve(view, name, kind) for kind in FAMILIES])

    def resolve(self, view: str, name: str, kind: str) -> Resolved:
        """Give what a name answers, of one type; `name` in lower case, without its final dot."""
        if view not in self.resolvers:
            return Resolved(Ending.NO_RESOLVER)
        first = self._decide(view, name)
        decided, asked, inspected, none = first, name, True, Ending.NO_SUCH_NAME
        for number in range(LONGEST_CHAIN):
            rule = (
                self._firewalls.rule(self._seen(view), asked, kind, following=number > 0)
                if inspected
                else None
            )
            if rule is not None and blocks(rule):
                if rule.response is not BlockResponse.OVERRIDE:
                    return Resolved(_BLOCKED[rule.response], because=rule.because)
                asked, inspected = rule.override.rstrip(".").lower(), False
                none = Ending.NOTHING  # the CNAME is an answer, wherever it leads
                decided = self._decide(view, asked)
            elif rule is not None and not rule.follows:
                inspected = False
            if isinstance(decided, Forwarding):
                return _told(first, Ending.ELSEWHERE)
            found = self._names.get(decided.id, _ZoneNames()).find(asked, decided.origin)
            if found is None:
                return _told(first, none)
            held = self._held(view, found.get(kind))
            if held:
                return _answer(first, held, kind)
            ways = self._held(view, found.get("CNAME"))
            if not ways:
                return _told(first, Ending.NOTHING)
            asked = ways[0].values[0].rstrip(".").lower()
            decided = self._decide(view, asked)
        return _told(first, Ending.NOTHING)

    def _seen(self, view: str) -> tuple[str, ...]:
        resolver = self.resolvers.get(view)
        return (view, resolver.beyond) if resolver and resolver.beyond else (view,)

    def _decide(self, view: str, name: str) -> Zone | Forwarding:
        """Give the zone or the forwarding that has the word on a name."""
        seen = self._seen(view)
        zones = [zone for one in seen if (zone := self._attached(one, name))]
        zone = max(zones, key=lambda one: len(one.origin), default=None)
        taken = [found for one in seen if (found := self._forwarding(one, name))]
        forwarding = max(taken, key=lambda one: len(one.domain), default=None)
        wins = zone is None or (forwarding and len(forwarding.domain) >= len(zone.origin))
        if forwarding and forwarding.targets and wins:
            return forwarding
        return zone or self._attached(EVERY_VIEW, name) or self._zones[PUBLIC_ZONE]

    def _attached(self, view: str, name: str) -> Zone | None:
        origins = self._views.get(view, {})
        return next((self._zones[origins[one]] for one in _lineage(name) if one in origins), None)

    def _forwarding(self, view: str, name: str) -> Forwarding | None:
        domains = self._forwardings.get(view, {})
        return next((domains[one] for one in _lineage(name) if one in domains), None)

    def _held(self, view: str, record: RecordSet | None) -> list[Alternative]:
        """Give the answers that a record stands for, at the end of its aliases."""
        if record is None:
            return []
        return [
            one
            for chosen in self._chosen(view, record)
            if (one := self._aliased(view, chosen, record.type)) is not None and one.values
        ]

    def _aliased(self, view: str, chosen: Alternative, kind: str) -> Alternative | None:
        for _ in range(LONGEST_CHAIN):
            if chosen.alias is None:
                return chosen
            zone = self._zones.get(chosen.alias.zone)
            names = self._names.get(chosen.alias.zone)
            target = chosen.alias.name.lower()
            held = names.find(target, zone.origin if zone else "") if names else None
            record = (held or {}).get(kind)
            if record is None:
                return None
            chosen = self._chosen(view, record)[0]
        return None

    def _chosen(self, view: str, record: RecordSet) -> list[Alternative]:
        there = record.alternatives
        if not there:
            return [Alternative(ttl=record.ttl, values=record.values, alias=record.alias)]
        if there[0].weight is not None:
            whole = sum(one.weight or 0 for one in there)
            return [one for one in there if one.weight or not whole]
        region = self.resolvers[view].region
        return [next((one for one in there if region and one.region == region), there[0])]


def _by_zone(records: Iterable[RecordSet]) -> dict[str, list[RecordSet]]:
    held: dict[str, list[RecordSet]] = {}
    for one in records:
        held.setdefault(one.zone, []).append(one)
    return held


def _answer(first: Zone | Forwarding, held: list[Alternative], kind: str) -> Resolved:
    told = _told(first, Ending.ANSWERED)
    values = {value for one in held for value in one.values} if kind in FAMILIES else set()
    return Resolved(
        told.ending,
        in_order(ip_address(value) for value in values),
        told.zone,
        told.origin,
        told.because,
        min(one.ttl for one in held),
        len(held) > 1,
    )


def _told(first: Zone | Forwarding, ending: Ending) -> Resolved:
    if isinstance(first, Forwarding):
        return Resolved(ending, origin=first.domain, because=first.because)
    return Resolved(ending, zone=first.id, origin=first.origin, because=first.because)


def _joined(found: list[Resolved]) -> Resolved:
    """Give the answers of both families as one."""
    answered = [one for one in found if one.ending is Ending.ANSWERED]
    if not answered:
        return found[0]
    first = answered[0]
    return Resolved(
        first.ending,
        tuple(address for one in answered for address in one.addresses),
        first.zone,
        first.origin,
        first.because,
        min(one.ttl for one in answered),
        any(one.by_chance for one in answered),
    )


def _lineage(name: str) -> Iterator[str]:
    """Give a name and every name above it."""
    yield name
    yield from _ancestors(name)


def _ancestors(name: str) -> Iterator[str]:
    """Give every name above, the closest first, the root last."""
    while name:
        name = name.partition(".")[2]
        yield name
