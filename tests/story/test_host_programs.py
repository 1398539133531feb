"""Programs of this machine in a VPC: published through the broker, or attached as they are.

The tests run in their order on one site: each goes on where the one before it stopped.
"""

import contextlib
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.story.conftest import AS_USER, RunningSite, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

SERVE = (
    "import socketserver as s; "
    "H = type('H', (s.BaseRequestHandler,), "
    "{'handle': lambda self: self.request.sendall(self.client_address[0].encode())}); "
    "s.TCPServer(('', 80), H).serve_forever()"
)
ASK = (
    "import socket; c = socket.create_connection(('{}', {}), {}); c.settimeout(5); "
    "c.sendall(b'x'); print(c.recv(99).decode())"
)


class FromHere(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(1)
        self.request.sendall(b"met from " + self.client_address[0].encode())


@dataclass
class Hosts:
    """Ids of what stands; how a program is started where the site may attach it."""

    site: RunningSite
    ec2: Any
    group: str
    interfaces: list[str]
    program: int  # a port of this machine
    inside: list[str]
    stack: contextlib.ExitStack

    def ask(self, address: str, port: int = 80, patience: float = 5) -> str:
        """Connect from the instance; give what is answered, or how it failed."""
        program = ASK.format(address, port, patience)
        done = self.site.inside("client", sys.executable, "-c", program)
        return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]

    def allow(self, port: int) -> None:
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        self.ec2.authorize_security_group_ingress(
            GroupId=self.group, IpPermissions=[{**rule, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
        )

    def start(self, *command: str) -> int:
        """Start a program that says a line; give its pid. It ends with the tests."""
        one = self.stack.enter_context(
            subprocess.Popen([*command], stdout=subprocess.PIPE, text=True)
        )
        self.stack.callback(one.kill)
        assert one.stdout is not None
        one.stdout.readline()
        return one.pid

    def serve(self, setup: str) -> int:
        """Start a server in a network of its own, set up so."""
        script = f'{setup}\necho\nexec {sys.executable} -c "{SERVE}"'
        return self.start(*self.inside, "unshare", "--net", "sh", "-c", script)

    def within(self, pid: int, *command: str) -> str:
        """Run a program in the network of a process."""
        enter = [*self.inside, "nsenter", "--net", "--target", str(pid)]
        done = subprocess.run([*enter, *command], capture_output=True, text=True, timeout=20)
        return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@pytest.fixture(scope="module")
def hosts(site: RunningSite) -> Iterator[Hosts]:
    ec2 = site.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    client = ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        PrivateIpAddress="10.0.0.9",
        SecurityGroupIds=[group],
        UserData=f'#!/bin/sh\nexec {sys.executable} -c "{SERVE}"\n',
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "client"}]}
        ],
    )["Instances"][0]["InstanceId"]
    interfaces = [
        ec2.create_network_interface(
            SubnetId=subnet, PrivateIpAddress=f"10.0.0.{last}", Groups=[group]
        )["NetworkInterface"]["NetworkInterfaceId"]
        for last in (50, 51, 52)
    ]
    until(
        lambda: ec2.describe_instances(InstanceIds=[client])["Reservations"][0]["Instances"][0],
        lambda found: found["State"]["Name"] == "running",
    )
    entering = ["nsenter", "--user", "--preserve-credentials"]
    anchor = ["--target", str(site.processes()["anchor"])]
    inside = [sys.executable, str(AS_USER), *entering, *anchor] if site.ordinary else []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), FromHere))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        yield Hosts(site, ec2, group, interfaces, server.server_address[1], inside, stack)


def test_a_published_program_answers_whom_the_interfaces_groups_let_in(hosts: Hosts) -> None:
    said = hosts.site.genkan("publish", hosts.interfaces[0], "80", str(hosts.program)).stderr
    assert f"127.0.0.1:{hosts.program} of this machine answers at 10.0.0.50:80" in said
    assert hosts.ask("10.0.0.50", patience=0.5) == "TimeoutError: timed out"
    hosts.allow(80)
    assert hosts.ask("10.0.0.50") == "met from 127.0.0.1"
    (shown,) = json.loads(hosts.site.genkan("publish", "--json").stdout)
    assert (shown["address"], shown["port"], shown["answers"]) == ("10.0.0.50", 80, True)


def test_a_killed_process_of_published_programs_comes_back(hosts: Hosts) -> None:
    before = hosts.site.processes()["published"]
    os.kill(before, signal.SIGKILL)
    until(lambda: hosts.site.processes().get("published", before), lambda pid: pid != before)
    until(lambda: hosts.ask("10.0.0.50", patience=1), lambda said: said == "met from 127.0.0.1")


def test_a_published_program_that_does_not_listen_resets(hosts: Hosts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    hosts.allow(81)
    hosts.site.genkan("publish", hosts.interfaces[0], "81", f"127.0.0.1:{port}")
    assert "ConnectionResetError" in hosts.ask("10.0.0.50", 81)
    hosts.site.genkan("unpublish", hosts.interfaces[0], "81")
    assert len(json.loads(hosts.site.genkan("publish", "--json").stdout)) == 1


@contextlib.contextmanager
def engines(hosts: Hosts, **say: str) -> Iterator[None]:
    """Have programs called as container engines are, which say which process a container is."""
    environment = hosts.site.environment
    before = environment["PATH"]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name, command in say.items():
            engine = Path(folder) / name
            engine.write_text(f"#!/bin/sh\n{command}\n")
            engine.chmod(0o755)
        environment["PATH"] = f"{folder}:{before}"
        try:
            yield
        finally:
            environment["PATH"] = before


@pytest.mark.parametrize(
    ("say", "why"),
    [
        ({"podman": "echo 0", "docker": "echo 0"}, "no process"),
        ({"podman": "echo no such container >&2; exit 125", "docker": "exit 1"}, "no such"),
        ({"podman": "echo -- 12", "docker": "echo '1 2'"}, "no process"),
    ],
)
def test_a_container_that_does_not_run_is_refused(hosts: Hosts, say: Any, why: str) -> None:
    with engines(hosts, **say):
        said = hosts.site.genkan("attach", hosts.interfaces[2], "--container", "web", wrong=3)
    assert "know no container web" in said.stderr
    assert why in said.stderr


def test_a_process_wears_an_interface_both_ways(hosts: Hosts) -> None:
    pid = hosts.serve("true")
    said = hosts.site.genkan("attach", hosts.interfaces[1], "--pid", str(pid)).stderr
    assert f"process {pid} is 10.0.0.51" in said
    assert "everything goes that way" in said
    until(lambda: hosts.ask("10.0.0.51", patience=1), lambda answer: answer == "10.0.0.9")
    assert hosts.within(pid, sys.executable, "-c", ASK.format("10.0.0.9", 80, 5)) == "10.0.0.51"
    refused = hosts.site.genkan("attach", hosts.interfaces[1], "--pid", str(pid), wrong=3).stderr
    assert f"worn by process {pid}" in refused


def test_what_a_namespace_has_stays_as_it_is(hosts: Hosts) -> None:
    """A default route, a device called as ours would be; also when control reads the kernel."""
    pid = hosts.serve(
        "ip link add eth0 type veth peer name far; ip link set far up; ip link set eth0 up; "
        "ip addr add 192.0.2.9/24 dev eth0; ip route add default via 192.0.2.1"
    )
    with engines(hosts, podman="exit 125", docker=f"echo {pid}"):
        said = hosts.site.genkan("attach", hosts.interfaces[2], "--container", "web").stderr
    assert "container web is 10.0.0.52" in said
    assert "what is for the VPC goes that way" in said
    until(lambda: hosts.ask("10.0.0.52", patience=1), lambda answer: answer == "10.0.0.9")
    routes = hosts.within(pid, "ip", "-o", "route")
    assert "default via 192.0.2.1 dev eth0" in routes
    assert "10.0.0.0/16 via 10.0.0.1 dev eth1" in routes
    os.kill(hosts.site.processes()["control"], signal.SIGKILL)
    assert len(json.loads(hosts.site.genkan("attach", "--json").stdout)) == 2
    assert hosts.within(pid, "ip", "-o", "route") == routes
    assert "192.0.2.9" in hosts.within(pid, "ip", "-o", "addr", "show", "eth0")
    hosts.site.genkan("detach", hosts.interfaces[2])
    assert hosts.within(pid, "ip", "-o", "route") == "\n".join(
        line for line in routes.splitlines() if "eth1" not in line
    )
    assert hosts.ask("10.0.0.51") == "10.0.0.9"


def test_published_programs_outlive_the_site_and_attached_ones_do_not(hosts: Hosts) -> None:
    hosts.site.genkan("down")
    hosts.site.genkan("up")
    until(lambda: hosts.ask("10.0.0.50"), lambda answer: answer == "met from 127.0.0.1")
    assert json.loads(hosts.site.genkan("attach", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("publish", "eni-0", "80"), 3, "No interface is called eni-0"),
        (("publish", "eni-0"), 2, "Say which port"),
        (("publish", "eni-0", "80", "nonsense"), 2, "does not say where a program listens"),
        (("unpublish", "eni-0"), 3, "Nothing is published at eni-0"),
        (("attach", "eni-0"), 2, "exactly one of"),
        (("attach", "eni-0", "--pid", "1"), 3, "No interface is called eni-0"),
        (("detach", "eni-0"), 3, "No process wears eni-0"),
    ],
)
def test_what_cannot_be_is_refused(
    hosts: Hosts, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in hosts.site.genkan(*arguments, wrong=code).stderr


def test_an_interface_that_is_worn_is_refused(hosts: Hosts) -> None:
    instances = hosts.ec2.describe_instances()["Reservations"][0]["Instances"]
    worn = instances[0]["NetworkInterfaces"][0]["NetworkInterfaceId"]
    assert f"{worn} is worn by" in hosts.site.genkan("publish", worn, "80", wrong=3).stderr
    refused = hosts.site.genkan("attach", hosts.interfaces[0], "--pid", "1", wrong=3).stderr
    assert "is published at" in refused


def test_a_network_that_is_not_to_be_touched_is_refused(hosts: Hosts) -> None:
    interface = hosts.interfaces[1]
    attempts = [(("--netns", "/nowhere"), "cannot be opened")]
    own = hosts.start(*hosts.site.prefix, "sh", "-c", "echo; exec sleep 60")
    attempts.append((("--pid", str(own)), "this machine's own network"))
    if hosts.site.ordinary:
        unshare = ("unshare", "--user", "--map-root-user", "--net")
        other = hosts.start(*hosts.site.prefix, *unshare, "sh", "-c", "echo; exec sleep 60")
        attempts.append((("--pid", str(other)), "the kernel does not let this site"))
    for arguments, words in attempts:
        assert words in hosts.site.genkan("attach", interface, *arguments, wrong=4).stderr
