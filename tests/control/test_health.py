"""What is measured of targets, and how long connections to an ill one go on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from genkan.control.health import told
from genkan.model.lifecycle import complete, due
from genkan.model.network import Network
from genkan.model.target_health import TargetHealth, target_health_id
from tests.compile.scenario import AT
from tests.engine.service_world import GROUP, everything, target_group

STATE = "target_health_state.unhealthy"
WAITS = (
    (f"{STATE}.connection_termination.enabled", "false"),
    (f"{STATE}.draining_interval_seconds", "60"),
)
NAME = target_health_id(GROUP, "i-p-one", 8080)
ILL, WELL = {NAME: {"why": ["Target.Timeout", "late"]}}, {NAME: {"why": None}}
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
