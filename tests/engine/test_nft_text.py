"""Plans as nft's text."""

from dataclasses import replace
from ipaddress import IPv4Address

from genkan.engine.linux import nft_text
from genkan.engine.linux.desired import Desired
from genkan.engine.linux.nft import LARGEST
from genkan.engine.linux.objects import NftChain, NftElement, NftSet
from genkan.engine.linux.plan import objects_of, plan
from genkan.program import Program
from genkan.program.filter import AddressSet
from tests.engine.rows import BECAUSE, guard, match, place, rules_of

MEMBERS = AddressSet(
    because=BECAUSE,
    place="vpc-1",
    name="members/sg-2",
    members=(IPv4Address("10.0.0.4"), IPv4Address("10.0.0.5")),
)
GROUP = rules_of(
    "sg-1/ingress",
    match("@members/sg-2", 6, (443, 443)),
    match("10.0.0.0/8", 1, icmp=(8, -1)),
)
BASE = Program([place("vpc-1")])
WHOLE = Program([place("vpc-1"), MEMBERS, GROUP, guard("eni-1")])
MADE = """\
add table inet genkan
add set inet genkan members_sg_2 { type ipv4_addr; }
add set inet genkan members_sg_2_6 { type ipv6_addr; }
add set inet genkan members_sg_2_blocks { type ipv6_addr; flags interval; }
add chain inet genkan sg_1_ingress
flush chain inet genkan sg_1_ingress
add chain inet genkan security_group_ingress_sg_1_ingress
flush chain inet genkan security_group_ingress_sg_1_ingress
add rule inet genkan sg_1_ingress ip saddr @members_sg_2 meta l4proto 6 th dport 443 accept \
comment "sg-1 rule sgr-1 #a1133c5b"
add rule inet genkan sg_1_ingress ip6 saddr @members_sg_2_6 meta l4proto 6 th dport 443 accept \
comment "sg-1 rule sgr-1 #d3ae3c50"
add rule inet genkan sg_1_ingress ip6 saddr @members_sg_2_blocks \
meta l4proto 6 th dport 443 accept comment "sg-1 rule sgr-1 #adddf6a4"
add rule inet genkan sg_1_ingress ip saddr { 10.0.0.0/8 } meta l4proto 1 icmp type 8 accept \
comment "sg-1 rule sgr-1 #b2b59961"
add rule inet genkan security_group_ingress_sg_1_ingress jump sg_1_ingress \
comment "sg-1/ingress #059e279c"
add rule inet genkan security_group_ingress_sg_1_ingress limit rate 1000/second burst 2000 packets \
log prefix "security-group-ingress|no rule of sg-1" group 103 drop \
comment "security-group-ingress: no rule allows it #7a5ddaff"
add rule inet genkan security_group_ingress_sg_1_ingress limit rate 1/second burst 1 packets \
log prefix "+security-group-ingress|no rule of sg-1" group 103 drop \
comment "security-group-ingress: no rule allows it #d0fb1508"
add rule inet genkan security_group_ingress_sg_1_ingress drop \
comment "security-group-ingress: no rule allows it #6db8de91"
add element inet genkan members_sg_2 { 10.0.0.4, 10.0.0.5 }
add element inet genkan ingress_guards \
{ "gk-0c420e0a3a" : goto security_group_ingress_sg_1_ingress }"""
UNMADE = """\
delete element inet genkan ingress_guards { "gk-0c420e0a3a" }
flush chain inet genkan sg_1_ingress
flush chain inet genkan security_group_ingress_sg_1_ingress
delete chain inet genkan sg_1_ingress
delete chain inet genkan security_group_ingress_sg_1_ingress
delete set inet genkan members_sg_2
delete set inet genkan members_sg_2_6
delete set inet genkan members_sg_2_blocks"""


def changing(before: Program, after: Program) -> list[tuple[str, str]]:
    return list(nft_text.transactions(Desired(before).change(before, before.delta(after))))


def test_a_group_comes_in_one_transaction_named_things_before_who_names_them() -> None:
    assert changing(BASE, WHOLE) == [("vpc-1", MADE)]


def test_a_group_goes_in_one_transaction_who_names_things_before_them() -> None:
    assert changing(WHOLE, BASE) == [("vpc-1", UNMADE)]


def test_a_member_more_is_an_element_more() -> None:
    more = replace(MEMBERS, members=(*MEMBERS.members, IPv4Address("10.0.0.6")))
    after = WHOLE.apply(WHOLE.delta(Program([*WHOLE, more])))
    assert changing(WHOLE, after) == [
        ("vpc-1", "add element inet genkan members_sg_2 { 10.0.0.6 }")
    ]


def test_an_element_with_another_value_is_replaced_within_one_transaction() -> None:
    old, new = (
        NftElement("vpc-1", "public_of", "10.0.0.4", value) for value in ("1.1.1.1", "1.1.1.2")
    )
    ((_, text),) = nft_text.transactions(plan(objects_of([old]), objects_of([new])))
    assert text.splitlines() == [
        "delete element inet genkan public_of { 10.0.0.4 }",
        "add element inet genkan public_of { 10.0.0.4 : 1.1.1.2 }",
    ]


def test_a_large_plan_is_cut_into_transactions_that_an_ordinary_users_socket_takes() -> None:
    members = tuple(IPv4Address("10.0.0.0") + number for number in range(60_000))
    large = Program([place("vpc-1"), replace(MEMBERS, members=members)])
    texts = [text for _, text in changing(Program(), large)]
    assert len(texts) > 1
    assert all(len(text.encode()) <= LARGEST == 200_000 for text in texts)
    assert sum(text.count("10.0.") for text in texts) == len(members)


def test_what_nft_lists_is_read_back_as_what_was_wanted() -> None:
    listed = [
        {"metainfo": {"json_schema_version": 1}},
        {"table": {"family": "inet", "name": "genkan", "handle": 1}},
        {"table": {"family": "ip", "name": "other", "handle": 2}},
        {"chain": {"family": "ip", "table": "other", "name": "mine", "handle": 1}},
        {
            "set": {
                "family": "inet",
                "table": "genkan",
                "name": "listener_ranges",
                "type": ["ipv4_addr", "inet_proto", "inet_service"],
                "flags": ["interval"],
                "elem": [
                    {"concat": [{"prefix": {"addr": "52.0.0.0", "len": 8}}, "tcp", 443]},
                    {"concat": [{"range": ["10.0.0.1", "10.0.0.3"]}, "tcp", 443]},
                ],
            }
        },
        {
            "set": {
                "family": "inet",
                "table": "genkan",
                "name": "own_blocks",
                "type": ["ifname", "ipv6_addr"],
                "flags": ["interval"],
                "elem": [{"concat": ["gk-1", {"prefix": {"addr": "2001:db8::", "len": 80}}]}],
            }
        },
        {
            "map": {
                "family": "inet",
                "table": "genkan",
                "name": "ingress_guards",
                "type": "ifname",
                "map": "verdict",
                "elem": [["gk-1", {"goto": {"target": "guard"}}]],
            }
        },
        {"chain": {"family": "inet", "table": "genkan", "name": "guard", "handle": 3}},
        {"rule": {"family": "inet", "table": "genkan", "chain": "guard", "comment": "a #1"}},
        {"rule": {"family": "inet", "table": "genkan", "chain": "guard"}},
    ]
    triple = "type ipv4_addr . inet_proto . inet_service"
    assert list(nft_text.parse("vpc-1", listed)) == [
        NftSet("vpc-1", "listener_ranges", f"set {{ {triple}; flags interval; }}"),
        NftElement("vpc-1", "listener_ranges", "52.0.0.0/8 . tcp . 443"),
        NftElement("vpc-1", "listener_ranges", "10.0.0.1-10.0.0.3 . tcp . 443"),
        NftSet("vpc-1", "own_blocks", "set { type ifname . ipv6_addr; flags interval; }"),
        NftElement("vpc-1", "own_blocks", '"gk-1" . 2001:db8::/80'),
        NftSet("vpc-1", "ingress_guards", "map { type ifname : verdict; }"),
        NftElement("vpc-1", "ingress_guards", '"gk-1"', "goto guard"),
        NftChain("vpc-1", "guard", ("a #1", ""), ()),
    ]


def test_what_packets_put_into_a_set_is_nobodys_wish():
    kept = {
        "family": "inet",
        "table": "genkan",
        "name": "refusals",
        "type": ["ipv4_addr", "inet_service"],
        "size": 65536,
        "flags": ["timeout"],
        "timeout": 10,
        "elem": [{"elem": {"val": {"concat": ["10.0.0.1", 80]}, "expires": 9}}],
    }
    told = "set { type ipv4_addr . inet_service; size 65536; flags dynamic,timeout; timeout 10s; }"
    assert list(nft_text.parse("vpc-1", [{"set": kept}])) == [NftSet("vpc-1", "refusals", told)]
