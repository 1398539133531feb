"""A consumer whose VPC's table of connections is full, and one who storms, beside a quiet one; as
JSON.

The kernel's limit is the machine's and holds for each network by itself: it is filled to the end,
by ctnetlink, with connections that were answered, so that none of them may be pushed out.
"""

import json
import socket
import statistics
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from genkan.engine.linux import nfnetlink
from genkan.engine.linux.namespace import entered
from genkan.engine.linux.nfnetlink import attribute
from genkan.engine.linux.watch import table_of
from genkan.site.tables import crowded
from tests.engine.inside import own_run
from tests.engine.probes import LONG_PATIENCE, PATIENCE, Connection, tcp, tcp_server, udp_server
from tests.engine.service_world import CLIENT, ENDPOINT, everything
from tests.engine.world import World

NEW, DELETE = 0x100, 0x102  # NFNL_SUBSYS_CTNETLINK with IPCTNL_MSG_CT_NEW, _DELETE
NESTED, CREATE = 0x8000, 0x400
ORIGINAL, REPLY, STATUS, TIMEOUT = 1, 2, 3, 7  # CTA_…
ANSWERED = 0x2 | 0x4 | 0x8  # IPS_SEEN_REPLY, IPS_ASSURED, IPS_CONFIRMED
AT_ONCE = 200
ROUNDS = 60
STORM = 1.5  # seconds
PORTS_OF_A_PEER = 60_000


def answered(number: int) -> bytes:
    """Give a request for a connection of UDP that was answered: another one for each number."""
    source = struct.pack("!I", 0xC0000200)
    destination = struct.pack("!I", 0xC6336400 + number // PORTS_OF_A_PEER)
    ports = (1024, 1024 + number % PORTS_OF_A_PEER)
    told = _tuple(ORIGINAL, source, destination, *ports)
    told += _tuple(REPLY, destination, source, *reversed(ports))
    told += attribute(STATUS, struct.pack("!I", ANSWERED))
    told += attribute(TIMEOUT, struct.pack("!I", 600))
    return nfnetlink.message(NEW, CREATE, socket.AF_INET, 0, told)


def _tuple(kind: int, source: bytes, destination: bytes, *ports: int) -> bytes:
    ends = attribute(1, source) + attribute(2, destination)
    protocol = attribute(1, b"\x11") + b"".join(
        attribute(2 + at, struct.pack("!H", port)) for at, port in enumerate(ports)
    )
    return attribute(kind | NESTED, attribute(1 | NESTED, ends) + attribute(2 | NESTED, protocol))


def fill(place: str) -> None:
    """Fill a place's table to its limit."""
    with entered(place):
        asked = nfnetlink.open_socket()
    table, number = table_of(place), 0
    with asked:
        while table.entries < table.limit and number < 2 * table.limit:
            for _ in range(min(50, 1 + (table.limit - table.entries) // AT_ONCE)):
                asked.send(b"".join(map(answered, range(number, number + AT_ONCE))))
                number += AT_ONCE
            table = table_of(place)


def empty(place: str) -> None:
    with entered(place):
        asked = nfnetlink.open_socket()
    with asked:
        nfnetlink.acknowledged(asked, nfnetlink.message(DELETE, nfnetlink.ACK, socket.AF_UNSPEC, 0))


def full(world: World) -> dict[str, Any]:
    """Fill the table of one consumer's VPC; see what he and the other one meet."""
    held = Connection("i-d-client", ENDPOINT, 443, LONG_PATIENCE)
    fill("vpc-d")
    found = {
        "table": table_of("vpc-d")._asdict(),
        "told": [one["place"] for one in crowded(world.compilation.program)],
        "goes on": held.echo("a word", LONG_PATIENCE),
        "new": tcp("i-d-client", ENDPOINT, 443, PATIENCE),
        "refused": table_of("vpc-d").refused,
        "others": [tcp("i-c-client", ENDPOINT, 443, LONG_PATIENCE) for _ in range(5)],
    }
    empty("vpc-d")
    return {**found, "emptied": tcp("i-d-client", ENDPOINT, 443, LONG_PATIENCE)}


def blow(done: Callable[[], bool]) -> int:
    """Send datagrams of a new flow each through an endpoint; give how many."""
    with entered("i-d-client"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    ends = socket.inet_aton(CLIENT) + socket.inet_aton(ENDPOINT)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 28, 1, 0, 64, socket.IPPROTO_UDP, 0) + ends
    sent = 0
    with sender:
        while not done():
            for _ in range(100):
                ports = struct.pack("!HHHH", 1024 + sent % 60_000, 5000, 8, 0)
                sender.sendto(head + ports, (ENDPOINT, 0))
                sent += 1
    return sent


def round_trips(quiet: Connection) -> list[float]:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert quiet.echo("word", LONG_PATIENCE) == "word"
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def storm() -> dict[str, Any]:
    """Time a quiet client's words while another one storms by his own endpoint of the service."""
    quiet = Connection("i-c-client", ENDPOINT, 443, LONG_PATIENCE)
    before = statistics.median(round_trips(quiet))
    end = time.monotonic() + STORM
    sent: list[int] = []
    blowing = threading.Thread(target=lambda: sent.append(blow(lambda: time.monotonic() > end)))
    blowing.start()
    taken = round_trips(quiet)
    while time.monotonic() < end:
        taken += round_trips(quiet)
    blowing.join()
    return {
        "sent": sent[0],
        "round trip": [before, statistics.median(taken)],
        "resent": quiet.retransmissions(),
        "new": [tcp("i-c-client", ENDPOINT, 443, LONG_PATIENCE) for _ in range(5)],
    }


def main() -> None:
    own_run()
    world = World(everything())
    for place in ("i-p-one", "i-p-two"):
        tcp_server(place, 8080)
        udp_server(place, 5000)
    tcp("i-c-client", ENDPOINT, 443, LONG_PATIENCE)  # the first one to each target is slower
    json.dump({"full": full(world), "storm": storm()}, sys.stdout)


if __name__ == "__main__":
    main()
