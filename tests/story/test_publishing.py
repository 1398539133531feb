"""A program of the host that answers in a VPC, at an interface, and nowhere else.

The tests run in their order on one site: each goes on where the one before it stopped.
"""

import json
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.story.conftest import RunningSite, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

ASK = (
    "import socket; c = socket.create_connection(('10.0.0.50', {port}), {patience}); "
    "c.settimeout(5); c.sendall(b'hello'); print(c.recv(99).decode())"
)


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        said = self.request.recv(99)
        self.request.sendall(said + b" from " + self.client_address[0].encode())


@dataclass
class Published:
    ec2: Any
    group: str
    interface: str
    program: int  # its port on this machine


@pytest.fixture(scope="module")
def published(site: RunningSite) -> Iterator[Published]:
    ec2 = site.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    interface = ec2.create_network_interface(
        SubnetId=subnet, PrivateIpAddress="10.0.0.50", Groups=[group]
    )["NetworkInterface"]["NetworkInterfaceId"]
    client = ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "client"}]}
        ],
    )["Instances"][0]["InstanceId"]
    until(
        lambda: ec2.describe_instances(InstanceIds=[client])["Reservations"][0]["Instances"][0],
        lambda found: found["State"]["Name"] == "running",
    )
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Published(ec2, group, interface, server.server_address[1])
        server.shutdown()


def ask(site: RunningSite, port: int = 80, patience: float = 5) -> str:
    done = site.inside("client", sys.executable, "-c", ASK.format(port=port, patience=patience))
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


def allow(published: Published, port: int) -> None:
    published.ec2.authorize_security_group_ingress(
        GroupId=published.group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "IpRanges": [{"CidrIp": "10.0.0.0/16"}],
            }
        ],
    )


def test_a_published_program_answers_whom_the_interfaces_groups_let_in(
    site: RunningSite, published: Published
) -> None:
    said = site.genkan("publish", published.interface, "80", str(published.program)).stderr
    assert f"127.0.0.1:{published.program} of this machine answers at 10.0.0.50:80" in said
    assert ask(site, patience=0.5) == "TimeoutError: timed out"
    allow(published, 80)
    assert ask(site) == "hello from 127.0.0.1"


def test_what_is_published_is_shown_and_outlives_processes_and_the_site(
    site: RunningSite, published: Published
) -> None:
    (shown,) = json.loads(site.genkan("publish", "--json").stdout)
    assert (shown["address"], shown["port"], shown["answers"]) == ("10.0.0.50", 80, True)
    assert shown["program"] == f"127.0.0.1:{published.program}"
    site.genkan("down")
    site.genkan("up")
    until(lambda: ask(site), lambda answer: answer == "hello from 127.0.0.1")


def test_a_program_that_does_not_listen_resets_and_an_unpublished_one_is_gone(
    site: RunningSite, published: Published
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    allow(published, 81)
    site.genkan("publish", published.interface, "81", f"127.0.0.1:{port}")
    assert "ConnectionResetError" in ask(site, 81)
    site.genkan("unpublish", published.interface)
    assert json.loads(site.genkan("publish", "--json").stdout) == []
    assert ask(site, patience=0.5) != "hello from 127.0.0.1"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("publish", "eni-0", "80"), 3, "No interface is called eni-0"),
        (("publish", "eni-0"), 2, "Say which port"),
        (("publish", "eni-0", "80", "nonsense"), 2, "does not say where a program listens"),
        (("publish", "eni-0", "70000"), 2, "70000"),
        (("unpublish", "eni-0"), 3, "Nothing is published at eni-0"),
    ],
)
def test_what_cannot_be_is_refused(
    site: RunningSite, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in site.genkan(*arguments, wrong=code).stderr


def test_an_interface_that_an_instance_wears_is_refused(
    site: RunningSite, published: Published
) -> None:
    instances = published.ec2.describe_instances()["Reservations"][0]["Instances"]
    worn = instances[0]["NetworkInterfaces"][0]["NetworkInterfaceId"]
    assert f"{worn} is worn by" in site.genkan("publish", worn, "80", wrong=3).stderr
