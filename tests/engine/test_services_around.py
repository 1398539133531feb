"""Who reaches a network load balancer and an endpoint from around them, by real packets."""

from typing import Any

import pytest

from tests.engine.inside import report_of
from tests.engine.service_world import NLB_A, TARGET_A
from tests.engine.services_around import PASSES, PEER, STOPS

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

BY_BALANCER = f"{NLB_A} {TARGET_A}"  # whom the target sees, and who it is
OUTSIDE, NEIGHBOUR = "198.51.100.10", "10.0.1.20"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.services_around")


def test_a_port_is_used_again_at_once_after_its_connection_ended(report: dict[str, Any]) -> None:
    assert report["port again"] == {"words": 100, "sent again": 0}


def test_what_is_larger_than_an_endpoint_passes_is_dropped_without_a_word(
    report: dict[str, Any],
) -> None:
    assert report["sizes"] == {
        "asked, 8500": "arrives",
        "answered, 8500": "arrives",
        "asked, 8501": "dropped",
        "answered, 8501": "dropped",
    }


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("internet, kept", f"{OUTSIDE} {TARGET_A}"),
        ("internet, not kept", BY_BALANCER),
        ("internet, datagrams", "hello"),
        ("internet, no listener", "silence"),
        ("internet, private address", "unreachable"),
    ],
)
def test_an_internet_facing_load_balancer_is_met_at_its_public_address(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("peered, kept", f"{PEER} {TARGET_A}"),
        ("peered, not kept", BY_BALANCER),
        ("peered, datagrams", "hello"),
        ("peered, no listener", "silence"),
        ("peered, address of nobody", "silence"),
        ("peered with the consumer", BY_BALANCER),
        ("peered with the consumer, no listener", "silence"),
    ],
)
def test_peered_vpcs_reach_load_balancers_and_endpoints(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "seen"),
    [
        ("address, kept", NEIGHBOUR),
        ("address, not kept", NLB_A),
        ("instance, kept", NEIGHBOUR),
        ("instance, not kept", NLB_A),
    ],
)
def test_a_target_of_either_type_sees_whom_its_group_says(
    report: dict[str, Any], probe: str, seen: str
) -> None:
    assert report["probes"][probe] == f"{seen} {TARGET_A}"


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("its own target, kept", "silence"),  # it would answer itself
        ("its own target, not kept", BY_BALANCER),
        ("its own target, by an endpoint", BY_BALANCER),
    ],
)
def test_a_target_reaches_itself_where_its_source_is_not_kept(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


def test_the_walk_says_of_every_probe_whether_it_is_answered(report: dict[str, Any]) -> None:
    assert report["said"] == {probe: probe in PASSES for probe in PASSES | STOPS}


@pytest.mark.parametrize(
    ("acl", "other"),
    [
        ("in denied", False),
        ("answers denied", False),
        ("no more than needed", True),
        ("nothing", False),
    ],
)
def test_the_acl_of_an_endpoints_subnet_is_asked_both_ways_by_other_subnets(
    report: dict[str, Any], acl: str, other: bool
) -> None:
    passed = {"same subnet": True, "other subnet": other}
    assert report["acls of an endpoint"][acl] == {"passed": passed, "as said": True}


def test_the_acl_of_a_nodes_subnet_is_not_asked_about_what_comes_by_an_endpoint(
    report: dict[str, Any],
) -> None:
    passed = {"same subnet": True, "other subnet": False, "by an endpoint": True}
    assert report["acls of a node"] == {"nothing": {"passed": passed, "as said": True}}


@pytest.mark.parametrize("when", ["at once", "after changes"])
def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any], when: str) -> None:
    assert report[when] == 0
