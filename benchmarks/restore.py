"""How long a site of many VPCs takes to be ready again, and what it holds in memory.

python benchmarks/restore.py [--vpcs 1000] [--endpoints 10000] [--home DIRECTORY]

Makes that many VPCs and interface endpoints in a home, by the API with several clients and without
an engine, each with private names; then times `genkan up` on that home with the Linux engine, until
a caller may use it, twice, asks names and endpoints from within one VPC, and times endpoints that
are made beside all the others. Memory is the PSS of all the site's processes when it is ready, with
the seconds of processor that each has used; beside it stands what the kernel holds more than before
(on a machine where others work, theirs too). `--home` keeps the home, and a home that has a network
is used as it is. The stages of the start are what control's log says of them.
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api import REGION, Client, Peer

SERVICES = (
    *("monitoring", "logs", "sqs", "sns", "kms", "sts", "secretsmanager", "ssm", "events"),
    *("lambda", "ecs", "ecr.api", "ecr.dkr", "kinesis-streams", "elasticloadbalancing"),
)
WITNESS = "witness"
KERNELS = ("Slab", "Percpu", "KernelStack", "PageTables")  # of /proc/meminfo
CLIENTS = 8
ENDPOINTS_MORE = 30
PATIENCE = 900
GENKAN = [sys.executable, "-m", "genkan.cli"]


class Site:
    """A site by its commands."""

    def __init__(self, home: Path) -> None:
        self._environment = {**os.environ, "GENKAN_HOME": str(home)}
        self.home = home

    def genkan(self, *arguments: str) -> str:
        done = subprocess.run(
            [*GENKAN, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise RuntimeError(f"genkan {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def peer(self) -> Peer:
        settings = json.loads(self.genkan("env", "-o", "json"))
        return Peer(
            int(settings["AWS_ENDPOINT_URL"].rpartition(":")[2]),
            (),
            settings["AWS_ACCESS_KEY_ID"],
            settings["AWS_SECRET_ACCESS_KEY"],
        )

    def pids(self) -> dict[str, int]:
        shown = json.loads(self.genkan("status", "-o", "json"))["processes"]
        return {process["name"]: process["pid"] for process in shown}


def fill(peer: Peer, vpcs: int, endpoints: int) -> None:
    """Make VPCs, a subnet and their share of the endpoints each; the last has an instance."""
    shares = [endpoints // vpcs + (number < endpoints % vpcs) for number in range(vpcs)]
    if max(shares) > len(SERVICES):
        raise SystemExit(f"At most {len(SERVICES)} endpoints a VPC: each stands for a service.")

    def some(first: int) -> None:
        client = Client(peer)
        for share in shares[first::CLIENTS]:
            _fill_one(client, share)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(some, range(CLIENTS)))
    _run_witness(Client(peer))


def _fill_one(client: Client, endpoints: int) -> None:
    vpc = _first("vpcId", client.call("CreateVpc", CidrBlock="10.0.0.0/16"))
    client.call("ModifyVpcAttribute", VpcId=vpc, **{"EnableDnsHostnames.Value": "true"})
    made = client.call("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/20")
    for service in SERVICES[:endpoints]:
        client.call(
            "CreateVpcEndpoint",
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            VpcEndpointType="Interface",
            PrivateDnsEnabled="true",
            **{"SubnetId.1": _first("subnetId", made)},
        )


def _run_witness(client: Client) -> None:
    """Run an instance in one of the VPCs: it asks, when all is up, whether it is so."""
    client.call(
        "RunInstances",
        **{
            "ImageId": "ami-genkan",
            "MinCount": 1,
            "MaxCount": 1,
            "SubnetId": _first("subnetId", client.call("DescribeSubnets", MaxResults=5)),
            "TagSpecification.1.ResourceType": "instance",
            "TagSpecification.1.Tag.1.Key": "Name",
            "TagSpecification.1.Tag.1.Value": WITNESS,
        },
    )


def _first(name: str, text: str) -> str:
    found = re.search(f"<{name}>([^<]+)</{name}>", text)
    assert found is not None, text
    return found[1]


def restore(site: Site) -> None:
    """Bring a site up, and print what that took."""
    before = _of_the_kernel()
    start = time.perf_counter()
    site.genkan("up")
    print(f"up until ready     {time.perf_counter() - start:6.1f} s", flush=True)
    try:
        _ask(site)
        _print_stages(site)
        _print_memory(site, before)
        _print_endpoints(Client(site.peer()))
    finally:
        site.genkan("down")


def _ask(site: Site) -> None:
    """Ask a name and its endpoint from within a VPC: both have to answer at once."""
    for service in SERVICES[:2]:
        url = f"https://{service}.{REGION}.amazonaws.com/"
        asked = ["curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code} %{remote_ip}", url]
        code, address = site.genkan("exec", WITNESS, "--", *asked).split()
        if code == "000" or not address.startswith("10."):
            raise RuntimeError(f"{url} is answered {code} by {address}")


def _print_stages(site: Site) -> None:
    log = (site.home / "log" / "control.log").read_text().splitlines()
    starts = [number for number, line in enumerate(log) if line.endswith("reading the store")]
    for line in log[starts[-1] :]:
        print(f"  {line}")


def _print_memory(site: Site, before: float) -> None:
    total = 0.0
    for name, pid in site.pids().items():
        pss = _pss(pid)
        total += pss
        print(f"  {name:<16} {pss:7.1f} MB   {_processor(pid):5.1f} s of processor")
    print(f"processes, PSS     {total:.0f} MB")
    kernel = _of_the_kernel() - before
    print(f"the kernel beside  {kernel:.0f} MB, {total + kernel:.0f} MB altogether", flush=True)


def _pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(map(int, re.findall(r"^Pss: +(\d+)", text, re.MULTILINE))) / 1024


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print_endpoints(client: Client) -> None:
    """Time endpoints from the call to the first answer that says that they are available."""
    subnet = _first("subnetId", client.call("DescribeSubnets", MaxResults=5))
    vpc = _first("vpcId", client.call("DescribeSubnets", **{"SubnetId.1": subnet}))
    taken = []
    for _ in range(ENDPOINTS_MORE):
        start = time.perf_counter()
        made = client.call(
            "CreateVpcEndpoint",
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{REGION}.ec2",
            VpcEndpointType="Interface",
            PrivateDnsEnabled="false",
            **{"SubnetId.1": subnet},
        )
        name = {"VpcEndpointId.1": _first("vpcEndpointId", made)}
        while _first("state", client.call("DescribeVpcEndpoints", **name)) != "available":
            pass
        taken.append((time.perf_counter() - start) * 1000)
        client.call("DeleteVpcEndpoints", **name)
    taken.sort()
    print(f"one endpoint more  p50 {taken[len(taken) // 2]:.1f} ms   slowest {taken[-1]:.1f} ms")


def _of_the_kernel() -> float:
    """Give the MB that the kernel holds for itself: objects, what each processor has, tables."""
    told = dict(re.findall(r"^(\w+): +(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE))
    return sum(int(told[name]) for name in KERNELS) / 1024


def make(site: Site, vpcs: int, endpoints: int) -> None:
    """Make the network, unless the home has one."""
    if (site.home / "network.db").is_file():
        return
    start = time.perf_counter()
    site.genkan("up", "--engine", "none")
    try:
        fill(site.peer(), vpcs, endpoints)
    finally:
        site.genkan("down")
    print(f"made {vpcs} VPCs, {endpoints} endpoints in {time.perf_counter() - start:.0f} s")


@contextlib.contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    if kept:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="genkan-restore-") as made:
        yield Path(made)


def main() -> None:
    """Make a network, and time how it comes back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vpcs", type=int, default=1000)
    parser.add_argument("--endpoints", type=int, default=10_000)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with _home(given.home) as home:
        site = Site(home)
        make(site, given.vpcs, given.endpoints)
        for _ in range(2):
            restore(site)


if __name__ == "__main__":
    main()
