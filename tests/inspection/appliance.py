"""A virtual appliance: a GENEVE router in a place that lets nothing pass to the ports it refuses.

It knows GENEVE from RFC 8926 and Amazon's options by itself, so that it can disagree with ours. In
an instance it runs as a program: `python -m tests.inspection.appliance 22 23`.
"""

import socket
import struct
import sys
import threading
from dataclasses import dataclass, field

PORT = 6081


@dataclass
class Seen:
    """What came in one datagram: options by type, and the packet's protocol, ends and ports."""

    options: dict[int, bytes]
    protocol: int
    source: str
    destination: str
    ports: tuple[int, int]
    size: int


@dataclass
class Appliance:
    socket: socket.socket
    refused: frozenset[int]
    works: bool = True
    seen: list[Seen] = field(default_factory=list)
    kept: dict[tuple[str, int], bytes] = field(default_factory=dict)  # the last to each port

    def start(self) -> None:
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            datagram, sender = self.socket.recvfrom(16384)
            if not self.works:
                continue
            seen = parse(datagram)
            self.seen.append(seen)
            self.kept[seen.destination, seen.ports[1]] = datagram
            if not self.refused & set(seen.ports):
                self.socket.sendto(datagram, (sender[0], PORT))


def parse(datagram: bytes) -> Seen:
    first, flags, ether_type, network = struct.unpack_from("!BBHI", datagram)
    assert (first >> 6, flags, network) == (0, 0, 0), datagram[:8]
    end = 8 + 4 * (first & 0x3F)
    options, at = {}, 8
    while at < end:
        of_class, kind, words = struct.unpack_from("!HBB", datagram, at)
        assert of_class == 0x0108
        options[kind] = datagram[at + 4 : at + 4 + 4 * words]
        at += 4 + 4 * words
    packet = datagram[end:]
    v6 = ether_type == 0x86DD
    assert packet[0] >> 4 == (6 if v6 else 4)
    family, where, length = (socket.AF_INET6, 8, 16) if v6 else (socket.AF_INET, 12, 4)
    protocol, start = (packet[6], 40) if v6 else (packet[9], 4 * (packet[0] & 15))
    ends = [packet[where : where + length], packet[where + length : where + 2 * length]]
    ports = struct.unpack_from("!HH", packet, start) if protocol in (6, 17) else (0, 0)
    texts = [socket.inet_ntop(family, end) for end in ends]
    return Seen(options, protocol, texts[0], texts[1], ports, len(packet))


def listen() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    opened.bind(("0.0.0.0", PORT))
    return opened


if __name__ == "__main__":
    appliance = Appliance(listen(), frozenset(map(int, sys.argv[1:])))
    health = socket.create_server(("0.0.0.0", 80))
    print("ready", flush=True)
    appliance.run()
