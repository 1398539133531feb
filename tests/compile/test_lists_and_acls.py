"""Prefix lists, gateway endpoints and network ACLs: what each means in the program."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.network import Network, put
from genkan.model.network_acl import default_acl
from genkan.model.prefix_list import ManagedPrefixList, blocks_of, weight_of
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from genkan.model.security_group import SecurityGroup
from genkan.model.vpc import Vpc
from genkan.program import Program
from genkan.program.filter import Filter, Stage, SubnetGuard, Verdict
from genkan.program.route import PLACE_TABLE, Deliver, Forward
from genkan.program.route import Route as ProgramRoute
from genkan.program.service import Listener
from tests.compile.scenario import (
    acl,
    acl_entry,
    gateway_endpoint,
    prefix_list,
    resources,
    whole_vpcs,
)

NETWORK = Network.of(resources())
S3 = "52.219.0.0/20"
HOP = IPv4Address("169.254.0.1")


def compiled(*changed) -> Program:
    return compile_network(NETWORK.apply(put(*changed))).program


def ways(program: Program, table: str, place: str = "vpc-1") -> dict[str, object]:
    return {
        str(route.destination): route.action
        for route in program.of(ProgramRoute)
        if (route.place, route.table) == (place, table)
    }


def filter_of(program: Program, name: str) -> Filter:
    (found,) = (one for one in program.of(Filter) if one.name == name)
    return found


def test_a_rule_by_list_is_a_rule_for_each_entry():
    program = compiled(prefix_list("203.0.113.0/24", "192.0.2.0/25"))
    by_list = [
        rule.match.remote
        for rule in filter_of(program, "sg-vpce/ingress").rules
        if rule.because.rule == "sgr-3"
    ]
    assert by_list == [IPv4Network("203.0.113.0/24"), IPv4Network("192.0.2.0/25")]


def test_an_equal_static_route_beats_one_by_list_and_local_beats_both():
    table = NETWORK.get(RouteTable, "rtb-main")
    static = Route(
        destination=IPv4Network("203.0.113.0/24"),
        target=RouteTarget(TargetKind.INTERNET_GATEWAY, "igw-1"),
    )
    program = compiled(
        replace(table, routes=(*table.routes, static)),
        prefix_list("203.0.113.0/24", "172.16.0.0/16", "198.51.100.0/24"),
    )
    found = ways(program, "rtb-main")
    assert found["203.0.113.0/24"] == Forward("igw-1", HOP)
    assert found["198.51.100.0/24"] == Forward("eni-web", IPv4Address("172.16.1.4"))
    assert not isinstance(found["172.16.0.0/16"], Forward)


def test_a_changed_list_changes_the_vpcs_that_name_it():
    before, change = compile_network(NETWORK), put(prefix_list("192.0.2.0/24"))
    after = NETWORK.apply(change)
    assert whole_vpcs(touched(NETWORK, after, change)) == {"vpc-1"}
    again, _ = recompile(before, after, touched(NETWORK, after, change))
    assert again.program == compile_network(after).program
    unnamed = replace(prefix_list("192.0.2.0/24"), id="pl-2")
    assert touched(NETWORK, NETWORK.apply(put(unnamed)), put(unnamed)) == set()


def test_the_current_version_of_a_list_counts_and_weighs_what_it_may_hold():
    assert blocks_of(NETWORK, "pl-1") == (IPv4Network("203.0.113.0/24"),)
    assert blocks_of(NETWORK, "pl-61a54008") == (IPv4Network(S3),)
    assert blocks_of(NETWORK, "pl-0") == ()
    weights = [weight_of(NETWORK, name) for name in ("pl-1", "pl-61a54008", "pl-0")]
    assert weights == [5, 1, 1]
    assert NETWORK.get(ManagedPrefixList, "pl-1").current.number == 1


def test_a_gateway_endpoint_delivers_the_services_addresses_and_knows_its_vpc_alone():
    program = compiled()
    assert ways(program, PLACE_TABLE, "vpce-s3") == {
        S3: Deliver(),
        "172.16.0.0/16": Forward("vpc-1", HOP),
    }
    (listener,) = (one for one in program.of(Listener) if one.place == "vpce-s3")
    assert (str(listener.addresses), listener.port) == (S3, 443)
    assert (listener.endpoint, listener.vpc) == ("vpce-s3", "vpc-1")
    assert listener.service == "ap-northeast-1/s3"


def test_only_its_tables_lead_to_a_gateway_endpoint():
    program = compiled(gateway_endpoint("rtb-front"))
    assert ways(program, "rtb-front")[S3] == Forward("vpce-s3", HOP)
    assert S3 not in ways(program, "rtb-main")


def guards(program: Program) -> dict[tuple[str, Stage], SubnetGuard]:
    return {(one.subnet, one.stage): one for one in program.of(SubnetGuard)}


def test_an_acl_stands_at_both_edges_of_its_subnets_and_the_unchanged_default_nowhere():
    found = guards(compiled())
    assert set(found) == {
        ("subnet-front", Stage.NETWORK_ACL_EGRESS),
        ("subnet-front", Stage.NETWORK_ACL_INGRESS),
    }
    assert found["subnet-front", Stage.NETWORK_ACL_EGRESS].filter == "acl-front/egress"


def test_a_changed_default_acl_stands_at_every_subnet_that_has_no_other():
    default = default_acl(NETWORK, NETWORK.get(Vpc, "vpc-1"))
    assert [entry.number for entry in default.entries] == [100, 100]
    found = guards(compiled(replace(default, entries=())))
    guard = found["subnet-back", Stage.NETWORK_ACL_INGRESS]
    assert guard.filter == f"{default.id}/ingress"
    assert guard.addresses == (IPv4Address("172.16.2.5"),)  # the endpoint's: the router has it
    assert found["subnet-front", Stage.NETWORK_ACL_INGRESS].filter == "acl-front/ingress"


@pytest.mark.parametrize("shuffled", [False, True])
def test_entries_are_asked_by_number_and_say_which_they_are(shuffled):
    entries = [
        acl_entry(200, False, "0.0.0.0/0", 443),
        acl_entry(100, False, "10.0.0.0/8", allow=False),
        replace(acl_entry(300, False, "10.0.0.0/8", 8, -1), protocol=1),
    ]
    program = compiled(
        acl("acl-front", "subnet-front", *(reversed(entries) if shuffled else entries))
    )
    rules = filter_of(program, "acl-front/ingress").rules
    assert [str(rule.because) for rule in rules] == [
        f"acl-front rule ingress {number}" for number in (100, 200, 300)
    ]
    assert [rule.verdict for rule in rules] == [Verdict.DROP, Verdict.ACCEPT, Verdict.ACCEPT]
    assert [rule.match.ports for rule in rules] == [None, (443, 443), None]
    assert rules[2].match.icmp == (8, -1)


def test_a_filter_of_a_group_holds_the_rules_of_its_own_direction():
    directions = {
        rule.id: rule.direction.value
        for group in NETWORK.all(SecurityGroup)
        for rule in group.rules
    }
    assert set(directions.values()) == {"ingress", "egress"}
    held = 0
    for one in compiled().of(Filter):
        for rule in one.rules:
            if rule.because.rule in directions:
                held += 1
                assert one.name.endswith(f"/{directions[rule.because.rule]}")
    assert held >= len(directions)
