"""Hosted zones: where they answer, and which of several record sets does."""

from dataclasses import replace

import pytest

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.hosted_zone import HostedZone, ResourceRecordSet
from genkan.model.network import Network, delete, put
from genkan.model.vpc import Vpc
from genkan.program import Program
from genkan.program.names import (
    ELSEWHERE,
    EVERY_VIEW,
    PUBLIC_ZONE,
    Alias,
    RecordSet,
    Zone,
    ZoneAttachment,
)
from tests.compile.scenario import records, resources

EVERYTHING = Network.of(resources())


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_network(EVERYTHING).program


def held(program: Program, name: str, of_type: str = "A") -> RecordSet:
    found = (one for one in program.of(RecordSet) if (one.name, one.type) == (name, of_type))
    return next(found)


def attachments(program: Program) -> set[tuple[str, str]]:
    return {(one.view, one.zone) for one in program.of(ZoneAttachment) if one.zone.startswith("Z")}


def test_a_private_zone_answers_in_its_vpcs_and_a_public_one_everywhere(program):
    assert attachments(program) == {("vpc-1", "ZPRIVATE"), (EVERY_VIEW, "ZPUBLIC")}
    origins = {one.id: one.origin for one in program.of(Zone) if one.id.startswith("Z")}
    assert origins == {"ZPRIVATE": "corp.test", "ZPUBLIC": "example.org"}


def test_a_vpcs_attributes_decide_for_its_zones():
    compilation = compile_network(EVERYTHING)
    change = put(replace(EVERYTHING.get(Vpc, "vpc-1"), dns_hostnames=False))
    after = EVERYTHING.apply(change)
    again, _ = recompile(compilation, after, touched(EVERYTHING, after, change))
    assert attachments(again.program) == {(EVERY_VIEW, "ZPUBLIC")}


def test_a_vpc_of_another_region_is_not_meant():
    zone = EVERYTHING.get(HostedZone, "ZPRIVATE")
    moved = replace(zone, vpcs=(replace(zone.vpcs[0], region="us-east-1"),))
    program = compile_network(EVERYTHING.apply(put(moved))).program
    assert attachments(program) == {(EVERY_VIEW, "ZPUBLIC")}


def test_names_and_values_are_written_as_in_a_zone_file(program):
    assert held(program, "app.corp.test").values == ("10.0.0.2", "10.0.0.1")
    assert held(program, "app.corp.test", "TXT").values == ('"a\\032b"',)
    assert held(program, "*.corp.test", "CNAME").values == ("app.corp.test",)


def test_an_alias_names_its_target_and_the_zone_it_is_in(program):
    name = "vpce-1-abcd1234.monitoring.ap-northeast-1.vpce.amazonaws.com"
    assert held(program, "metrics.corp.test").alias == Alias(zone=PUBLIC_ZONE, name=name)
    inside = Alias(zone="ZPRIVATE", name="metrics.corp.test")
    assert held(program, "again.corp.test").alias == inside
    assert held(program, name).values == ("172.16.2.5",)


@pytest.mark.parametrize(
    ("policy", "values"),
    [
        ("failover", ["10.0.1.1"]),
        ("multi", [f"10.0.1.{number}" for number in range(8)]),
    ],
)
def test_one_record_set_answers_by_its_policy(program, policy, values):
    assert list(held(program, f"{policy}.corp.test").values) == values


@pytest.mark.parametrize(
    ("policy", "alternatives"),
    [
        ("weighted", [("10.0.1.0", 1, None), ("10.0.1.1", 9, None)]),
        ("latency", [("10.0.1.1", None, "us-west-2"), ("10.0.1.0", None, "us-east-1")]),
    ],
)
def test_record_sets_that_answer_in_turn_stand_beside_each_other(program, policy, alternatives):
    entry = held(program, f"{policy}.corp.test")
    assert entry.values == ()
    assert [(*one.values, one.weight, one.region) for one in entry.alternatives] == alternatives


def test_record_sets_by_location_answer_each_in_its_regions(program):
    entry = held(program, "places.corp.test")
    assert [(one.values, one.regions) for one in entry.alternatives] == [
        (("10.0.1.0",), ("ap-northeast-1", "ap-northeast-3")),
        (("10.0.1.1",), (ELSEWHERE,)),
    ]


def test_a_records_change_is_a_difference_of_that_name_alone():
    compilation = compile_network(EVERYTHING)
    change = put(records("ZPRIVATE", "app.corp.test.", "A", "10.9.9.9"))
    after = EVERYTHING.apply(change)
    _, delta = recompile(compilation, after, touched(EVERYTHING, after, change))
    (only,) = delta.put
    assert (only.name, only.values, delta.removed) == ("app.corp.test", ("10.9.9.9",), ())


def test_a_zone_goes_with_its_records():
    compilation = compile_network(EVERYTHING)
    rows = EVERYTHING.where(ResourceRecordSet, zone_id="ZPRIVATE")
    change = delete(EVERYTHING.get(HostedZone, "ZPRIVATE"), *rows)
    after = EVERYTHING.apply(change)
    again, _ = recompile(compilation, after, touched(EVERYTHING, after, change))
    assert not [one for one in again.program.of(RecordSet) if one.zone == "ZPRIVATE"]
    assert attachments(again.program) == {(EVERY_VIEW, "ZPUBLIC")}


def test_a_load_balancer_that_stands_has_names_that_an_alias_may_name(program):
    public = {
        one.name: one.values
        for one in program.of(RecordSet)
        if one.zone == PUBLIC_ZONE and ".elb." in one.name
    }
    orders, web = (f"{name}-0123.elb.ap-northeast-1.amazonaws.com" for name in ("orders", "web"))
    assert public == {
        orders: ("172.16.2.60",),
        f"ap-northeast-1a.{orders}": ("172.16.2.60",),
        web: ("54.65.0.12",),
        f"ap-northeast-1a.{web}": ("54.65.0.12",),
    }
