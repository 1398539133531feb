"""What happens to real packets while the network changes that the Linux engine makes."""

from typing import Any

import pytest

from tests.engine.inside import AS_ROOT, AS_USER, report_of
from tests.engine.packets import PROBES, UNANSWERED

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


@pytest.fixture(scope="module", params=[AS_ROOT, AS_USER], ids=["root", "user-namespace"])
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    return report_of("tests.engine.packets_changing", request.param)


def test_a_peering_connection_that_ends_takes_packets_no_more(report: dict[str, Any]) -> None:
    assert report["peering goes"] == {"gone": "silence", "back": "172.16.2.4 10.2.0.4"}


def test_a_gateway_endpoint_follows_its_route_tables(report: dict[str, Any]) -> None:
    assert report["gateway endpoint goes"] == {
        "moved away": "172.16.1.5 52.219.0.7",  # by the NAT gateway, which stands in that subnet
        "moved here": "172.16.1.4 52.219.0.7",
        "back": "172.16.2.4 52.219.0.7",
    }


def test_a_rule_by_prefix_list_is_its_entries(report: dict[str, Any]) -> None:
    assert report["prefix list changes"] == {
        "before": "silence",
        "named": "172.16.1.4 172.16.2.5",
        "after": "silence",
    }


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("denied first", "silence"),
        ("allowed then", "172.16.3.4 172.16.1.4"),
        ("same subnet", "172.16.1.6 172.16.1.4"),
        ("way out not allowed", "silence"),
        ("answers allowed", "word"),
        ("answers not allowed", "silence"),
        ("endpoint", "172.16.1.7 172.16.2.5"),
        ("endpoint, same subnet", "172.16.2.4 172.16.2.5"),
        ("endpoint, other subnet", "silence"),
        ("endpoint, answers not allowed", "silence"),
        ("endpoint, ACL gone", "172.16.1.7 172.16.2.5"),
        ("own resolver", "172.16.2.4 172.16.0.2"),
        ("interface, not allowed", "silence"),
        ("interface, same subnet", "172.16.2.4 172.16.2.6"),
        ("reconciled", "0"),
    ],
)
def test_a_network_acl_decides_at_the_edge_of_its_subnet_packet_by_packet(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["network acls"][probe] == met


def test_a_revoked_rule_stops_new_connections_and_keeps_established_ones(
    report: dict[str, Any],
) -> None:
    assert report["revoked"] == {
        "established": "still",
        "new": "silence",
        "authorized again": "172.16.2.4 172.16.2.6",
    }


def test_an_endpoint_interface_answers_while_it_is_there(report: dict[str, Any]) -> None:
    assert report["endpoint goes"]["gone"] in UNANSWERED
    assert report["endpoint goes"]["back"] == "172.16.2.4 172.16.2.5"


def test_a_stopped_instance_has_no_place_and_a_started_one_answers(
    report: dict[str, Any],
) -> None:
    assert report["stopped"]["place"] is False
    assert report["stopped"]["answer"] in UNANSWERED
    assert report["stopped"]["started"] == "172.16.2.4 172.16.1.9"


def test_connections_lose_nothing_while_other_things_change(report: dict[str, Any]) -> None:
    undisturbed = report["undisturbed"]
    assert undisturbed["changes"] == 50
    assert undisturbed["echoed"] > 50
    assert (undisturbed["wrong"], undisturbed["resent"]) == (0, 0)


def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any]) -> None:
    assert report["after changes"] == 0


def test_after_all_this_packets_meet_what_they_met_before(report: dict[str, Any]) -> None:
    for probe in PROBES:
        before, after = report["probes"][probe], report["in the end"][probe]
        assert before == after or {before, after} == set(UNANSWERED), probe
