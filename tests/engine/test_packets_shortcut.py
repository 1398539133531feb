"""What happens to real packets on the shortcut, and how they leave it."""

from typing import Any

import pytest

from tests.engine.inside import AS_ROOT, report_of
from tests.engine.packets_shortcut import MEGABYTES, WORDS
from tests.engine.service_world import NLB_A, TARGET_A
from tests.engine.services_ipv6 import six

pytestmark = [pytest.mark.kernel, pytest.mark.accelerator, pytest.mark.timeout(90)]


@pytest.fixture(scope="module", params=["ipv4", "ipv6"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def report(version: str) -> dict[str, Any]:
    return report_of("tests.engine.packets_shortcut", AS_ROOT, patience=80, arguments=(version,))


def seen(version: str, client: str) -> str:
    """Give what a target's first line says: whom it sees, and as whom it was met."""
    return " ".join(six(one) if version == "ipv6" else one for one in (client, TARGET_A))


def test_a_connection_that_goes_on_is_handed_on_and_translated_as_the_rules_do(
    report: dict[str, Any], version: str
) -> None:
    carried = report["carried_on"]
    assert (carried["handed"], carried["words"]) == (True, ["word"])
    assert carried["seen"] == seen(version, NLB_A)
    assert carried["carried"] >= 2 * WORDS  # a word and its echo, at least a packet each
    assert carried["sent again"] == 0


def test_a_connection_ends_by_the_rules_and_its_places_know_it(report: dict[str, Any]) -> None:
    assert report["carried_on"]["left on it"] is False
    assert set(report["carried_on"]["then"]) <= {"closing", "closed"}
    assert "reset" in report["reset"]


def test_what_comes_by_the_shortcut_is_what_was_sent(report: dict[str, Any]) -> None:
    assert report["bulk"]["same"]
    assert report["bulk"]["carried"] >= 2 * MEGABYTES - 1  # segments of all sizes, both ways


def test_datagrams_are_handed_on_with_as_many_hops(report: dict[str, Any]) -> None:
    datagrams = report["datagrams"]
    assert (datagrams["handed"], datagrams["words"]) == (True, [True])
    assert datagrams["carried"] >= 8
    assert datagrams["hops"] == [3]


def test_a_client_of_the_load_balancers_own_network_is_seen_as_itself(
    report: dict[str, Any], version: str
) -> None:
    met = seen(version, "10.0.1.20")
    assert report["own"] == {"handed": True, "seen": met, "word": "word"}


def test_rejecting_cuts_a_connection_on_the_shortcut_at_once_and_no_other(
    report: dict[str, Any],
) -> None:
    assert report["rejected"] == {
        "established": "silence",
        "other": "word",
        "other handed on again": True,
        "accepted again": "reset",
    }


@pytest.mark.parametrize(
    ("change", "met"),
    [
        ("deleted", "silence"),
        ("ill", "reset"),
        ("drained", "reset"),
        ("stopped", "reset"),
        ("revoked", "word"),  # what passes an endpoint is tracked, and survives a revoked rule
    ],
)
def test_a_change_is_met_by_the_next_packet(report: dict[str, Any], change: str, met: str) -> None:
    assert report[change]["established"] == met


def test_a_network_acl_bites_at_once(report: dict[str, Any]) -> None:
    denied = report["denied"]
    assert denied["flow handed"]
    assert denied["egress"] == ["silence", "silence"]
    assert denied["allowed"] == "word"
    assert denied["ingress"] == "silence"
    assert denied["allowed again"]


def test_what_is_not_seen_to_pass_everywhere_is_not_handed_on(report: dict[str, Any]) -> None:
    denied = report["denied"]
    assert denied["asked again"]
    assert denied["why not"] == "its packets are not seen at every device"
    assert denied["handed on meanwhile"] == 0


def test_a_connection_is_remembered_while_it_goes_on_and_forgotten_with_the_table(
    report: dict[str, Any],
) -> None:
    assert report["remembered"] == {
        "words": ["word"],
        "handed": 1,
        "lasting": [True, True, True],
        "forgotten": True,
    }


def test_a_new_route_by_an_appliance_is_taken_by_the_next_packet(report: dict[str, Any]) -> None:
    assert report["appliance"] == {"words": ["word"], "by the appliance": True}


def test_a_process_that_is_killed_leaves_nothing_on_the_shortcut(report: dict[str, Any]) -> None:
    assert report["killed"] == {"told": "handed 1", "goes on": "word", "rejected": "silence"}
