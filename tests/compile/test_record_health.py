"""Record sets by health: which answer, what an alias's target says, and what is looked at again."""

import json
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.compile import compile_network, recompile
from genkan.compile.record_health import check_is_healthy
from genkan.compile.scope import touched
from genkan.model.endpoint_health import EndpointHealth
from genkan.model.hosted_zone import (
    GLOBAL,
    AliasTarget,
    HealthCheck,
    ResourceRecordSet,
    Routing,
    record_set_id,
)
from genkan.model.load_balancer import LoadBalancer, TargetGroup
from genkan.model.network import Change, Network, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.target_health import TargetHealth, target_health_id
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from genkan.program import Program
from genkan.program.health import EndpointCheck
from genkan.program.names import ELSEWHERE, RecordSet
from tests.compile.scenario import AT, ENDPOINT_NAME, MINE, hosted_zone, records, resources

ZONE = "ZHEALTH"
EVERYTHING = resources()
BASE = Network.of([*EVERYTHING, hosted_zone("up.test.", id=ZONE)])


def check(name: str, **more) -> HealthCheck:
    config = {"Type": "TCP", "IPAddress": "35.72.0.12", "Port": 80, "RequestInterval": 10}
    config |= {"FailureThreshold": 1, "Inverted": False, "Disabled": False, **more}
    return HealthCheck(
        id=name,
        account=MINE["account"],
        region=GLOBAL,
        caller_reference=name,
        config=json.dumps(config),
        version=1,
    )


def measured(name: str, passed: bool | None) -> EndpointHealth:
    return EndpointHealth(
        id=name,
        account=MINE["account"],
        region=GLOBAL,
        passed=passed,
        report="Success" if passed else "Failure",
        reported_at=AT,
        checker="198.51.100.10",
    )


def checked(policy: str, well: str) -> list[Resource]:
    """Give record sets www of a policy, the nth with the address 192.0.2.n and a check that is
    well or not ("+-"), or none (".")."""
    rows: list[Resource] = []
    for number, one in enumerate(well):
        how: dict = {
            "weight": {"weight": number},
            "zero": {"weight": 0 if number else 1},
            "failover": {"failover": "SECONDARY" if number else "PRIMARY"},
            "multi": {"multivalue": True},
            "latency": {"latency_region": ("us-east-1", "us-west-2", "eu-west-1")[number % 3]},
            "places": {"geolocation": PLACES[number % 3]},
        }[policy]
        routing = Routing(set_identifier=f"s{number:02}", **how)
        named = {"health_check_id": f"c{number}"} if one != "." else {}
        value = f"192.0.2.{number}"
        rows.append(records(ZONE, "www.up.test.", "A", value, routing=routing, **named))
        if named:
            rows += [check(f"c{number}"), measured(f"c{number}", one == "+")]
    return rows


PLACES = ('{"CountryCode": "US"}', '{"ContinentCode": "NA"}', '{"CountryCode": "*"}')


def compiled(*rows: Resource) -> Program:
    return compile_network(BASE.apply(put(*rows))).program


def answers(program: Program, name: str = "www.up.test") -> list[int]:
    """Give the last numbers of the addresses that may answer."""
    found = next(one for one in program.of(RecordSet) if (one.name, one.type) == (name, "A"))
    sets = found.alternatives or (found,)
    return [int(value.rpartition(".")[2]) for one in sets for value in one.values]


@pytest.mark.parametrize(
    ("policy", "well", "answering"),
    [
        ("failover", "++", [0]),
        ("failover", "+-", [0]),
        ("failover", "-+", [1]),
        ("failover", "-.", [1]),  # without a check it is healthy
        ("failover", "--", [0]),
        ("failover", "-", [0]),
        ("multi", "+-+", [0, 2]),
        ("multi", "---", [0, 1, 2]),
        ("multi", "-" + "+" * 9, [1, 2, 3, 4, 5, 6, 7, 8]),
        ("multi", "-" * 9, [0, 1, 2, 3, 4, 5, 6, 7]),
        ("weight", "+-+", [0, 2]),
        ("weight", "---", [0, 1, 2]),
        ("zero", "-++", [1, 2]),  # those of weight 0, when the others are not
        ("latency", "-.+", [1, 2]),
        ("latency", "--", [0, 1]),
    ],
)
def test_those_that_are_healthy_answer_and_all_where_none_is(policy, well, answering):
    assert answers(compiled(*checked(policy, well))) == answering


@pytest.mark.parametrize(
    ("well", "by_region"),
    [
        ("+++", {"us-east-1": 0, "ca-central-1": 1, ELSEWHERE: 2}),
        ("-++", {"us-east-1": 1, "ca-central-1": 1, ELSEWHERE: 2}),
        ("--+", {"us-east-1": None, "ca-central-1": None, ELSEWHERE: 2}),  # as elsewhere
        ("---", {"us-east-1": 0, "ca-central-1": 1, ELSEWHERE: 2}),
        ("+--", {"us-east-1": 0, "ca-central-1": 1, ELSEWHERE: 2}),
    ],
)
def test_a_place_that_is_not_healthy_leaves_its_regions_to_the_one_around_it(well, by_region):
    program = compiled(*checked("places", well))
    (entry,) = (one for one in program.of(RecordSet) if one.name == "www.up.test")
    for region, number in by_region.items():
        found = [one.values for one in entry.alternatives if region in (one.regions or ())]
        assert found == ([] if number is None else [(f"192.0.2.{number}",)]), region


@pytest.mark.parametrize(
    ("config", "passed", "healthy"),
    [
        ({}, True, True),
        ({}, False, False),
        ({}, None, True),  # not enough is known
        ({"Inverted": True}, True, False),
        ({"Inverted": True}, False, True),
        ({"Inverted": True}, None, False),
        ({"Disabled": True}, False, True),
        ({"Disabled": True, "Inverted": True}, True, False),
    ],
)
def test_a_check_is_healthy_as_it_says(config, passed, healthy):
    network = BASE.apply(put(check("c0", **config), measured("c0", passed)))
    assert check_is_healthy(network, "c0") is healthy


@pytest.mark.parametrize(
    ("threshold", "passed", "healthy"),
    [
        (2, (True, True, False), True),
        (2, (True, False, False), False),
        (0, (False, False, False), True),
        (4, (True, True, True), False),
    ],
)
def test_a_calculated_check_counts_its_children(threshold, passed, healthy):
    children = [f"c{number}" for number in range(3)]
    above = check("all", Type="CALCULATED", ChildHealthChecks=children, HealthThreshold=threshold)
    below = [(check(name), measured(name, one)) for name, one in zip(children, passed, strict=True)]
    network = BASE.apply(put(above, *(one for pair in below for one in pair)))
    assert check_is_healthy(network, "all") is healthy


def alias(name: str, identifier: str, failover: str, zone: str, target: str) -> ResourceRecordSet:
    """Give a failover alias that evaluates its target's health."""
    return replace(
        records(ZONE, name, "A", routing=Routing(set_identifier=identifier, failover=failover)),
        id=record_set_id(ZONE, name, "A", identifier),
        alias=AliasTarget(hosted_zone_id=zone, dns_name=target, evaluate_target_health=True),
    )


def failing_over(zone: str, target: str) -> list[Resource]:
    """Give top.up.test: an alias to a target, and an address when that is not healthy."""
    secondary = Routing(set_identifier="b", failover="SECONDARY")
    return [
        alias("top.up.test.", "a", "PRIMARY", zone, target),
        records(ZONE, "top.up.test.", "A", "192.0.2.99", routing=secondary),
    ]


def stands_in(program: Program) -> bool:
    """Tell whether the secondary one of `failing_over` answers."""
    (found,) = (one for one in program.of(RecordSet) if one.name == "top.up.test")
    return found.alias is None


@pytest.mark.parametrize("well", ["".join(one) for one in product("+-", repeat=2)])
def test_an_alias_is_as_healthy_as_one_of_its_targets_record_sets(well):
    rows = [*failing_over(ZONE, "middle.up.test."), *checked("weight", well)]
    rows.append(alias("middle.up.test.", "m", "PRIMARY", ZONE, "www.up.test."))
    assert stands_in(compiled(*rows)) is (well == "--")


@pytest.mark.parametrize("state", [VpcEndpointState.AVAILABLE, VpcEndpointState.DELETING])
def test_an_alias_of_an_endpoint_is_healthy_while_that_is_available(state):
    rows = failing_over("ZVPCE", ENDPOINT_NAME)
    held = BASE.get(VpcEndpoint, "vpce-1")
    program = compiled(*rows, replace(held, state=state))
    assert stands_in(program) is (state is VpcEndpointState.DELETING)


GROUP = next(one for one in BASE.all(TargetGroup) if one.target_group_name == "app")
EMPTY = replace(GROUP, id=f"{GROUP.id}-empty", targets=())
ORDERS = next(one for one in BASE.all(LoadBalancer) if one.load_balancer_name == "Orders")


def target(healthy: bool) -> TargetHealth:
    (one,) = GROUP.targets
    return TargetHealth(
        id=target_health_id(GROUP.id, one.id, one.port),
        vpc_id=GROUP.vpc_id,
        target_group=GROUP.id,
        healthy=healthy,
        **MINE,
    )


@pytest.mark.parametrize("zone", ["", "ap-northeast-1a."])
@pytest.mark.parametrize(
    ("more", "healthy"),
    [
        ([target(True)], True),
        ([target(False)], False),
        ([], False),  # nobody asked yet
        ([replace(GROUP, targets=())], False),  # nobody is there
    ],
)
def test_an_alias_of_a_load_balancer_is_healthy_with_its_targets(zone, more, healthy):
    rows = failing_over("ZELB", zone + ORDERS.canonical_name)
    assert stands_in(compiled(*rows, *more)) is not healthy


def test_what_is_asked_is_what_a_packet_can_reach_and_not_disabled():
    rows = [
        check("given", Type="HTTPS_STR_MATCH", Port=8443, SearchString="up", ResourcePath="a"),
        check("named", IPAddress=None, FullyQualifiedDomainName="a.test", Type="HTTP", Port=80),
        check("six", IPAddress="2001:db8::1", Type="HTTP", Port=80),
        check("elsewhere", IPAddress="8.8.8.8"),
        check("inside", IPAddress="172.16.2.4"),
        check("nowhere", IPAddress="10.255.0.1"),
        check("off", Disabled=True),
        check("all", Type="CALCULATED", ChildHealthChecks=["off"], HealthThreshold=1),
    ]
    asked = {one.target: one for one in compiled(*rows).of(EndpointCheck)}
    assert asked.keys() == {"given", "named", "six", "elsewhere", "inside"}
    assert {name for name, one in asked.items() if not one.is_given} == {"elsewhere"}
    inside = asked["inside"]
    assert (inside.place, *map(str, inside.sources)) == ("vpc-1", "172.16.0.2")
    given = asked["given"]
    assert (given.protocol, given.path, given.host) == ("HTTPS", "/a", "35.72.0.12:8443")
    assert (given.search, given.threshold, given.interval) == ("up", 1, 10)
    assert (asked["named"].name, asked["named"].host) == ("a.test", "a.test")
    assert (asked["six"].name, asked["six"].host) == (None, "[2001:db8::1]")


def test_a_check_is_looked_at_again_with_the_names_that_it_decides_and_no_others():
    rows = [*checked("failover", "+."), *failing_over(ZONE, "www.up.test.")]
    rows.append(check("all", Type="CALCULATED", ChildHealthChecks=["c0"], HealthThreshold=1))
    rows.append(records(ZONE, "far.up.test.", "A", "192.0.2.1", health_check_id="all"))
    before = BASE.apply(put(*rows))
    change = put(measured("c0", False))
    scopes = touched(before, before.apply(change), change)
    names = ("far", "top", "www")
    assert scopes == {f"{ZONE}/{name}.up.test." for name in names}


PIECES = [
    *checked("failover", "+-"),
    measured("c0", False),
    measured("c1", True),
    check("c0", Inverted=True),
    check("c0", Type="CALCULATED", ChildHealthChecks=["c1"], HealthThreshold=1),
    check("c1", IPAddress="8.8.8.8"),
    check("c1", IPAddress="172.16.2.4"),
    check("c0", IPAddress="172.16.9.9"),
    BASE.get(Vpc, "vpc-1"),
    BASE.get(NetworkInterface, "eni-app"),
    *failing_over(ZONE, "www.up.test."),
    alias("www.up.test.", "s01", "SECONDARY", "ZELB", ORDERS.canonical_name),
    alias("middle.up.test.", "m", "PRIMARY", ZONE, "top.up.test."),
    alias("top.up.test.", "a", "PRIMARY", "ZVPCE", ENDPOINT_NAME),
    alias("www.up.test.", "s00", "PRIMARY", ZONE, "middle.up.test."),  # round in a circle
    target(True),
    target(False),
    replace(GROUP, targets=()),
    ORDERS,
    replace(BASE.get(VpcEndpoint, "vpce-1"), state=VpcEndpointState.DELETING),
    BASE.get(VpcEndpoint, "vpce-1"),
]
CHANGES = st.lists(
    st.sampled_from([way(one) for one in PIECES for way in (put, delete)]), min_size=1, max_size=3
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHANGES, max_size=6))
def test_compiling_what_changes_touch_is_compiling_anew(steps):
    network, compilation = BASE, compile_network(BASE)
    for changes in steps:
        change = sum(changes, Change())
        after = network.apply(change)
        compilation, _ = recompile(compilation, after, touched(network, after, change))
        network = after
    assert compilation.program == compile_network(network).program
