"""Connections that the kernel tracks in a place, forgotten on purpose.

ctnetlink by its own bytes: a deletion without a tuple takes all that its mark matches. See
<linux/netfilter/nfnetlink_conntrack.h>.
"""

import errno
import os
import socket
import struct

from genkan.engine.linux.namespace import entered
from genkan.engine.linux.naming import NUMBERS
from genkan.engine.protocol import EngineFailure

NETLINK_NETFILTER = 12
DELETE = 1 << 8 | 2  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
REQUEST_ACK = 0x05
ERROR = 2
MARK, MARK_MASK = 8, 21
PATIENCE = 5.0  # seconds


def forget(place: str, mark: int) -> None:
    """Forget the connections of a mark; what comes of them later belongs to none. Raises
    EngineFailure."""
    attributes = _attribute(MARK, mark) + _attribute(MARK_MASK, NUMBERS)
    body = struct.pack("!BBH", socket.AF_UNSPEC, 0, 0) + attributes
    header = struct.pack("=IHHII", 16 + len(body), DELETE, REQUEST_ACK, 1, 0)
    with entered(place):
        link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    with link:
        link.settimeout(PATIENCE)
        link.send(header + body)
        answer = link.recv(4096)
    kind = struct.unpack_from("=H", answer, 4)[0]
    code = -struct.unpack_from("=i", answer, 16)[0] if kind == ERROR else 0
    if code not in (0, errno.ENOENT):
        raise EngineFailure(f"connections in {place} cannot be forgotten: {os.strerror(code)}.")


def _attribute(kind: int, value: int) -> bytes:
    return struct.pack("=HH", 8, kind) + struct.pack("!I", value)
