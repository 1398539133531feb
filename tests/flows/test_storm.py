"""A storm of dropped packets beside somebody quiet, and a NAT gateway without a port left."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

ROOT = Path(__file__).parents[2]
UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
ROOTLESS = () if os.geteuid() == 0 else ("--user", "--map-root-user")
MOST_GROWN = 40  # MB
LEAST_RATE = 0.7  # of what passes where nobody looks; here it is 0.9 and more, 0.6 without a limit


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    done = subprocess.run(
        [*UNSHARE, *ROOTLESS, sys.executable, "-m", "tests.flows.storm"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=80,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_who_is_quiet_is_answered_and_recorded_whole(report: dict[str, Any]) -> None:
    assert report["quiet"] == ["172.16.2.4 172.16.1.4", "answer"] * 5
    mine = [line.split() for line in report["lines"] if line.startswith("eni-web ")]
    asked = [line for line in mine if line[3] == "80"]
    assert len(asked) == 5
    assert {line[6] for line in mine} == {"OK"}


def test_what_storms_is_said_to_be_more_than_was_seen(report: dict[str, Any]) -> None:
    stormed = [line.split() for line in report["lines"] if line.startswith("eni-mute ")]
    assert [line[5:] for line in stormed] == [["REJECT", "OK"], ["-", "SKIPDATA"]]
    assert 1000 <= int(stormed[0][4]) < report["a second"]["seen"]


def test_what_a_storm_costs_is_bounded(report: dict[str, Any]) -> None:
    assert report["grown"] < MOST_GROWN
    assert report["remembered"] == 1000
    assert report["a second"]["seen"] > LEAST_RATE * report["a second"]["unseen"]


def test_a_nat_gateway_without_a_port_left_is_told(report: dict[str, Any]) -> None:
    """One address has 55,000 ports for a destination; 65,000 connections were tried."""
    assert 9_500 < report["no port left"] < 12_000
    assert report["table"]["entries"] < report["table"]["limit"]
    assert (
        f"{report['no port left']} connections were dropped for want of a port" in (report["why"])
    )


def test_a_nat_gateways_missing_ports_are_a_metric(report: dict[str, Any]) -> None:
    """To CloudWatch each is told once; to Prometheus always all of them."""
    missing = str(report["no port left"])
    first, again = report["counted"]["told"]
    member = "MetricData.member.1."
    assert first[f"{member}MetricName"] == ["ErrorPortAllocation"]
    assert (first[f"{member}Value"], first[f"{member}Unit"]) == ([missing], ["Count"])
    assert first[f"{member}Dimensions.member.1.Name"] == ["NatGatewayId"]
    assert first[f"{member}Dimensions.member.1.Value"] == ["nat-1"]
    assert again[f"{member}Value"] == ["0"]
    assert report["counted"]["text"][-1].endswith(f"}} {missing}")
    assert 'gateway="nat-1"' in report["counted"]["text"][-1]
