"""What happens to real packets in the network that the Linux engine makes."""

from typing import Any

import pytest

from genkan.engine.linux.engine import TOLD
from tests.engine.inside import AS_ROOT, AS_USER, report_of
from tests.engine.packets import PROBES, TAMPERING

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

UNANSWERED = (
    "silence",
    "unreachable",
)  # a SYN may miss the word that tells it that nobody is there


@pytest.fixture(scope="module", params=[AS_ROOT, AS_USER], ids=["root", "user-namespace"])
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    return report_of("tests.engine.packets", request.param)


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        # the server's view: whom it sees, and as whom it was met
        ("same subnet, group reference", "172.16.2.4 172.16.2.6"),
        ("other subnet, group reference", "172.16.1.7 172.16.2.6"),
        ("other subnet by range", "172.16.2.4 172.16.1.4"),
        ("two groups, first", "172.16.2.4 172.16.1.9"),
        ("two groups, second", "hello"),
        ("udp in range of ports", "hello"),
        ("echo allowed", "answer"),
        ("timestamp where all is allowed", "answer"),
    ],
)
def test_what_a_group_allows_arrives(report: dict[str, Any], probe: str, met: str) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    "probe",
    [
        "other group",
        "other port",
        "same subnet, other port",
        "no outbound rule",
        "two groups, neither",
        "udp beyond the range of ports",
        "udp from elsewhere",
        "timestamp where echo is allowed",
        "echo from elsewhere",
    ],
)
def test_what_no_group_allows_meets_silence(report: dict[str, Any], probe: str) -> None:
    assert report["probes"][probe] == "silence"


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("internet to public address", "198.51.100.10 172.16.1.4"),
        ("internet to public address, other port", "silence"),
        ("public address to internet", "54.65.0.9 198.51.100.10"),
        ("public address to public address", "54.65.0.9 172.16.1.6"),
        ("no public address to internet", "silence"),
        ("public name's address, no public address", "silence"),
    ],
)
def test_the_internet_gateway_passes_public_addresses_alone(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("through nat gateway", "54.65.0.10 198.51.100.10"),
        ("echo through nat gateway", "answer"),
        ("internet to nat gateway", "silence"),
    ],
)
def test_the_nat_gateway_lets_out_and_lets_in_answers_alone(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("endpoint", "172.16.2.4 172.16.2.5"),
        ("endpoint from other subnet", "172.16.1.7 172.16.2.5"),
        ("endpoint, group does not let in", "silence"),
        ("endpoint, other port", "silence"),
        ("echo to endpoint", "silence"),
        ("public address, port of the endpoints", "silence"),
    ],
)
def test_an_endpoint_answers_its_port_to_whom_its_groups_let_in(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        # nothing translates what goes through a gateway endpoint
        ("through gateway endpoint", "172.16.2.4 52.219.0.7"),
        ("gateway endpoint, other port", "silence"),
        ("echo to gateway endpoint", "silence"),
        ("service's address, table without the endpoint", "silence"),
        ("service's address, public address", "54.65.0.9 52.219.0.7"),
    ],
)
def test_a_gateway_endpoint_is_the_service_for_the_tables_that_have_it(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("over peering", "172.16.2.4 10.2.0.4"),
        ("over peering, other port", "silence"),
        # front's table has no route to the far VPC, so its answers go astray
        ("over peering, the other way", "silence"),
        ("over peering, table without a route", "silence"),
    ],
)
def test_peered_vpcs_reach_each_other_where_routes_lead(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


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


@pytest.mark.parametrize(
    "probe",
    [
        "echo to router",
        "router, port with a listener",
        "address of nobody",
        "internet to private address",
        "endpoint from internet",
    ],
)
def test_nobody_answers_where_no_way_leads(report: dict[str, Any], probe: str) -> None:
    assert report["probes"][probe] in UNANSWERED


def test_a_spoofed_source_is_dropped_unless_the_check_is_off_and_it_is_not_the_routers(
    report: dict[str, Any],
) -> None:
    assert report["source check"] == ["172.16.2.4", "172.16.2.77", "172.16.2.4"]


def test_a_route_more_specific_than_local_leads_through_a_middlebox(
    report: dict[str, Any],
) -> None:
    assert report["middlebox"]["answer"] == "172.16.3.4 172.16.2.6"
    assert report["middlebox"]["forwarded"] > 0


def test_a_refusal_comes_back_through_a_middlebox(report: dict[str, Any]) -> None:
    assert report["middlebox"]["refused"] == "refused"


def test_a_revoked_rule_stops_new_connections_and_keeps_established_ones(
    report: dict[str, Any],
) -> None:
    assert report["revoked"] == {
        "established": "still",
        "new": "silence",
        "authorized again": "172.16.2.4 172.16.2.6",
    }


def test_segments_of_a_connection_to_an_endpoint_fit_what_it_passes(
    report: dict[str, Any],
) -> None:
    fits = 8500 - 40 - 12  # bytes; TCP's timestamps are 12
    assert report["segments"] == [fits, fits]


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


@pytest.mark.parametrize("when", ["at once", "new engine", "after changes"])
def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any], when: str) -> None:
    assert report[when] == 0


@pytest.mark.parametrize("tampering", TAMPERING)
def test_reconcile_mends_what_others_broke(report: dict[str, Any], tampering: str) -> None:
    found = report["tampered"][tampering]
    assert found["mended"] > 0
    assert found["answer"] == "172.16.2.4 172.16.2.5"
    assert found["again"] == 0


@pytest.mark.parametrize("tampering", TAMPERING)
def test_the_log_names_what_is_mended_unless_it_is_a_whole_site(
    report: dict[str, Any], tampering: str
) -> None:
    found = report["tampered"][tampering]
    assert len(found["said"]) == (found["mended"] if found["mended"] <= TOLD else 0)
    assert all("vpc-1" in line or "i-app" in line for line in found["said"])


def test_after_all_this_packets_meet_what_they_met_before(report: dict[str, Any]) -> None:
    for probe in PROBES:
        before, after = report["probes"][probe], report["in the end"][probe]
        assert before == after or {before, after} == set(UNANSWERED), probe
