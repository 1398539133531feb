"""What happens to real packets on their way through appliances."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

ROOT = Path(__file__).parents[2]
NAMESPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    if not (shutil.which("nft") and shutil.which("ip")):
        pytest.skip("nft and ip are not here. Type: apt-get install nftables iproute2")
    command = ("unshare", "--user", "--map-root-user", *NAMESPACES)
    done = subprocess.run(
        [*command, sys.executable, "-m", "tests.inspection.packets"],
        capture_output=True,
        text=True,
        timeout=50,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("passes", "10.5.1.4 10.5.3.4"),  # whom the server sees, and as whom it was met
        ("udp", "hello"),
        ("echo", "answer"),
        ("refused", "silence"),
        ("nobody listens", "refused"),
        ("ipv6, nobody listens", "refused"),
        ("ipv6", "fd05:0:0:1::4 fd05:0:0:3::4"),
        ("ipv6 seen", ["fd05:0:0:1::4", "fd05:0:0:3::4"]),
        ("ipv6 refused", "silence"),
        ("endpoint's address", "silence"),
    ],
)
def test_what_the_appliance_lets_pass_arrives_with_its_own_addresses(
    report: dict[str, Any], probe: str, met: str | list[str]
) -> None:
    assert report[probe] == met


def test_flows_are_spread_and_each_keeps_to_one_appliance_both_ways(report: dict[str, Any]) -> None:
    flows = report["flows"]
    assert flows["used"] == [True, True]
    assert flows["flows"] == 40
    assert (flows["shared"], flows["cookies a flow"], flows["both directions"]) == (0, [1], True)


def test_the_options_carry_the_endpoints_number_and_a_cookie_of_32_bits(
    report: dict[str, Any],
) -> None:
    assert report["flows"]["endpoint"] == "0606060606060601"
    assert report["flows"]["lengths"] == [8, 8, 4]


def test_streams_are_cut_to_8500_bytes_and_arrive_as_they_were_sent(report: dict[str, Any]) -> None:
    assert report["large"]["equal"]
    assert report["large"]["largest"] <= 8500
    assert report["large"]["segment"] <= 8460


def test_a_larger_packet_is_dropped_without_a_word(report: dict[str, Any]) -> None:
    assert (report["8500"], report["8501"]) == ("arrives", "dropped")


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("as it was", 1),
        ("options in another order", 1),
        ("another cookie", 0),
        ("no options", 0),
        ("cut", 0),
        ("by another", 0),
    ],
)
def test_what_comes_back_has_to_be_an_appliances_with_the_flows_options(
    report: dict[str, Any], what: str, count: int
) -> None:
    assert report["forged"][what] == count


def test_the_acl_of_the_endpoints_subnet_and_the_appliances_group_decide(
    report: dict[str, Any],
) -> None:
    passes = "10.5.1.4 10.5.3.4"
    assert report["walls"] == {
        "acl": "silence",
        "without": passes,
        "group": "silence",
        "with": passes,
    }


@pytest.mark.parametrize(("how", "echo"), [("no_rebalance", "silence"), ("rebalance", "word")])
def test_new_flows_avoid_a_sick_appliance_and_its_own_leave_it_if_they_are_to(
    report: dict[str, Any], how: str, echo: str
) -> None:
    assert report["sick"][how] == {"echo": echo, "new": ["10.5.1.4 10.5.3.4"]}


def test_when_no_appliance_is_well_all_of_them_are_tried(report: dict[str, Any]) -> None:
    assert report["sick"]["open"] == [True, True]


@pytest.mark.parametrize(
    ("how", "through"), [("no_rebalance", [True, False]), ("rebalance", [False, True])]
)
def test_flows_leave_a_deregistered_appliance_if_they_are_to(
    report: dict[str, Any], how: str, through: list[bool]
) -> None:
    found = report["gone"][how]
    assert found["echo"] == "word"
    assert found["through"] == through
    assert (found["new"], found["new by the one that left"]) == (8, 0)


def test_without_an_appliance_packets_are_dropped(report: dict[str, Any]) -> None:
    assert report["gone"]["nobody"] == "silence"
    assert report["gone"]["again"] == "10.5.1.4 10.5.3.4"


@pytest.mark.parametrize(
    ("way", "met"),
    [
        ("in", "198.51.100.10 10.5.1.4"),
        ("in, IPv6", "3fff::10 fd05:0:0:1::4"),
        ("out", "54.65.0.5 198.51.100.10"),
        ("out, IPv6", "fd05:0:0:1::4 3fff::10"),
        ("in, nobody listens", "refused"),
        ("in, IPv6, nobody listens", "refused"),
    ],
)
def test_what_crosses_the_edge_of_the_vpc_goes_both_ways_by_one_appliance(
    report: dict[str, Any], way: str, met: str
) -> None:
    assert report["edge"][way] == met
    assert set(map(tuple, report["edge"]["flows"])) == {(1, 2)}


def test_nothing_from_the_internet_goes_past_the_appliances(report: dict[str, Any]) -> None:
    assert report["edge"]["nobody passes it"] == "silence"


def test_flows_outlive_the_process_and_a_device_that_is_made_anew(report: dict[str, Any]) -> None:
    assert report["restarted"] == {
        "after": "word",
        "mended": True,
        "device again": "10.5.1.4 10.5.3.4",
    }
    assert report["reconciled"] == 0
