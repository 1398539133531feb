"""What happens to packets without ports, to large ones, and to connections whose way changes."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_whole")


def test_a_rule_for_everything_lets_in_protocols_without_ports_and_one_for_ports_does_not(
    report: dict[str, Any],
) -> None:
    assert report["protocols"] == {
        "everything let in": [True, True, True],
        "ports let in": [False, False, False],
    }


def test_instances_send_each_other_packets_of_9001_bytes(report: dict[str, Any]) -> None:
    assert report["sizes"] == ["9001 arrive", "EMSGSIZE"]


def test_connections_to_a_service_break_when_a_gateway_endpoint_comes_and_goes(
    report: dict[str, Any],
) -> None:
    assert report["endpoint comes"] == {
        "public": "54.65.0.9 52.219.0.7",
        "private": "172.16.2.4 52.219.0.7",
        "public, endpoint came": "reset",
        "private, endpoint went": "reset",
        "new": "172.16.1.4 52.219.0.7",
    }


def test_what_a_blackhole_takes_meets_silence(report: dict[str, Any]) -> None:
    assert report["blackhole"] == {
        "established": "silence",
        "new": "silence",
        "again": "54.65.0.9 198.51.100.10",
    }


def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any]) -> None:
    assert report["after changes"] == 0
