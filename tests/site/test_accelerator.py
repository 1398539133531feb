"""A lasting flow through an endpoint service on a site of root's: how it is told, and what ends it.

The tests run in their order on one site, over one flow.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.story.conftest import RunningSite, running_site, until
from tests.story.test_services import NLB, network, run

pytestmark = [pytest.mark.site, pytest.mark.kernel, pytest.mark.accelerator]

PORT = 7
SERVER = f"""
import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
Server(("", {PORT}), Echo).serve_forever()
"""
CLIENT = f"""
import socket, sys, time
for attempt in range(80):
    try:
        opened = socket.create_connection((sys.argv[1], {PORT}), 8)
        break
    except OSError:
        time.sleep(0.1)
print("begun", flush=True)
said = 0
while True:
    opened.sendall(b"word")
    assert opened.recv(100) == b"word"
    said += 1
    if said % 100 == 0:
        print(said, flush=True)
    time.sleep(0.002)
"""


class Talk:
    """A flow that lasts."""

    def __init__(self, process: subprocess.Popen[str], endpoint: str) -> None:
        self.process = process
        self.endpoint = endpoint

    def goes_on(self) -> bool:
        """Wait for the next hundred words."""
        assert self.process.stdout is not None
        return bool(self.process.stdout.readline())


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with running_site(ordinary=False) as one:
        yield one


@pytest.fixture(scope="module")
def talk(site: RunningSite) -> Iterator[Talk]:
    ec2, elb = site.client("ec2"), site.client("elbv2")
    vpc, subnet = network(ec2)
    target = run(ec2, "target", subnet, "10.0.1.10", SERVER)
    group = elb.create_target_group(Name="echo", Protocol="TCP", Port=PORT, VpcId=vpc)
    group = group["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": target}])
    balancer = elb.create_load_balancer(
        Name="echo",
        Type="network",
        Scheme="internal",
        SubnetMappings=[{"SubnetId": subnet, "PrivateIPv4Address": NLB}],
    )["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="TCP",
        Port=PORT,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    service = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer], AcceptanceRequired=False
    )["ServiceConfiguration"]["ServiceName"]
    consumer, subnet = network(ec2)
    run(ec2, "client", subnet, "10.0.1.10")
    made = ec2.create_vpc_endpoint(
        VpcId=consumer, ServiceName=service, VpcEndpointType="Interface", SubnetIds=[subnet]
    )["VpcEndpoint"]
    interface = ec2.describe_network_interfaces(NetworkInterfaceIds=made["NetworkInterfaceIds"])
    address = interface["NetworkInterfaces"][0]["PrivateIpAddress"]
    until(lambda: is_running(ec2), bool)
    with subprocess.Popen(
        ["genkan", "exec", "client", "--", sys.executable, "-c", CLIENT, address],
        env=site.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Talk(process, made["VpcEndpointId"])
        process.kill()


def is_running(ec2: Any) -> bool:
    running = [{"Name": "instance-state-name", "Values": ["running"]}]
    return len(ec2.describe_instances(Filters=running)["Reservations"]) == 2


def told(site: RunningSite) -> dict[str, Any]:
    return json.loads(site.genkan("status", "-o", "json").stdout).get("accelerator", {})


def test_a_flow_that_lasts_is_told_of(site: RunningSite, talk: Talk) -> None:
    assert talk.goes_on()
    until(lambda: told(site), lambda found: found["flows"] == 1)
    assert "# accelerator: 1 flow of endpoint services" in site.genkan("status").stdout


def test_the_flow_goes_on_when_control_is_killed_and_is_handed_on_by_the_next_one(
    site: RunningSite, talk: Talk
) -> None:
    control = site.processes()["control"]
    os.kill(control, signal.SIGKILL)
    assert talk.goes_on()
    until(lambda: site.processes().get("control"), lambda pid: pid not in (None, control))
    until(lambda: told(site), lambda found: found.get("flows") == 1)
    assert talk.goes_on()


def shown(site: RunningSite) -> int:
    """Give how many packets `genkan flows` shows of the connection."""
    rows = map(json.loads, site.genkan("flows", "--json", "--port", str(PORT)).stdout.splitlines())
    return sum(row["packets"] for row in rows if row.get("state") == "established")


def test_what_is_recorded_takes_the_shortcut_and_is_counted(site: RunningSite, talk: Talk) -> None:
    before = shown(site)
    assert talk.goes_on()
    assert talk.goes_on()  # one hundred words at least, and their echoes
    until(lambda: shown(site), lambda now: now >= before + 2 * 200)  # at both VPCs
    assert (told(site)["on"], told(site)["flows"]) == (True, 1)


def test_what_was_counted_is_known_when_control_is_killed(site: RunningSite, talk: Talk) -> None:
    before, control = shown(site), site.processes()["control"]
    os.kill(control, signal.SIGKILL)
    until(lambda: site.processes().get("control"), lambda pid: pid not in (None, control))
    until(lambda: told(site), lambda found: found.get("flows") == 1)
    assert talk.goes_on()
    assert talk.goes_on()
    until(lambda: shown(site), lambda now: now >= before + 2 * 200)
    os.kill(site.processes()["recorder"], signal.SIGKILL)
    assert talk.goes_on()


def test_a_site_that_is_told_to_has_none(site: RunningSite, talk: Talk) -> None:
    site.genkan("down")
    site.genkan("up", "--accelerator", "off")
    assert told(site) == {"on": False, "flows": 0, "why": "it is switched off"}
