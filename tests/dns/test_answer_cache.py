"""What others answered: read, aged, and kept while it holds, for its view alone."""

from dataclasses import replace
from ipaddress import IPv4Address

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from genkan.dns import answer_cache, message
from genkan.dns.answer_cache import AnswerCache
from genkan.dns.received import Received, Unreadable, read
from genkan.program.names import Forwarding, Target
from tests.dns.entries import BECAUSE

NAME = "www.corp.test."
RULE = Forwarding(
    because=BECAUSE,
    view="vpc-1",
    domain="corp.test",
    targets=(Target(address=IPv4Address("192.0.2.53")),),
)
SOA = "corp.test. 600 SOA ns.corp.test. host.corp.test. 1 2 3 4 300"


def answered(*answers: str, authority: str = "", rcode: str = "NOERROR", kind: str = "A") -> bytes:
    """Give the bytes of an answer with these records ("name TTL type value")."""
    answer = dns.message.make_response(dns.message.make_query(NAME, kind, use_edns=True))
    answer.set_rcode(dns.rcode.from_text(rcode))
    for section, texts in ((answer.answer, answers), (answer.authority, (authority,))):
        for text in filter(None, texts):
            name, ttl, of_type, value = text.split(" ", 3)
            section.append(dns.rrset.from_text(name, int(ttl), "IN", of_type, value))
    answer.additional.append(dns.rrset.from_text("ns.corp.test.", 5, "IN", "A", "192.0.2.1"))
    return answer.to_wire()


def received(*answers: str, **more) -> Received:
    kind = dns.rdatatype.from_text(more.get("kind", "A"))
    return read(answered(*answers, **more), dns.name.from_text(NAME).to_wire(), kind)


@pytest.mark.parametrize(
    ("answers", "more", "lifetime"),
    [
        ([f"{NAME} 60 A 10.0.0.1"], {}, 60),
        ([f"{NAME} 60 CNAME h.corp.test.", "h.corp.test. 30 A 10.0.0.1"], {}, 30),
        ([f"{NAME} 0 A 10.0.0.1"], {}, 0),
        ([f"{NAME} 2000000 A 10.0.0.1"], {}, 604_800),
        ([], {"authority": SOA, "rcode": "NXDOMAIN"}, 300),  # the minimum
        ([], {"authority": SOA}, 300),  # the name has other types
        ([], {"authority": SOA.replace("600", "200")}, 200),  # the SOA's own TTL
        ([], {"authority": SOA.replace("600", "90000").replace("300", "90000")}, 10_800),
        ([f"{NAME} 60 CNAME h.corp.test."], {"authority": SOA, "rcode": "NXDOMAIN"}, 60),
        ([f"{NAME} 60 CNAME h.corp.test."], {}, 0),  # leads to nothing
        ([], {"rcode": "NXDOMAIN"}, 0),  # by nobody's SOA
        ([], {"authority": "corp.test. 60 NS ns.corp.test."}, 0),  # a referral
        ([f"{NAME} 60 A 10.0.0.1"], {"rcode": "SERVFAIL"}, 0),
        ([], {"authority": SOA, "rcode": "REFUSED"}, 0),
    ],
)
def test_an_answer_holds_for_its_shortest_ttl_and_a_denial_as_its_soa_says(answers, more, lifetime):
    assert received(*answers, **more).lifetime == lifetime


def fitted(one: Received, age: int, query: dns.message.Message) -> dns.message.Message:
    wire = query.to_wire()
    answer = dns.message.from_wire(message.fit(message.parse_query(wire), one.aged(age), 1232))
    assert query.is_response(answer)
    return answer


@pytest.mark.parametrize("edns", [False, True])
def test_it_is_given_back_aged_behind_the_question_and_the_opt_of_who_asks(edns):
    rows = [f"{NAME} 60 CNAME h.corp.test.", "h.corp.test. 30 A 10.0.0.1"]
    query = dns.message.make_query("WWW.Corp.Test", "A", use_edns=edns)
    answer = fitted(received(*rows, authority=SOA), 20, query)
    assert [str(one).lower() for one in answer.answer] == [
        "www.corp.test. 40 in cname h.corp.test.",
        "h.corp.test. 10 in a 10.0.0.1",
    ]
    assert [(str(one.name).lower(), one.ttl) for one in answer.authority] == [("corp.test.", 580)]
    assert (answer.additional, answer.edns >= 0) == ([], edns)
    assert not answer.flags & (dns.flags.AA | dns.flags.AD)


def test_what_is_no_answer_is_refused():
    whole = answered(f"{NAME} 60 A 10.0.0.1")
    for wire in (whole[:-3], whole + b"x", b""):
        with pytest.raises(Unreadable):
            read(wire, dns.name.from_text(NAME).to_wire(), 1)


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def question(number: int = 0) -> answer_cache.Question:
    return b"%d" % number, False, False


ONE = received(f"{NAME} 60 A 10.0.0.1")


def test_an_answer_is_kept_until_its_time_is_over():
    clock = Clock()
    cache = AnswerCache(clock)
    cache.put(RULE, question(), ONE)
    for passed, found in ((0.9, (ONE, 0)), (59.9, (ONE, 59)), (60.0, None)):
        clock.seconds = 100 + passed
        assert cache.get(RULE, question()) == found
    assert len(cache) == 0


def test_another_rule_or_another_question_finds_nothing():
    cache = AnswerCache(Clock())
    cache.put(RULE, question(), ONE)
    for other in ((b"0", True, False), (b"0", False, True), (b"1", False, False)):
        assert cache.get(RULE, other) is None
    assert cache.get(replace(RULE, targets=()), question()) is None


def test_what_does_not_hold_is_not_kept():
    cache = AnswerCache(Clock())
    cache.put(RULE, question(), received(rcode="SERVFAIL"))
    assert len(cache) == 0


@pytest.mark.parametrize(
    ("number", "size"), [(3, answer_cache.MOST_BYTES), (answer_cache.MOST, 3 * 16)]
)
def test_it_is_bounded_and_what_was_asked_for_longest_ago_goes_first(number, size, monkeypatch):
    monkeypatch.setattr(answer_cache, "MOST", number)
    monkeypatch.setattr(answer_cache, "MOST_BYTES", size)
    assert len(ONE.answer.body) == 16
    cache = AnswerCache(Clock())
    for one in range(3):
        cache.put(RULE, question(one), ONE)
    cache.get(RULE, question(0))
    cache.put(RULE, question(3), ONE)
    assert [cache.get(RULE, question(one)) is not None for one in range(4)] == [
        True, False, True, True,
    ]  # fmt: skip
    cache.put(RULE, question(3), ONE)  # in its own place
    assert len(cache) == 3
