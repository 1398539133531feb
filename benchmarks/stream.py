"""One TCP stream between two instances, beside the same stream through plain routed veth.

python benchmarks/stream.py [--pairs 9] [--seconds 2]

Both ways are three network namespaces: a client's, a router's, a server's. In Genkan's the router
is a VPC and each end an instance of another subnet behind a security group; in the plain one there
is forwarding and nothing else. They are measured in turn, in one run, since a shared machine is not
equally fast from one minute to the next: the ratio of each pair counts, and its median is printed.
"""

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3

REGION = "ap-northeast-1"
PORT = 5001
BLOCK = 1 << 20
PATIENCE = 60
GENKAN = [sys.executable, "-m", "genkan.cli"]
SELF = str(Path(__file__).resolve())
NAMESPACES = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
ROUTED = (
    ("client", "10.1.0.2", "10.1.0.1"),
    ("server", "10.2.0.2", "10.2.0.1"),
)


def receive() -> None:
    """Take one stream; print its Gbit/s."""
    with socket.create_server(("0.0.0.0", PORT)) as listener:
        listener.settimeout(PATIENCE)
        print("listening", flush=True)
        connection, _ = listener.accept()
        connection.settimeout(PATIENCE)
        buffer = bytearray(BLOCK)
        total, start = 0, time.perf_counter()
        while got := connection.recv_into(buffer):
            total += got
        print(total * 8 / (time.perf_counter() - start) / 1e9, flush=True)


def send(address: str, seconds: float) -> None:
    with socket.create_connection((address, PORT), timeout=PATIENCE) as connection:
        block = bytes(BLOCK)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            connection.sendall(block)


def stream(inside: Callable[[str], list[str]], address: str, seconds: float) -> float:
    """Send from `client` to `server`; `inside` gives the command that runs something there."""
    receiver = subprocess.Popen(
        [*inside("server"), sys.executable, SELF, "--receive"], stdout=subprocess.PIPE, text=True
    )
    assert receiver.stdout is not None
    assert receiver.stdout.readline().strip() == "listening"
    subprocess.run(
        [*inside("client"), sys.executable, SELF, "--send", address, "--seconds", str(seconds)],
        check=True,
        timeout=PATIENCE,
    )
    return float(receiver.communicate(timeout=PATIENCE)[0])


@contextlib.contextmanager
def plain() -> Iterator[Callable[[float], float]]:
    """Three namespaces and two veth pairs, made by a process that is asked line by line."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    with subprocess.Popen(
        ["unshare", *user, *NAMESPACES, sys.executable, SELF, "--plain"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as router:
        asked, told = router.stdin, router.stdout
        assert asked is not None
        assert told is not None

        def measure(seconds: float) -> float:
            print(seconds, file=asked, flush=True)
            return float(told.readline())

        yield measure
        asked.close()


def route_plainly() -> None:
    """Be the router: make the two ends, then measure for each line that comes."""
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    ends = {}
    for name, address, router in ROUTED:
        end = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        ends[name] = end
        while os.readlink(f"/proc/{end.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        inside = ["nsenter", f"--net=/proc/{end.pid}/ns/net", "ip"]
        for command in (
            f"ip link add {name} mtu 9001 type veth".split()
            + f"peer name eth0 mtu 9001 netns {end.pid}".split(),
            ["ip", "addr", "add", f"{router}/24", "dev", name],
            ["ip", "link", "set", name, "up"],
            [*inside, "addr", "add", f"{address}/24", "dev", "eth0"],
            [*inside, "link", "set", "eth0", "up"],
            [*inside, "route", "add", "default", "via", router],
        ):
            subprocess.run(command, check=True, timeout=PATIENCE)
    for line in sys.stdin:
        rate = stream(
            lambda name: ["nsenter", f"--net=/proc/{ends[name].pid}/ns/net"],
            ROUTED[1][1],
            float(line),
        )
        print(rate, flush=True)
    for end in ends.values():
        end.kill()
        end.wait()


@contextlib.contextmanager
def genkan() -> Iterator[Callable[[float], float]]:
    """A site with two instances, each in a subnet of its own."""
    with tempfile.TemporaryDirectory(prefix="genkan-bench-") as home:
        os.environ["GENKAN_HOME"] = home
        _command("up")
        try:
            address = _make_network()
            yield lambda seconds: stream(
                lambda name: [*GENKAN, "exec", name, "--"], address, seconds
            )
        finally:
            _command("down", "--wipe")


def _command(*arguments: str) -> str:
    return subprocess.run(
        [*GENKAN, *arguments], check=True, capture_output=True, text=True, timeout=PATIENCE
    ).stdout


def _make_network() -> str:
    """Make it; give the server's address."""
    variables = json.loads(_command("env", "-o", "json"))
    ec2 = boto3.client(
        "ec2",
        region_name=REGION,
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    port = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT}
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**port, "UserIdGroupPairs": [{"GroupId": group}]}]
    )
    made = {name: _run(ec2, vpc, name, number, group) for number, (name, *_) in enumerate(ROUTED)}
    while len(_running(ec2)) < len(made):
        time.sleep(0.05)
    return str(made["server"]["PrivateIpAddress"])


def _run(ec2: Any, vpc: str, name: str, number: int, group: str) -> dict[str, Any]:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
    answer = ec2.run_instances(
        ImageId="ami-genkan",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        SecurityGroupIds=[group],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    )
    return dict(answer["Instances"][0])


def _running(ec2: Any) -> list[Any]:
    filters = [{"Name": "instance-state-name", "Values": ["running"]}]
    return list(ec2.describe_instances(Filters=filters)["Reservations"])


def compare(pairs: int, seconds: float) -> None:
    with plain() as plainly, genkan() as through_genkan:
        rows = []
        for number in range(pairs):
            first, second = (plainly, through_genkan) if number % 2 else (through_genkan, plainly)
            rates = {first: first(seconds), second: second(seconds)}
            rows.append((rates[plainly], rates[through_genkan]))
    ratios = sorted(ours / theirs for theirs, ours in rows)
    print(f"plain routed veth  median {statistics.median(theirs for theirs, _ in rows):.1f} Gbit/s")
    print(f"Genkan             median {statistics.median(ours for _, ours in rows):.1f} Gbit/s")
    middle = statistics.median(ratios)
    print(f"ratio of pairs     median {middle:.2f}   {ratios[0]:.2f}-{ratios[-1]:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--receive", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--send", help=argparse.SUPPRESS)
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.receive:
        receive()
    elif given.send:
        send(given.send, given.seconds)
    elif given.plain:
        route_plainly()
    else:
        compare(given.pairs, given.seconds)


if __name__ == "__main__":
    main()
