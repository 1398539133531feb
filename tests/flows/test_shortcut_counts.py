"""Flow logs of what takes the shortcut say what its ends count, as those of the rules do."""

from typing import Any

import pytest

from tests.engine.inside import AS_ROOT, report_of
from tests.flows.shortcut_counts import BLOCK

pytestmark = [pytest.mark.kernel, pytest.mark.accelerator, pytest.mark.timeout(60)]

WAYS = ["by rules", "on the shortcut"]


@pytest.fixture(scope="module", params=["ipv4", "ipv6"])
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    return report_of("tests.flows.shortcut_counts", AS_ROOT, arguments=(request.param,))


def summed(parts: list[dict[str, dict[str, list[int]]]]) -> dict[str, dict[str, list[int]]]:
    """Add up what windows say, by end and way."""
    return {
        end: {
            way: [sum(numbers) for numbers in zip(*(part[end][way] for part in parts), strict=True)]
            for way in ("out", "in")
        }
        for end in parts[0]
    }


@pytest.mark.parametrize("way", WAYS)
def test_records_have_every_packet_and_byte(report: dict[str, Any], way: str) -> None:
    told = report[way]
    assert summed(told["parts"]) == told["counted"]
    assert told["counted"]["c"]["out"][1] > 5 * BLOCK


@pytest.mark.parametrize("way", WAYS)
def test_a_window_that_ends_meanwhile_has_its_part(report: dict[str, Any], way: str) -> None:
    first, second = (part["c"]["out"][1] for part in report[way]["parts"])
    assert 4 * BLOCK < first < 5 * BLOCK
    assert BLOCK < second < 2 * BLOCK


def test_what_is_recorded_takes_the_shortcut(report: dict[str, Any]) -> None:
    assert report["by rules"]["carried"] == 0
    assert report["on the shortcut"]["carried"] > 10 * BLOCK


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_is_shown_with_what_it_carried_since_the_last_window(
    report: dict[str, Any], way: str
) -> None:
    (shown,) = report[way]["shown"]
    assert 2 * BLOCK < shown < 3 * BLOCK


def test_what_a_change_cut_is_recorded_to_its_end(report: dict[str, Any]) -> None:
    cut = report["cut"]
    assert cut["met"] == "silence"
    counted = cut["counted"]
    told = summed(cut["parts"])
    assert told["p"] == counted["p"]
    assert told["c"]["in"] == counted["c"]["in"]
