"""An endpoint service between VPCs of the same addresses, by rules alone and by the accelerator,
beside plain routed veth and HAProxy.

python benchmarks/private_link.py [--pairs 5] [--seconds 1] [--endpoints 200]

All are network namespaces of one machine. Plain: a client's, a router's, a server's, forwarding and
nothing else, as the kernel makes them; joining: the same, with devices that take packets as large
as Genkan's do. HAProxy: a fourth one beside the plain router, in TCP mode. The endpoint: client,
consumer's VPC, node of the load balancer, provider's VPC, target; groups at all of them.
Accelerated: the same, where the kernel lets tc/BPF hand its flows on. They are measured in turn, in
one run; the median of the pairs' ratios counts. An endpoint's first byte is timed from the change
of the model, compiled and made so by the engine, until the target's first byte has come back; API
and store are not in it.
"""

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from genkan.engine.linux.channel import Channel  # noqa: E402
from genkan.engine.linux.namespace import DIRECTORY, entered, make, path_of  # noqa: E402
from genkan.engine.linux.nfnetlink import attribute  # noqa: E402
from genkan.engine.linux.objects import AGGREGATE  # noqa: E402
from genkan.engine.linux.rtnetlink import (  # noqa: E402
    IFLA_GSO_IPV4_MAX_SIZE,
    LINK,
    NEW_LINK,
    NUMBER,
    Request,
)
from genkan.engine.linux.shortcut import THRESHOLD, Accelerator  # noqa: E402
from genkan.model.network import put  # noqa: E402
from genkan.model.resource import Resource  # noqa: E402
from tests.engine.service_world import ENDPOINT, consumer, everything  # noqa: E402
from tests.engine.world import World  # noqa: E402

PORT, LISTENER = 8080, 443
BLOCK = 1 << 20
PATIENCE = 30
NAMESPACES = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
SELF = str(Path(__file__).resolve())
SINK, ECHO, ONCE = b"s", b"e", b"o"
MANY, CLIENTS = 64, 4
HAPROXY = """
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen all
  bind 10.3.0.2:{port}
  server one 10.2.0.2:{port}
"""

Where = tuple[str, str, int]  # the client's place, and whom it asks


def serve() -> None:
    """Be a target: swallow, echo, or answer once and hang up, as a connection's first byte says."""
    with socket.create_server(("0.0.0.0", PORT), backlog=4096) as listener:
        print("listening", flush=True)
        while True:
            connection = listener.accept()[0]
            what = connection.recv(1)
            if what == ONCE:  # no thread and no memory for each: those would be measured
                connection.sendall(b"k")
                connection.close()
            else:
                threading.Thread(target=_one, args=(connection, what), daemon=True).start()


def _one(connection: socket.socket, what: bytes) -> None:
    with connection, contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = bytearray(BLOCK)
        while got := connection.recv_into(buffer):
            if what == ECHO:
                connection.sendall(buffer[:got])
        if what == SINK:
            connection.sendall(b"k")  # all has come


def stream(address: str, port: int, seconds: float, streams: int) -> float:
    """Send for a while over some connections; give Gbit/s until the last byte was read."""
    sent, took, _ = _sent(address, port, seconds, streams)
    return sent * 8 / took / 1e9


def effort(address: str, port: int, seconds: float, streams: int) -> float:
    """Do the same; give the sender's milliseconds of a processor a GB.

    They hold the whole way to the receiver's queue, and are the same when others work too.
    """
    sent, _, spent = _sent(address, port, seconds, streams)
    return 1e3 * spent / (sent / 1e9)


def _sent(address: str, port: int, seconds: float, streams: int) -> tuple[int, float, float]:
    """Send for a while; give bytes, seconds until the last was read, and seconds of a processor."""
    sent, spent = [0] * streams, [0.0] * streams
    begun = time.perf_counter()

    def send(number: int) -> None:
        with socket.create_connection((address, port), PATIENCE) as connection:
            connection.sendall(SINK)
            block = bytes(BLOCK if streams == 1 else BLOCK >> 3)
            before = time.thread_time()
            while time.perf_counter() < begun + seconds:
                connection.sendall(block)
                sent[number] += len(block)
            spent[number] = time.thread_time() - before
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)

    _together(send, streams)
    return sum(sent), time.perf_counter() - begun, sum(spent)


def connections(address: str, port: int, seconds: float) -> float:
    """Connect, ask for a byte, get it and be hung up on; give how many a second."""
    return sum(count for count, _ in _connected(address, port, seconds)) / seconds


def connection_effort(address: str, port: int, seconds: float) -> float:
    """Do the same; give the clients' microseconds of a processor a connection."""
    found = _connected(address, port, seconds)
    return 1e6 * sum(spent for _, spent in found) / sum(count for count, _ in found)


def _connected(address: str, port: int, seconds: float) -> list[tuple[int, float]]:
    """Connect for a while from a few processes; give how often, and seconds of a processor, each.

    The target hangs up, so its port is what has to wait (TIME_WAIT). If the client's had, half of
    them would be taken after 14,116 connections to one listener, and the kernel would look through
    them at each further one, which takes it milliseconds.
    """
    with ProcessPoolExecutor(CLIENTS) as pool:
        return [
            one.result()
            for one in [pool.submit(_connect, address, port, seconds) for _ in range(CLIENTS)]
        ]


def _connect(address: str, port: int, seconds: float) -> tuple[int, float]:
    done, end, before = 0, time.perf_counter() + seconds, time.thread_time()
    while time.perf_counter() < end:
        with socket.create_connection((address, port), PATIENCE) as connection:
            connection.sendall(ONCE)
            while connection.recv(1):
                pass
        done += 1
    return done, time.thread_time() - before


def round_trip(address: str, port: int, seconds: float) -> float:
    """Give the median of round trips, in microseconds."""
    found = []
    with socket.create_connection((address, port), PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(ECHO)
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            connection.sendall(b"x")
            connection.recv(1)
            found.append(time.perf_counter() - begun)
    return statistics.median(found) * 1e6


def _together(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


MEASURES: dict[str, Callable[[str, int, float], float]] = {
    "one stream, Gbit/s": lambda *where: stream(*where, 1),
    "one stream, ms/GB": lambda *where: effort(*where, 1),
    f"{MANY} streams, Gbit/s": lambda *where: stream(*where, MANY),
    f"{MANY} streams, ms/GB": lambda *where: effort(*where, MANY),
    "new connections/s": connections,
    "new connection, us": connection_effort,
    "round trip, us": round_trip,
}


def measured(name: str, where: Where, seconds: float) -> float:
    """Measure from a client's place, in a process of its own."""
    place, address, port = where
    given = [name, address, str(port), str(seconds)]
    done = subprocess.run(
        [*inside(place), sys.executable, SELF, "--measure", *given],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return float(done.stdout)


def inside(place: str) -> list[str]:
    return ["nsenter", f"--net={path_of(place)}"]


def start(place: str, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*inside(place), *command], stdout=subprocess.PIPE, text=True)


def start_server(place: str) -> subprocess.Popen[str]:
    started = start(place, sys.executable, SELF, "--serve")
    assert started.stdout is not None
    assert started.stdout.readline().strip() == "listening"
    return started


def plain(side: str = "") -> Where:
    """Make the plain namespaces: a router with three sides."""
    router, *ends = (f"{name}{side}" for name in ("router", "client", "server", "proxy"))
    for name in (router, *ends):
        make(name)
    ip = [*inside(router), "ip"]
    _run([*inside(router), "sysctl", "-qw", "net.ipv4.ip_forward=1"])
    for number, name in enumerate(ends, 1):
        _run([*ip, *f"link add d{number} mtu 9001 type veth peer name eth0 mtu 9001".split()])
        holder = subprocess.Popen([*inside(name), "sleep", "60"])
        while os.readlink(f"/proc/{holder.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        _run([*ip, *f"link set eth0 netns {holder.pid}".split()])
        holder.kill()
        holder.wait()
        _run([*ip, *f"addr add 10.{number}.0.1/24 dev d{number}".split()])
        _run([*ip, *f"link set d{number} up".split()])
        there = [*inside(name), "ip"]
        _run([*there, *f"addr add 10.{number}.0.2/24 dev eth0".split()])
        _run([*there, *["link", "set", "eth0", "up"]])
        _run([*there, *f"route add default via 10.{number}.0.1".split()])
    return ends[0], "10.2.0.2", PORT


def joining() -> Where:
    """Make plain namespaces whose devices take packets as large as Genkan's do."""
    side = "-joining"
    told = attribute(IFLA_GSO_IPV4_MAX_SIZE, NUMBER.pack(AGGREGATE))
    where = plain(side)
    for name in ("router", "client", "server"):
        with entered(f"{name}{side}"):
            devices = socket.if_nameindex()
        bodies = (LINK.pack(0, 0, index, 0, 0) + told for index, name in devices if name != "lo")
        asked = [Request(NEW_LINK, 0, body) for body in bodies]
        if any(Channel(f"{name}{side}").ask(asked)):
            raise SystemExit("the kernel joins no larger packets")
    return where


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, timeout=PATIENCE)


def first_bytes(world: World, endpoints: int, asked: int = 20) -> list[float]:
    """Make endpoints in a consumer's VPC until there are so many, then time some more."""
    there = {one.id: one for one in consumer("c")}

    def another(number: int) -> tuple[str, list[Resource]]:
        address = IPv4Address(f"10.0.{1 + number // 200}.{20 + number % 200}")
        name = f"eni-c-v{number}"
        worn = replace(there["eni-c-vpce"], id=name, private_addresses=(address,))
        made = replace(there["vpce-c"], id=f"vpce-v{number}", network_interface_ids=(name,))
        return str(address), [worn, made]

    before = [one for number in range(endpoints) for one in another(number)[1]]
    world.change(put(*before))
    found = []
    for number in range(endpoints, endpoints + asked):
        address, made = another(number)
        begun = time.perf_counter()
        world.change(put(*made))
        with entered("i-c-client"):
            opened = socket.create_connection((address, LISTENER), PATIENCE)
        with opened:
            opened.sendall(ECHO + b"x")
            opened.recv(1)
        found.append(1e3 * (time.perf_counter() - begun))
    return found


def compare(pairs: int, seconds: float, endpoints: int) -> None:
    _run(["mount", "-t", "tmpfs", "tmpfs", "/run"])
    DIRECTORY.mkdir(parents=True)
    world = World(everything(), THRESHOLD)
    by_endpoint = ("i-c-client", ENDPOINT, LISTENER)
    ways: dict[str, Where] = {"plain": plain(), "joining": joining(), "endpoint": by_endpoint}
    if world.engine.accelerator is not None:
        ways["accelerated"] = by_endpoint
    running = [start_server(name) for name in ("server", "server-joining", "i-p-one")]
    if shutil.which("haproxy"):
        settings = Path(tempfile.mkdtemp(dir="/run")) / "haproxy.cfg"
        settings.write_text(HAPROXY.format(port=PORT))
        running.append(start("proxy", "haproxy", "-db", "-f", str(settings)))
        ways["haproxy"] = ("client", "10.3.0.2", PORT)
        time.sleep(0.5)
    else:
        print("haproxy is not here (apt-get install haproxy): measured without it")
    try:
        for name in MEASURES:
            _compare(name, ways, pairs, seconds, world.engine.accelerator)
        times = sorted(first_bytes(world, endpoints))
        print(
            f"{'first byte, ms':20} with {endpoints} endpoints there: "
            f"median {statistics.median(times):.1f}, slowest of {len(times)} {times[-1]:.1f}"
        )
    finally:
        world.engine.close()
        for one in running:
            one.kill()
            one.wait()


def _compare(
    name: str,
    ways: dict[str, Where],
    pairs: int,
    seconds: float,
    accelerator: Accelerator | None,
) -> None:
    rows = []
    for number in range(pairs):
        order = list(ways.items())
        if number % 2:
            order.reverse()
        row = {}
        for way, where in order:
            if accelerator is not None:
                accelerator.pause(way != "accelerated")
            row[way] = measured(name, where, seconds)
        rows.append(row)
    middle = {way: statistics.median(row[way] for row in rows) for way in ways}
    shown = "  ".join(f"{way} {value:.4g}" for way, value in middle.items())
    print(f"{name:20} {shown}", end="")
    for way in ways:
        if way != "plain":
            ratios = sorted(row[way] / row["plain"] for row in rows)
            print(f"  {way}/plain {statistics.median(ratios):.2f}", end="")
            print(f" ({ratios[0]:.2f}-{ratios[-1]:.2f})", end="")
    print(flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--endpoints", type=int, default=200)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
    elif given.measure:
        name, address, port, seconds = given.measure
        print(MEASURES[name](address, int(port), float(seconds)))
    elif given.inside:
        compare(given.pairs, given.seconds, given.endpoints)
    else:
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        os.execvp(
            "unshare",
            ["unshare", *user, *NAMESPACES, sys.executable, SELF, "--inside", *sys.argv[1:]],
        )


if __name__ == "__main__":
    main()
