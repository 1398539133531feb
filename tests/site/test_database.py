"""A site whose state is in PostgreSQL: the same network after a restart, and after the server's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from genkan.client import Site
from tests.store.postgresql import Server, running_server
from tests.story.conftest import RunningSite, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.kernel, pytest.mark.postgresql]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as one:
        yield one


@pytest.fixture(scope="module")
def site(server: Server) -> Iterator[RunningSite]:
    url = server.create_database("network").replace("+psycopg", "")
    with running_site(True, "--database", url) as one:
        yield one


def test_down_and_up_bring_the_network_back_from_the_database(site: RunningSite):
    made = site.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    site.genkan("down")
    assert not (site.home / "network.db").exists()
    site.genkan("up")
    assert [vpc["VpcId"] for vpc in site.client("ec2").describe_vpcs()["Vpcs"]] == [made]


def test_a_second_site_on_the_same_database_does_not_come_up(
    site: RunningSite, server: Server, tmp_path: Path
):
    url = server.url("network").replace("+psycopg", "")
    second = RunningSite(tmp_path / "home", ordinary=False)
    said = second.genkan("up", "--database", url, wrong=3).stderr
    assert "Another site writes the database network" in said
    assert site.genkan("status")


def pid_of_control(site: RunningSite) -> int | None:
    """Ask the anchor, which does not wait for a control that is not there."""
    pids = {one["name"]: one["pid"] for one in Site(site.home).processes()}
    return pids.get("control")


def test_a_database_that_goes_away_costs_nothing_that_was_answered(
    site: RunningSite, server: Server
):
    ec2 = site.client("ec2")
    before = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]}
    control = pid_of_control(site)
    server.stop()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ec2.create_vpc, CidrBlock="10.1.0.0/16")
        until(lambda: pid_of_control(site), lambda pid: pid != control)
        server.start()
        made = asked.result()["Vpc"]["VpcId"]  # the client tried again, and was kept waiting
    assert {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]} == before | {made}
