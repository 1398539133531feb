"""What a call of the control plane costs, beside moto and, where it is installed, ministack.

python benchmarks/api.py [--present 10,1000,5000] [--only genkan,moto]

The same requests, signed beforehand, go to each by one plain HTTP client: CreateVpcEndpoint with
that many endpoints there already, then DescribeVpcEndpoints until the last page, then eight clients
that create at once. Genkan runs without an engine (`--engine none`): the others have no packets
either. It alone checks signatures and writes what it answers to the disk.
"""

import argparse
import contextlib
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "ap-northeast-1"
VERSION = "2016-11-15"
PER_VPC = 50
SAMPLES = 50
CLIENTS = 8
PATIENCE = 120
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Peer:
    """Who answers at a port, and with which keys."""

    port: int
    pids: tuple[int, ...]
    key: str = "AKIAIOSFODNN7EXAMPLE"
    secret: str = "test"


class Client:
    """One connection, and requests that are signed before the watch runs."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._host = f"127.0.0.1:{peer.port}"
        self._signer = SigV4Auth(Credentials(peer.key, peer.secret), "ec2", REGION)
        self._connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)

    def signed(self, action: str, **parameters: object) -> AWSRequest:
        body = urlencode({"Action": action, "Version": VERSION, **parameters})
        request = AWSRequest(
            "POST",
            f"http://{self._host}/",
            data=body,
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        )
        self._signer.add_auth(request)
        return request

    def send(self, request: AWSRequest) -> str:
        self._connection.request("POST", "/", body=request.data, headers=dict(request.headers))
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {text[:400]}")
        return text

    def call(self, action: str, **parameters: object) -> str:
        return self.send(self.signed(action, **parameters))


class Network:
    """VPCs with room for endpoints, at one peer."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.made = 0

    def requests(self, count: int) -> list[AWSRequest]:
        """Sign `count` calls that make an endpoint each."""
        signed = []
        for _ in range(count):
            if self.made % PER_VPC == 0:
                self._open()
            self.made += 1
            signed.append(
                self._client.signed(
                    "CreateVpcEndpoint",
                    VpcId=self._vpc,
                    ServiceName=f"com.amazonaws.{REGION}.monitoring",
                    VpcEndpointType="Interface",
                    PrivateDnsEnabled="false",
                    **{"SubnetId.1": self._subnet},
                )
            )
        return signed

    def _open(self) -> None:
        made = self._client.call("CreateVpc", CidrBlock="10.0.0.0/16")
        self._vpc = _first("vpcId", made)
        made = self._client.call("CreateSubnet", VpcId=self._vpc, CidrBlock="10.0.0.0/20")
        self._subnet = _first("subnetId", made)

    def fill(self, present: int) -> None:
        for request in self.requests(present - self.made):
            self._client.send(request)


def _first(name: str, text: str) -> str:
    found = re.search(f"<{name}>([^<]+)</{name}>", text)
    assert found is not None, text
    return found[1]


def create(client: Client, network: Network) -> float:
    """Give the median of creating one, in milliseconds."""
    taken = []
    for request in network.requests(SAMPLES):
        start = time.perf_counter()
        client.send(request)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def describe(client: Client, network: Network) -> float:
    """Give the seconds of describing all, page by page; it has to be all."""
    start = time.perf_counter()
    seen, token = 0, {}
    while True:
        text = client.call("DescribeVpcEndpoints", MaxResults=1000, **token)
        seen += len(re.findall("<vpcEndpointId>", text))
        found = re.search("<nextToken>([^<]+)</nextToken>", text)
        if not found:
            break
        token = {"NextToken": found[1]}
    if seen != network.made:
        print(f"    (describes {seen} of {network.made})")
    return time.perf_counter() - start


def throughput(peer: Peer, network: Network) -> float:
    """Give the calls a second of several clients that create at once."""
    requests = network.requests(CLIENTS * SAMPLES)

    def one(number: int) -> None:
        client = Client(peer)
        for request in requests[number::CLIENTS]:
            client.send(request)

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one, range(CLIENTS)))
    return len(requests) / (time.perf_counter() - start)


@contextlib.contextmanager
def genkan() -> Iterator[Peer]:
    with tempfile.TemporaryDirectory(prefix="genkan-bench-") as home:
        environment = {**os.environ, "GENKAN_HOME": home}

        def run(*arguments: str) -> str:
            return subprocess.run(
                [sys.executable, "-m", "genkan.cli", *arguments],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            ).stdout

        run("up", "--engine", "none")
        settings = dict(re.findall(r"export (\w+)=(\S+)", run("env")))
        shown = re.findall(r'"pid": (\d+)', run("status", "-o", "json"))
        try:
            yield Peer(
                int(settings["AWS_ENDPOINT_URL"].rpartition(":")[2]),
                tuple(map(int, shown)),
                settings["AWS_ACCESS_KEY_ID"],
                settings["AWS_SECRET_ACCESS_KEY"].strip("'"),
            )
        finally:
            run("down", "--wipe")


@contextlib.contextmanager
def started(command: list[str], port: int, **settings: str) -> Iterator[Peer]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + PATIENCE
        while not _accepts(port):
            assert time.monotonic() < end, command
            time.sleep(0.01)
        yield Peer(port, (process.pid,))
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextlib.contextmanager
def moto() -> Iterator[Peer]:
    port = _free_port()
    with started([str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], port) as peer:
        yield peer


@contextlib.contextmanager
def ministack() -> Iterator[Peer]:
    port = _free_port()
    command = [shutil.which("ministack") or "ministack"]
    with started(command, port, GATEWAY_PORT=str(port), MINISTACK_HOST="127.0.0.1") as peer:
        yield peer


def _pss(pids: tuple[int, ...]) -> float:
    text = "".join(Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
    return sum(map(int, re.findall(r"^Pss: +(\d+)", text, re.MULTILINE))) / 1024


def measure(
    name: str, serve: Callable[[], contextlib.AbstractContextManager[Peer]], most: list[int]
) -> None:
    start = time.perf_counter()
    with serve() as peer:
        client = Client(peer)
        client.call("DescribeVpcs")
        print(f"{name}: first answer after {time.perf_counter() - start:.1f} s")
        network = Network(client)
        for present in most:
            network.fill(present)
            made = create(client, network)
            told = describe(client, network)
            print(f"  at {present:>5}  create p50 {made:6.2f} ms   describe all {told:6.2f} s")
        print(f"  {CLIENTS} clients  {throughput(peer, network):.0f} created/s")
        print(f"  memory     {_pss(peer.pids):.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--present", default="10,1000,5000")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    peers = {"genkan": genkan, "moto": moto}
    if shutil.which("ministack"):
        peers["ministack"] = ministack
    for name, serve in peers.items():
        if not given.only or name in given.only.split(","):
            measure(name, serve, [int(number) for number in given.present.split(",")])


if __name__ == "__main__":
    main()
