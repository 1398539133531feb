"""What an instance does at its first boot, and what it keeps over a stop, a reboot, a `down`."""

import gzip
import json
import os
import signal

import pytest

from tests.site.homes import processes_of
from tests.story.conftest import RunningSite, running_site, until
from tests.story.network import Story, build

pytestmark = [pytest.mark.site, pytest.mark.kernel]

SERVER = """#!/bin/sh
echo first boot of $(hostname)
cd /run && echo hello > page
python3 -m http.server 80 >/dev/null 2>&1 &
"""


def run(story: Story, name: str, user_data: bytes | str) -> str:
    (group,) = story.instance(story.app)["SecurityGroups"]
    made = story.ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        SubnetId=story.back,
        SecurityGroupIds=[group["GroupId"]],
        UserData=user_data,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    )["Instances"][0]["InstanceId"]
    await_state(story, made, "running")
    return made


def await_state(story: Story, name: str, wanted: str) -> None:
    until(lambda: story.instance(name)["State"]["Name"], lambda state: state == wanted)


def console(story: Story, name: str) -> str:
    return story.ec2.get_console_output(InstanceId=name)["Output"]


@pytest.fixture(scope="module")
def server(story: Story) -> str:
    return run(story, "server", SERVER)


def test_a_server_of_the_first_boot_is_reached_from_the_next_instance(site, story, server):
    address = story.instance(server)["PrivateIpAddress"]
    page = until(
        lambda: site.inside("web", "curl", "-sm", "2", f"http://{address}/page").stdout, bool
    )
    assert page == "hello\n"
    assert console(story, server) == f"first boot of ip-{address.replace('.', '-')}\n"


def test_the_script_runs_at_the_first_boot_alone(site, story, server):
    before = console(story, server)
    story.ec2.reboot_instances(InstanceIds=[server])
    assert site.inside("server", "true").returncode == 0
    story.ec2.stop_instances(InstanceIds=[server])
    await_state(story, server, "stopped")
    story.ec2.start_instances(InstanceIds=[server])
    await_state(story, server, "running")
    assert site.inside("server", "ls", "/run/page").returncode != 0
    assert console(story, server) == before


@pytest.mark.parametrize(
    ("name", "user_data", "said"),
    [
        ("failing", "#!/bin/sh\necho before; exit 3", "before"),
        ("no-script", "hello: world", "does not start with #!"),
        ("no-program", "#!/no/such/program", "No such file"),
        ("packed", gzip.compress(b"#!/bin/sh\necho unpacked", mtime=0), "unpacked"),
        ("torn", gzip.compress(b"#!/bin/sh\necho unpacked", mtime=0)[:-9], "ended"),
        ("python", "#!/usr/bin/env python3\nprint('from python')", "from python"),
        ("endless", "#!/bin/sh\necho begun; sleep 1000", "begun"),
    ],
)
def test_whatever_the_user_data_is_the_instance_runs_and_the_console_tells(
    site, story, name, user_data, said
):
    made = run(story, name, user_data)
    until(lambda: console(story, made), lambda output: said in output)
    assert site.inside(name, "true").returncode == 0
    story.ec2.terminate_instances(InstanceIds=[made])
    await_state(story, made, "terminated")


def test_the_console_is_the_end_of_what_was_printed(story):
    made = run(story, "talker", "#!/bin/sh\nseq 1 40000; echo the end")
    output = until(lambda: console(story, made), lambda output: output.endswith("the end\n"))
    assert len(output) == 64 << 10


def test_an_instance_comes_back_by_down_and_up_without_its_script():
    with running_site(ordinary=False) as site:
        story = build(site)
        server = run(story, "server", "#!/bin/sh\necho once")
        until(lambda: console(story, server), lambda output: output == "once\n")
        before = story.instance(server)
        site.genkan("down")
        site.genkan("up")
        story.ec2 = site.client("ec2")
        assert story.instance(server) == before
        assert site.inside("server", "true").returncode == 0
        assert console(story, server) == "once\n"
        raw = site.genkan("aws", "ec2", "get-console-output", "--instance-id", server).stdout
        assert json.loads(raw)["Output"] == "once\n"


def test_an_instance_whose_first_process_is_killed_is_booted_again(site: RunningSite, story):
    site.inside("web", "touch", "/run/mine")
    (first,) = processes_of(f"genkan-instance {story.web}")
    os.kill(first, signal.SIGKILL)
    until(lambda: site.inside("web", "ls", "/run/mine").returncode, lambda code: code == 2)
    assert site.put_metric("web", "booted-again").returncode == 0
