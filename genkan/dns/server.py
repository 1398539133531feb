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
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from genkan.dns.batch import MOST, Admitted, Asker, Batch, tell_devices
from genkan.dns.fast import Onward, Reply, Responder, View
from genkan.dns.forwarder import Forwarder
from genkan.dns.packet_limit import PacketLimit
from genkan.dns.sockets import OpenSocket, bound
from genkan.dns.stream import Send, StreamListener
from genkan.program import Delta
from genkan.program.address import Address
from genkan.program.entry import Key
from genkan.program.firewall import DomainList, Firewall
from genkan.program.names import Forwarding, RecordSet, Resolver, Zone, ZoneAttachment

LOG = logging.getLogger(__name__)
SECTIONS = frozenset(
    kind.section
    for kind in (Resolver, Forwarding, Zone, ZoneAttachment, RecordSet, Firewall, DomainList)
)
PORT = 53

_TURNS = 8  # batches from one socket before the others have their turn


@dataclass(slots=True)
class _Address:
    """The two sockets of one address."""

    datagrams: socket.socket
    streams: StreamListener


class NameServer:
    """Answers names for every place that has a Resolver."""

    def __init__(
        self, open_socket: OpenSocket, port: int = PORT, limit: PacketLimit | None = None
    ) -> None:
        """`open_socket(place, family, type)` gives an unbound socket that lives in that place;
        `limit` is of what the interfaces of a VPC may ask its own resolver."""
        self._open_socket = open_socket
        self._port = port
        self._responder = Responder()
        self._batches = {version: Batch(version) for version in (4, 6)}
        self._limit = limit
        self._limited = {version: Batch(version, limited=True) for version in (4, 6) if limit}
        self._forwarder = Forwarder(self._bind)
        self._wanted: dict[Key, Resolver] = {}
        self._answers_by: dict[Key, Resolver] = {}  # what open sockets were opened for
        self._open: dict[Key, dict[Address, _Address]] = {}
        self._unsettled: set[Key] = set()  # resolvers whose sockets may not be as wanted
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
                self._wanted.pop(entry.key, None)
                self._unsettled.add(entry.key)
        for entry in delta.put:
            if isinstance(entry, Resolver):
                self._wanted[entry.key] = entry
                self._unsettled.add(entry.key)
        self._settle()

    def close(self) -> None:
        """Close every socket and connection."""
        self._wanted.clear()
        self._unsettled.update(self._open)
        self._settle()
        self._forwarder.close()

    def _settle(self) -> None:
        failure = None
        # What is to go goes first: its addresses may be another's from now on.
        for key in sorted(self._unsettled, key=lambda key: (key in self._wanted, key)):
            try:
                self._settle_one(key)
                self._unsettled.remove(key)
            except OSError as error:
                LOG.error("Names are not answered everywhere at %s: %s", key[1], error)
                failure = failure or error
        if failure:
            raise failure

    def _settle_one(self, key: Key) -> None:
        resolver = self._wanted.get(key)
        held = self._open.setdefault(key, {})
        before = self._answers_by.get(key)
        same = resolver is not None and before is not None and _seen(before) == _seen(resolver)
        wanted = resolver.addresses if resolver else ()
        for address in list(held):
            if not same or address not in wanted:
                self._close_address(held.pop(address))
        if resolver is None:
            del self._open[key]
            self._answers_by.pop(key, None)
            if before and all(one.view != before.view for one in self._answers_by.values()):
                self._responder.drop_view(before.view)
                self._forwarder.drop_view(before.view)
            return
        self._answers_by[key] = resolver
        for address in wanted:
            if address not in held:
                held[address] = self._open_address(resolver, address)

    def _open_address(self, resolver: Resolver, address: Address) -> _Address:
        loop = self._loop
        if loop is None:
            raise RuntimeError("A name server is started in its loop before it is given a program.")
        view = self._responder.view(resolver.view, resolver.beyond, resolver.region)
        datagrams = self._bind(resolver.place, address, socket.SOCK_DGRAM, self._port)
        try:
            listening = self._bind(resolver.place, address, socket.SOCK_STREAM, self._port)
        except OSError:
            datagrams.close()
            raise
        reply = functools.partial(self._responder.reply, view=view)
        batch, admitted = self._batches[address.version], None
        if self._limit and _is_of_a_vpc(resolver):
            tell_devices(datagrams, address.version)
            batch = self._limited[address.version]
            admitted = functools.partial(self._limit.admitted, resolver.place)
        loop.add_reader(datagrams, self._read, batch, datagrams, view.replies, reply, admitted)
        by_stream = functools.partial(self._reply_by_stream, view=view)
        return _Address(datagrams, StreamListener(loop, listening, by_stream))

    def _bind(self, place: str, address: Address, kind: int, port: int = 0) -> socket.socket:
        return bound(self._open_socket, place, address, port, kind)

    def _close_address(self, address: _Address) -> None:
        if self._loop:
            self._loop.remove_reader(address.datagrams)
        address.datagrams.close()
        address.streams.close()

    def _read(
        self,
        batch: Batch,
        sock: socket.socket,
        known: Mapping[bytes, bytes],
        reply: Callable[[bytes], Reply],
        admitted: Admitted | None,
    ) -> None:
        for _ in range(_TURNS):
            count, others = batch.exchange(sock.fileno(), known, reply, admitted)
            for asker, onward in others:
                self._send_on(sock, asker, onward)
            if count < MOST:
                return

    def _send_on(self, sock: socket.socket, asker: Asker, onward: Onward) -> None:
        def answer(written: bytes) -> None:
            if sock.fileno() >= 0:  # else the resolver is gone meanwhile
                with contextlib.suppress(OSError):  # a datagram may be lost
                    sock.sendto(written, asker)

        self._forwarder.take(onward, answer, by_stream=False)

    def _reply_by_stream(self, data: bytes, send: Send, view: View) -> bytes | None:
        reply = self._responder.reply_by_stream(data, view)
        if isinstance(reply, Onward):
            self._forwarder.take(reply, send, by_stream=True)
            return None
        return reply


def _is_of_a_vpc(resolver: Resolver) -> bool:
    """Tell whether it is neither the internet's nor for what comes by inbound endpoints."""
    return resolver.region is not None and resolver.beyond is None


def _seen(resolver: Resolver) -> tuple[str | None, str | None]:
    return resolver.beyond, resolver.region
