"""Connections that the kernel tracks in a place, forgotten on purpose.

ctnetlink by its own bytes: a deletion without a tuple takes all that its mark matches, one with a
tuple takes that connection. See <linux/netfilter/nfnetlink_conntrack.h>.
"""

import errno
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from genkan.engine.linux.namespace import entered
from genkan.engine.linux.naming import NUMBERS
from genkan.engine.protocol import EngineFailure

NETLINK_NETFILTER = 12
SUBSYSTEM = 1 << 8  # NFNL_SUBSYS_CTNETLINK
GET, DELETE = SUBSYSTEM | 1, SUBSYSTEM | 2
REQUEST_ACK, REQUEST_DUMP = 0x05, 0x301
ERROR, DONE = 2, 3
TUPLE_ORIGINAL, TUPLE_REPLY, MARK, MARK_MASK = 1, 2, 8, 21
TUPLE_IP, TUPLE_PROTOCOL = 1, 2
SOURCES = (1, 3)  # of IPv4, of IPv6
PROTOCOL_NUMBER, SOURCE_PORT, DESTINATION_PORT = 1, 2, 3
NESTED = 1 << 15
PATIENCE = 5.0  # seconds
LARGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Flows:
    """The connections to `port` that are with the target at an address and port."""

    protocol: int
    port: int
    target: IPv4Address | IPv6Address
    target_port: int


def forget_marked(place: str, mark: int) -> None:
    """Forget the connections of a mark; what comes of them later belongs to none. Raises
    EngineFailure."""
    with _opened(place) as link:
        value = struct.pack("!I", mark)
        attributes = _attribute(MARK, value) + _attribute(MARK_MASK, struct.pack("!I", NUMBERS))
        _delete(link, place, socket.AF_UNSPEC, attributes)


def forget(place: str, wanted: Iterable[Flows]) -> None:
    """Forget these connections. Raises EngineFailure."""
    chosen = frozenset(wanted)
    with _opened(place) as link:
        answers = [(flows.target, reply) for flows, reply in _tracked(link) if flows in chosen]
        for target, reply in answers:
            family = socket.AF_INET if target.version == 4 else socket.AF_INET6
            _delete(link, place, family, _attribute(TUPLE_REPLY | NESTED, reply))


def _opened(place: str) -> socket.socket:
    with entered(place):
        link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    link.settimeout(PATIENCE)
    return link


def _tracked(link: socket.socket) -> Iterator[tuple[Flows, bytes]]:
    """Give every connection, and the tuple of its answers."""
    link.send(_message(GET, REQUEST_DUMP, socket.AF_UNSPEC, b""))
    while True:
        part = link.recv(LARGEST)
        at = 0
        while at < len(part):
            size, kind = struct.unpack_from("=IH", part, at)
            if kind in (DONE, ERROR):
                return
            attributes = _attributes(part[at + 20 : at + size])
            original, reply = (attributes.get(one, b"") for one in (TUPLE_ORIGINAL, TUPLE_REPLY))
            flows = _flows(_attributes(original), _attributes(reply))
            if flows:
                yield flows, reply
            at += size + 3 & ~3


def _flows(original: dict[int, bytes], reply: dict[int, bytes]) -> Flows | None:
    asked = _attributes(original.get(TUPLE_PROTOCOL, b""))
    answering = _attributes(reply.get(TUPLE_PROTOCOL, b""))
    addresses = _attributes(reply.get(TUPLE_IP, b""))
    source = next((addresses[one] for one in SOURCES if one in addresses), None)
    if source is None or DESTINATION_PORT not in asked or SOURCE_PORT not in answering:
        return None
    return Flows(
        asked[PROTOCOL_NUMBER][0],
        int.from_bytes(asked[DESTINATION_PORT]),
        ip_address(source),
        int.from_bytes(answering[SOURCE_PORT]),
    )


def _delete(link: socket.socket, place: str, family: int, attributes: bytes) -> None:
    link.send(_message(DELETE, REQUEST_ACK, family, attributes))
    answer = link.recv(LARGEST)
    (kind,) = struct.unpack_from("=H", answer, 4)
    code = -struct.unpack_from("=i", answer, 16)[0] if kind == ERROR else 0
    if code not in (0, errno.ENOENT):
        raise EngineFailure(f"connections in {place} cannot be forgotten: {os.strerror(code)}.")


def _message(kind: int, flags: int, family: int, attributes: bytes) -> bytes:
    body = struct.pack("!BBH", family, 0, 0) + attributes
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body


def _attribute(kind: int, value: bytes) -> bytes:
    padding = bytes(-len(value) % 4)
    return struct.pack("=HH", 4 + len(value), kind) + value + padding


def _attributes(data: bytes) -> dict[int, bytes]:
    """Read attributes by kind; of nested ones their bytes."""
    found, at = {}, 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        if size < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + size]
        at += size + 3 & ~3
    return found
