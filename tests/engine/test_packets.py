"""What happens to real packets in the network that the Linux engine makes."""

from typing import Any

import pytest

from genkan.engine.linux.engine import TOLD
from tests.engine.inside import AS_ROOT, AS_USER, report_of
from tests.engine.packets import PROBES, TAMPERING, UNANSWERED

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


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


def test_segments_of_a_connection_to_an_endpoint_fit_what_it_passes(
    report: dict[str, Any],
) -> None:
    fits = 8500 - 40 - 12  # bytes; TCP's timestamps are 12
    assert report["segments"] == [fits, fits]


@pytest.mark.parametrize("when", ["at once", "new engine"])
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
