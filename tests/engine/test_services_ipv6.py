"""What happens to real IPv6 packets through endpoint services and network load balancers."""

from ipaddress import ip_address
from typing import Any

import pytest

from tests.engine.inside import report_of
from tests.engine.service_world import NLB_A, TARGET_A
from tests.engine.services_ipv6 import (
    ENDPOINT6,
    NEIGHBOUR6,
    NLB6_A,
    NLB6_B,
    OUTSIDE,
    TARGET6_A,
    TARGET6_B,
)

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

BY_BALANCER = f"{NLB6_A} {TARGET6_A}"  # whom the target sees, and who it is
BY_IPV4 = f"{NLB_A} {TARGET_A}"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.services_ipv6")


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
        # the client, the endpoint, the load balancer and the target have the same addresses
        ("consumer", BY_BALANCER),
        ("from another subnet", BY_BALANCER),
        ("endpoint with IPv6 alone", BY_BALANCER),
        ("datagrams", "hello"),
        ("datagrams, IPv4 to IPv6 targets", "hello"),
        ("own VPC, datagrams, IPv4 to IPv6 targets", "hello"),
        ("own VPC, source kept", f"{NEIGHBOUR6} {TARGET6_A}"),
        ("own VPC, source not kept", BY_BALANCER),
        ("internet", BY_BALANCER),
        ("internet, source kept", f"{OUTSIDE} {TARGET6_A}"),
    ],
)
def test_a_client_reaches_an_ipv6_target(report: dict[str, Any], probe: str, met: str) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("IPv6 to IPv4 targets", BY_IPV4),
        ("IPv4 to IPv6 targets", BY_BALANCER),
        ("IPv4 to IPv4 targets", BY_IPV4),
        ("own VPC, IPv6 to IPv4 targets", BY_IPV4),
        ("internet, IPv4 targets", BY_IPV4),
    ],
)
def test_streams_pass_between_families_as_the_load_balancer(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("no listener", "silence"),
        ("group does not let in", "silence"),
        ("datagrams to IPv4 targets", "silence"),
        ("echo to endpoint", "silence"),
        ("echo to the balancer", "silence"),
        ("endpoint from the internet", "silence"),
        ("listener without targets", "refused"),
    ],
)
def test_what_no_listener_takes_is_dropped_and_what_no_target_takes_is_reset(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


def test_the_same_client_address_and_port_of_two_networks_are_two_connections(
    report: dict[str, Any],
) -> None:
    assert report["same ports"] == ["one", "two"]


def test_datagrams_of_ipv4_reach_ipv6_targets_and_answers_those_who_asked_alone(
    report: dict[str, Any],
) -> None:
    assert report["datagrams"] == {
        "words": ["onei-p-one", "onei-c-client", "twoi-p-one", "twoi-c-client"],
        "seen": NLB6_A,
        "late": ["silence", "silence"],
        "accepted again": "again",
    }


def test_segments_fit_into_what_an_endpoint_passes(report: dict[str, Any]) -> None:
    assert report["segment"] <= 8440


def test_targets_of_other_zones_are_met_where_load_balancing_crosses_zones(
    report: dict[str, Any],
) -> None:
    assert report["spread"] == sorted([TARGET6_A, TARGET6_B])


def test_rejecting_an_endpoint_cuts_its_connections_and_no_others(report: dict[str, Any]) -> None:
    assert report["rejected"] == {
        "established": "silence",
        "new": "silence",
        "other": "word",
        "established, accepted again": "reset",
        "new, accepted again": BY_BALANCER,
    }


def test_connections_end_with_a_target_whose_group_says_so(report: dict[str, Any]) -> None:
    assert report["drained"] == {"established": "word", "drained": "reset"}


def test_health_is_asked_over_ipv6(report: dict[str, Any]) -> None:
    asked = ((NLB6_A, TARGET6_A), (NLB6_B, TARGET6_B))
    well = {f"{source} {target} 8080": None for source, target in asked}
    ill = {f"{source} {target} 5000": "Target.FailedHealthChecks" for source, target in asked}
    assert report["health"] == {**well, **ill}  # nobody accepts at the port of datagrams


def test_a_target_is_told_the_clients_address_and_its_endpoint(report: dict[str, Any]) -> None:
    seen, told = report["proxied"]
    assert seen == BY_BALANCER
    header = bytes.fromhex(told)
    assert header[12:14] == b"\x21\x21"
    assert header[16:32] == ip_address(TARGET6_A).packed  # the client's address too
    assert header[32:48] == ip_address(ENDPOINT6).packed
    assert int.from_bytes(header[48:50]) == 20_002
    assert header[52:] == b"\xea\x00\x07\x01vpce-c"


@pytest.mark.parametrize("when", ["at once", "after changes"])
def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any], when: str) -> None:
    assert report[when] == 0
