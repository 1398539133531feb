"""Packets of protocols without ports and of full size, and connections whose way is changed under
them; as JSON."""

import contextlib
import errno
import json
import os
import socket
import sys
import time
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from genkan.engine.linux.namespace import entered
from genkan.model.network import put
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from tests.compile.scenario import gateway_endpoint
from tests.engine.inside import own_run
from tests.engine.probes import LONG_PATIENCE, PATIENCE, Connection, tcp, tcp_server
from tests.engine.world import World, extended

WEB, BOX = "172.16.1.4", "172.16.1.8"
S3, OUTSIDE = "52.219.0.7", "198.51.100.10"
GRE, ESP, OSPF = 47, 50, 89
MTU = 9001
MTU_DISCOVER, NEVER_CUT = 10, 2  # IP_MTU_DISCOVER, IP_PMTUDISC_DO of linux/in.h


def raw(place: str, protocol: int) -> socket.socket:
    with entered(place):
        return socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)


def arrives(origin: str, place: str, address: str, protocol: int, patience: float) -> bool:
    """Tell whether packets of a protocol arrive: nobody sends a lost one again but this."""
    word, end = os.urandom(16), time.monotonic() + patience
    with raw(origin, protocol) as sender, raw(place, protocol) as receiver:
        receiver.settimeout(patience / 10)
        while time.monotonic() < end:
            sender.sendto(word, (address, 0))
            with contextlib.suppress(TimeoutError):
                if receiver.recv(100).endswith(word):
                    return True
    return False


def protocols() -> dict[str, list[bool]]:
    """Send packets without ports to who lets in everything, and to who lets in ports alone."""
    return {
        name: [arrives("i-app", place, address, one, patience) for one in (GRE, ESP, OSPF)]
        for name, place, address, patience in (
            ("everything let in", "i-box", BOX, LONG_PATIENCE),
            ("ports let in", "i-web", WEB, PATIENCE),
        )
    }


def sizes() -> list[str]:
    """Send a packet as large as an instance's interface takes, whole, and one that is larger."""
    with entered("i-app"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with entered("i-box"):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_IP, MTU_DISCOVER, NEVER_CUT)
    receiver.bind(("", 5000))
    receiver.settimeout(LONG_PATIENCE)
    found = []
    with sender, receiver:
        for size in (MTU, MTU + 1):
            try:
                sender.sendto(bytes(size - 28), (BOX, 5000))
                found.append(f"{len(receiver.recv(1 << 14)) + 28} arrive")
            except OSError as error:
                found.append(errno.errorcode.get(error.errno or 0, repr(error)))
    return found


def endpoint_comes(world: World) -> dict[str, str]:
    """Have a route to a gateway endpoint come under a connection to the service's public address,
    and go under one through the endpoint."""
    world.change(put(gateway_endpoint("rtb-main")))
    public, private = Connection("i-web", S3, 443), Connection("i-app", S3, 443)
    found = {"public": public.seen, "private": private.seen}
    world.change(put(gateway_endpoint("rtb-front")))
    found |= {
        "public, endpoint came": public.echo("word", PATIENCE),
        "private, endpoint went": private.echo("word", PATIENCE),
        "new": tcp("i-web", S3, 443, LONG_PATIENCE),
    }
    world.change(put(gateway_endpoint("rtb-main")))
    for one in (public, private):
        one.close()
    return found


def blackhole(world: World) -> dict[str, str]:
    """Lead a block to an interface that is not there, under a connection and for new ones."""
    held = Connection("i-web", OUTSIDE, 80, LONG_PATIENCE)
    known = world.network.get(RouteTable, "rtb-front")
    assert known is not None
    nobody = RouteTarget(TargetKind.NETWORK_INTERFACE, "eni-gone")
    gone = Route(destination=IPv4Network("198.51.100.0/24"), target=nobody)
    world.change(put(replace(known, routes=(*known.routes, gone))))
    found = {"established": held.echo("word", PATIENCE), "new": tcp("i-web", OUTSIDE, 80)}
    world.change(put(known))
    found |= {"again": tcp("i-web", OUTSIDE, 80, LONG_PATIENCE)}
    held.close()
    return found


def main() -> None:
    own_run()
    world = World(extended())
    for place in ("i-app", "i-web", "i-db", "outside"):
        tcp_server(place, 80)
    for place in ("vpce-s3", "internet"):
        tcp_server(place, 443, transparent=True)
    report: dict[str, Any] = {
        "protocols": protocols(),
        "sizes": sizes(),
        "endpoint comes": endpoint_comes(world),
        "blackhole": blackhole(world),
        "after changes": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
