"""Real packets through a NAT gateway that is asked for too much, or whose other side fails."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from typing import Any

from genkan.compile.gateways import NAT_PORTS
from genkan.engine.linux.namespace import entered
from genkan.engine.linux.watch import table_of
from tests.engine.inside import own_run
from tests.engine.probes import LONG_PATIENCE, Connection, icmp, tcp, tcp_server, udp, udp_server
from tests.engine.world import World, extended

APP, OUTSIDE, NOBODY = "172.16.2.4", "198.51.100.10", "198.51.100.77"
FULL, FREE, CLOSED, DYING = 5000, 5001, 81, 82
FLOWS = 57_000
RESET = struct.pack("ii", 1, 0)  # of SO_LINGER


def exhausted() -> dict[str, Any]:
    """Begin more flows to one destination than an address has ports; ask others meanwhile."""
    with entered("i-app"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    before = table_of("nat-1")
    with sender:
        for datagram in datagrams(FLOWS):
            sender.sendto(datagram, (OUTSIDE, 0))
    after = table_of("nat-1")
    return {
        "held": after.entries - before.entries,
        "dropped": after.clashed - before.clashed,
        "another port": udp("i-app", OUTSIDE, FREE, LONG_PATIENCE),
        "another protocol": tcp("i-app", OUTSIDE, FULL, LONG_PATIENCE),
        "echo": icmp("i-app", OUTSIDE),
    }


def datagrams(count: int) -> Iterator[bytes]:
    """Write datagrams that differ by their source port."""
    ends = socket.inet_aton(APP) + socket.inet_aton(OUTSIDE)
    header = struct.pack("!BBHHHBBH", 0x45, 0, 28, 0, 0, 64, socket.IPPROTO_UDP, 0) + ends
    for number in range(count):
        yield header + struct.pack("!HHHH", 2000 + number, FULL, 8, 0)


def dying(place: str, port: int) -> None:
    """Accept one connection, and end it by a reset when a word has come."""
    with entered(place):
        listener = socket.create_server(("0.0.0.0", port))

    def serve() -> None:
        client, _ = listener.accept()
        client.sendall(b"here\n")
        client.recv(100)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()

    threading.Thread(target=serve, daemon=True).start()


def main() -> None:
    own_run()
    world = World(extended())
    for port in (80, FULL):
        tcp_server("outside", port)
    udp_server("outside", FREE)
    with entered("outside"):
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # nobody reads it
    silent.bind(("0.0.0.0", FULL))
    dying("outside", DYING)
    report: dict[str, Any] = {
        "nobody": tcp("i-app", NOBODY, 80, LONG_PATIENCE),
        "closed port": tcp("i-app", OUTSIDE, CLOSED, LONG_PATIENCE),
        "dies": Connection("i-app", OUTSIDE, DYING).echo("word", LONG_PATIENCE),
        "ports": NAT_PORTS[1] - NAT_PORTS[0] + 1,
        "exhausted": exhausted(),
        "reconciled": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
