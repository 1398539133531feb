"""The writer killed at any moment: what was answered is there, and the kernel is as it says."""

import os
import random
import signal
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.story.conftest import RunningSite, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]
KILLS = 8
MOST_KILLS = 40  # until one has met a call


@pytest.fixture(scope="module")
def site():
    with running_site(ordinary=os.geteuid() != 0) as one:
        yield one


class Changes(threading.Thread):
    """A client that makes and deletes subnets, one after the other, and keeps what it was told."""

    def __init__(self, ec2: Any, vpc: str) -> None:
        super().__init__(daemon=True)
        self.ec2, self.vpc = ec2, vpc
        self.made: list[str] = []
        self.deleted: set[str] = set()
        self.refused: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.over.is_set():
            number = (number + 1) % 4096
            try:
                self.change(f"10.0.{number // 16}.{number % 16 * 16}/28")
            except (ClientError, BotoCoreError) as error:
                self.refused.append(str(error))

    def change(self, cidr: str) -> None:
        made = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
        self.made.append(made)
        if len(self.made) % 2:
            self.deleted.add(made)  # not before it is answered, but it may be done without that
            self.ec2.delete_subnet(SubnetId=made)


def reconciled(site: RunningSite) -> list[str]:
    """Give how much each start of control had to mend."""
    lines = (site.home / "log/control.log").read_text().splitlines()
    return [line.rpartition("reconciled, ")[2] for line in lines if "reconciled, " in line]


def kill_control(site: RunningSite) -> None:
    control = site.processes()["control"]
    starts = len(reconciled(site))
    os.kill(control, signal.SIGKILL)
    until(lambda: len(reconciled(site)), lambda count: count > starts)


def test_no_answer_is_lost_by_a_death_and_the_kernel_needs_no_mending(site: RunningSite):
    ec2 = site.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client = Changes(site.client("ec2", retries=0), vpc)  # every call that is met is seen
    client.start()
    chance = random.Random(3)
    for kills in range(MOST_KILLS):
        if kills >= KILLS and client.refused:
            break
        so_far = len(client.made)
        until(lambda: len(client.made), lambda count, so_far=so_far: count > so_far)
        time.sleep(chance.uniform(0, 0.02))  # a moment of a change that nobody chose
        kill_control(site)
    client.over.set()
    client.join(30)
    until(lambda: ec2.describe_subnets(), bool)
    there = {one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]}
    assert set(client.made) - client.deleted <= there
    assert len(client.made) >= KILLS
    assert client.refused, "no kill met a call"
    for said in client.refused:
        assert "ServiceUnavailable" in said, said
    kill_control(site)
    assert reconciled(site)[-1] == "0 changes"


def test_no_answer_is_lost_by_the_anchors_death_amid_changes(site: RunningSite):
    """Kernel and processes go with it at once, between any two steps of a change."""
    ec2 = site.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client = Changes(site.client("ec2", retries=0), vpc)
    client.start()
    until(lambda: len(client.made), lambda count: count > 5)
    os.kill(site.processes()["anchor"], signal.SIGKILL)
    client.over.set()
    client.join(30)
    site.genkan("up")
    there = {one["SubnetId"] for one in site.client("ec2").describe_subnets()["Subnets"]}
    assert set(client.made) - client.deleted <= there
    kill_control(site)
    assert reconciled(site)[-1] == "0 changes"


def test_a_call_during_a_restart_waits(site):
    control = site.processes()["control"]
    os.kill(control, signal.SIGKILL)
    assert site.client("ec2").describe_vpcs()["Vpcs"]
