"""`Received`: what others answered to a question, as it is given back, and how long it holds.

An answer is read once, by dnspython, and kept as its answer and authority sections behind a
question in lower case. Whoever asks the same question gets these bytes behind a header, a question
and an OPT record of its own, each TTL less by the seconds that passed.

It holds for its shortest TTL. One that denies the name, or records of the type asked for, holds as
the SOA says that comes with it, the shorter of its TTL and its minimum, and for three hours at most
(RFC 2308, 5); without an SOA, and where it neither answers nor denies, it is not kept.
"""

import struct
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from genkan.dns import domain_name, message, rdata
from genkan.dns.message import Answer
from genkan.dns.resolution import Answered, Rcode, Resolution

LONGEST_CHAIN = 16
LONGEST_KEPT = 604_800  # seconds (RFC 8767, 4)
LONGEST_DENIAL = 10_800
_ENDS = (Rcode.NOERROR, Rcode.NXDOMAIN)  # of these alone something is known
_KNOWN = frozenset(int(one) for one in Rcode if one is not Rcode.BADVERS)
_RECORD = struct.Struct("!HHIH")  # type, class, TTL, length of data
_TTL_AT = 4


class Unreadable(Exception):
    """These bytes are no answer."""


@dataclass(frozen=True, slots=True)
class Received:
    """`ttls` says where each record's TTL stands in the answer's body. `steps` are the records
    asked for, along CNAMEs, `authority` the origin and SOA of who denies."""

    answer: Answer
    ttls: tuple[int, ...]
    lifetime: int  # seconds
    rcode: Rcode
    steps: tuple[Answered, ...]
    authority: tuple[bytes, Answered] | None

    def aged(self, age: int) -> Answer:
        """Give the answer as it is so many seconds after it came."""
        if not age:
            return self.answer
        body = bytearray(self.answer.body)
        for at in self.ttls:
            (ttl,) = struct.unpack_from("!I", body, at)
            struct.pack_into("!I", body, at, max(0, ttl - age))
        return Answer(self.answer.form, bytes(body))

    def behind(self, before: Resolution, age: int) -> Resolution:
        """Give what led to the question with what was found there, so many seconds ago."""
        steps = tuple(_older(one, age) for one in self.steps)
        led = (one.data[0].lower() for one in steps if one.type == rdata.CNAME)
        names = (*before.names, *led)
        authority = None
        if self.authority and domain_name.is_at_or_below(names[-1], self.authority[0]):
            authority = self.authority[0], _older(self.authority[1], age)
        return Resolution(self.rcode, names, (*before.steps, *steps), authority)


def read(received: bytes, name: bytes, of_type: int) -> Received:
    """Read the answer to a question for `name`, in lower case. Raises Unreadable."""
    try:
        found = dns.message.from_wire(received)
        found.use_edns(False)
        found.additional = []
        asked = dns.name.from_wire(name, 0)[0]
        kind = dns.rdatatype.RdataType.make(of_type)
        found.question = [dns.rrset.RRset(asked, dns.rdataclass.IN, kind)]
        wire = found.to_wire()
    except (dns.exception.DNSException, ValueError) as error:
        raise Unreadable(f"{error!r}") from error
    number = int(found.rcode())
    rcode = Rcode(number) if number in _KNOWN else Rcode.SERVFAIL
    answers, authorities = struct.unpack_from("!HH", wire, 6)
    body = wire[message.HEADER + len(name) + 4 :]
    steps = _steps(found, name, of_type)
    soa = next((one for one in found.authority if one.rdtype == rdata.SOA), None)
    return Received(
        answer=Answer(struct.pack("!HHH", rcode, answers, authorities), body),
        ttls=tuple(_ttls(body, answers + authorities)),
        lifetime=_lifetime(found, rcode, bool(steps) and steps[-1].type == of_type, soa),
        rcode=rcode,
        steps=steps,
        authority=(_wire(soa.name), _answered(soa)) if soa else None,
    )


def _lifetime(
    found: dns.message.Message, rcode: Rcode, is_answered: bool, soa: dns.rrset.RRset | None
) -> int:
    """Give for how many seconds an answer holds."""
    ttls = [rrset.ttl for section in (found.answer, found.authority) for rrset in section]
    if rcode not in _ENDS or not (is_answered or soa):
        return 0
    if is_answered:
        return min(*ttls, LONGEST_KEPT)
    minimum = soa[0].minimum if soa else 0
    return min(*ttls, minimum, LONGEST_DENIAL)


def _ttls(body: bytes, records: int) -> list[int]:
    """Say where each of so many records has its TTL."""
    found, at = [], 0
    for _ in range(records):
        while body[at] and body[at] < 0xC0:
            at += body[at] + 1
        at += 2 if body[at] else 1
        found.append(at + _TTL_AT)
        at += _RECORD.size + _RECORD.unpack_from(body, at)[3]
    return found


def _steps(found: dns.message.Message, name: bytes, of_type: int) -> tuple[Answered, ...]:
    """Give the records that an answer has of a name, along its CNAMEs."""
    held = {(_wire(rrset.name), int(rrset.rdtype)): rrset for rrset in found.answer}
    steps: list[Answered] = []
    while len(steps) < LONGEST_CHAIN:
        rrset = held.get((name, of_type)) or held.get((name, rdata.CNAME))
        if rrset is None:
            break
        steps.append(_answered(rrset))
        if rrset.rdtype == of_type:
            break
        name = steps[-1].data[0].lower()
    return tuple(steps)


def _answered(rrset: dns.rrset.RRset) -> Answered:
    return Answered(int(rrset.rdtype), rrset.ttl, tuple(one.to_wire() or b"" for one in rrset))


def _older(records: Answered, age: int) -> Answered:
    return Answered(records.type, max(0, records.ttl - age), records.data)


def _wire(name: dns.name.Name) -> bytes:
    return (name.to_wire() or b"").lower()
