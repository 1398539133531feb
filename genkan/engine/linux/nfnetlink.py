"""Messages of nfnetlink: framing and attributes. See netlink(7) and linux/netfilter/nfnetlink.h."""

import errno
import socket
import struct
from collections.abc import Iterator

NETLINK_NETFILTER = 12
SOL_NETLINK, ADD_MEMBERSHIP, DROP_MEMBERSHIP = 270, 1, 2
SO_RCVBUFFORCE = 33
HEADER, GENERIC = struct.Struct("=IHHII"), struct.Struct(">BBH")
ATTRIBUTE = struct.Struct("=HH")
AFTER_HEADERS = HEADER.size + GENERIC.size
REQUEST, ACK, DUMP = 1, 4, 0x300
ERROR, DONE = 2, 3
NESTED = 0x8000
TYPE_MASK = 0x3FFF
LARGEST = 1 << 17  # bytes of one read; the kernel never sends more at once
PATIENCE = 5.0


class NetfilterRefusal(OSError):
    """The kernel said no."""


def open_socket(receive_buffer: int = 0) -> socket.socket:
    """Open a socket in the caller's namespace, with a queue of so many bytes if that may be had."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 12)
    if receive_buffer:
        try:
            made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer)
        except PermissionError:  # not root: what the machine allows everybody
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.bind((0, 0))
    return made


def message(kind: int, flags: int, family: int, resource: int, attributes: bytes = b"") -> bytes:
    """Give a request. `kind` is subsystem and message in one."""
    size = AFTER_HEADERS + len(attributes)
    head = HEADER.pack(size, kind, REQUEST | flags, 1, 0)
    return head + GENERIC.pack(family, 0, resource) + attributes


def attribute(kind: int, value: bytes) -> bytes:
    size = ATTRIBUTE.size + len(value)
    return ATTRIBUTE.pack(size, kind) + value + bytes(-size % 4)


def acknowledged(asked: socket.socket, request: bytes) -> None:
    """Send a request and hear that it was done. Raises NetfilterRefusal, OSError."""
    asked.settimeout(PATIENCE)
    asked.send(request)
    for kind, start, _, data in messages(asked.recv(LARGEST)):
        if kind == ERROR:
            (code,) = struct.unpack_from("=i", data, start)
            if code:
                raise NetfilterRefusal(-code, errno.errorcode.get(-code, "refused"))


def messages(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Give (kind, start of the body, its end, the data) of each message that was read at once."""
    at, end = 0, len(data)
    while at + HEADER.size <= end:
        size, kind, _, _, _ = HEADER.unpack_from(data, at)
        if size < HEADER.size or at + size > end:
            return
        yield kind, at + HEADER.size, at + size, data
        at += (size + 3) & ~3


def attributes(data: bytes, at: int, end: int) -> dict[int, tuple[int, int]]:
    """Give where the value of each attribute begins and ends."""
    found = {}
    while at + 4 <= end:
        size, kind = ATTRIBUTE.unpack_from(data, at)
        if size < ATTRIBUTE.size:
            break
        found[kind & TYPE_MASK] = (at + 4, min(at + size, end))
        at += (size + 3) & ~3
    return found
