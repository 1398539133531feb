"""Resolution: the records that answer a question, along its aliases, or why there are none.

A CNAME is followed in the same view, into whatever zone its target belongs to. An alias is followed
in the zone that it names, and leaves no trace in the answer. A name that a forwarding takes is for
somebody else to answer. Where the way ends without records, the zone of its last name gives its SOA
(RFC 2308); a zone without one has the SOA that a new Route 53 zone has.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from genkan.dns import domain_name, rdata
from genkan.dns.zones import ZoneIndex, ZoneRecords
from genkan.program.names import ELSEWHERE, Alternative, Forwarding, RecordSet

LOG = logging.getLogger(__name__)
LONGEST_CHAIN = 16
LONGEST_TTL = 2**31 - 1  # RFC 2181, 8
SOA_TTL = 900
SOA_NUMBERS = (1, 7200, 900, 1_209_600, 86_400)  # serial, refresh, retry, expire, minimum
HOSTMASTER = domain_name.parse("awsdns-hostmaster.amazon.com")
NAME_SERVER = b"ns-0"
Chance = Callable[[], float]


class Rcode(IntEnum):
    NOERROR = 0
    FORMERR = 1
    SERVFAIL = 2
    NXDOMAIN = 3
    NOTIMP = 4
    REFUSED = 5
    BADVERS = 16


@dataclass(frozen=True, slots=True)
class Answered:
    """Records of one name and type in wire form."""

    type: int
    ttl: int
    data: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a question comes to. `names` are those asked for on the way, in lower case.

    Each step but the last is a CNAME whose data names the next. `authority` is the origin and SOA
    of the zone that denies the last name. `behind` are the names that aliases stand for. With
    `onward`, the last name is for somebody else to answer. `by_chance`: the same question may be
    answered otherwise next time.
    `is_overridden`: a firewall's word led here, which asks about no name behind it.
    """

    rcode: Rcode
    names: tuple[bytes, ...]
    steps: tuple[Answered, ...] = ()
    authority: tuple[bytes, Answered] | None = None
    behind: tuple[bytes, ...] = ()
    onward: Forwarding | None = None
    by_chance: bool = False
    is_overridden: bool = False


def resolve(
    index: ZoneIndex, view: str, name: bytes, of_type: int, chance: Chance = random.random
) -> Resolution:
    """Answer a question for `name`, in lower case. A value that does not parse is SERVFAIL.

    `chance` gives numbers from 0 to below 1, for records with weights.
    """
    way = _Way(index, view, of_type, chance)
    try:
        return way.follow(name)
    except ValueError as error:
        LOG.error("A question in %s fails: %s Mend the record's values.", view, error)
        return way.end(Rcode.SERVFAIL, with_steps=False)


class _Way:
    """One question, from name to name."""

    def __init__(self, index: ZoneIndex, view: str, of_type: int, chance: Chance) -> None:
        self._index = index
        self._view = view
        self._of_type = of_type
        self._chance = chance
        self._names: list[bytes] = []
        self._behind: list[bytes] = []
        self._steps: list[Answered] = []
        self._by_chance = False

    def follow(self, name: bytes) -> Resolution:
        while len(self._names) < LONGEST_CHAIN:
            self._names.append(name)
            zone = self._index.select(self._view, name)
            if isinstance(zone, Forwarding):
                return self.end(Rcode.NOERROR, onward=zone)
            found = self._answer(zone, name)
            if found is None:
                rcode = Rcode.NXDOMAIN if zone.find(name) is None else Rcode.NOERROR
                return self.end(rcode, (zone.origin or domain_name.ROOT, _denial(zone)))
            self._steps.append(found)
            if found.type == self._of_type:
                return self.end(Rcode.NOERROR)
            name = found.data[0].lower()
        return self.end(Rcode.SERVFAIL, with_steps=False)

    def end(
        self,
        rcode: Rcode,
        authority: tuple[bytes, Answered] | None = None,
        onward: Forwarding | None = None,
        *,
        with_steps: bool = True,
    ) -> Resolution:
        return Resolution(
            rcode,
            tuple(self._names),
            tuple(self._steps) if with_steps else (),
            authority,
            tuple(self._behind),
            onward,
            self._by_chance,
        )

    def _answer(self, zone: ZoneRecords, name: bytes) -> Answered | None:
        """Give the records of the type, or the CNAME that stands for every type."""
        alias = None
        for record in zone.find(name) or ():
            number = rdata.type_number(record.type)
            if number not in (self._of_type, rdata.CNAME):
                continue
            held = self._aliased(record)
            if held is None or not held.values:
                continue
            if number == self._of_type:
                return _encode(number, held.ttl, held.values)
            alias = held
        if alias is not None:
            return _encode(rdata.CNAME, alias.ttl, alias.values)
        if self._of_type == rdata.SOA and name == zone.origin:
            return soa(zone)
        return None

    def _aliased(self, record: RecordSet) -> Alternative | None:
        """Give what stands at the end of a record's aliases; None: nothing does."""
        found: RecordSet | None = record
        for _ in range(LONGEST_CHAIN):
            if found is None:
                return None
            one = self._chosen(found)
            if one is None or one.alias is None:
                return one
            target = domain_name.parse(one.alias.name).lower()
            self._behind.append(target)
            zone = self._index.get(one.alias.zone)
            held = (zone.find(target) if zone else None) or ()
            found = next((other for other in held if other.type == record.type), None)
        return None

    def _chosen(self, record: RecordSet) -> Alternative | None:
        """Give the one of a record set's alternatives that answers this time; None: none does."""
        there = record.alternatives
        if not there:
            return Alternative(ttl=record.ttl, values=record.values, alias=record.alias)
        if there[0].regions is not None:
            return _by_location(there, self._index.region_of(self._view) or ELSEWHERE)
        if there[0].weight is None:
            region = self._index.region_of(self._view)
            return next((one for one in there if region and one.region == region), there[0])
        self._by_chance = True
        weights = [one.weight or 0 for one in there]
        whole = sum(weights)
        if not whole:
            return there[int(self._chance() * len(there))]
        at = self._chance() * whole
        for one, weight in zip(there, weights, strict=True):
            at -= weight
            if at < 0:
                return one
        return there[-1]


def _by_location(there: tuple[Alternative, ...], region: str) -> Alternative | None:
    """Give the alternative for those who ask in a Region, or for whom no other is."""
    for wanted in (region, ELSEWHERE):
        for one in there:
            if wanted in (one.regions or ()):
                return one
    return None


def _encode(number: int, ttl: int, values: tuple[str, ...]) -> Answered:
    data = tuple(rdata.encode(number, value) for value in values)
    if number == rdata.CNAME and len(data) != 1:
        raise ValueError(f"A CNAME has one value, not {len(data)}.")
    return Answered(number, min(max(ttl, 0), LONGEST_TTL), data)


def _denial(zone: ZoneRecords) -> Answered:
    """Give the SOA with the time that a denial is kept: its TTL or its minimum, the shorter."""
    own = soa(zone)
    minimum = int.from_bytes(own.data[0][-4:])
    return Answered(own.type, min(own.ttl, minimum), own.data)


def soa(zone: ZoneRecords) -> Answered:
    """Give the zone's SOA, its own or the one that it would have in Route 53."""
    own = zone.soa()
    if own is not None:
        return _encode(rdata.SOA, own.ttl, own.values[:1])
    origin = zone.origin or domain_name.ROOT
    try:
        server = domain_name.child(NAME_SERVER, origin)
    except ValueError:
        server = origin
    numbers = b"".join(number.to_bytes(4) for number in SOA_NUMBERS)
    return Answered(rdata.SOA, SOA_TTL, (server + HOSTMASTER + numbers,))
