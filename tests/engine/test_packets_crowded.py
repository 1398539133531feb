"""A full table of connections, and a storm, trouble those whose they are and nobody else."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(100)]
SLOWER = 20.0  # times, or
LATE = 20.0  # milliseconds, whichever is more: the storm takes a processor of the machine's


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_crowded", patience=90)


def test_a_full_table_takes_no_new_connection_and_is_told(report: dict[str, Any]) -> None:
    full = report["full"]
    assert full["table"]["entries"] == full["table"]["limit"]
    assert full["told"] == ["vpc-d"]
    assert full["new"] == "silence"
    assert full["refused"] > 0


def test_what_is_in_a_full_table_goes_on(report: dict[str, Any]) -> None:
    assert report["full"]["goes on"] == "a word"


def test_a_full_table_is_nobody_elses(report: dict[str, Any]) -> None:
    assert report["full"]["others"] == ["10.0.1.60 10.0.1.10"] * 5


def test_a_table_that_has_room_again_takes_connections(report: dict[str, Any]) -> None:
    assert report["full"]["emptied"] == "10.0.1.60 10.0.1.10"


def test_a_quiet_client_loses_nothing_beside_a_storm(report: dict[str, Any]) -> None:
    assert report["storm"]["sent"] > 1000
    assert report["storm"]["resent"] == 0
    assert report["storm"]["new"] == ["10.0.1.60 10.0.1.10"] * 5


def test_a_quiet_clients_words_are_hardly_slower_beside_a_storm(report: dict[str, Any]) -> None:
    before, beside = report["storm"]["round trip"]
    assert beside < max(SLOWER * before, LATE)
