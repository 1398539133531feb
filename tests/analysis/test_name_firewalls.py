"""Which rule of a firewall decides about a name."""

import pytest

from genkan.analysis.name_firewalls import NameFirewalls, blocks
from genkan.program.entry import Because
from genkan.program.firewall import DomainList, Firewall, FirewallAction, FirewallRule

BECAUSE = Because("firewall-rule-group", "rslvr-frg-1")
LISTS = {
    "exact": ("Example.com.",),
    "below": ("*.example.com.",),
    "every": ("*",),
    "none": (),
}


def rule(domains: str, action: FirewallAction = FirewallAction.BLOCK, **how) -> FirewallRule:
    return FirewallRule(because=BECAUSE, domains=domains, action=action, **how)


def deciding(
    name: str, *rules: FirewallRule, kind: str = "A", following: bool = False
) -> FirewallRule | None:
    """Ask the firewall of the second of two views, the first of which has none."""
    lists = [DomainList(because=BECAUSE, id=id, domains=them) for id, them in LISTS.items()]
    firewall = Firewall(because=BECAUSE, view="vpc-1", rules=rules)
    firewalls = NameFirewalls([*lists, firewall])
    return firewalls.rule(("other", "vpc-1"), name, kind, following=following)


@pytest.mark.parametrize(
    ("listed", "name", "taken"),
    [
        ("exact", "example.com", True),
        ("exact", "www.example.com", False),
        ("below", "www.example.com", True),
        ("below", "a.b.example.com", True),
        ("below", "example.com", False),
        ("below", "www.example.org", False),
        ("every", "example.org", True),
        ("none", "example.com", False),
        ("not there", "example.com", False),
    ],
)
def test_a_list_takes_the_names_that_it_says(listed: str, name: str, taken: bool) -> None:
    assert (deciding(name, rule(listed)) is not None) == taken


def test_the_first_rule_that_takes_a_name_decides() -> None:
    rules = (rule("exact"), rule("below", FirewallAction.ALLOW), rule("every"))
    assert deciding("www.example.com", *rules) is rules[1]


@pytest.mark.parametrize(("kind", "taken"), [("AAAA", True), ("A", False)])
def test_a_rule_of_one_type_takes_no_other(kind: str, taken: bool) -> None:
    assert (deciding("example.com", rule("every", type="AAAA"), kind=kind) is not None) == taken


@pytest.mark.parametrize(
    ("follows", "following", "taken"),
    [(True, True, True), (False, True, False), (True, False, True), (False, False, True)],
)
def test_a_rule_looks_at_what_a_cname_leads_to_if_it_follows(
    follows: bool, following: bool, taken: bool
) -> None:
    found = deciding("example.com", rule("every", follows=follows), following=following)
    assert (found is not None) == taken


@pytest.mark.parametrize(
    ("action", "blocked"),
    [(FirewallAction.BLOCK, True), (FirewallAction.ALERT, False), (FirewallAction.ALLOW, False)],
)
def test_only_a_rule_that_blocks_ends_a_question(action: FirewallAction, blocked: bool) -> None:
    assert blocks(deciding("example.com", rule("every", action))) == blocked
    assert not blocks(None)
