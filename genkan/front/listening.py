"""HTTP at a socket, 1.1 or by ALPN 2: what is bounded, and how what is none gets into the log.

A connection that does not bring a request's whole head in time is closed; heads have at most 128
lines of 8 kB each. What the parser refuses is answered with 400, closed, and logged in one line.
Bodies are left as they came: what was signed is what arrived, compressed or not.
"""

import asyncio
import functools
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from genkan.front.http2 import Http2Connection

LOG = logging.getLogger(__name__)
BACKLOG = 1024
Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a connection may be, in seconds, what is of no use to anybody."""

    idle: float = 75.0  # without a whole request's head, or a stream
    handshake: float = 15.0


BOUNDS = Bounds()


async def listen(
    listener: socket.socket, answer: Answer, tls: ssl.SSLContext | None, bounds: Bounds = BOUNDS
) -> asyncio.Server:
    """Answer requests at a socket."""
    listener.setblocking(False)
    server = web.Server(
        answer, access_log=None, auto_decompress=False, keepalive_timeout=bounds.idle, logger=LOG
    )
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        functools.partial(_Negotiated, server, answer, bounds.idle) if tls else server,
        sock=listener,
        ssl=tls,
        backlog=BACKLOG,
        ssl_handshake_timeout=bounds.handshake if tls else None,
    )


class _Negotiated(asyncio.Protocol):
    """A connection until its handshake has said which HTTP it speaks."""

    def __init__(self, server: web.Server, answer: Answer, idle: float) -> None:
        self._server = server
        self._answer = answer
        self._idle = idle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        chosen = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        speaker = Http2Connection(self._answer, self._idle) if chosen == "h2" else self._server()
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a stream
        transport.set_protocol(speaker)
        speaker.connection_made(transport)


def _shorten(record: logging.LogRecord) -> bool:
    """Take the traceback from what a caller did: it would show our libraries and nothing of ours"""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | ConnectionError):
        told = " ".join(str(error).split())[:200]
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {told}", (), None
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


LOG.addFilter(_shorten)
