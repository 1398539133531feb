"""Packets that rules log, read by nfnetlink_log. See linux/netfilter/nfnetlink_log.h.

Of a packet its beginning is asked for: addresses, ports, flags. The kernel gathers several packets
before it wakes who reads them.
"""

import socket
import struct
from collections.abc import Callable

from genkan.engine.linux import nfnetlink
from genkan.engine.linux.nfnetlink import acknowledged, attribute, attributes
from genkan.engine.linux.ruleset import BEYOND, LOG_GROUP, SEPARATOR
from genkan.engine.traffic import ICMP, Drop, Flow

SUBSYSTEM = 4 << 8
PACKET, CONFIGURE = 0, 1
COMMAND, MODE, TIMEOUT, THRESHOLD = 1, 2, 4, 5
BIND = b"\x01"
COPY_PACKET = 2
BEGINNING = 80  # bytes of a packet: IPv6 without extensions, and TCP's flags
GATHERED, GATHERED_FOR = 64, 10  # packets, or hundredths of a second, until the reader is woken
TIMESTAMP, ENTERED, LEAVING, PAYLOAD, PREFIX = 3, 4, 5, 9, 10
TCP, UDP = 6, 17
JOINED = 65_536  # bytes, the least of a packet whose header says 0; how many more is not told
IPV4_HEADER = struct.Struct(">BxH5xB2x4s4s")
IPV6_HEADER = struct.Struct(">4xHBx16s16s")
IPV6_LENGTH = 40

NameOf = Callable[[int], str | None]


def bind(bound: socket.socket) -> None:
    """Ask for what rules log. Raises NetfilterRefusal: somebody else has asked, or the kernel has
    no nfnetlink_log."""
    for one in (
        attribute(COMMAND, BIND),
        attribute(MODE, struct.pack(">IBx", BEGINNING, COPY_PACKET))
        + attribute(TIMEOUT, struct.pack(">I", GATHERED_FOR))
        + attribute(THRESHOLD, struct.pack(">I", GATHERED)),
    ):
        kind = SUBSYSTEM | CONFIGURE
        flags = nfnetlink.ACK
        acknowledged(bound, nfnetlink.message(kind, flags, socket.AF_UNSPEC, LOG_GROUP, one))


def read(data: bytes, start: int, end: int, now: float, name_of: NameOf) -> Drop | None:
    """Read a logged packet; None for one that is not of our rules, or is no IP."""
    found = attributes(data, start + 4, end)
    if PREFIX not in found or PAYLOAD not in found:
        return None
    told = data[found[PREFIX][0] : found[PREFIX][1]].rstrip(b"\0").decode("ascii", "replace")
    stage, separator, because = told.partition(SEPARATOR)
    packet = _packet(data[found[PAYLOAD][0] : found[PAYLOAD][1]])
    if not separator or packet is None:
        return None
    flow, size, flags = packet
    return Drop(
        stage.removeprefix(BEYOND),
        because,
        flow,
        size,
        flags,
        _device(data, found.get(ENTERED), name_of),
        _device(data, found.get(LEAVING), name_of),
        _time(data, found.get(TIMESTAMP)) or now,
        stage.startswith(BEYOND),
    )


def _packet(payload: bytes) -> tuple[Flow, int, int] | None:
    """Give the flow of a packet, its size, and its TCP flags."""
    version = payload[0] >> 4 if payload else 0
    if version == 4 and len(payload) >= IPV4_HEADER.size:
        first, size, protocol, source, destination = IPV4_HEADER.unpack_from(payload)
        size, at = size or JOINED, (first & 0xF) * 4
    elif version == 6 and len(payload) >= IPV6_LENGTH:
        length, protocol, source, destination = IPV6_HEADER.unpack_from(payload)
        size, at = length + IPV6_LENGTH, IPV6_LENGTH
    else:
        return None
    ports, flags = (0, 0), 0
    if protocol in (TCP, UDP) and len(payload) >= at + 4:
        ports = struct.unpack_from(">HH", payload, at)
    elif protocol in ICMP and len(payload) >= at + 2:
        ports = struct.unpack_from(">BB", payload, at)
    if protocol == TCP and len(payload) >= at + 14:
        flags = payload[at + 13]
    return Flow(source, destination, protocol, *ports), size, flags


def _device(data: bytes, where: tuple[int, int] | None, name_of: NameOf) -> str | None:
    return name_of(int.from_bytes(data[where[0] : where[1]], "big")) if where else None


def _time(data: bytes, where: tuple[int, int] | None) -> float:
    if where is None:
        return 0.0
    seconds, micros = struct.unpack_from(">QQ", data, where[0])
    return float(seconds + micros * 1e-6)
