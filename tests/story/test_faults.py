"""Each process of a site killed in the middle of the story: packets and names keep working."""

import os
import signal
import subprocess

import pytest

from tests.story.conftest import RunningSite, running_site, until
from tests.story.network import MONITORING, Story, build, open_endpoint

pytestmark = [pytest.mark.site, pytest.mark.kernel]


@pytest.fixture(scope="module")
def site():
    with running_site(ordinary=os.geteuid() != 0) as one:
        yield one


@pytest.fixture(scope="module")
def story(site: RunningSite) -> Story:
    story = build(site)
    open_endpoint(story)
    return story


def kill(site: RunningSite, name: str) -> None:
    """Kill a process and wait until another stands in its place."""
    before = site.processes()[name]
    os.kill(before, signal.SIGKILL)
    until(lambda: site.processes().get(name, before), lambda pid: pid != before)


def test_without_control_packets_flow_and_names_answer(site, story):
    control = site.processes()["control"]
    os.kill(control, signal.SIGSTOP)  # it is there and does nothing
    try:
        assert len(site.dig("app", MONITORING)) == 1
        assert site.put_metric("app", "no-control").returncode == 0
    finally:
        os.kill(control, signal.SIGKILL)
    until(lambda: site.processes().get("control", control), lambda pid: pid != control)
    assert story.instance(story.app)["State"]["Name"] == "running"


def test_what_was_answered_survives_the_writers_death(site, story):
    made = story.ec2.create_security_group(GroupName="kept", Description="kept", VpcId=story.vpc)[
        "GroupId"
    ]
    kill(site, "control")
    shown = until(
        lambda: story.ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"], bool
    )
    assert shown[0]["GroupName"] == "kept"
    assert site.put_metric("app", "after-control").returncode == 0


@pytest.mark.parametrize("name", ["dns", "front"])
def test_a_process_that_answers_comes_back_with_the_program(site, story, name):
    kill(site, name)
    until(lambda: len(site.dig("app", MONITORING)), lambda count: count == 1)
    until(lambda: site.put_metric("app", f"after-{name}").returncode, lambda code: code == 0)
    assert site.events(f"after-{name}")[-1]["vpcEndpointId"]


def test_the_embedded_services_come_back_empty(site, story):
    site.put_metric("app", "warm")
    kill(site, "embedded")
    until(lambda: site.put_metric("app", "after-embedded").returncode, lambda code: code == 0)


def test_an_instance_whose_first_process_dies_is_started_again_by_reboot(site, story):
    story.ec2.reboot_instances(InstanceIds=[story.app])
    until(lambda: site.put_metric("app", "after-reboot").returncode, lambda code: code == 0)


def test_without_the_anchor_nothing_is_left(site, story):
    processes = site.processes()
    os.kill(processes["anchor"], signal.SIGKILL)
    for pid in processes.values():
        until(lambda pid=pid: os.path.exists(f"/proc/{pid}"), lambda there: not there)
    assert "not up" in site.genkan("status", wrong=5).stderr
    site.genkan("up")
    assert story.instance(story.app)["State"]["Name"] == "running"
    assert site.put_metric("app", "after-anchor").returncode == 0


def in_place(site: RunningSite, place: str, *command: str) -> None:
    """Run a command in a place's network, as somebody with power over the machine can."""
    inside = ["nsenter", f"--net=/run/genkan/ns/{place}", *command]
    site_of = ["nsenter", f"--target={site.processes()['control']}", "--mount", "--net"]
    if os.geteuid() != 0:
        site_of += ["--user", "--preserve-credentials"]
    subprocess.run([*site_of, *inside], check=True, timeout=10)


@pytest.mark.parametrize(
    "command",
    [
        ("nft", "delete", "table", "inet", "genkan"),
        ("ip", "rule", "flush", "protocol", "103"),
    ],
    ids=["table", "rules"],
)
def test_what_somebody_else_changes_is_mended_within_seconds_and_told(site, story, command):
    told = "# somebody else changed the network of "
    before = [line for line in site.genkan("status").stdout.splitlines() if line.startswith(told)]
    in_place(site, story.vpc, *command)
    shown = until(
        lambda: [x for x in site.genkan("status").stdout.splitlines() if x.startswith(told)],
        lambda lines: bool(lines) and lines != before,
        seconds=10,
    )
    assert story.vpc in shown[0]
    assert site.put_metric("app", "after-tampering").returncode == 0
