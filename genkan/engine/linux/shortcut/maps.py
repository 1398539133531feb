"""What the programs at devices share: the layout of keys and values.

| map | key | value |
|---|---|---|
| hops | a flow as it enters a device of a place | what the place does to it, and where it leaves |
| flows | a number | whether it is watched, handed on or over; when last |
| tallies | a number | what a flow carried at a place: see `tallies` |
| epochs | a place's number | changes with every change of the place; 0 while it is being changed |
| strangers | a flow that has no hop | packets seen, or DECLINED |
| told | none | a ring of records: a flow that goes on, a flow that ends |
"""

import socket
import struct
from dataclasses import dataclass

from genkan.engine.linux import tallies
from genkan.engine.linux.shortcut.bpf import Kind, Map

MOST_FLOWS = 4096
MOST_PLACES = 16384
HOPS_A_FLOW = 8
MOST_STRANGERS = 16384
RING = 1 << 16  # bytes
DECLINED = 1 << 30
ENDED, WATCHED, HANDED = 0, 1, 2

_KEY = struct.Struct("=II16s16sHHI")  # protocol and place, device; as in the packet; EtherType
_HOP = struct.Struct("=IIIII6s6s16s16s4sIIIII")
_FLOW = struct.Struct("=IIQ")
OFFSETS = {
    "HOP_EPOCH": 0, "HOP_FLOW": 4, "HOP_SERIAL": 8, "HOP_OUT": 12, "HOP_MTU": 16, "HOP_MACS": 20,
    "HOP_SOURCE": 32, "HOP_DESTINATION": 48, "HOP_PORTS": 64, "HOP_IP_SUM": 68,
    "HOP_ADDRESS_SUM": 72, "HOP_PORT_SUM": 76, "HOP_TALLY": 80, "HOP_SEEN": 84,
    "FLOW_SERIAL": 0, "FLOW_MODE": 4, "FLOW_LAST": 8,
}  # fmt: skip
ETHER_TYPES = {4: socket.htons(0x0800), 16: socket.htons(0x86DD)}  # by the size of an address
_SIZES = {kind: size for size, kind in ETHER_TYPES.items()}
_TTL_LESS = 0xFFFE  # what one hop less adds to a header's sum: minus one, in ones' complement


@dataclass(frozen=True, slots=True)
class Tuple:
    """A packet's addresses, of IPv4 or of IPv6, and ports, in network byte order."""

    protocol: int
    source: bytes
    destination: bytes
    source_port: int
    destination_port: int

    @property
    def back(self) -> "Tuple":
        return Tuple(
            self.protocol,
            self.destination,
            self.source,
            self.destination_port,
            self.source_port,
        )

    @property
    def ports(self) -> bytes:
        return struct.pack("!HH", self.source_port, self.destination_port)


@dataclass(frozen=True, slots=True)
class Hop:
    """What a place does with a flow's packets: they come as `enters`, go on as `leaves` by `out`.

    `out` 0: they are only counted. `macs`: of the next device, and of the one they leave by.
    `back`: they are the answers.
    """

    enters: Tuple
    leaves: Tuple
    out: int = 0
    mtu: int = 0
    macs: tuple[bytes, bytes] = (bytes(6), bytes(6))
    back: bool = False


def key(place: int, device: int, flow: Tuple) -> bytes:
    ports = struct.unpack("=HH", flow.ports)
    where = place << 8 | flow.protocol
    ends = (_wide(one) for one in (flow.source, flow.destination))
    return _KEY.pack(where, device, *ends, *ports, ETHER_TYPES[len(flow.source)])


def read_key(data: bytes) -> tuple[int, int, Tuple]:
    """Give place, device and flow."""
    where, device, source, destination, *ports, kind = _KEY.unpack(data)
    size = _SIZES[kind]
    swapped = struct.unpack("!HH", struct.pack("=HH", *ports))
    return where >> 8, device, Tuple(where & 0xFF, source[:size], destination[:size], *swapped)


def hop_value(hop: Hop, epoch: int, flow: int, serial: int, tally: int = 0) -> bytes:
    old, new = (one.source + one.destination for one in (hop.enters, hop.leaves))
    addresses = _difference(old, new)
    return _HOP.pack(
        epoch,
        flow,
        serial,
        hop.out,
        hop.mtu,
        *hop.macs,
        _wide(hop.leaves.source),
        _wide(hop.leaves.destination),
        hop.leaves.ports,
        _fold(addresses + _TTL_LESS),
        addresses,
        _difference(hop.enters.ports, hop.leaves.ports),
        tally << 1 | hop.back,
        0,
    )


def seen(value: bytes) -> int:
    """Give how many packets a hop has counted while it was watched."""
    return int(_HOP.unpack(value)[-1])


@dataclass(frozen=True, slots=True)
class FlowState:
    serial: int
    mode: int
    last: int = 0  # of the monotonic clock, in nanoseconds

    @property
    def value(self) -> bytes:
        return _FLOW.pack(self.serial, self.mode, self.last)

    @classmethod
    def read(cls, value: bytes) -> "FlowState":
        return cls(*_FLOW.unpack(value))


class Maps:
    """The maps, made together. Raises OSError."""

    def __init__(self) -> None:
        most = MOST_FLOWS * HOPS_A_FLOW
        self.hops = Map(Kind.HASH, "gk_hops", _KEY.size, _HOP.size, most)
        self.flows = Map(Kind.ARRAY, "gk_flows", 4, _FLOW.size, MOST_FLOWS)
        self.epochs = Map(Kind.ARRAY, "gk_epochs", 4, 4, MOST_PLACES)
        self.strangers = Map(Kind.LRU_HASH, "gk_strangers", _KEY.size, 4, MOST_STRANGERS)
        self.tallies = Map(Kind.ARRAY, "gk_tallies", 4, tallies.SIZE, tallies.MOST, is_mapped=True)
        self.told = Map(Kind.RING, "gk_told", 0, 0, RING)

    @property
    def descriptors(self) -> dict[str, int]:
        names = ("hops", "flows", "epochs", "strangers", "tallies", "told")
        return {name: getattr(self, name).descriptor for name in names}

    def close(self) -> None:
        for one in (self.hops, self.flows, self.epochs, self.strangers, self.tallies, self.told):
            one.close()


def number(value: int) -> bytes:
    return struct.pack("=I", value)


def _wide(address: bytes) -> bytes:
    return address.ljust(16, b"\0")


def _difference(old: bytes, new: bytes) -> int:
    """Give what turning `old` into `new` adds to a sum in ones' complement, in the machine's byte
    order as the kernel sums. RFC 1624."""
    words = f"={len(old) // 2}H"
    before, after = (int(sum(struct.unpack(words, one))) for one in (old, new))
    return (after - before) % 0xFFFF


def _fold(value: int) -> int:
    while value > 0xFFFF:
        value = (value >> 16) + (value & 0xFFFF)
    return value
