"""Which connections go on while the rules of security groups change, and which stop."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_tracking")


@pytest.mark.parametrize(
    ("part", "connection", "met"),
    [
        ("inbound", "tracked, revoked", "three"),
        ("outbound", "tracked", "three"),
        ("outbound", "through NAT", "two"),  # always tracked, whatever the rules
        ("groups of an interface", "tracked", "two"),
    ],
)
def test_a_tracked_connection_survives_a_revoked_rule(
    report: dict[str, Any], part: str, connection: str, met: str
) -> None:
    assert report[part][connection] == met


@pytest.mark.parametrize(
    ("part", "connection"),
    [
        ("inbound", "untracked, revoked"),
        ("inbound", "untracked udp, revoked"),
        ("inbound", "new"),
        ("outbound", "untracked"),
        ("outbound", "new"),
        ("groups of an interface", "untracked"),
    ],
)
def test_an_untracked_connection_stops_when_no_rule_lets_it_pass_any_more(
    report: dict[str, Any], part: str, connection: str
) -> None:
    assert report[part][connection] == "silence"


@pytest.mark.parametrize(
    ("connection", "met"),
    [
        ("something else changed", "one"),
        ("narrowed", "two"),
        ("narrowed, udp", "again"),
        ("allowed again", "four"),
    ],
)
def test_an_untracked_connection_goes_on_while_a_rule_lets_it_pass(
    report: dict[str, Any], connection: str, met: str
) -> None:
    assert report["inbound"][connection] == met


@pytest.mark.parametrize(
    ("when", "met"),
    [
        ("by group", "172.16.2.4 10.2.0.4"),
        ("group taken off", "silence"),
        ("group put on", "172.16.2.4 10.2.0.4"),
        ("peering gone", "silence"),
        ("peering back", "172.16.2.4 10.2.0.4"),
    ],
)
def test_a_rule_may_name_a_group_of_a_peered_vpc(
    report: dict[str, Any], when: str, met: str
) -> None:
    assert report["peered"][when] == met


def test_reconciling_finds_nothing_to_change(report: dict[str, Any]) -> None:
    assert report["after changes"] == 0


def test_idle_connections_are_known_as_long_as_aws_knows_them(report: dict[str, Any]) -> None:
    assert report["known for"] == {
        "tcp_timeout_established": 432_000,
        "udp_timeout": 30,
        "udp_timeout_stream": 180,
        "generic_timeout": 600,
    }
