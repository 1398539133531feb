"""DNS over TCP: messages behind their length, any number of them (RFC 1035, 4.2.2; RFC 7766).

Questions that come together are answered in their order, but for those that others answer. A
connection on which no whole question comes for IDLE seconds is closed, as is one of a client that
does not read its answers.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable

LOG = logging.getLogger(__name__)
IDLE = 10.0  # seconds
MOST_CONNECTIONS = 1024  # of one listener; what comes then waits in the kernel's queue
BACKLOG = 128
PAUSE = 1.0  # seconds without accepting when the process has no descriptors left
_PREFIX = 2

Send = Callable[[bytes], None]
Reply = Callable[[bytes, Send], bytes | None]  # what it does not answer at once, it sends later


class Connection(asyncio.Protocol):
    """One asker's stream."""

    def __init__(self, reply: Reply, closed: Callable[["Connection"], None]) -> None:
        self._reply = reply
        self._closed = closed
        self._waiting = bytearray()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's transport is one
        self._transport = transport
        self._restart_timer()

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        replies, taken = [], 0
        while len(self._waiting) >= taken + _PREFIX:
            start = taken + _PREFIX
            end = start + int.from_bytes(self._waiting[taken:start])
            if len(self._waiting) < end:
                break
            answer = self._reply(bytes(self._waiting[start:end]), self.send)
            if answer is not None:
                replies.append(len(answer).to_bytes(_PREFIX) + answer)
            taken = end
        if taken:
            del self._waiting[:taken]
            self._restart_timer()
        if replies and self._transport:
            self._transport.write(b"".join(replies))

    def send(self, answer: bytes) -> None:
        """Send an answer that came later, if the asker is still there."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(len(answer).to_bytes(_PREFIX) + answer)

    def pause_writing(self) -> None:
        if self._transport:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport:
            self._transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._closed(self)

    def abort(self) -> None:
        """Close at once, whatever is still to be written."""
        if self._transport:
            self._transport.abort()

    def _restart_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(IDLE, self.abort)


class StreamListener:
    """A listening socket, bound already, and the connections made to it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        reply: Reply,
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._reply = reply
        self._connections: set[Connection] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._accepting = False
        self._resume: asyncio.TimerHandle | None = None
        sock.listen(BACKLOG)
        self._accept_on()

    def close(self) -> None:
        """Stop listening and cut every connection."""
        self._accept_off()
        if self._resume:
            self._resume.cancel()
        self._sock.close()
        for task in self._starting:
            task.cancel()
        for connection in list(self._connections):
            connection.abort()

    def _accept_on(self) -> None:
        if not self._accepting and self._sock.fileno() >= 0:
            self._loop.add_reader(self._sock, self._accept)
            self._accepting = True

    def _accept_off(self) -> None:
        if self._accepting:
            self._loop.remove_reader(self._sock)
            self._accepting = False

    def _accept(self) -> None:
        try:
            sock, _ = self._sock.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            LOG.error("No TCP questions for %s s: accept failed: %s", PAUSE, error)
            self._accept_off()
            self._resume = self._loop.call_later(PAUSE, self._accept_on)
            return
        sock.setblocking(False)
        connection = Connection(self._reply, self._forget)
        self._connections.add(connection)
        task = self._loop.create_task(self._start(sock, connection))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        if len(self._connections) >= MOST_CONNECTIONS:
            self._accept_off()

    async def _start(self, sock: socket.socket, connection: Connection) -> None:
        try:
            with contextlib.suppress(OSError):
                await self._loop.connect_accepted_socket(lambda: connection, sock)
        except asyncio.CancelledError:
            sock.close()
            raise

    def _forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._accept_on()
