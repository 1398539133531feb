"""`Lookout`: whether anybody else changed a place's links, queues, routes, neighbours or rules.

The kernel tells listeners of every change. What comes while the engine itself writes is its own
doing, and is let go unread; what comes later is somebody else's, or the kernel's afterthought: the
place is then to be looked at. See rtnetlink(7) and NFNLGRP_NFTABLES.
"""

import errno
import select
import socket
from collections.abc import Iterable

from genkan.engine.linux.namespace import kept_socket_in

_ROUTE, _NETFILTER = 0, 12  # NETLINK_ROUTE, NETLINK_NETFILTER
_GROUPS = (
    # RTNLGRP_ LINK, NEIGH, TC, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE,
    # IPV6_RULE, IPV4_NETCONF, IPV6_NETCONF
    (_ROUTE, sum(1 << (group - 1) for group in (1, 3, 4, 5, 7, 8, 9, 11, 19, 24, 25))),
    (_NETFILTER, 1 << (7 - 1)),  # NFNLGRP_NFTABLES
)
_BUFFER = 1 << 16
_UNREAD = 1 << 12  # bytes kept for what is only counted: that there was something


def _drain(opened: socket.socket) -> None:
    while True:
        try:
            opened.recv(_BUFFER)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.ENOBUFS:  # more came than was kept
                raise


class Lookout:
    """Listens in places."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._sockets: dict[str, list[socket.socket]] = {}
        self._places: dict[int, str] = {}

    def cover(self, place: str) -> None:
        """Listen in a place from now on. Raises OSError."""
        if place in self._sockets:
            return
        held = self._sockets[place] = []
        for protocol, groups in _GROUPS:
            opened = kept_socket_in(place, socket.AF_NETLINK, socket.SOCK_RAW, protocol)
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _UNREAD)
            opened.bind((0, groups))
            held.append(opened)
            self._places[opened.fileno()] = place
            self._poll.register(opened, select.EPOLLIN)

    def forget(self, place: str) -> None:
        """Listen no more in a place that is gone."""
        for opened in self._sockets.pop(place, ()):
            self._places.pop(opened.fileno(), None)
            self._poll.unregister(opened)
            opened.close()

    def settle(self, places: Iterable[str]) -> None:
        """Take what has happened in these places for known."""
        for place in places:
            for opened in self._sockets.get(place, ()):
                _drain(opened)

    def disturbed(self) -> set[str]:
        """Give the places in which something has happened. Does not wait."""
        return {self._places[fd] for fd, _ in self._poll.poll(0) if fd in self._places}

    def close(self) -> None:
        for place in list(self._sockets):
            self.forget(place)
        self._poll.close()
