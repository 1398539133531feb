"""Links that come, each with frames both ways the moment its change is answered; the report says
how many arrived."""

import contextlib
import json
import socket
import sys

from genkan.engine.linux.engine import LinuxEngine
from genkan.engine.linux.namespace import entered
from genkan.engine.linux.naming import device_name
from genkan.program import Program
from genkan.program.place import End, Link, Place, PlaceKind
from tests.engine.inside import own_run
from tests.engine.rows import BECAUSE

LINKS = 40
PATIENCE = 5.0
KIND = 0x88B5  # of Ethernet frames: kept for experiments, so nothing else sends it


def link(number: int) -> Link:
    left, right = (
        End(place=place, name=f"eni-{number}", mac=f"06:00:00:00:{last}:{number:02x}")
        for place, last in (("vpc-1", "01"), ("vpc-2", "02"))
    )
    return Link(because=BECAUSE, id=f"eni-{number}", left=left, right=right)


def packet_sockets() -> list[socket.socket]:
    """Open a socket in either place before there is a link. One with a protocol would be hooked
    already, and to bind it would take longer than what is tested."""
    ends = []
    for place in ("vpc-1", "vpc-2"):
        with entered(place):
            ends.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
    return ends


def arrived(number: int, ends: list[socket.socket]) -> int:
    """Send a frame each way over a link, once; count those that came."""
    for end in ends:
        end.bind((device_name(f"eni-{number}"), KIND))
        end.settimeout(PATIENCE)
    came = 0
    for source, destination in (ends, reversed(ends)):
        with contextlib.suppress(OSError):
            source.send(b"\xff" * 6 + bytes(6) + KIND.to_bytes(2, "big") + bytes(46))
            destination.recv(100)
            came += 1
    return came


def main() -> None:
    own_run()
    places = [
        Place(because=BECAUSE, id=name, kind=PlaceKind.VPC, forwards=False)
        for name in ("vpc-1", "vpc-2")
    ]
    program = Program(places)
    engine = LinuxEngine()
    engine.reconcile(program)
    came = 0
    for number in range(LINKS):
        after = Program([*program, link(number)])
        ends = packet_sockets()
        engine.apply(program, program.delta(after))
        came += arrived(number, ends)
        program = after
    json.dump({"sent": 2 * LINKS, "arrived": came}, sys.stdout)


if __name__ == "__main__":
    main()
