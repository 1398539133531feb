"""DNS messages: reading a query, writing the answer (RFC 1035, 4; EDNS by RFC 6891).

A query is a *question* and a *shape*. The shape is all else that decides how the answer looks: its
flags, whether it ends in an OPT record, how long it may be. So an answer is written once and fits
every shape, and a shape is read once and serves every question.

What is asked                               What is answered
shorter than a header, or itself an answer  nothing
opcode other than QUERY                     NOTIMP, the header alone
not one question, or does not parse         FORMERR, the header alone
EDNS of a later version                     BADVERS
class other than IN, ANY, AXFR, other meta  REFUSED
longer than the asker takes                 the question with TC: ask again by TCP

The name is given back in the case asked. RD and CD are copied, RA is set, AA and AD never: this is
a resolver. Names in answers point to the question or to an alias's target; names inside data are
whole.
"""

import struct
from dataclasses import dataclass

from genkan.dns import domain_name
from genkan.dns.resolution import Answered, Rcode, Resolution

HEADER = 12
LONGEST = 65535
LONGEST_WITHOUT_EDNS = 512
PAYLOAD = 1232  # bytes by UDP that no path fragments (DNS Flag Day 2020)

QR, TC, RD, RA, CD = 0x8000, 0x0200, 0x0100, 0x0080, 0x0010
OPCODE = 0x7800
CLASS_IN = 1
TYPE_OPT = 41
META_TYPES = range(128, 256)  # RFC 6895, 3.1: ANY, AXFR, IXFR, TSIG, …
DNSSEC_OK = 0x8000

_COUNTS = struct.Struct("!HHHH")
_RECORD = struct.Struct("!HHIH")  # type, class, TTL, length of data
_POINTER = 0xC000


class Malformed(Exception):
    """These bytes are no query."""


class Shape:
    """How the answer to a query looks, whatever its question. `heads` keeps headers written."""

    __slots__ = ("dnssec_ok", "flags", "heads", "opt", "payload", "version")

    def __init__(self, flags: int, payload: int, version: int | None, dnssec_ok: bool) -> None:
        self.flags = flags
        self.payload = payload  # longest answer by UDP, in bytes
        self.version = version  # of EDNS; None: not used
        self.dnssec_ok = dnssec_ok
        self.opt = b"" if version is None else _opt(0, dnssec_ok)
        self.heads: dict[bytes, bytes] = {}

    def head(self, form: bytes) -> bytes:
        """Give the header of an answer from its flags on."""
        found = self.heads.get(form)
        if found is None:
            rcode, answers, authorities = struct.unpack("!HHH", form)
            counts = _COUNTS.pack(1, answers, authorities, 1 if self.opt else 0)
            found = struct.pack("!H", self.flags | rcode) + counts
            self.heads[form] = found
        return found


@dataclass(frozen=True, slots=True)
class Query:
    id: bytes
    question: bytes  # as asked
    name: bytes  # in lower case
    type: int
    of_class: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer without what depends on its asker: `form` is its code and counts, `body` what
    follows the question. `names` are those it was made from."""

    form: bytes
    body: bytes
    names: tuple[bytes, ...] = ()


def parse_query(data: bytes) -> Query:
    """Read a query of opcode QUERY, a header's length at least. Raises Malformed."""
    questions, answers, authorities, additional = _COUNTS.unpack_from(data, 4)
    if questions != 1:
        raise Malformed(f"{questions} questions")
    end = _end_of_name(data, HEADER, compressed=False)
    question = data[HEADER : end + 4]
    if len(question) != end + 4 - HEADER:
        raise Malformed("the question breaks off")
    of_type, of_class = struct.unpack_from("!HH", data, end)
    shape = _parse_shape(data, end + 4, answers + authorities, additional)
    name = data[HEADER:end].lower()
    return Query(data[:2], question, name, of_type, of_class, shape)


def _parse_shape(data: bytes, at: int, others: int, additional: int) -> Shape:
    flags = QR | RA | (int.from_bytes(data[2:4]) & (RD | CD))
    shape = None
    for number in range(others + additional):
        is_root = data[at : at + 1] == domain_name.ROOT
        at = _end_of_name(data, at, compressed=True)
        if at + _RECORD.size > len(data):
            raise Malformed("a record breaks off")
        of_type, payload, extended, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size + length
        if at > len(data):
            raise Malformed("a record's data breaks off")
        if of_type == TYPE_OPT:
            if shape or not is_root or number < others:
                raise Malformed("OPT where it may not be")
            _check_options(data[at - length : at])
            version, dnssec_ok = extended >> 16 & 0xFF, bool(extended & DNSSEC_OK)
            longest = min(max(payload, LONGEST_WITHOUT_EDNS), PAYLOAD)
            shape = Shape(flags, longest, version, dnssec_ok)
    if at != len(data):
        raise Malformed("bytes behind the last record")
    return shape or Shape(flags, LONGEST_WITHOUT_EDNS, None, False)


def _end_of_name(data: bytes, start: int, *, compressed: bool) -> int:
    at = start
    while at < len(data):
        length = data[at]
        if length == 0:
            if at + 1 - start > domain_name.LONGEST_NAME:
                raise Malformed("a name of more than 255 bytes")
            return at + 1
        if compressed and length >= 0xC0:
            return at + 2
        if length > domain_name.LONGEST_LABEL:
            raise Malformed("a label of more than 63 bytes")
        at += length + 1
    raise Malformed("a name breaks off")


def end_of_question(data: bytes) -> int:
    """Say where the question of a query ends. Raises Malformed."""
    return _end_of_name(data, HEADER, compressed=False) + 4


def _check_options(options: bytes) -> None:
    at = 0
    while at < len(options):
        at += 4 + int.from_bytes(options[at + 2 : at + 4])
    if at != len(options):
        raise Malformed("an EDNS option breaks off")


def _opt(extended_rcode: int, dnssec_ok: bool) -> bytes:
    ttl = extended_rcode << 24 | (DNSSEC_OK if dnssec_ok else 0)
    return domain_name.ROOT + _RECORD.pack(TYPE_OPT, PAYLOAD, ttl, 0)


def refusal_without_question(data: bytes) -> bytes | None:
    """Answer what is no query, by its header alone; None: nothing is said, or it may be one."""
    flags = int.from_bytes(data[2:4])
    if len(data) < HEADER or flags & QR or not flags & OPCODE:
        return None
    return header_alone(data, Rcode.NOTIMP)


def header_alone(data: bytes, rcode: Rcode) -> bytes:
    flags = int.from_bytes(data[2:4])
    kept = QR | RA | (flags & (OPCODE | RD | CD)) | rcode
    return data[:2] + struct.pack("!H", kept) + bytes(8)


def refusal(query: Query) -> bytes | None:
    """Answer a question that this server does not take, or None for one that it does."""
    if query.shape.version:
        opt = _opt(Rcode.BADVERS >> 4, False)
        head = struct.pack("!H", query.shape.flags) + _COUNTS.pack(1, 0, 0, 1)
        return query.id + head + query.question + opt
    if query.of_class != CLASS_IN or query.type in META_TYPES or query.type == TYPE_OPT:
        return fit(query, Answer(_form(Rcode.REFUSED, 0, 0), b""), LONGEST)
    return None


def fit(query: Query, answer: Answer, longest: int) -> bytes:
    """Write an answer for this query; one that is longer than `longest` is cut to its question."""
    shape = query.shape
    whole = query.id + shape.head(answer.form) + query.question + answer.body + shape.opt
    if len(whole) <= longest:
        return whole
    rcode = int.from_bytes(answer.form[:2])
    head = struct.pack("!H", shape.flags | TC | rcode) + _COUNTS.pack(1, 0, 0, bool(shape.opt))
    return query.id + head + query.question + shape.opt


def write(resolution: Resolution) -> Answer:
    """Write a resolution as an answer's body, for a message that has the first name as question."""
    body = bytearray()
    base = HEADER + len(resolution.names[0]) + 4
    owner = HEADER  # where the current name stands in the message
    answers = 0
    for step in resolution.steps:
        answers += _write_records(body, _pointer(owner), step)
        owner = base + len(body) - len(step.data[-1])
    if resolution.authority is not None:
        origin, denial = resolution.authority
        depth = len(resolution.names[-1]) - len(origin)
        _write_records(body, _pointer(owner + depth) if len(origin) > 1 else origin, denial)
    authorities = 0 if resolution.authority is None else 1
    form = _form(resolution.rcode, answers, authorities)
    return Answer(form, bytes(body), resolution.names + resolution.behind)


def _write_records(body: bytearray, owner: bytes, records: Answered) -> int:
    for data in records.data:
        body += owner + _RECORD.pack(records.type, CLASS_IN, records.ttl, len(data)) + data
    return len(records.data)


def _pointer(offset: int) -> bytes:
    return (_POINTER | offset).to_bytes(2)


def _form(rcode: Rcode, answers: int, authorities: int) -> bytes:
    return struct.pack("!HHH", rcode, answers, authorities)
