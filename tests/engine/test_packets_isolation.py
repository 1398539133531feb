"""Instances reach nobody else's traffic, whatever their root does with packets."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_isolation")


def test_nobody_overhears_what_others_say(report: dict[str, Any]) -> None:
    assert report["sniffing"] == {"said": "a-secret-word", "overheard": []}


def test_lies_by_arp_and_neighbour_discovery_change_nothing_at_the_router(
    report: dict[str, Any],
) -> None:
    assert report["neighbours"] == {
        "table changed": False,
        "others": "172.16.2.4 172.16.1.4",
        "others, IPv6": "2406:da14:0:102::4 2406:da14:0:101::4",
        "answers": [],
    }


def test_an_address_offered_by_dhcp_reaches_nobody(report: dict[str, Any]) -> None:
    assert report["dhcp"] == {"told": "hello", "offered to": [[], []]}


def test_who_takes_anothers_address_gets_none_of_his_packets_and_speaks_for_nobody(
    report: dict[str, Any],
) -> None:
    assert report["stolen address"] == {"told": "hello", "owner": ["172.16.2.4"], "thief": []}


def test_an_instances_root_changes_nothing_at_its_router(report: dict[str, Any]) -> None:
    assert report["router's rules"] == {"changed": False, "others": "172.16.2.4 172.16.1.4"}
