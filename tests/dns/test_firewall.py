"""A view's firewall: which questions it takes, in which order, and what those who ask hear."""

import logging

import dns.message
import dns.rcode
import dns.rrset
import pytest

from genkan.dns.fast import Responder
from genkan.program import Delta
from genkan.program.firewall import (
    BlockResponse,
    DomainList,
    Firewall,
    FirewallAction,
    FirewallRule,
)
from genkan.program.names import PUBLIC_ZONE
from tests.dns.entries import BECAUSE, VIEW, ask, record, records
from tests.dns.test_forwarding import Elsewhere, forwarding, run, serving, shown
from tests.dns.test_forwarding import ask as ask_at

BLOCK = {"action": FirewallAction.BLOCK, "response": BlockResponse.NXDOMAIN}
ALLOW, ALERT = {"action": FirewallAction.ALLOW}, {"action": FirewallAction.ALERT}
SINKHOLE = {
    "action": FirewallAction.BLOCK,
    "response": BlockResponse.OVERRIDE,
    "override": "sink.test.",
    "ttl": 7,
}


def rule(domains: str, **how) -> FirewallRule:
    return FirewallRule(because=BECAUSE, domains=domains, **how)


def firewall(*rules: FirewallRule, view: str = VIEW) -> Firewall:
    return Firewall(because=BECAUSE, view=view, rules=rules)


def listed(name: str, *domains: str) -> DomainList:
    return DomainList(because=BECAUSE, id=name, domains=domains)


NAMES = [
    record(PUBLIC_ZONE, "bad.test", "A", "192.0.2.1"),
    record(PUBLIC_ZONE, "bad.test", "AAAA", "2001:db8::1"),
    record(PUBLIC_ZONE, "www.bad.test", "A", "192.0.2.2"),
    record(PUBLIC_ZONE, "mybad.test", "A", "192.0.2.3"),
    record(PUBLIC_ZONE, "led.test", "CNAME", "bad.test."),
    record(PUBLIC_ZONE, "sink.test", "A", "192.0.2.9"),
]


def answering(*entries) -> Responder:
    responder = Responder()
    responder.apply(Delta(put=(*NAMES, *entries)))
    return responder


def heard(responder: Responder, name: str, kind: str = "A", view: str = VIEW) -> str:
    answer = ask(responder, name, kind, view)
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return "NXDOMAIN"
    return ", ".join(text.partition(" ")[2] for _, _, text in records(answer.answer)) or "NODATA"


@pytest.mark.parametrize(
    ("domains", "blocked"),
    [
        (["bad.test."], {"bad.test"}),
        (["*.bad.test."], {"www.bad.test"}),
        (["bad.test", "*.bad.test"], {"bad.test", "www.bad.test"}),
        (["BAD.test."], {"bad.test"}),
        (["*"], {"bad.test", "www.bad.test", "mybad.test"}),
        (["other.test."], set()),
    ],
)
def test_a_domain_is_itself_or_all_below_it_or_everything(domains, blocked):
    responder = answering(firewall(rule("l", **BLOCK)), listed("l", *domains))
    asked = ("bad.test", "www.bad.test", "mybad.test")
    assert {name for name in asked if heard(responder, name) == "NXDOMAIN"} == blocked
    assert heard(responder, "bad.test", view="vpc-2") == "192.0.2.1"  # nobody else's


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (BLOCK, "NXDOMAIN"),
        ({**BLOCK, "response": BlockResponse.NODATA}, "NODATA"),
        (SINKHOLE, "sink.test., 192.0.2.9"),
        (ALLOW, "192.0.2.1"),
        (ALERT, "192.0.2.1"),
        ({**BLOCK, "type": "AAAA"}, "192.0.2.1"),
        ({**BLOCK, "type": "A"}, "NXDOMAIN"),
        ({**BLOCK, "type": "TYPE1"}, "NXDOMAIN"),
    ],
)
def test_what_is_heard_is_as_the_rule_says(how, expected):
    responder = answering(firewall(rule("l", **how)), listed("l", "bad.test."))
    assert heard(responder, "bad.test") == expected


def test_an_override_has_its_own_time_to_live_and_the_name_of_the_question():
    responder = answering(firewall(rule("l", **SINKHOLE)), listed("l", "bad.test."))
    first = records(ask(responder, "bad.test").answer)[0]
    assert first == ("bad.test.", 7, "CNAME sink.test.")


def test_the_first_rule_that_takes_a_name_decides():
    lists = [listed("exact", "bad.test."), listed("all", "*")]
    allowing = answering(firewall(rule("exact", **ALLOW), rule("all", **BLOCK)), *lists)
    assert (heard(allowing, "bad.test"), heard(allowing, "mybad.test")) == (
        "192.0.2.1",
        "NXDOMAIN",
    )
    blocking = answering(firewall(rule("all", **BLOCK), rule("exact", **ALLOW)), *lists)
    assert heard(blocking, "bad.test") == "NXDOMAIN"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([("bad", BLOCK)], "NXDOMAIN"),
        ([("bad", {**BLOCK, "follows": False})], "bad.test., 192.0.2.1"),
        ([("led", ALLOW), ("bad", BLOCK)], "NXDOMAIN"),
        ([("led", {**ALLOW, "follows": False}), ("bad", BLOCK)], "bad.test., 192.0.2.1"),
        ([("led", ALLOW), ("bad", ALLOW), ("all", BLOCK)], "bad.test., 192.0.2.1"),
    ],
)
def test_names_that_a_cname_leads_to_are_asked_about_unless_the_first_is_trusted(rules, expected):
    lists = [listed("bad", "bad.test."), listed("led", "led.test."), listed("all", "*")]
    responder = answering(firewall(*(rule(name, **how) for name, how in rules)), *lists)
    assert heard(responder, "led.test") == expected


def test_a_change_is_heard_at_once_though_answers_are_kept():
    responder = answering()
    assert heard(responder, "bad.test") == "192.0.2.1"
    responder.apply(Delta(put=(firewall(rule("l", **BLOCK)), listed("l", "bad.test."))))
    assert heard(responder, "bad.test") == "NXDOMAIN"
    responder.apply(Delta(put=(listed("l", "mybad.test."),)))
    assert (heard(responder, "bad.test"), heard(responder, "mybad.test")) == (
        "192.0.2.1",
        "NXDOMAIN",
    )
    responder.apply(Delta(removed=(firewall(rule("l", **BLOCK)),)))
    assert heard(responder, "mybad.test") == "192.0.2.3"


def test_who_asks_from_beyond_is_filtered_as_the_view_is():
    responder = answering(firewall(rule("l", **BLOCK)), listed("l", "bad.test."))
    responder.view("vpc-1/inbound", VIEW)
    query = dns.message.make_query("bad.test", "A").to_wire()
    answer = dns.message.from_wire(responder.reply(query, responder.view("vpc-1/inbound", VIEW)))
    assert answer.rcode() == dns.rcode.NXDOMAIN


def test_each_alert_is_told(caplog):
    responder = answering(firewall(rule("l", **ALERT)), listed("l", "bad.test."))
    with caplog.at_level(logging.WARNING):
        assert [heard(responder, "bad.test") for _ in range(2)] == ["192.0.2.1"] * 2
    assert len([one for one in caplog.records if "alerts" in one.message]) == 2


def leading(query: dns.message.Message) -> dns.message.Message:
    """Answer as a server of somebody else's, whose names lead to one that is bad."""
    answer = dns.message.make_response(query)
    name = query.question[0].name
    answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "bad.test."))
    answer.answer.append(dns.rrset.from_text("bad.test.", 60, "IN", "A", "10.9.9.9"))
    return answer


@pytest.mark.parametrize(
    ("rules", "name", "expected"),
    [
        ([], "www.corp.test", "10.9.9.9"),
        ([("bad", BLOCK)], "www.corp.test", "NXDOMAIN"),
        ([("bad", SINKHOLE)], "www.corp.test", "192.0.2.9"),
        ([("corp", {**ALLOW, "follows": False}), ("bad", BLOCK)], "www.corp.test", "10.9.9.9"),
        ([("corp", BLOCK)], "www.corp.test", "NXDOMAIN"),
    ],
)
def test_what_others_answer_is_filtered_too(rules, name, expected):
    server = Elsewhere(leading)
    lists = [listed("bad", "bad.test."), listed("corp", "*.corp.test.")]
    filtering = [firewall(*(rule(of, **how) for of, how in rules)), *lists, *NAMES]
    taken = forwarding("corp.test", ("127.0.0.1", server.port))

    async def main():
        async with serving(taken, *filtering) as port:
            return [await ask_at(port, name) for _ in range(2)]  # the second from what was kept

    try:
        answers = run(main)
    finally:
        server.close()
    for answer in answers:
        if expected == "NXDOMAIN":
            assert answer.rcode() == dns.rcode.NXDOMAIN
        else:
            assert shown(answer)[-1].endswith(expected)
    assert bool(server.askers) == (("corp", BLOCK) not in rules)
