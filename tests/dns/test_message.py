"""What is said about a message as such, whatever its name; answers are read by dnspython."""

import struct

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.dns import message
from genkan.dns.fast import Responder
from genkan.program import Delta
from genkan.program.names import PUBLIC_ZONE
from tests.dns.entries import VIEW, ask, record

LONG = [f'"{letter * 100}"' for letter in "abcdefgh"]
LONGER = [f'"{number:0>200}"' for number in range(400)]


@pytest.fixture(scope="module")
def responder() -> Responder:
    made = Responder()
    made.apply(
        Delta(
            put=(
                record(PUBLIC_ZONE, "www.test", "A", "198.51.100.1"),
                record(PUBLIC_ZONE, "long.test", "TXT", *LONG),
                record(PUBLIC_ZONE, "longer.test", "TXT", *LONGER),
            )
        )
    )
    return made


def reply(responder: Responder, wire: bytes) -> bytes | None:
    return responder.reply(wire, responder.view(VIEW))


def asked(**options: object) -> bytes:
    return dns.message.make_query("www.test", "A", id=0x1234, **options).to_wire()


def with_opcode(opcode: int) -> bytes:
    query = dns.message.make_query("www.test", "A", id=0x1234)
    query.set_opcode(opcode)
    return query.to_wire()


QUERY = asked()
PLAIN = asked(use_edns=False)
OPT = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)


@pytest.mark.parametrize(
    ("wire", "rcode"),
    [
        (PLAIN, dns.rcode.NOERROR),
        (with_opcode(dns.opcode.NOTIFY), dns.rcode.NOTIMP),
        (with_opcode(dns.opcode.UPDATE), dns.rcode.NOTIMP),
        (asked(rdclass="CH"), dns.rcode.REFUSED),
        (asked(rdclass="ANY"), dns.rcode.REFUSED),
        (asked(use_edns=1), dns.rcode.BADVERS),
        (PLAIN[:12], dns.rcode.FORMERR),
        (PLAIN[:-1], dns.rcode.FORMERR),
        (PLAIN + b"\0", dns.rcode.FORMERR),
        (QUERY[:-1], dns.rcode.FORMERR),
        (PLAIN[:5] + b"\2" + PLAIN[6:] + PLAIN[12:], dns.rcode.FORMERR),
        (PLAIN[:5] + b"\0" + PLAIN[6:12], dns.rcode.FORMERR),
        (PLAIN[:12] + b"\xc0\x0c\0\1\0\1", dns.rcode.FORMERR),
        (PLAIN[:12] + b"\x40" + b"x" * 64 + b"\0\0\1\0\1", dns.rcode.FORMERR),
        (PLAIN[:12] + (b"\x3f" + b"x" * 63) * 4 + b"\0\0\1\0\1", dns.rcode.FORMERR),
        (QUERY[:11] + b"\2" + QUERY[12:] + OPT, dns.rcode.FORMERR),
    ],
)
def test_a_message_has_its_code(responder: Responder, wire: bytes, rcode: int):
    for _ in range(2):  # parsed, then perhaps from what was kept
        answer = reply(responder, wire)
        assert answer is not None
        assert dns.message.from_wire(answer).rcode() == rcode
        assert answer[:2] == wire[:2]


@pytest.mark.parametrize("wire", [b"", b"\0", PLAIN[:11], PLAIN[:2] + b"\x81" + PLAIN[3:]])
def test_nothing_is_said_to_what_is_no_query(responder: Responder, wire: bytes):
    assert reply(responder, wire) is None


def test_flags_are_a_resolvers(responder: Responder):
    names = {"RD": dns.flags.RD, "CD": dns.flags.CD, "AD": dns.flags.AD}
    for flags, copied in (("RD", "RD"), ("", ""), ("RD CD AD", "RD CD")):
        bits = sum(names[flag] for flag in flags.split())
        for _ in range(2):
            answer = ask(responder, "www.test", flags=bits)
            seen = dns.flags.to_text(answer.flags).split()
            assert seen == ["QR", *copied.split()[:1], "RA", *copied.split()[1:]]


@pytest.mark.parametrize("want_dnssec", [True, False])
def test_edns_is_answered_by_edns(responder: Responder, want_dnssec: bool):
    cookie = dns.edns.GenericOption(dns.edns.OptionType.COOKIE, b"12345678")
    for options in ([], [cookie]):
        answer = ask(responder, "www.test", options=options, want_dnssec=want_dnssec)
        assert (answer.edns, answer.payload, answer.options) == (0, message.PAYLOAD, ())
        assert bool(answer.ednsflags & dns.flags.DO) is want_dnssec
    assert ask(responder, "www.test", use_edns=False).edns == -1


@pytest.mark.parametrize(
    ("payload", "truncated"), [(None, True), (0, True), (512, True), (1232, False), (4096, False)]
)
def test_an_answer_longer_than_the_asker_takes_is_cut(responder, payload, truncated):
    edns = {"use_edns": False} if payload is None else {"use_edns": 0, "payload": payload}
    for _ in range(2):
        answer = ask(responder, "long.test", "TXT", **edns)
        assert bool(answer.flags & dns.flags.TC) is truncated
        assert bool(answer.answer) is not truncated
        assert len(answer.to_wire()) <= max(payload or 0, 512)


def test_a_stream_takes_what_its_length_can_say(responder: Responder):
    view = responder.view(VIEW)
    for name, truncated in (("long.test", False), ("longer.test", True)):
        query = dns.message.make_query(name, "TXT", use_edns=False).to_wire()
        wire = responder.reply_by_stream(query, view)
        assert wire is not None
        answer = dns.message.from_wire(wire)
        assert bool(answer.flags & dns.flags.TC) is truncated
        assert sum(map(len, answer.answer)) == (0 if truncated else len(LONG))


@settings(deadline=None)
@given(
    labels=st.lists(st.binary(min_size=1, max_size=20), max_size=5),
    of_type=st.integers(0, 65535),
    edns=st.one_of(st.none(), st.binary(max_size=8)),
)
def test_any_question_comes_back_in_an_answer_that_parses(responder, labels, of_type, edns):
    name = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    question = name + struct.pack("!HH", of_type, 1)
    head = b"\x12\x34\x01\x00" + struct.pack("!HHHH", 1, 0, 0, 0 if edns is None else 1)
    opt = (
        b"" if edns is None else OPT[:-2] + struct.pack("!HHH", 4 + len(edns), 10, len(edns)) + edns
    )
    for _ in range(2):
        answer = reply(responder, head + question + opt)
        assert answer is not None
        assert answer[:2] == head[:2]
        assert answer[12 : 12 + len(question)] == question
        parsed = dns.message.from_wire(answer)
        assert parsed.rcode() in (dns.rcode.NXDOMAIN, dns.rcode.NOERROR, dns.rcode.REFUSED)
        assert parsed.edns == (-1 if edns is None else 0)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(QUERY)))
def test_no_bytes_raise_and_without_edns_none_get_more_than_512(responder, noise, kept):
    for wire in (noise, QUERY[:kept] + noise, noise + QUERY[kept:]):
        answer = reply(responder, wire)
        if answer is not None:
            assert len(answer) <= 512
            dns.message.from_wire(answer)
