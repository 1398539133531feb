"""How many questions a second the name server answers, beside Unbound in the same run, and what a
VPC costs it.

    python benchmarks/names.py [--vpcs 1,100,1000] [--rounds 5] [--seconds 3] [--limit PACKETS]

Both are one process with one thread on loopback, with the same public records in memory; Genkan
has also so many VPCs, each with a resolver's address, private zones and instance names. Two
dnsperf, each with 200 questions outstanding, ask for public names that exist: two of the VPCs,
others each round (one, where there is but one), then Unbound. A round is one turn each; the ratio
is taken within the round, so that what else the machine does meanwhile counts for both. Printed are
the medians of questions a second and, which says more where others use the machine too, of
questions a second that the server was on a processor, and the memory that a VPC takes before and
after it was asked for each of its names. With `--limit`, packets of an interface are counted as AWS
does and dropped above so many a second. Needs the Debian packages unbound and dnsperf.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from multiprocessing.connection import Connection
from pathlib import Path

import dns.message

from genkan.dns import NameServer, PacketLimit
from genkan.program import Because, Delta, Entry
from genkan.program.names import PUBLIC_ZONE, RecordSet, Resolver, Zone, ZoneAttachment

THEIRS = "127.0.0.54"
PORT = 5301
AT_ONCE = 2  # dnsperf
DNSPERF = ("dnsperf", "-q", "200", "-c", "2", "-T", "1")
NAMES = 1000  # asked
RECORD_SETS = 10_000  # held
ZONES = 20  # private ones of a VPC, of endpoints, each with a name
INSTANCES = 10  # of a VPC, each with two names
REGION = "ap-northeast-1"
BECAUSE = Because("fixed", "benchmark")
UNBOUND = """server:
  interface: {address}@{port}
  access-control: 127.0.0.0/8 allow
  num-threads: 1
  so-reuseport: no
  so-rcvbuf: 1m
  do-daemonize: no
  use-syslog: no
  verbosity: 0
  module-config: "iterator"
  username: ""
  chroot: ""
  directory: "{home}"
  pidfile: "{home}/unbound.pid"
  local-zone: "test." static
{records}
remote-control:
  control-enable: no
"""


def name(number: int) -> str:
    return f"service-{number}.region-{number % 34}.test"


def address(number: int) -> str:
    return str(IPv4Address("198.18.0.0") + number)


def records() -> Iterator[Entry]:
    for number in range(RECORD_SETS):
        yield RecordSet(
            because=BECAUSE,
            zone=PUBLIC_ZONE,
            name=name(number),
            type="A",
            ttl=60,
            values=(address(number),),
        )


def vpc_address(number: int) -> str:
    """Give the loopback address at which a VPC's resolver answers."""
    return str(IPv4Address("127.1.0.0") + number)


def vpc_names(number: int) -> list[str]:
    """Give the names that a VPC has for itself."""
    zones = [f"service-{one}.{REGION}.amazonaws.com" for one in range(ZONES)]
    hosts = [f"ip-10-{number % 250}-0-{one}" for one in range(INSTANCES)]
    hosts += [f"i-{number:08x}{one:09x}" for one in range(INSTANCES)]
    return [*zones, *(f"{host}.{REGION}.compute.internal" for host in hosts)]


def vpc_entries(number: int) -> Iterator[Entry]:
    """Give a VPC's resolver, its zones and their records."""
    vpc, names = f"vpc-{number:017x}", vpc_names(number)
    origins = [*names[:ZONES], f"{REGION}.compute.internal"]
    for origin in origins:
        zone = f"{vpc}/{origin}"
        yield Zone(because=BECAUSE, id=zone, origin=origin)
        yield ZoneAttachment(because=BECAUSE, view=vpc, zone=zone)
    for name in names:
        zone = f"{vpc}/{name if name in origins else origins[-1]}"
        yield RecordSet(
            because=BECAUSE, zone=zone, name=name, type="A", ttl=60, values=(address(number),)
        )
    yield Resolver(
        because=BECAUSE,
        place=vpc,
        addresses=(IPv4Address(vpc_address(number)),),
        view=vpc,
        region=REGION,
    )


def serve(ready: Connection, vpcs: int, limit: int) -> None:
    """Run the name server until the parent hangs up; tell what things cost when they are there."""

    async def until_hung_up() -> None:
        loop = asyncio.get_running_loop()
        packet_limit = PacketLimit(limit) if limit else None
        server = NameServer(lambda _, family, kind: socket.socket(family, kind), PORT, packet_limit)
        server.start(loop)
        server.apply(Delta(put=tuple(records())))
        before, start = memory(), time.perf_counter()
        for number in range(vpcs):
            server.apply(Delta(put=tuple(vpc_entries(number))))
        ready.send((time.perf_counter() - start, memory() - before))
        ended = asyncio.Event()
        loop.add_reader(ready.fileno(), lambda: told() or ended.set())

        def told() -> bool:
            if ready.recv() == "end":
                return False
            ready.send(memory() - before)
            return True

        await ended.wait()
        server.close()

    allow_sockets()
    asyncio.run(until_hung_up())


def allow_sockets() -> None:
    """Take as many descriptors as the process may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def memory() -> float:
    """Give what the process has in memory now, in KB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


@contextlib.contextmanager
def our_server(vpcs: int, limit: int) -> Iterator[tuple[float, float, Connection, int]]:
    mine, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(theirs, vpcs, limit))
    process.start()
    try:
        if not mine.poll(60):
            sys.exit("The name server did not start within 60 s.")
        taken, more = mine.recv()
        yield taken, more, mine, process.pid or 0
    finally:
        mine.send("end")
        process.join(10)


def ask_all(vpcs: int) -> None:
    """Ask each VPC for each of its names."""
    for number in range(vpcs):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.connect((vpc_address(number), PORT))
            for one in vpc_names(number):
                sock.send(dns.message.make_query(one, "A").to_wire())
                if sock.recv(4096)[3] & 0x0F:
                    sys.exit(f"{one} has no answer in VPC {number}.")


@contextlib.contextmanager
def unbound() -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="genkan-bench-") as home:
        lines = (f'  local-data: "{name(n)}. 60 IN A {address(n)}"' for n in range(RECORD_SETS))
        config = Path(home, "unbound.conf")
        config.write_text(
            UNBOUND.format(address=THEIRS, port=PORT, home=home, records="\n".join(lines))
        )
        process = subprocess.Popen(["unbound", "-d", "-c", config])
        try:
            wait_for(THEIRS)
            yield process.pid
        finally:
            process.terminate()
            process.wait(10)


def wait_for(server: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((server, PORT), 1):
            return
        time.sleep(0.1)
    sys.exit(f"Nothing answers at {server} port {PORT} after 30 s.")


def processor_time(pid: int) -> float:
    """Give the seconds that a process was on a processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rates(servers: Sequence[str], pid: int, questions: Path, seconds: int) -> tuple[float, float]:
    """Give the questions that servers of one process, one a dnsperf, answer a second together: of
    time, and of the process's. An answer that is not NOERROR ends the benchmark."""
    before = processor_time(pid)
    asking = [
        subprocess.Popen(
            [*DNSPERF, "-s", server, "-p", str(PORT), "-d", questions, "-l", str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for server in servers
    ]
    whole, count = 0.0, 0
    for server, process in zip(servers, asking, strict=True):
        asked, _ = process.communicate(timeout=seconds + 30)
        codes = re.findall(r"Response codes:\s+(.*)", asked)
        if codes != [code for code in codes if code.startswith("NOERROR") and "(100.00%)" in code]:
            sys.exit(f"{server} answers otherwise than by NOERROR: {codes}")
        lost = re.search(r"Queries lost:\s+(\d+)", asked)
        if lost and int(lost[1]):
            print(f"  {server} lost {lost[1]}")
        found = re.search(r"Queries per second:\s+([\d.]+)", asked)
        whole += float(found[1]) if found else 0.0
        completed = re.search(r"Queries completed:\s+(\d+)", asked)
        count += int(completed[1]) if completed else 0
    return whole, count / (processor_time(pid) - before)


def measure(vpcs: int, given: argparse.Namespace, questions: Path, their_pid: int) -> None:
    """Measure with so many VPCs, and print it."""
    with our_server(vpcs, given.limit) as (taken, more, process, pid):
        print(f"{vpcs} VPCs applied in {taken * 1000:.0f} ms, {more / vpcs:.0f} KB each", end="")
        ask_all(vpcs)
        process.send("memory")
        print(f", {process.recv() / vpcs:.0f} KB when each was asked for its names")
        rounds = []
        for number in range(given.rounds):
            asked = [(number + one * vpcs // AT_ONCE) % vpcs for one in range(AT_ONCE)]
            ours = rates([vpc_address(one) for one in asked], pid, questions, given.seconds)
            theirs = rates([THEIRS] * AT_ONCE, their_pid, questions, given.seconds)
            rounds.append((ours, theirs))
    for at, what in enumerate(("questions/s", "questions/s of its processor time")):
        pairs = [(ours[at], theirs[at]) for ours, theirs in rounds]
        ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratios = sorted(one / other for one, other in pairs)
        print(
            f"  genkan {ours:9,.0f}   unbound {theirs:9,.0f} {what}, ratio "
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vpcs", default="1,100,1000", help="how many, with commas between")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each turn")
    parser.add_argument("--limit", type=int, default=0, help="packets a second and interface")
    given = parser.parse_args()
    missing = [program for program in ("unbound", "dnsperf") if shutil.which(program) is None]
    if missing:
        sys.exit(f"{' and '.join(missing)} not found: apt-get install {' '.join(missing)}")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file, unbound() as pid:
        file.writelines(f"{name(number)} A\n" for number in range(NAMES))
        file.flush()
        for vpcs in map(int, given.vpcs.split(",")):
            measure(vpcs, given, Path(file.name), pid)


if __name__ == "__main__":
    main()
