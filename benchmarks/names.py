"""How many questions a second the name server answers, beside Unbound in the same run.

    python benchmarks/names.py [--rounds 5] [--seconds 3]

Both are one process with one thread on loopback, with the same records in memory; dnsperf asks both
in turn, 400 questions outstanding, for names that exist. A round is one turn each; the ratio is
taken within the round, so that what else the machine does meanwhile counts for both. Printed are
the medians. Needs the Debian packages unbound and dnsperf.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from multiprocessing.connection import Connection
from pathlib import Path

from genkan.dns import NameServer
from genkan.program import Because, Delta, Entry
from genkan.program.names import PUBLIC_ZONE, RecordSet, Resolver

OURS, THEIRS = "127.0.0.53", "127.0.0.54"
PORT = 5301
DNSPERF = ("dnsperf", "-q", "400", "-c", "4", "-T", "1")
NAMES = 1000  # asked
RECORD_SETS = 10_000  # held
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


def serve(ready: Connection) -> None:
    """Run the name server until the parent hangs up; tell it what the records cost first."""

    async def until_hung_up() -> None:
        loop = asyncio.get_running_loop()
        server = NameServer(lambda _, family, kind: socket.socket(family, kind), PORT)
        server.start(loop)
        resolver = Resolver(
            because=BECAUSE, place="here", addresses=(IPv4Address(OURS),), view="here"
        )
        entries = tuple(records())
        before, start = peak_memory(), time.perf_counter()
        server.apply(Delta(put=(*entries, resolver)))
        ready.send((time.perf_counter() - start, peak_memory() - before, peak_memory()))
        ended = asyncio.Event()
        loop.add_reader(ready.fileno(), ended.set)
        await ended.wait()
        server.close()

    asyncio.run(until_hung_up())


def peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def our_server() -> Iterator[tuple[float, float, float]]:
    mine, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(theirs,))
    process.start()
    try:
        if not mine.poll(30):
            sys.exit("The name server did not start within 30 s.")
        yield mine.recv()
    finally:
        mine.send("end")
        process.join(10)


@contextlib.contextmanager
def unbound() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="genkan-bench-") as home:
        lines = (f'  local-data: "{name(n)}. 60 IN A {address(n)}"' for n in range(RECORD_SETS))
        config = Path(home, "unbound.conf")
        config.write_text(
            UNBOUND.format(address=THEIRS, port=PORT, home=home, records="\n".join(lines))
        )
        process = subprocess.Popen(["unbound", "-d", "-c", config])
        try:
            wait_for(THEIRS)
            yield
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


def rate(server: str, questions: Path, seconds: int) -> float:
    """Give the questions answered a second. An answer that is not NOERROR ends the benchmark."""
    asked = subprocess.run(
        [*DNSPERF, "-s", server, "-p", str(PORT), "-d", questions, "-l", str(seconds)],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    ).stdout
    codes = re.findall(r"Response codes:\s+(.*)", asked)
    if codes != [code for code in codes if code.startswith("NOERROR") and "(100.00%)" in code]:
        sys.exit(f"{server} answers otherwise than by NOERROR: {codes}")
    lost = re.search(r"Queries lost:\s+(\d+)", asked)
    if lost and int(lost[1]):
        print(f"  {server} lost {lost[1]}")
    found = re.search(r"Queries per second:\s+([\d.]+)", asked)
    return float(found[1]) if found else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each turn")
    given = parser.parse_args()
    missing = [program for program in ("unbound", "dnsperf") if shutil.which(program) is None]
    if missing:
        sys.exit(f"{' and '.join(missing)} not found: apt-get install {' '.join(missing)}")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file, our_server() as cost, unbound():
        taken, more, whole = cost
        print(
            f"{RECORD_SETS} record sets applied in {taken * 1000:.0f} ms, "
            f"{more:.1f} MB, process {whole:.0f} MB"
        )
        file.writelines(f"{name(number)} A\n" for number in range(NAMES))
        file.flush()
        rounds = []
        for number in range(given.rounds):
            ours, theirs = (
                rate(server, Path(file.name), given.seconds) for server in (OURS, THEIRS)
            )
            rounds.append((ours, theirs))
            print(f"round {number + 1}   genkan {ours:9,.0f}/s   unbound {theirs:9,.0f}/s")
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(one / other for one, other in rounds)
    print(f"median    genkan {ours:9,.0f}/s   unbound {theirs:9,.0f}/s   ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
