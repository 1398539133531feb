"""What becomes of packets by edge tables, over peering and through NAT gateways."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_routing")


def test_a_gateways_route_table_leads_what_comes_in_through_a_middlebox(
    report: dict[str, Any],
) -> None:
    edge = report["edge"]
    assert edge["met"] == "198.51.100.10 172.16.1.4"
    assert edge["forwarded"] >= 4  # both ways of a handshake
    assert edge["middlebox forwards no more"] == "silence"
    assert edge["edge table gone"] == "198.51.100.10 172.16.1.4"


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("endpoint", "10.2.0.4 172.16.2.5"),
        ("endpoint, other port", "silence"),
        ("instance", "10.2.0.4 172.16.1.4"),
    ],
)
def test_endpoints_answer_over_peering_as_instances_do(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["peering"][probe] == met


def test_endpoints_answer_by_the_table_that_their_subnet_has_now(report: dict[str, Any]) -> None:
    assert report["moved"] == {"others": "silence", "back": "10.2.0.4 172.16.2.5"}


@pytest.mark.parametrize(
    "probe",
    [
        "resolver",
        "resolver, by TCP",
        "internet by the other's gateway",
        "gateway endpoint of the other",
    ],
)
def test_peering_leads_to_the_vpc_and_no_further(report: dict[str, Any], probe: str) -> None:
    assert report["peering"][probe] in ("silence", "unreachable")


def test_a_nat_gateway_uses_each_of_its_addresses_and_keeps_a_connection_to_one(
    report: dict[str, Any],
) -> None:
    assert report["translation"]["seen as"] == ["54.65.0.10", "54.65.0.40"]
    assert report["translation"]["before"] == "word"
    assert report["translation"]["echo"] == "answer"


def test_a_nat_gateway_forgets_an_idle_connection_and_resets_it_when_it_goes_on(
    report: dict[str, Any],
) -> None:
    assert report["translation"]["idle"] == "350"
    assert report["translation"]["forgotten"] == "reset"


def test_a_private_nat_gateway_leads_to_other_networks_and_to_no_internet(
    report: dict[str, Any],
) -> None:
    assert report["translation"]["private"] == {
        "peered VPC": "172.16.1.5 10.2.0.4",
        "internet": "silence",
    }


def test_reconciling_finds_nothing_to_change(report: dict[str, Any]) -> None:
    assert report["after changes"] == 0
