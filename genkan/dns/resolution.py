"""Resolution: the records that answer a question, along its aliases, or why there are none.

A CNAME is followed in the same view, into whatever zone its target belongs to. An alias is followed
in the zone that it names, and leaves no trace in the answer. A name that a forwarding takes is for
somebody else to answer. Where the way ends without records, the zone of its last name gives its SOA
(RFC 2308); a zone without one has the SOA that a new Route 53 zone has.
"""

import logging
from dataclasses import dataclass
from enum import IntEnum

from genkan.dns import domain_name, rdata
from genkan.dns.zones import ZoneIndex, ZoneRecords
from genkan.program.names import Forwarding, RecordSet

LOG = logging.getLogger(__name__)
LONGEST_CHAIN = 16
LONGEST_TTL = 2**31 - 1  # RFC 2181, 8
SOA_TTL = 900
SOA_NUMBERS = (1, 7200, 900, 1_209_600, 86_400)  # serial, refresh, retry, expire, minimum
HOSTMASTER = domain_name.parse("awsdns-hostmaster.amazon.com")
NAME_SERVER = b"ns-0"


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
    `onward`, the last name is for somebody else to answer.
    """

    rcode: Rcode
    names: tuple[bytes, ...]
    steps: tuple[Answered, ...] = ()
    authority: tuple[bytes, Answered] | None = None
    behind: tuple[bytes, ...] = ()
    onward: Forwarding | None = None


def resolve(index: ZoneIndex, view: str, name: bytes, of_type: int) -> Resolution:
    """Answer a question for `name`, in lower case. A value that does not parse is SERVFAIL."""
    names: list[bytes] = []
    behind: list[bytes] = []
    try:
        return _follow(index, view, name, of_type, names, behind)
    except ValueError as error:
        LOG.error("A question in %s fails: %s Mend the record's values.", view, error)
        return Resolution(Rcode.SERVFAIL, tuple(names), behind=tuple(behind))


def _follow(
    index: ZoneIndex,
    view: str,
    name: bytes,
    of_type: int,
    names: list[bytes],
    behind: list[bytes],
) -> Resolution:
    steps: list[Answered] = []

    def come_to(rcode: Rcode, authority: tuple[bytes, Answered] | None = None) -> Resolution:
        return Resolution(rcode, tuple(names), tuple(steps), authority, tuple(behind))

    while len(names) < LONGEST_CHAIN:
        names.append(name)
        zone = index.select(view, name)
        if isinstance(zone, Forwarding):
            return Resolution(
                Rcode.NOERROR, tuple(names), tuple(steps), behind=tuple(behind), onward=zone
            )
        found = _answer(index, zone, name, of_type, behind)
        if found is None:
            rcode = Rcode.NXDOMAIN if zone.find(name) is None else Rcode.NOERROR
            return come_to(rcode, (zone.origin or domain_name.ROOT, _denial(zone)))
        steps.append(found)
        if found.type == of_type:
            return come_to(Rcode.NOERROR)
        name = found.data[0].lower()
    steps.clear()
    return come_to(Rcode.SERVFAIL)


def _answer(
    index: ZoneIndex, zone: ZoneRecords, name: bytes, of_type: int, behind: list[bytes]
) -> Answered | None:
    """Give the records of the type, or the CNAME that stands for every type."""
    alias = None
    for record in zone.find(name) or ():
        number = rdata.type_number(record.type)
        if number not in (of_type, rdata.CNAME):
            continue
        held = _aliased(index, record, behind)
        if held is None or not held.values:
            continue
        if number == of_type:
            return _encode(number, held.ttl, held.values)
        alias = held
    if alias is not None:
        return _encode(rdata.CNAME, alias.ttl, alias.values)
    if of_type == rdata.SOA and name == zone.origin:
        return soa(zone)
    return None


def _aliased(index: ZoneIndex, record: RecordSet, behind: list[bytes]) -> RecordSet | None:
    """Give the record set that stands at the end of a record's aliases; None: nothing does."""
    found: RecordSet | None = record
    for _ in range(LONGEST_CHAIN):
        if found is None or found.alias is None:
            return found
        target = domain_name.parse(found.alias.name).lower()
        behind.append(target)
        zone = index.get(found.alias.zone)
        held = (zone.find(target) if zone else None) or ()
        found = next((one for one in held if one.type == record.type), None)
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
