"""How long a site takes to be ready, what it holds in memory, and what an endpoint costs.

python benchmarks/site.py [--endpoints 1000]

Starts a site of its own in a temporary home and ends it. `up` is timed by the wall, five times;
memory is the PSS of all processes of the idle site; an endpoint is timed from the call of
CreateVpcEndpoint to the first DescribeVpcEndpoints that says `available`, which is after its path
is in the kernel and its names answer. Beside it, in the same run, a DescribeVpcs call: the cost of
any call at all.
"""

import argparse
import contextlib
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
from botocore.config import Config

GENKAN = [sys.executable, "-m", "genkan.cli"]
SAMPLES = 50
PER_VPC = 50  # AWS's quota of interface endpoints in a VPC
REGION = "ap-northeast-1"


def genkan(home: Path, *arguments: str) -> str:
    environment = {**os.environ, "GENKAN_HOME": str(home)}
    return subprocess.run(
        [*GENKAN, *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


@contextlib.contextmanager
def site() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="genkan-bench-") as home:
        genkan(Path(home), "up")
        try:
            yield Path(home)
        finally:
            genkan(Path(home), "down", "--wipe")


def time_up() -> None:
    taken = []
    for _ in range(5):
        with tempfile.TemporaryDirectory(prefix="genkan-bench-") as home:
            start = time.perf_counter()
            genkan(Path(home), "up")
            taken.append(time.perf_counter() - start)
            genkan(Path(home), "down", "--wipe")
    print(f"up to ready        median {statistics.median(taken):.2f} s   worst {max(taken):.2f} s")


def print_memory(home: Path) -> None:
    total = 0.0
    for process in json.loads(genkan(home, "status", "-o", "json"))["processes"]:
        pss = _pss(process["pid"])
        total += pss
        print(f"  {process['name']:<16} {pss:6.1f} MB")
    print(f"idle site, PSS     {total:.0f} MB")


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Bench:
    """A client of the site, VPCs with room for endpoints, and the stop-watch."""

    def __init__(self, home: Path) -> None:
        settings = dict(
            shlex.split(line)[1].split("=", 1)
            for line in genkan(home, "env").splitlines()
            if line.startswith("export ")
        )
        self.ec2 = boto3.client(
            "ec2",
            region_name=REGION,
            endpoint_url=settings["AWS_ENDPOINT_URL"],
            aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}, read_timeout=60),
        )
        self.made = 0
        self._subnet = ("", "")

    def subnet(self) -> tuple[str, str]:
        """Give a VPC and a subnet with room for one more endpoint."""
        if self.made % PER_VPC == 0:
            vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20")["Subnet"][
                "SubnetId"
            ]
            self._subnet = vpc, subnet
        self.made += 1
        return self._subnet

    def endpoint(self) -> float:
        """Make an endpoint, wait until it is available, give the milliseconds."""
        vpc, subnet = self.subnet()
        start = time.perf_counter()
        made = self.ec2.create_vpc_endpoint(
            VpcId=vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{REGION}.monitoring",
            SubnetIds=[subnet],
            PrivateDnsEnabled=False,
        )["VpcEndpoint"]["VpcEndpointId"]
        while True:
            answer = self.ec2.describe_vpc_endpoints(VpcEndpointIds=[made])
            if answer["VpcEndpoints"][0]["State"] == "available":
                return (time.perf_counter() - start) * 1000

    def any_call(self) -> float:
        start = time.perf_counter()
        self.ec2.describe_vpcs(MaxResults=5)
        return (time.perf_counter() - start) * 1000


def print_endpoints(home: Path, most: int) -> None:
    bench = Bench(home)
    bench.endpoint()
    calls = sorted(bench.any_call() for _ in range(SAMPLES))
    print(f"any call           p50 {calls[SAMPLES // 2]:.1f} ms")
    for present in [n for n in (1, 100, 1000) if n <= most]:
        while bench.made < present:
            bench.endpoint()
        taken = sorted(bench.endpoint() for _ in range(SAMPLES))
        print(
            f"endpoint at {present:>5}  p50 {taken[SAMPLES // 2]:.1f} ms   "
            f"p99 {taken[int(SAMPLES * 0.99)]:.1f} ms   worst {taken[-1]:.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoints", type=int, default=1000)
    most = parser.parse_args().endpoints
    time_up()
    with site() as home:
        print_memory(home)
        print_endpoints(home, most)


if __name__ == "__main__":
    main()
