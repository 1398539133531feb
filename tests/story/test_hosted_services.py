"""A service of the user's own behind an AWS-style name: found, reached privately, taken back.

The tests run in their order on one site: each goes on where the one before it stopped.
"""

import asyncio
import contextlib
import json
import socketserver
import sys
import threading

import pytest
from aiohttp import WSMsgType, web
from botocore.exceptions import ClientError

from tests.front.listener import looping
from tests.story.conftest import REGION, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

NAME = f"com.amazonaws.{REGION}.ledger"
PRIVATE = f"ledger.{REGION}.amazonaws.com"
ASK = """
import socket, sys
c = socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))
c.settimeout(5)
c.sendall(b"hello")
print(c.recv(99).decode())
"""


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"ledger says " + self.request.recv(99))


TALK = """
import aiohttp, asyncio, sys
async def talk():
    async with aiohttp.ClientSession() as session, session.ws_connect(sys.argv[1]) as socket:
        await socket.send_str("hello")
        print(await socket.receive_str(timeout=5))
        await socket.send_bytes(bytes(300_000))
        print(len(await socket.receive_bytes(timeout=5)))
asyncio.run(talk())
"""


@contextlib.contextmanager
def talker():
    """Give the port of a program of the host that says again what it hears by WebSocket."""

    async def answer(request):
        heard = web.WebSocketResponse()
        await heard.prepare(request)
        async for message in heard:
            send = heard.send_str if message.type is WSMsgType.TEXT else heard.send_bytes
            await send(message.data)
        return heard

    with looping() as loop:

        async def listen():
            return await loop.create_server(web.Server(answer), "127.0.0.1", 0)

        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
        yield server.sockets[0].getsockname()[1]
        loop.call_soon_threadsafe(server.close)


class Network:
    """A VPC with an instance, and a program of the host that is no part of it."""

    def __init__(self, site, program):
        self.site, self.program = site, program
        self.ec2 = ec2 = site.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")["Subnet"][
            "SubnetId"
        ]
        (group,) = ec2.describe_security_groups()["SecurityGroups"]
        self.group = group["GroupId"]
        ec2.authorize_security_group_ingress(
            GroupId=self.group,
            IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}],
        )
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "app"}]}]
        ec2.run_instances(
            ImageId="ami-0abcdef1234567890",
            MinCount=1,
            MaxCount=1,
            SubnetId=self.subnet,
            TagSpecifications=tags,
        )
        until(self.instance_state, lambda state: state == "running")

    def instance_state(self):
        (found,) = self.ec2.describe_instances()["Reservations"][0]["Instances"]
        return found["State"]["Name"]

    def endpoint(self, name):
        made = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName=name,
            VpcEndpointType="Interface",
            SubnetIds=[self.subnet],
            SecurityGroupIds=[self.group],
            PrivateDnsEnabled=True,
        )["VpcEndpoint"]["VpcEndpointId"]
        until(lambda: self.shown(made)["State"], lambda state: state == "available")
        return made

    def shown(self, name):
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"][0]

    def ask(self, host, port=443, patience=5, target="app"):
        program = (sys.executable, "-c", ASK, host, str(port), str(patience))
        done = self.site.inside(target, *program)
        return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@pytest.fixture(scope="module")
def network():
    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server,
        running_site(False) as site,
    ):
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Network(site, server.server_address[1])
        server.shutdown()


def test_a_service_that_is_added_is_found_among_amazons(network):
    upstream = ("--upstream", str(network.program), "--port", "443", "--port", "7000")
    said = network.site.genkan("service", "add", "ledger", *upstream).stderr
    assert NAME in said
    found = network.ec2.describe_vpc_endpoint_services(ServiceNames=[NAME])["ServiceDetails"][0]
    assert (found["Owner"], found["PrivateDnsName"]) == ("amazon", PRIVATE)
    assert found["VpcEndpointPolicySupported"] is False
    (shown,) = json.loads(network.site.genkan("service", "list", "--json").stdout)
    assert shown["program"] == f"127.0.0.1:{network.program}"
    taken = network.site.genkan("service", "add", "ledger", *upstream, wrong=3)
    assert "already" in taken.stderr
    assert "already" in network.site.genkan("service", "add", "sqs", *upstream, wrong=3).stderr


def test_a_websocket_passes_as_it_is(network):
    with talker() as port:
        network.site.genkan("service", "add", "talk", "--upstream", str(port), "--port", "80")
        made = network.endpoint(f"com.amazonaws.{REGION}.talk")
        url = f"ws://talk.{REGION}.amazonaws.com/"
        said = network.site.inside("app", sys.executable, "-c", TALK, url)
        assert said.stdout.split() == ["hello", "300000"], said.stderr
        network.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
        until(lambda: network.ec2.describe_vpc_endpoints()["VpcEndpoints"], lambda there: not there)
        network.site.genkan("service", "remove", "talk")


def test_its_endpoint_answers_by_its_private_name_beside_one_of_aws(network):
    network.endpoint(f"com.amazonaws.{REGION}.monitoring")
    made = network.endpoint(NAME)
    entries = [one["DnsName"] for one in network.shown(made)["DnsEntries"]]
    assert entries[-1] == PRIVATE
    assert network.ask(PRIVATE) == "ledger says hello"
    assert network.ask(PRIVATE, 7000) == "ledger says hello"
    assert network.ask(entries[0]) == "ledger says hello"
    assert network.site.put_metric("app", "beside").returncode == 0
    assert network.ask(PRIVATE, 8000, 0.3) == "TimeoutError: timed out"
    assert network.site.dig("internet", PRIVATE) == []


def test_the_endpoints_groups_decide_who_gets_there(network):
    (made,) = [
        one
        for one in network.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        if one["ServiceName"] == NAME
    ]
    other = network.ec2.create_security_group(GroupName="none", Description="d", VpcId=network.vpc)[
        "GroupId"
    ]
    network.ec2.modify_vpc_endpoint(
        VpcEndpointId=made["VpcEndpointId"],
        AddSecurityGroupIds=[other],
        RemoveSecurityGroupIds=[network.group],
    )
    assert network.ask(PRIVATE, 443, 0.3) == "TimeoutError: timed out"
    network.ec2.modify_vpc_endpoint(
        VpcEndpointId=made["VpcEndpointId"], AddSecurityGroupIds=[network.group]
    )
    assert network.ask(PRIVATE) == "ledger says hello"


def test_it_is_removed_after_its_endpoints(network):
    refused = network.site.genkan("service", "remove", "ledger", wrong=3)
    ec2 = network.ec2
    there = ec2.describe_vpc_endpoints(Filters=[{"Name": "service-name", "Values": [NAME]}])
    (name,) = [one["VpcEndpointId"] for one in there["VpcEndpoints"]]
    assert name in refused.stderr
    ec2.delete_vpc_endpoints(VpcEndpointIds=[name])
    until(lambda: len(ec2.describe_vpc_endpoints()["VpcEndpoints"]), lambda count: count == 1)
    network.site.genkan("service", "remove", "ledger")
    with pytest.raises(ClientError, match="InvalidServiceName"):
        ec2.describe_vpc_endpoint_services(ServiceNames=[NAME])
