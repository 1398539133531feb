"""Streams relayed: TCP connections that end at a load balancer's node and go on from it.
Datagrams that change their IP version there are relayed by `datagrams`.

Bytes that nobody has to read are moved by the kernel (splice(2)); TLS is ended here. A listener
belongs to its node's place and is reached by what the place's rules deliver; the mark of an
accepted socket says by which intake it came. A client whose target cannot be reached is reset.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
from collections.abc import Callable

from genkan.certificates.kept import Kept
from genkan.front.datagrams import DatagramPort
from genkan.front.handing import chosen, is_over
from genkan.front.proxy_header import header
from genkan.front.splicing import splice
from genkan.front.termination import NoCertificate, Termination, chosen_protocol, to_target
from genkan.program import Delta
from genkan.program.address import Address
from genkan.program.balancing import Held, Intake, RelayedPort, RelayedTarget
from genkan.program.route import AnswerChoice

LOG = logging.getLogger(__name__)
SECTIONS = frozenset({RelayedPort.section, Intake.section, AnswerChoice.section})
TRANSPARENT = {  # by IP version: its family, IP_TRANSPARENT, IPV6_TRANSPARENT
    4: (socket.AF_INET, socket.SOL_IP, 19),
    6: (socket.AF_INET6, socket.IPPROTO_IPV6, 75),
}
BACKLOG = 1024
CONNECT_PATIENCE = 10.0  # seconds
HANDSHAKE = 15.0
CHUNK = 1 << 18
RESET = struct.pack("ii", 1, 0)  # of SO_LINGER

OpenSocket = Callable[[str, int, int], socket.socket]
MarkOf = Callable[[str], int]
Key = tuple[str, ...]


class StreamRelay:
    """Relays by every RelayedPort of the program. Lives in one event loop."""

    def __init__(self, open_socket: OpenSocket, mark_of: MarkOf, kept: Kept) -> None:
        """`mark_of` gives the mark of connections whose answers ask a table."""
        self._open_socket = open_socket
        self._mark_of = mark_of
        self._kept = kept
        self._ports: dict[Key, _Port | DatagramPort] = {}
        self._interfaces: dict[tuple[str, int], str] = {}  # by place and mark
        self._endpoints: dict[tuple[str, str], str | None] = {}  # by place and interface

    async def apply(self, delta: Delta) -> None:
        """Relay by the program as it is after `delta`. Raises OSError where it cannot listen."""
        for entry in delta.removed:
            if isinstance(entry, Intake):
                self._endpoints.pop((entry.place, entry.interface), None)
            elif isinstance(entry, AnswerChoice):
                self._interfaces.pop((entry.place, self._mark_of(entry.table)), None)
            elif isinstance(entry, RelayedPort) and (port := self._ports.pop(entry.key, None)):
                port.close()
        for entry in delta.put:
            if isinstance(entry, Intake):
                self._endpoints[entry.place, entry.interface] = entry.endpoint
            elif isinstance(entry, AnswerChoice):
                self._interfaces[entry.place, self._mark_of(entry.table)] = entry.interface
        for entry in delta.put:
            if isinstance(entry, RelayedPort):
                self._put(entry)

    def close(self) -> None:
        for port in self._ports.values():
            port.close()

    def endpoint(self, place: str, accepted: socket.socket) -> str | None:
        """Give the VPC endpoint by which a connection came."""
        mark = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_MARK)
        return self._endpoints.get((place, self._interfaces.get((place, mark), "")))

    def connect(self, place: str, source: Address) -> socket.socket:
        """Give a socket of a place that begins connections from its address."""
        return self._bound(place, source, 0)

    def _bound(
        self, place: str, address: Address, port: int, kind: int = socket.SOCK_STREAM
    ) -> socket.socket:
        """Give a socket with an address of a place, which only routes say is here."""
        family, level, transparent = TRANSPARENT[address.version]
        opened = self._open_socket(place, family, kind)
        opened.setblocking(False)
        opened.setsockopt(level, transparent, 1)
        if port and kind == socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((str(address), port))
        return opened

    def _bound_for_datagrams(self, place: str, address: Address, port: int) -> socket.socket:
        return self._bound(place, address, port, socket.SOCK_DGRAM)

    def termination(self, entry: RelayedPort) -> Termination | None:
        """Give what ends the TLS of a port's clients, if it is to end here."""
        return Termination(entry.tls, self._kept) if entry.tls else None

    def _put(self, entry: RelayedPort) -> None:
        known = self._ports.get(entry.key)
        if known is not None:
            known.change(entry)
        elif entry.protocol == socket.IPPROTO_UDP:
            self._ports[entry.key] = DatagramPort(self._bound_for_datagrams, entry)
        else:
            opened = self._bound(entry.place, entry.address, entry.port)
            opened.listen(BACKLOG)
            self._ports[entry.key] = _Port(self, opened, entry)


class _Port:
    """One listener and its connections."""

    def __init__(self, relay: StreamRelay, listener: socket.socket, entry: RelayedPort) -> None:
        self._relay = relay
        self._listener = listener
        self._entry = entry
        self._tls = relay.termination(entry)
        self._connections: dict[asyncio.Task[None], Held] = {}
        self._accepting = asyncio.create_task(self._accept())

    def change(self, entry: RelayedPort) -> None:
        """Go on by another entry; end what it does not keep."""
        if entry.tls != self._entry.tls:
            self._tls = self._relay.termination(entry)
        self._entry = entry
        for task, held in list(self._connections.items()):
            if is_over(entry, held):
                task.cancel()

    def close(self) -> None:
        self._accepting.cancel()
        self._listener.close()
        for task in list(self._connections):
            task.cancel()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, (address, port, *_) = await loop.sock_accept(self._listener)
            except OSError as error:
                LOG.warning("nothing is accepted for a moment: %r", error)
                await asyncio.sleep(0.1)
                continue
            target = chosen(self._entry, address, port)
            task = asyncio.create_task(self._serve(client, (address, port), target))
            self._connections[task] = (target.address, target.port)
            task.add_done_callback(lambda done: self._connections.pop(done, None))

    async def _serve(
        self, client: socket.socket, source: tuple[str, int], target: RelayedTarget
    ) -> None:
        """Relay one connection to its end; what goes wrong resets both sides."""
        entry, loop = self._entry, asyncio.get_running_loop()
        version = target.address.version
        seen = next(one for one in entry.sources if one.version == version)
        with client, self._relay.connect(entry.place, seen) as server:
            try:
                client.setblocking(False)
                async with asyncio.timeout(CONNECT_PATIENCE):
                    await loop.sock_connect(server, (str(target.address), target.port))
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if target.tells_source:
                    met = (str(entry.address), entry.port)
                    endpoint = self._relay.endpoint(entry.place, client)
                    await loop.sock_sendall(server, header(source, met, endpoint))
                if self._tls is None and not target.tls:
                    await splice(client, server, entry.idle)
                else:
                    await self._read(client, server, target)
            except (OSError, NoCertificate, asyncio.CancelledError) as error:
                if isinstance(error, ssl.SSLError | NoCertificate):
                    LOG.info("no TLS at %s port %s: %s", entry.address, entry.port, error)
                for one in (client, server):
                    with contextlib.suppress(OSError):
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                if isinstance(error, asyncio.CancelledError):
                    raise

    async def _read(
        self, client: socket.socket, server: socket.socket, target: RelayedTarget
    ) -> None:
        """Relay what has to be read: TLS ends here, begins here, or both."""
        loop = asyncio.get_running_loop()
        near_reader = asyncio.StreamReader(limit=CHUNK)
        transport, protocol = await loop.connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(near_reader),
            client.dup(),
            ssl=self._tls.context() if self._tls else None,
            ssl_handshake_timeout=HANDSHAKE if self._tls else None,
        )
        near = asyncio.StreamWriter(transport, protocol, near_reader, loop)
        try:
            spoken = chosen_protocol(near)
            far_reader, far = await asyncio.open_connection(
                sock=server.dup(),
                ssl=to_target(spoken) if target.tls else None,
                server_hostname=str(target.address) if target.tls else None,
                ssl_handshake_timeout=HANDSHAKE if target.tls else None,
                limit=CHUNK,
            )
        except OSError:
            near.transport.abort()
            raise
        try:
            await _pump_both(near_reader, near, far_reader, far, self._entry.idle)
        finally:
            for one in (near, far):
                one.close()


async def _pump_both(
    near_reader: asyncio.StreamReader,
    near: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far: asyncio.StreamWriter,
    idle: float,
) -> None:
    """Pass both ways on until both have ended. Raises TimeoutError when neither has said anything
    for `idle` seconds."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(idle) as patience:

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while part := await reader.read(CHUNK):
                patience.reschedule(loop.time() + idle)
                writer.write(part)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            else:
                writer.close()  # TLS ends both directions

        await asyncio.gather(pump(near_reader, far), pump(far_reader, near))
