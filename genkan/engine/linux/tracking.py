"""Connections that are not tracked, asked again: their marks in the kernel's table, set by netlink.

Rules decide about a connection when it begins, and mark it where it is not to be tracked (see
`ruleset`). When rules have changed, this sets the marks by which they ask about its packets again;
a connection that they still let pass loses its mark with its next packet. See ctnetlink in
linux/netfilter/nfnetlink_conntrack.h.
"""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from genkan.engine.linux.namespace import entered, socket_in
from genkan.engine.linux.ruleset import AGAIN, ASKED_AGAIN, UNTRACKED, UNTRACKED_IN, UNTRACKED_OUT
from genkan.engine.protocol import EngineFailure

COUNT = Path("/proc/sys/net/netfilter/nf_conntrack_count")  # of the reader's network
_NETLINK_NETFILTER = 12
_NEW, _GET = 0x100, 0x101  # NFNL_SUBSYS_CTNETLINK with IPCTNL_MSG_CT_NEW, IPCTNL_MSG_CT_GET
_REQUEST, _DUMP = 0x1, 0x300
_ERROR, _DONE = 2, 3
_TUPLE, _MARK, _ZONE, _MASK = 1, 8, 18, 21  # CTA_TUPLE_ORIG, CTA_MARK, CTA_ZONE, CTA_MARK_MASK
_TYPE = 0x3FFF  # of an attribute, without its flags
_HEADER, _FAMILY, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BBH"), struct.Struct("=HH")
_BUFFER = 1 << 18
_AT_ONCE = 200  # changes a send
_PATIENCE = 5.0


def ask_again(place: str) -> int:
    """Have rules asked again about every connection of a place that is not tracked; give how many.

    Raises EngineFailure.
    """
    try:
        if not _any(place):  # the kernel's table is one for all places: looking through it costs
            return 0
        with socket_in(place, socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as opened:
            opened.settimeout(_PATIENCE)
            opened.bind((0, 0))
            marked = [
                *_dumped(opened, UNTRACKED_IN, UNTRACKED_IN),
                *_dumped(opened, UNTRACKED_OUT, UNTRACKED),
            ]
            for start in range(0, len(marked), _AT_ONCE):
                opened.send(b"".join(map(_change, marked[start : start + _AT_ONCE])))
    except OSError as error:
        raise EngineFailure(f"connections of {place} cannot be asked again: {error}.") from error
    return len(marked)


def _any(place: str) -> bool:
    """Tell whether a place has connections."""
    with entered(place):
        return COUNT.read_text().strip() != "0"


def _dumped(opened: socket.socket, mark: int, mask: int) -> Iterator[tuple[int, bytes, int]]:
    """Give (family, the attributes that name it, mark) of each connection with these marks."""
    wanted = _number(_MARK, mark) + _number(_MASK, mask)
    opened.send(_message(_GET, _REQUEST | _DUMP, socket.AF_UNSPEC, wanted))
    while True:
        data = opened.recv(_BUFFER)
        at = 0
        while at < len(data):
            length, kind, *_ = _HEADER.unpack_from(data, at)
            if kind == _DONE:
                return
            if kind == _ERROR:
                (code,) = struct.unpack_from("=i", data, at + _HEADER.size)
                raise OSError(-code, "ctnetlink refuses to list connections")
            yield _read(data[at + _HEADER.size : at + length])
            at += (length + 3) & ~3


def _read(body: bytes) -> tuple[int, bytes, int]:
    family, *_ = _FAMILY.unpack_from(body)
    named, mark, at = b"", 0, _FAMILY.size
    while at < len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        if kind & _TYPE in (_TUPLE, _ZONE):
            named += body[at : at + ((length + 3) & ~3)]
        elif kind & _TYPE == _MARK:
            (mark,) = struct.unpack_from("!I", body, at + _ATTRIBUTE.size)
        at += (length + 3) & ~3
    return family, named, mark


def _change(one: tuple[int, bytes, int]) -> bytes:
    family, named, mark = one
    again = _number(_MARK, (mark & UNTRACKED) << AGAIN) + _number(_MASK, ASKED_AGAIN)
    return _message(_NEW, _REQUEST, family, named + again)


def _message(kind: int, flags: int, family: int, attributes: bytes) -> bytes:
    body = _FAMILY.pack(family, 0, 0) + attributes
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, 0, 0) + body


def _number(kind: int, value: int) -> bytes:
    return _ATTRIBUTE.pack(8, kind) + struct.pack("!I", value)
