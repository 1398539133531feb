"""What names mean in a VPC, written a second time, on dnspython and from AWS's pages alone.

It shares no code with `genkan.dns` and `genkan.compile`: it reads a world as it was drawn and gives
every answer that would be right. The rules are those of the Amazon Route 53 developer guide: "VPC
DNS resolution and Resolver rules" (the longest domain wins, a forwarding rule beats a zone of its
name, a system rule leaves a domain to the VPC), "Considerations when working with a private hosted
zone" (both DNS attributes; no falling through; no delegation), "Choosing a routing policy", "How
Amazon Route 53 chooses records when health checking is configured"; RFC 1034 for CNAMEs, RFC 2308
for denials, RFC 4592 for wildcards, RFC 8020 for names between others.

Slow and plain on purpose: every question looks through everything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.name import Name

from genkan.model.catalogue.addresses import public_addresses
from genkan.model.catalogue.regions import REGIONS
from genkan.model.catalogue.services import SERVICES, hosts
from tests.dns.world import REGIONS as DRAWN
from tests.dns.world import ASet, Built, identifier, under

T = TypeVar("T")
LONGEST_CHAIN = 16
MOST_VALUES = 8
TTL = 60  # of names that AWS makes
Records = tuple[str, int, str, frozenset[bytes]]  # owner, TTL, type, values


@dataclass(frozen=True)
class Outcome:
    """One right answer. `denial` is the owner and the TTL of the SOA that denies; `forwarded` the
    name that is somebody else's to answer."""

    rcode: str
    answers: tuple[Records, ...] = ()
    denial: tuple[str, int] | None = None
    forwarded: str | None = None


@dataclass
class Zone:
    """Record sets by name and type."""

    origin: Name
    denial: int  # seconds
    rows: dict[Name, dict[str, list[ASet]]] = field(default_factory=dict)
    there: set[Name] = field(default_factory=set)  # names with records, and all above them

    def add(self, name: Name, of_type: str, row: ASet) -> None:
        self.rows.setdefault(name, {}).setdefault(of_type, []).append(row)
        self.there.update(Name(name.labels[at:]) for at in range(len(name.labels)))

    def exists(self, name: Name) -> bool:
        return name == self.origin or (name in self.there and name.is_subdomain(self.origin))

    def at(self, name: Name) -> dict[str, list[ASet]] | None:
        """Give what answers for a name; None: there is no such name."""
        if self.exists(name):
            return self.rows.get(name, {})
        above = name.parent()
        while not self.exists(above):
            above = above.parent()
        star = Name((b"*", *above.labels))
        return self.rows.get(star, {}) if self.exists(star) else None


class Reference:
    """A world's names."""

    def __init__(self, built: Built) -> None:
        self._world = built.world
        self._zones = [self._hosted(number) for number in range(len(self._world.zones))]
        self._internet = _the_internet(built.public)
        self._named = {vpc: list(_hidden(names)) for vpc, names in built.named.items()}

    def outcomes(self, vpc: int, name: str, of_type: str) -> set[Outcome]:
        """Give every right answer to a question asked in a VPC."""
        return set(self._ask(vpc, dns.name.from_text(name.lower()), of_type, (), 1))

    def _ask(
        self, vpc: int, name: Name, of_type: str, before: tuple[Records, ...], asked: int
    ) -> Iterator[Outcome]:
        if asked > LONGEST_CHAIN:
            yield Outcome("SERVFAIL")
            return
        zone = self._who_answers(vpc, name)
        if zone is None:
            yield Outcome("NOERROR", before, forwarded=name.to_text())
            return
        rows = zone.at(name)
        denial = zone.origin.to_text(), zone.denial
        if rows is None:
            yield Outcome("NXDOMAIN", before, denial)
            return
        for kind in (of_type, "CNAME"):
            if kind not in rows:
                continue
            for found in self._chosen(vpc, zone, rows[kind], kind, frozenset()):
                if found is None:
                    yield Outcome("NOERROR", before, denial)
                    continue
                ttl, values = found
                told = (*before, (name.to_text(), ttl, kind, _wire(kind, values)))
                if kind == of_type:
                    yield Outcome("NOERROR", told)
                else:
                    target = dns.name.from_text(values[0].lower())
                    yield from self._ask(vpc, target, of_type, told, asked + 1)
            return
        yield Outcome("NOERROR", before, denial)

    def _who_answers(self, vpc: int, name: Name) -> Zone | None:
        """Give the zone that answers a name in a VPC; None: a rule sends the question on."""
        here = self._world.vpcs[vpc]
        zones: list[Zone] = []
        if here.support and here.hostnames:
            zones += [
                zone
                for zone, one in zip(self._zones, self._world.zones, strict=True)
                if vpc in one.vpcs
            ]
            zones += self._named.get(vpc, [])
        zone = _longest((one.origin, one) for one in zones if name.is_subdomain(one.origin))
        rules = [one for one in self._world.rules if vpc in one.vpcs]
        rule = _longest(
            (domain, one)
            for one in rules
            if name.is_subdomain(domain := dns.name.from_text(one.domain))
        )
        if rule and rule[1].forwards and (not zone or len(rule[0]) >= len(zone[0])):
            return None
        if zone:
            return zone[1]
        public = _longest(
            (held.origin, held)
            for held, one in zip(self._zones, self._world.zones, strict=True)
            if not one.vpcs and name.is_subdomain(held.origin)
        )
        return public[1] if public else self._internet

    def _hosted(self, number: int) -> Zone:
        one = self._world.zones[number]
        origin = dns.name.from_text(one.origin.lower())
        ttl, minimum = one.soa
        zone = Zone(origin, min(ttl, minimum))
        soa = ASet(
            number, "", "SOA", ttl, (f"ns.example.net. host.example.net. 1 2 3 4 {minimum}",)
        )
        zone.add(origin, "SOA", soa)
        zone.add(origin, "NS", ASet(number, "", "NS", 0, ("?",)))  # whatever the API gave it
        for row in self._world.sets:
            if row.zone == number:
                zone.add(dns.name.from_text(under(row.labels, one.origin).lower()), row.type, row)
        return zone

    def _chosen(
        self, vpc: int, zone: Zone, rows: list[ASet], kind: str, seen: frozenset[ASet]
    ) -> Iterator[tuple[int, tuple[str, ...]] | None]:
        """Give each TTL with values that record sets of one name and type may answer."""
        rows = sorted(rows, key=self._identifier)
        well = [one for one in rows if self._is_well(zone, one, frozenset())] or rows
        policy = rows[0].policy
        if policy == "multi":
            held = well[:MOST_VALUES]
            yield min(one.ttl for one in held), tuple(v for one in held for v in one.values)
            return
        if policy == "weight":
            heavy = [one for one in well if one.how]
            answering = heavy or well
        elif policy == "latency":
            region = self._world.vpcs[vpc].region
            near = [one for one in well if DRAWN[one.how % 2] == region]
            answering = (near or well)[:1]
        elif policy == "failover":
            answering = [min(well, key=lambda one: one.how % 2)]
        else:
            answering = rows
        for one in answering:
            yield from self._held(vpc, zone, one, kind, seen)

    def _held(
        self, vpc: int, zone: Zone, row: ASet, kind: str, seen: frozenset[ASet]
    ) -> Iterator[tuple[int, tuple[str, ...]] | None]:
        if row.alias is None:
            yield row.ttl, row.values
            return
        target = dns.name.from_text(under(row.alias, zone.origin.to_text()).lower())
        there = (zone.at(target) or {}).get(kind)
        if there is None or row in seen:
            yield None
        else:
            yield from self._chosen(vpc, zone, there, kind, seen | {row})

    def _is_well(self, zone: Zone, row: ASet, seen: frozenset[ASet]) -> bool:
        if row.well is False:
            return False
        if row.alias is None or not row.evaluates or row in seen:
            return True
        target = dns.name.from_text(under(row.alias, zone.origin.to_text()).lower())
        there = zone.rows.get(target, {}).get(row.type, [])
        return any(self._is_well(zone, one, seen | {row}) for one in there)

    def _identifier(self, row: ASet) -> str:
        return identifier(self._world, row) if row.policy else ""


def _longest(found: Iterable[tuple[Name, T]]) -> tuple[Name, T] | None:
    return max(found, key=lambda one: len(one[0]), default=None)


def _decimal(value: str) -> str:
    """Write Route 53's octal escapes as zone files have them."""
    return re.sub(r"\\([0-7]{3})", lambda found: f"\\{int(found[1], 8):03}", value)


def _wire(kind: str, values: Iterable[str]) -> frozenset[bytes]:
    of_type = dns.rdatatype.from_text(kind)
    return frozenset(
        b"?"
        if value == "?"
        else dns.rdata.from_text(
            dns.rdataclass.IN, of_type, _decimal(value), origin=dns.name.root, relativize=False
        ).to_wire()
        for value in values
    )


def _hidden(names: list[tuple[str, list[str]]]) -> Iterator[Zone]:
    """Give the zones of an endpoint's private names: one a name, which a wildcard is below."""
    for text, addresses in names:
        name = dns.name.from_text(text)
        zone = Zone(name.parent() if name.is_wild() else name, TTL_OF_DENIALS)
        zone.add(name, "A", ASet(-1, "", "A", TTL, tuple(addresses)))
        yield zone


TTL_OF_DENIALS = 900  # of a zone whose SOA nobody changed


def _the_internet(endpoints: dict[str, list[str]]) -> Zone:
    """Give what is outside every hosted zone: the names of AWS's services and of endpoints."""
    services = _services()
    zone = Zone(dns.name.root, TTL_OF_DENIALS, dict(services.rows), set(services.there))
    for text, addresses in endpoints.items():
        zone.add(dns.name.from_text(text), "A", ASet(-1, "", "A", TTL, tuple(addresses)))
    return zone


@cache
def _services() -> Zone:
    zone = Zone(dns.name.root, TTL_OF_DENIALS)
    for region in REGIONS:
        for service in SERVICES.values():
            addresses = tuple(str(one) for one in public_addresses(service.code, region))
            for host in dict.fromkeys(hosts(service, region)):
                zone.add(dns.name.from_text(host), "A", ASet(-1, "", "A", TTL, addresses))
    return zone
