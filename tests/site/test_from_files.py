"""`genkan up --from`: another account's network, with packets."""

import json
import os
from pathlib import Path

import pytest

from tests.site.homes import a_home

pytestmark = [pytest.mark.site, pytest.mark.kernel]
DUMP = Path(__file__).parents[1] / "imports" / "terraform" / "dump.jsonl"


@pytest.fixture(scope="module")
def copy():
    with a_home(ordinary=os.geteuid() != 0) as site:
        site.genkan("up", "--from", str(DUMP), timeout=180)
        yield site


def test_what_a_dump_describes_is_there_with_names_and_packets(copy):
    shown = json.loads(copy.genkan("status", "-o", "json").stdout)
    assert {one["name"] for one in shown["instances"]} == {"web", "app"}
    assert {one["state"] for one in shown["endpoints"]} == {"available"}
    assert copy.dig("web", "db.inside.example") == ["172.16.2.50"]
    report = json.loads(copy.genkan("ping", "web", "app:22", "--json", wrong=1).stdout)
    assert (report["met"], report["agrees"]) == ("silence", True)


def test_its_api_answers_for_the_account_that_was_described(copy):
    identity = copy.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    names = {
        tag["Value"]
        for vpc in copy.client("ec2").describe_vpcs()["Vpcs"]
        for tag in vpc.get("Tags", ())
    }
    assert "story" in names


def test_it_is_a_start_into_a_new_home_alone(copy, tmp_path):
    again = copy.genkan("up", "--from", str(DUMP), wrong=3)
    assert "has a network already" in again.stderr
    with a_home(ordinary=os.geteuid() != 0) as site:
        missing = site.genkan("up", "--from", str(tmp_path / "nowhere"), wrong=3)
        assert "is not there" in missing.stderr
