"""What a NAT gateway does when it is asked for too much, or its other side fails."""

from typing import Any

import pytest

from tests.engine.inside import report_of
from tests.engine.packets_nat import FLOWS

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_nat")


def test_connections_to_one_destination_are_bounded_and_the_rest_is_dropped_and_counted(
    report: dict[str, Any],
) -> None:
    exhausted = report["exhausted"]
    assert report["ports"] == 55_000
    assert 50_000 < exhausted["held"] <= 55_000
    assert FLOWS - 50 < exhausted["held"] + exhausted["dropped"] <= FLOWS


def test_other_destinations_have_all_ports_still(report: dict[str, Any]) -> None:
    exhausted = report["exhausted"]
    assert exhausted["another port"] == "hello"
    assert exhausted["another protocol"] == "54.65.0.10 198.51.100.10"
    assert exhausted["echo"] == "answer"


@pytest.mark.parametrize(
    ("what", "met"), [("nobody", "unreachable"), ("closed port", "refused"), ("dies", "reset")]
)
def test_what_the_other_side_says_comes_back(report: dict[str, Any], what: str, met: str) -> None:
    assert report[what] == met


def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any]) -> None:
    assert report["reconciled"] == 0
