"""A stream from a consumer through an endpoint to a target: what comes, and in how large packets it
leaves each place on the way; as JSON."""

import hashlib
import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from genkan.engine.linux.namespace import entered
from genkan.engine.linux.netlink import Netlink
from genkan.engine.linux.objects import Device
from tests.engine.inside import own_run
from tests.engine.service_world import ENDPOINT, everything
from tests.engine.world import World

WAY = ("i-c-client", "vpc-c", "eni-p-nlb-a", "vpc-p")
BLOCK, BLOCKS = 1 << 20, 64
LESS = 60_000  # bytes
PATIENCE = 20.0


def left(place: str) -> dict[str, tuple[int, int]]:
    """Give the bytes and packets that left a place, by device."""
    with entered(place):
        shown = subprocess.run(
            ["ip", "-s", "-j", "link"], check=True, capture_output=True, timeout=PATIENCE
        ).stdout
    sent = ((one["ifname"], one["stats64"]["tx"]) for one in json.loads(shown))
    return {name: (counted["bytes"], counted["packets"]) for name, counted in sent}


def heard(listener: socket.socket) -> str:
    """Give the digest of all that the first client says, and thank it."""
    digest = hashlib.blake2s()
    with listener.accept()[0] as client:
        client.settimeout(PATIENCE)
        while data := client.recv(BLOCK):
            digest.update(data)
        client.sendall(b"k")
    return digest.hexdigest()


def stream() -> dict[str, object]:
    with entered("i-p-one"):
        listener = socket.create_server(("0.0.0.0", 8080))
    listener.settimeout(PATIENCE)
    before = {place: left(place) for place in WAY}
    digest = hashlib.blake2s()
    with ThreadPoolExecutor(1) as pool, listener:
        hears = pool.submit(heard, listener)
        with entered("i-c-client"):
            client = socket.create_connection((ENDPOINT, 443), PATIENCE)
        with client:
            for number in range(BLOCKS):
                block = bytes([number]) * BLOCK
                digest.update(block)
                client.sendall(block)
            client.shutdown(socket.SHUT_WR)
            client.recv(1)
        came = hears.result(PATIENCE)
    return {
        "whole": came == digest.hexdigest(),
        "packets": {place: _size(before[place], left(place)) for place in WAY},
    }


def _size(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> int:
    """Give the bytes of a packet, on average, where most of them left."""
    differences = (
        (after[name][0] - sent, after[name][1] - packets)
        for name, (sent, packets) in before.items()
    )
    sent, packets = max(differences)
    return sent // packets


def told_otherwise(world: World) -> dict[str, dict[str, list[int]]]:
    """Tell the devices of a router and of an instance that they take less, and have it mended."""
    netlink, places = Netlink(), ("vpc-c", "i-c-client")

    def sizes() -> dict[str, list[int]]:
        found = {place: list(netlink.observe(place)) for place in places}
        return {
            place: sorted({one.aggregate for one in objects if isinstance(one, Device)})
            for place, objects in found.items()
        }

    made = sizes()
    for place in places:
        for device in left(place):
            with entered(place):
                command = ["ip", "link", "set", device, "gso_max_size", str(LESS)]
                subprocess.run(command, check=True, timeout=PATIENCE)
    told = sizes()
    world.reconcile()
    return {"made": made, "told": told, "mended": sizes()}


def main() -> None:
    own_run()
    world = World(everything())
    report = {"stream": stream(), "told otherwise": told_otherwise(world)}
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
