"""Entries of a program as kernel objects."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.engine.linux import rtnetlink, ruleset
from genkan.engine.linux.desired import Desired
from genkan.engine.linux.lower import DELIVERIES, DELIVERY_PRIORITY, MAIN, ends_of, lower
from genkan.engine.linux.naming import chain_name, device_name, number
from genkan.engine.linux.objects import KernelRoute, Neighbour, NftChain, NftElement, PolicyRule
from genkan.program import Because, Program
from genkan.program.filter import (
    AddressSet,
    Match,
    Rule,
    SourceCheck,
    Stage,
    SubnetGuard,
    Verdict,
)
from genkan.program.filter import Filter as FilterEntry
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import (
    PLACE_TABLE,
    Action,
    Blackhole,
    Deliver,
    Forward,
    Local,
    Route,
    SourceChoice,
    Unreachable,
)
from genkan.program.service import Answerer, Listener
from tests.engine.networks import programs
from tests.engine.rows import BECAUSE, guard, match, rules_of

HOP = IPv4Address("169.254.0.1")
LINK = Link(
    because=BECAUSE,
    id="eni-1",
    left=End(place="vpc-1", name="eni-1", mac="06:00:00:00:00:01", subnet="subnet-1"),
    right=End(
        place="i-1", name="eth0", mac="06:00:00:00:00:02", addresses=(IPv4Address("10.0.0.4"),)
    ),
)
SHORT, LONG = "10.0.0.4/32", "10.0.0.0/16"
SHORT_IPV6, LONG_IPV6 = "2001:db8::4/128", "2001:db8::/56"
FAR_IPV6 = IPv6Address("fe80::1")
DEVICE = device_name("eni-1")


def lowered_rules(entry: FilterEntry) -> list[str]:
    """Give the rules of a filter's first chain without their comments."""
    chain, *_ = lower(entry, {})
    assert isinstance(chain, NftChain)
    return [rule.partition(" comment ")[0] for rule in chain.rules]


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        ([match()], ["accept"]),
        ([match("0.0.0.0/0")], ["meta nfproto ipv4 accept"]),
        ([match("::/0")], ["meta nfproto ipv6 accept"]),
        ([match("10.0.0.0/8")], ["ip saddr { 10.0.0.0/8 } accept"]),
        ([match("2001:db8::/32")], ["ip6 saddr { 2001:db8::/32 } accept"]),
        (
            [match("@members/sg-2")],
            [
                "ip saddr @members_sg_2 accept",
                "ip6 saddr @members_sg_2_6 accept",
                "ip6 saddr @members_sg_2_blocks accept",
            ],
        ),
        (
            [match("@members/sg-2", protocol=58)],
            [
                "ip6 saddr @members_sg_2_6 meta l4proto 58 accept",
                "ip6 saddr @members_sg_2_blocks meta l4proto 58 accept",
            ],
        ),
        ([match(protocol=6)], ["meta l4proto 6 accept"]),
        ([match(protocol=6, ports=(443, 443))], ["meta l4proto 6 th dport 443 accept"]),
        (
            [match("10.0.0.0/8", 17, (5000, 5009))],
            ["ip saddr { 10.0.0.0/8 } meta l4proto 17 th dport 5000-5009 accept"],
        ),
        ([match(protocol=1, icmp=(-1, -1))], ["meta l4proto 1 accept"]),
        ([match(protocol=1, icmp=(8, -1))], ["meta l4proto 1 icmp type 8 accept"]),
        ([match(protocol=1, icmp=(3, 4))], ["meta l4proto 1 icmp type 3 icmp code 4 accept"]),
        ([match(protocol=58, icmp=(128, -1))], ["meta l4proto 58 icmpv6 type 128 accept"]),
        (
            [match("10.0.0.0/9"), match("10.128.0.0/9"), match("192.0.2.0/24")],
            ["ip saddr { 10.0.0.0/8, 192.0.2.0/24 } accept"],
        ),
        ([match("10.0.0.0/8"), match("0.0.0.0/0")], ["meta nfproto ipv4 accept"]),
        (
            [match("10.0.0.0/8", 6), match("::/0", 6)],
            [
                "ip saddr { 10.0.0.0/8 } meta l4proto 6 accept",
                "meta nfproto ipv6 meta l4proto 6 accept",
            ],
        ),
        ([], []),
    ],
)
def test_a_filter_is_a_chain_of_rules_with_their_far_sides_joined(
    matches: list[Match], expected: list[str]
) -> None:
    assert lowered_rules(replace(rules_of("sg-1/ingress", *matches), stateful=True)) == expected


def test_the_far_side_of_an_outbound_rule_is_the_destination() -> None:
    assert lowered_rules(rules_of("sg-1/egress", match("10.0.0.0/8"))) == [
        "ip daddr { 10.0.0.0/8 } accept"
    ]


def acl(*rules: tuple[Match, Verdict]) -> FilterEntry:
    """Give a filter of ordered rules, numbered from 1."""
    return FilterEntry(
        because=BECAUSE,
        place="vpc-1",
        name="acl-1/ingress",
        rules=tuple(
            Rule(match=one, verdict=verdict, because=Because("network-acl", "acl-1", str(number)))
            for number, (one, verdict) in enumerate(rules, 1)
        ),
    )


def test_ordered_rules_are_one_lookup_until_one_meets_an_earlier_one() -> None:
    ordered = acl(
        (match("10.0.0.0/16", 6, (22, 22)), Verdict.DROP),
        (match("10.1.0.0/16", 6, (80, 90)), Verdict.ACCEPT),
        (match("2001:db8::/32", 6, (80, 80)), Verdict.ACCEPT),
        (match("10.0.0.0/8", 6, (1, 65535)), Verdict.DROP),
        (match("0.0.0.0/0"), Verdict.ACCEPT),
    )
    assert lowered_rules(ordered) == [
        "ip saddr . meta l4proto . th dport vmap { "
        "10.0.0.0-10.0.255.255 . 6 . 22 : goto acl_1_ingress_denied_1, "
        "10.1.0.0-10.1.255.255 . 6 . 80-90 : accept }",
        "ip6 saddr { 2001:db8::/32 } meta l4proto 6 th dport 80 accept",
        "ip saddr { 10.0.0.0/8 } meta l4proto 6 th dport 1-65535 goto acl_1_ingress_denied_4",
        "meta nfproto ipv4 accept",
    ]


def test_what_an_ordered_rule_denies_ends_in_a_chain_that_logs_why() -> None:
    _, denied = lower(acl((match("10.0.0.0/8"), Verdict.DROP)), {})
    assert isinstance(denied, NftChain)
    assert denied.name == "acl_1_ingress_denied_1"
    texts = [rule.partition(" comment ")[0] for rule in denied.rules]
    assert texts == list(ruleset.dropped("network-acl-ingress", "acl-1 rule 1"))


@pytest.mark.parametrize(
    ("table", "destination", "action", "expected"),
    [
        (PLACE_TABLE, SHORT, Forward("eni-1"), (MAIN, "unicast", DEVICE, None)),
        ("rtb-1", LONG, Forward("eni-1", HOP), (number("rtb-1"), "unicast", DEVICE, HOP)),
        ("rtb-1", LONG, Forward("eni-gone"), (number("rtb-1"), "blackhole", None, None)),
        ("rtb-1", LONG, Local(), (number("rtb-1"), "throw", None, None)),
        ("rtb-1", LONG, Blackhole(), (number("rtb-1"), "blackhole", None, None)),
        (PLACE_TABLE, LONG, Unreachable(), (MAIN, "unreachable", None, None)),
        (PLACE_TABLE, SHORT, Deliver(), (DELIVERIES, "local", "lo", None)),
        (PLACE_TABLE, SHORT_IPV6, Forward("eni-1"), (MAIN, "unicast", DEVICE, FAR_IPV6)),
        ("rtb-1", LONG_IPV6, Forward("eni-1"), (number("rtb-1"), "unicast", DEVICE, FAR_IPV6)),
        (PLACE_TABLE, SHORT_IPV6, Deliver(), (DELIVERIES, "local", "lo", None)),
    ],
)
def test_a_route_is_the_kernels_kind_of_route(
    table: str, destination: str, action: Action, expected: tuple[object, ...]
) -> None:
    entry = Route(
        because=BECAUSE,
        place="vpc-1",
        table=table,
        destination=ip_network(destination),
        action=action,
    )
    objects = list(lower(entry, ends_of([LINK])))
    (route,) = [one for one in objects if isinstance(one, KernelRoute)]
    assert (route.table, route.kind, route.device, route.via) == expected
    if route.kind == "unicast":  # nobody is asked who is at the far end
        hop = route.via or IPv4Address("10.0.0.4")
        assert objects == [Neighbour("vpc-1", DEVICE, hop, LINK.right.mac), route]
    elif (destination, action) == (SHORT, Deliver()):
        assert objects[-1] == NftElement("vpc-1", ruleset.ROUTERS_OWN, "10.0.0.4")


def test_network_acls_are_asked_where_a_subnet_has_one_alone() -> None:
    stages = {name for name, *_ in ruleset.ACL_STAGES}
    place = Place(because=BECAUSE, id="vpc-1", kind=PlaceKind.VPC, forwards=True)
    entry = SubnetGuard(
        because=BECAUSE,
        place="vpc-1",
        stage=Stage.NETWORK_ACL_EGRESS,
        subnet="subnet-1",
        addresses=(),
        filter="acl-1/egress",
    )
    assert not stages & {one.name for one in lower(place, {}) if isinstance(one, NftChain)}
    assert stages < {one.name for one in lower(entry, {}) if isinstance(one, NftChain)}


def test_a_source_address_is_a_rule_of_its_own_before_deliveries() -> None:
    source = IPv4Address("10.0.0.9")
    entry = SourceChoice(because=BECAUSE, place="i-1", source=source, table="eni-2")
    (rule,) = lower(entry, {})
    assert isinstance(rule, PolicyRule)
    assert (rule.place, rule.mark, rule.source) == ("i-1", None, source)
    assert rule.table == number("eni-2")
    assert rule.priority < DELIVERY_PRIORITY


def test_the_rule_of_an_ipv6_prefix_is_read_back_as_it_was_written() -> None:
    block = IPv6Network("2001:db8:0:1:2::/80")
    (rule,) = lower(SourceChoice(because=BECAUSE, place="i-1", source=block, table="eni-2"), {})
    assert isinstance(rule, PolicyRule)
    written = rtnetlink.put_rule(rule).body
    assert rtnetlink.read_rule("i-1", written, 0, len(written)) == rule


def test_prefixes_are_asked_after_addresses() -> None:
    block = IPv6Network("2001:db8:0:1:2::/80")
    check = SourceCheck(
        because=BECAUSE, place="vpc-1", interface="eni-1", addresses=(), blocks=(block,)
    )
    members = AddressSet(because=BECAUSE, place="vpc-1", name="g", members=(), blocks=(block,))
    found = [one for entry in (check, members) for one in lower(entry, {})]
    elements = {(one.container, one.element) for one in found if isinstance(one, NftElement)}
    device = device_name("eni-1")
    assert (ruleset.OWN_BLOCKS, f'"{device}" . {block}') in elements
    assert (f"{chain_name('g')}_blocks", str(block)) in elements


@pytest.mark.parametrize(
    ("addresses", "guarded", "expected"),
    [
        ("10.0.0.4/32", False, ("listeners", "10.0.0.4 . tcp . 443")),
        ("10.0.0.4/32", True, ("guarded_listeners", "10.0.0.4 . tcp . 443")),
        ("52.119.0.0/16", False, ("listener_ranges", "52.119.0.0/16 . tcp . 443")),
        ("2001:db8::4/128", True, ("guarded_listeners_6", "2001:db8::4 . tcp . 443")),
    ],
)
def test_a_listener_is_an_element(addresses: str, guarded: bool, expected: tuple[str, str]) -> None:
    entry = Listener(
        because=BECAUSE,
        place="vpc-1",
        addresses=ip_network(addresses),
        protocol=6,
        port=443,
        answerer=Answerer.FRONT,
        guarded=guarded,
    )
    (element,) = lower(entry, {})
    assert isinstance(element, NftElement)
    assert (element.container, element.element) == expected


def test_a_guard_asks_each_filter_and_drops_the_rest() -> None:
    entry = guard("eni-1", filters=("sg-1/ingress", "sg-2/ingress"))
    chain, element = lower(entry, {})
    assert isinstance(chain, NftChain)
    assert [rule.partition(" comment ")[0] for rule in chain.rules] == [
        "jump sg_1_ingress",
        "jump sg_2_ingress",
        *ruleset.dropped("security-group-ingress", "no rule of sg-1, sg-2"),
    ]
    assert element == NftElement(
        "vpc-1", "ingress_guards", f'"{device_name("eni-1")}"', f"goto {chain.name}"
    )


def test_what_is_dropped_is_logged_with_its_stage_and_reason_but_for_what_is_too_much() -> None:
    log = 'log prefix "{}endpoint|too ?long?' + "x" * 106
    first, beyond, rest = ruleset.dropped("endpoint", 'too "long"' + "x" * 200, "iif lo ")
    assert first.startswith("iif lo limit rate 1000/second burst 2000 packets " + log.format(""))
    assert beyond.startswith("iif lo limit rate 1/second burst 1 packets " + log.format("+"))
    for text in (first, beyond):
        assert text.endswith('" group 103 drop')
        assert len(text.split('"')[1]) <= ruleset.LONGEST_PREFIX
    assert rest == "iif lo drop"


def test_a_guard_of_an_endpoint_stands_at_its_address() -> None:
    _, element = lower(guard(IPv4Address("10.0.0.5"), Stage.ENDPOINT), {})
    assert isinstance(element, NftElement)
    assert (element.container, element.element) == ("endpoint_guards", "10.0.0.5")


@given(st.lists(st.from_regex(r"sg-[0-9a-f]{17}", fullmatch=True), min_size=1, max_size=16))
def test_names_of_chains_are_names_that_nft_takes(groups: list[str]) -> None:
    name = chain_name("security-group-ingress/" + "+".join(f"{one}/ingress" for one in groups))
    assert name[0].isalpha()
    assert name.replace("_", "").isalnum()
    assert len(name) < 128


@given(programs())
def test_every_comment_fits_where_nft_keeps_it(program: Program) -> None:
    chains = [one for one in Desired(program).state.values() if isinstance(one, NftChain)]
    assert chains
    assert all(len(comment.encode()) <= 128 for chain in chains for comment in chain.comments)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
def test_a_comment_fits_and_quotes_nothing_whatever_the_reason(reasons: list[str]) -> None:
    rules = tuple(
        Rule(
            match=match("10.0.0.0/8"),
            verdict=Verdict.ACCEPT,
            because=Because("security-group", text, text),
        )
        for text in reasons
    )
    (chain,) = lower(FilterEntry(because=BECAUSE, place="vpc-1", name="a", rules=rules), {})
    assert isinstance(chain, NftChain)
    for comment in chain.comments:
        assert len(comment.encode()) <= 128
        assert not set(comment) & set('"\n')


def test_what_is_let_pass_from_everywhere_has_a_chain_of_its_own() -> None:
    entry = replace(
        rules_of("sg-1/ingress", match("0.0.0.0/0", 6, (80, 80)), match("10.0.0.0/8", 6)),
        stateful=True,
    )
    _, second = lower(entry, {})
    assert isinstance(second, NftChain)
    (rule,) = second.rules
    assert rule.startswith("meta nfproto ipv4 meta l4proto 6 th dport 80 ct direction original ")
    assert "ct mark set ct mark and 0x7fffffff or 0x20000000 accept" in rule


def test_a_guard_that_does_not_track_asks_first_what_is_let_pass_from_everywhere() -> None:
    entry = replace(guard("eni-1"), untracked=((4, 6), (4, 17), (6, 6)))
    chain, _ = lower(entry, {})
    assert isinstance(chain, NftChain)
    assert [rule.partition(" comment ")[0] for rule in chain.rules][:3] == [
        "meta nfproto ipv4 meta l4proto { 6, 17 } jump sg_1_ingress_everywhere",
        "meta nfproto ipv6 meta l4proto { 6 } jump sg_1_ingress_everywhere",
        "jump sg_1_ingress",
    ]
