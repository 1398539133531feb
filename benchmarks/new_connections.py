"""What a new connection costs, part by part: through routers that only forward, that track
connections, that translate, and through Genkan's.

python benchmarks/new_connections.py [--rounds 30] [--connections 150] [--realtime]

Each way is a client's network namespace, routers', a server's. One connection after the other is
made, sends a byte, gets one and is hung up on. What counts is the processor time of client and
server together, which do all of their packets' way in the kernel too: they share one processor.
Ways take turns with the plain one, a router that forwards and nothing else, and the median of the
rounds' ratios is printed. `--realtime`: others do not interrupt them (SCHED_FIFO, as root).
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))

from private_link import LISTENER, NAMESPACES, PATIENCE, PORT, inside, start  # noqa: E402

from genkan.engine.linux.namespace import DIRECTORY, entered, make  # noqa: E402
from tests.engine.service_world import ENDPOINT, everything  # noqa: E402
from tests.engine.world import World  # noqa: E402

SELF = str(Path(__file__).resolve())
TRACKING = """table inet tracking {
 chain forward {
  type filter hook forward priority 0; ct state established,related accept; accept;
 }
}"""
TRANSLATING = """table ip translating {{
 chain in {{
  type nat hook prerouting priority -100;
  ip daddr 10.1.0.2 tcp dport {asked} dnat to {server}:{port};
 }}
 chain out {{ type nat hook postrouting priority 100; ip daddr {server} snat to 10.2.0.1; }}
}}"""

Way = tuple[str, str, str, int]  # the client's place, the server's, and whom the client asks


def serve() -> None:
    """Answer a byte to each connection, and hang up."""
    with socket.create_server(("0.0.0.0", PORT), backlog=1024) as listener:
        print("listening", flush=True)
        while True:
            with listener.accept()[0] as connection:
                if connection.recv(1):
                    connection.send(b"k")


def ask(address: str, port: int, count: int) -> None:
    """Connect so often; print the nanoseconds of a processor."""
    before = time.process_time_ns()
    for _ in range(count):
        with socket.socket() as connection:  # whoever runs this has the patience
            connection.connect((address, port))
            connection.send(b"o")
            while connection.recv(2):
                pass
    print(time.process_time_ns() - before)


def chained(name: str, routers: int, rules: dict[int, str]) -> Way:
    """Make a client, routers in a row with these rules, and a server."""
    places = [f"{name}-{at}" for at in range(routers + 2)]
    for place in places:
        make(place)
    for at, (near, far) in enumerate(pairwise(places)):
        _joined(at, near, far)
    for here, place in enumerate(places):
        _run(place, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        for net in range(len(places) - 1):
            if net > here:
                _run(place, "ip", "route", "add", f"10.{net}.0.0/24", "via", f"10.{here}.0.2")
            if net < here - 1:
                _run(place, "ip", "route", "add", f"10.{net}.0.0/24", "via", f"10.{here - 1}.0.1")
    for router, text in rules.items():
        _run(places[router], "nft", "-f", "-", told=text)
    return places[0], places[-1], f"10.{routers}.0.2", PORT


def translated(name: str, routers: int) -> Way:
    """Make a chain of routers that track, of which the second translates both ends, as a load
    balancer's node does."""
    near, far, server, _ = chained(name, routers, dict.fromkeys(range(1, routers + 1), TRACKING))
    text = TRANSLATING.format(asked=LISTENER, server=server, port=PORT)
    _run(f"{name}-2", "nft", "-f", "-", told=text)
    return near, far, "10.1.0.2", LISTENER


def _joined(at: int, near: str, far: str) -> None:
    """Put a veth pair between two places."""
    kind = f"d{at} mtu 9001 type veth peer name u{at} mtu 9001"
    _run(near, "ip", "link", "add", *kind.split())
    with entered(far):
        holder = subprocess.Popen(["sleep", str(PATIENCE)])
    _run(near, "ip", "link", "set", f"u{at}", "netns", str(holder.pid))
    holder.kill()
    holder.wait()
    for place, device, last in ((near, f"d{at}", 1), (far, f"u{at}", 2)):
        _run(place, "ip", "address", "add", f"10.{at}.0.{last}/24", "dev", device)
        _run(place, "ip", "link", "set", device, "up")


def _run(place: str, *command: str, told: str | None = None) -> None:
    subprocess.run([*inside(place), *command], input=told, text=True, check=True, timeout=PATIENCE)


def ways() -> dict[str, Way]:
    tracked = dict.fromkeys((1, 2, 3), TRACKING)
    return {
        "1 router": chained("a", 1, {}),
        "1 router that tracks": chained("b", 1, {1: TRACKING}),
        "3 routers": chained("c", 3, {}),
        "3 routers that track": chained("d", 3, tracked),
        "the same, the second translates": translated("e", 3),
        "2 routers that track and translate": translated("f", 2),
        "instance to instance": ("i-c-client", "i-c-stranger", "10.0.1.40", PORT),
        "through an endpoint": ("i-c-client", "i-p-one", ENDPOINT, LISTENER),
    }


def compare(rounds: int, connections: int, realtime: bool) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True, timeout=PATIENCE)
    DIRECTORY.mkdir(parents=True)
    world = World(everything())
    prefix = ["taskset", "-c", str(max(os.sched_getaffinity(0)))]
    prefix += ["chrt", "-f", "1"] if realtime else []
    found = ways()
    command = [*prefix, sys.executable, SELF, "--serve"]
    servers = {way[1]: start(way[1], *command) for way in found.values()}
    try:
        for server in servers.values():
            assert server.stdout is not None
            assert server.stdout.readline().strip() == "listening"

        def once(way: Way) -> float:
            return _once(way, servers[way[1]].pid, prefix, connections)

        for name, way in found.items():
            pairs = [(once(way), once(found["1 router"])) for _ in range(rounds)]
            _show(name, pairs)
    finally:
        world.engine.close()
        for server in servers.values():
            server.kill()
            server.wait()


def _once(way: Way, server: int, prefix: list[str], count: int) -> float:
    """Give the microseconds of a processor that a connection took."""
    before = _spent(server)
    asked = ["--ask", way[2], str(way[3]), str(count)]
    done = subprocess.run(
        [*inside(way[0]), *prefix, sys.executable, SELF, *asked],
        capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    return (int(done.stdout) + _spent(server) - before) / count / 1e3


def _spent(process: int) -> int:
    """Give a process's nanoseconds on a processor. See proc_pid_schedstat(5)."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


def _show(name: str, pairs: list[tuple[float, float]]) -> None:
    ratios = sorted(plain / way for way, plain in pairs)
    quarter = len(ratios) // 4
    print(
        f"{name:34} {statistics.median(way for way, _ in pairs):6.1f} us"
        f"  of plain {statistics.median(ratios):.2f}"
        f" ({ratios[quarter]:.2f}-{ratios[-1 - quarter]:.2f})",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--connections", type=int, default=150)
    parser.add_argument("--realtime", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ask", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
    elif given.ask:
        address, port, count = given.ask
        ask(address, int(port), int(count))
    elif given.inside:
        compare(given.rounds, given.connections, given.realtime)
    else:
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        command = [sys.executable, SELF, "--inside", *sys.argv[1:]]
        os.execvp("unshare", ["unshare", *user, *NAMESPACES, *command])


if __name__ == "__main__":
    main()
