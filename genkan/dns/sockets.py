"""Sockets at addresses of a place that need not be assigned there: routes deliver to them."""

import contextlib
import socket
from collections.abc import Callable

from genkan.program.address import Address

OpenSocket = Callable[[str, int, int], socket.socket]  # place, family, type

# family, level, freebind, transparent; linux/in.h and linux/in6.h, Python 3.11 lacks the names
_FAMILIES = {
    4: (socket.AF_INET, socket.IPPROTO_IP, 15, 19),
    6: (socket.AF_INET6, socket.IPPROTO_IPV6, 78, 75),
}
_RECEIVE_BUFFER = 1 << 20  # bytes: a boot of many instances asks at once


def bound(
    open_socket: OpenSocket, place: str, address: Address, port: int, kind: int
) -> socket.socket:
    """Give a socket that does not block, bound in a place; port 0 is one of the kernel's choice.

    Raises OSError.
    """
    family, level, freebind, transparent = _FAMILIES[address.version]
    sock = open_socket(place, family, kind)
    try:
        sock.setblocking(False)
        sock.setsockopt(level, freebind, 1)
        with contextlib.suppress(PermissionError):
            # Without it nothing is sent from an address that is local by a policy table alone.
            sock.setsockopt(level, transparent, 1)
        if kind == socket.SOCK_STREAM:  # for UDP it would let a second server take questions
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        sock.bind((str(address), port))
    except OSError:
        sock.close()
        raise
    return sock
