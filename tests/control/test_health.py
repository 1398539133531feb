"""What is measured of targets, and how long connections to an ill one go on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from genkan.control.health import told
from genkan.model.endpoint_health import EndpointHealth
from genkan.model.hosted_zone import GLOBAL, HealthCheck
from genkan.model.lifecycle import complete, due
from genkan.model.network import Network
from genkan.model.target_health import TargetHealth, target_health_id
from tests.compile.scenario import AT, MINE
from tests.engine.service_world import GROUP, everything, target_group

STATE = "target_health_state.unhealthy"
WAITS = (
    (f"{STATE}.connection_termination.enabled", "false"),
    (f"{STATE}.draining_interval_seconds", "60"),
)
NAME = target_health_id(GROUP, "i-p-one", 8080)
ILL, WELL = (
    {"targets": {NAME: {"why": why}}, "endpoints": {}} for why in (["Target.Timeout", "late"], None)
)
LATER = AT + timedelta(seconds=60)


def network(attributes=WAITS) -> Network:
    return Network.of([*everything(), target_group(attributes=attributes)])


def known(of: Network) -> TargetHealth:
    found = of.get(TargetHealth, NAME)
    assert found is not None
    return found


def test_the_time_of_an_ill_target_begins_when_it_falls_ill():
    ill = network()
    for seconds in (0, 30):  # and not when it is told of again
        ill = ill.apply(told(ill, ILL, AT + timedelta(seconds=seconds)))
        assert known(ill).draining_until == LATER
    well = ill.apply(told(ill, WELL, AT))
    assert known(well).draining_until is None


@pytest.mark.parametrize("attributes", [(), WAITS[:1], WAITS[1:]])
def test_a_group_that_gives_no_time_has_none(attributes):
    one = network(attributes)
    assert known(one.apply(told(one, ILL, AT))).draining_until is None


def test_the_time_ends_once():
    one = network()
    ill = one.apply(told(one, ILL, AT))
    assert known(ill) not in due(ill, LATER - timedelta(seconds=1))
    assert known(ill) in due(ill, LATER)
    over = ill.apply(complete(ill, known(ill), LATER))
    assert known(over) == replace(known(ill), draining_until=None)
    assert known(over) not in due(over, LATER)
    assert not told(over, ILL, LATER)


CHECK = HealthCheck(
    id="c",
    account=MINE["account"],
    region=GLOBAL,
    caller_reference="c",
    config="{}",
    version=1,
)


def reported(network: Network, passed: bool | None, report: str, seconds: int) -> Network:
    one = {"passed": passed, "report": report, "checker": "198.51.100.10"}
    line = {"targets": {}, "endpoints": {"c": one}}
    return network.apply(told(network, line, AT + timedelta(seconds=seconds)))


def test_what_is_told_of_an_endpoint_is_kept_with_its_last_failure():
    failed = reported(Network.of([CHECK]), False, "Failure: no", 0)
    well = reported(failed, True, "Success: yes", 10)
    found = well.get(EndpointHealth, "c")
    assert (found.passed, found.report, found.last_failure) == (True, "Success: yes", "Failure: no")
    assert (found.reported_at, found.failed_at) == (AT + timedelta(seconds=10), AT)
    assert reported(well, True, "Success: yes", 20) == well


def test_who_asks_anew_and_knows_too_little_changes_nothing_that_was_decided():
    failed = reported(Network.of([CHECK]), False, "Failure: no", 0)
    assert reported(failed, None, "Failure: still no", 5).get(EndpointHealth, "c").passed is False
    assert not told(failed, {"targets": {}, "endpoints": {"c": None}}, AT)
    gone = failed.apply(told(failed, {"targets": {}, "endpoints": {}}, AT))
    assert gone.get(EndpointHealth, "c") is None
