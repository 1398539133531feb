"""HTTP at a socket, 1.1 or by ALPN 2: who is taken in, and how many.

A socket takes a bounded number of connections; who is more waits in the kernel. One that does not
bring a request's whole head in time is closed. Bodies are left as they came: what was signed is
what arrived, compressed or not.
"""

import asyncio
import logging
import resource
import socket
import ssl
from dataclasses import dataclass, field
from typing import cast

from genkan.front.http1 import Http1Connection
from genkan.front.http2 import Http2Connection
from genkan.front.request import Answer

LOG = logging.getLogger(__name__)
BACKLOG = 1024
MOST_CONNECTIONS = 2048  # of one socket at once, and at most
PART = 8  # of the descriptors that the process may have
ACCEPTED_AT_ONCE = 64  # so that one socket's crowd leaves the others their turn
MOMENT = 0.2  # seconds


def most_connections() -> int:
    """Give how many connections one socket takes: a part of the descriptors of the process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST_CONNECTIONS, max(1, soft // PART))


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections a socket takes at once, and how long one may be, in seconds, what is of
    no use to anybody."""

    idle: float = 75.0  # without a whole request's head, or a stream
    handshake: float = 15.0
    most: int = field(default_factory=most_connections)


class Listening:
    """A socket at which requests are answered; whoever fills it keeps nobody else waiting.

    What is more than it takes stays in the kernel's queue of that socket until a connection ends.
    Where the process has no descriptor left, it looks again a moment later.
    """

    def __init__(
        self, listener: socket.socket, answer: Answer, tls: ssl.SSLContext | None, bounds: Bounds
    ) -> None:
        self._listener = listener
        self._answer = answer
        self._tls = tls
        self._bounds = bounds
        self._loop = asyncio.get_running_loop()
        self._open = 0
        self._greetings: set[asyncio.Task[None]] = set()
        self._accepts = False
        self._accept_again()

    def close(self) -> None:
        """Take no more connections; those that are there go on."""
        self._pause()
        self._listener.close()

    def speaker(self, chosen: str | None) -> asyncio.Protocol:
        """Give what speaks the protocol that a connection chose."""
        if chosen == "h2":
            return Http2Connection(self._answer, self._bounds.idle, self._end)
        return Http1Connection(self._answer, self._bounds.idle, self._end)

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            if self._open >= self._bounds.most:
                self._pause()
                return
            try:
                accepted, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                LOG.warning("no connection can be taken now: %s", error)
                self._pause()
                self._loop.call_later(MOMENT, self._accept_again)
                return
            accepted.setblocking(False)
            self._open += 1
            greeting = self._loop.create_task(self._greet(accepted))
            self._greetings.add(greeting)
            greeting.add_done_callback(self._greetings.discard)

    async def _greet(self, accepted: socket.socket) -> None:
        first = (lambda: _Negotiated(self)) if self._tls else (lambda: self.speaker(None))
        try:
            await self._loop.connect_accepted_socket(
                first,
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=self._bounds.handshake if self._tls else None,
            )
        except (OSError, TimeoutError) as error:  # it went, or speaks no TLS
            LOG.debug("a connection did not begin: %s", error)
            accepted.close()
            self._end()

    def _end(self) -> None:
        """Hear that a connection is gone."""
        self._open -= 1
        self._accept_again()

    def _accept_again(self) -> None:
        if not self._accepts and self._listener.fileno() >= 0:
            self._accepts = True
            self._loop.add_reader(self._listener, self._accept)

    def _pause(self) -> None:
        if self._accepts:
            self._accepts = False
            self._loop.remove_reader(self._listener)


async def listen(
    listener: socket.socket,
    answer: Answer,
    tls: ssl.SSLContext | None,
    bounds: Bounds | None = None,
) -> Listening:
    """Answer requests at a bound socket, from now on."""
    listener.setblocking(False)
    listener.listen(BACKLOG)
    return Listening(listener, answer, tls, bounds or Bounds())


class _Negotiated(asyncio.Protocol):
    """A connection until its handshake has said which HTTP it speaks."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        chosen = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        speaker = self._listening.speaker(chosen)
        cast(asyncio.Transport, transport).set_protocol(speaker)
        speaker.connection_made(transport)
