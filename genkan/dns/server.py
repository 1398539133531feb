"""The name server's sockets: UDP and TCP at each address of each Resolver, in its own place.

A socket stays in the network stack that it was made in, so one process and one thread serve every
place. Addresses need not be assigned there when it binds (IP_FREEBIND): a resolver's are delivered
by routes.
"""

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass

from genkan.dns.batch import MOST, Batch
from genkan.dns.fast import Responder
from genkan.dns.stream import StreamListener
from genkan.program import Delta
from genkan.program.address import Address
from genkan.program.names import RecordSet, Resolver, Zone, ZoneAttachment

LOG = logging.getLogger(__name__)
SECTIONS = frozenset(kind.section for kind in (Resolver, Zone, ZoneAttachment, RecordSet))
PORT = 53
OpenSocket = Callable[[str, int, int], socket.socket]

# family, level, freebind, transparent; linux/in.h and linux/in6.h, Python 3.11 lacks the names
_FAMILIES = {
    4: (socket.AF_INET, socket.IPPROTO_IP, 15, 19),
    6: (socket.AF_INET6, socket.IPPROTO_IPV6, 78, 75),
}
_RECEIVE_BUFFER = 1 << 20  # bytes: a boot of many instances asks at once
_TURNS = 8  # batches from one socket before the others have their turn


@dataclass(slots=True)
class _Address:
    """The two sockets of one address."""

    datagrams: socket.socket
    streams: StreamListener


class NameServer:
    """Answers names for every place that has a Resolver."""

    def __init__(self, open_socket: OpenSocket, port: int = PORT) -> None:
        """`open_socket(place, family, type)` gives an unbound socket that lives in that place."""
        self._open_socket = open_socket
        self._port = port
        self._responder = Responder()
        self._batches = {version: Batch(version) for version in (4, 6)}
        self._wanted: dict[str, Resolver] = {}
        self._views: dict[str, str] = {}  # place: what its sockets answer by
        self._open: dict[str, dict[Address, _Address]] = {}
        self._unsettled: set[str] = set()  # places whose sockets may not be as wanted
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve in this loop. Everything else is called in its thread."""
        self._loop = loop

    def apply(self, delta: Delta) -> None:
        """Make a delta so: names, records and sockets are the new ones when this returns.

        Raises OSError when a place's sockets cannot be opened; all else is applied by then, and
        each later `apply` tries that place again.
        """
        self._responder.apply(delta)
        for entry in delta.removed:
            if isinstance(entry, Resolver):
                self._wanted.pop(entry.place, None)
                self._unsettled.add(entry.place)
        for entry in delta.put:
            if isinstance(entry, Resolver):
                self._wanted[entry.place] = entry
                self._unsettled.add(entry.place)
        self._settle()

    def close(self) -> None:
        """Close every socket and connection."""
        self._wanted.clear()
        self._unsettled.update(self._open)
        self._settle()

    def _settle(self) -> None:
        failure = None
        for place in sorted(self._unsettled):
            try:
                self._settle_place(place)
                self._unsettled.remove(place)
            except OSError as error:
                LOG.error("Names are not answered everywhere at %s: %s", place, error)
                failure = failure or error
        if failure:
            raise failure

    def _settle_place(self, place: str) -> None:
        resolver = self._wanted.get(place)
        held = self._open.setdefault(place, {})
        same_view = resolver is not None and self._views.get(place) == resolver.view
        wanted = resolver.addresses if resolver else ()
        for address in list(held):
            if not same_view or address not in wanted:
                self._close_address(held.pop(address))
        if resolver is None:
            del self._open[place]
            self._drop_view(self._views.pop(place, None))
            return
        if not same_view:
            before = self._views.pop(place, None)
            self._views[place] = resolver.view
            self._drop_view(before)
        for address in wanted:
            if address not in held:
                held[address] = self._open_address(resolver, address)

    def _drop_view(self, view: str | None) -> None:
        if view is not None and view not in self._views.values():
            self._responder.drop_view(view)

    def _open_address(self, resolver: Resolver, address: Address) -> _Address:
        loop = self._loop
        if loop is None:
            raise RuntimeError("A name server is started in its loop before it is given a program.")
        view = self._responder.view(resolver.view)
        datagrams = self._bind(resolver.place, address, socket.SOCK_DGRAM)
        try:
            listening = self._bind(resolver.place, address, socket.SOCK_STREAM)
        except OSError:
            datagrams.close()
            raise
        reply = functools.partial(self._responder.reply, view=view)
        batch = self._batches[address.version]
        loop.add_reader(datagrams, self._read, batch, datagrams.fileno(), reply)
        by_stream = functools.partial(self._responder.reply_by_stream, view=view)
        return _Address(datagrams, StreamListener(loop, listening, by_stream))

    def _bind(self, place: str, address: Address, kind: int) -> socket.socket:
        family, level, freebind, transparent = _FAMILIES[address.version]
        sock = self._open_socket(place, family, kind)
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
            sock.bind((str(address), self._port))
        except OSError:
            sock.close()
            raise
        return sock

    def _close_address(self, address: _Address) -> None:
        if self._loop:
            self._loop.remove_reader(address.datagrams)
        address.datagrams.close()
        address.streams.close()

    def _read(self, batch: Batch, fd: int, reply: Callable[[bytes], bytes | None]) -> None:
        for _ in range(_TURNS):
            if batch.exchange(fd, reply) < MOST:
                return
