"""What stands behind services, on connections to a unix socket that are kept for the next request.

HTTP/1.1, answers parsed by llhttp. A request whose connection ends before its answer has begun is
not sent again: whether it was taken is not known.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import httptools

from genkan.front.incoming import Incoming
from genkan.front.request import Headers

IDLE = 60.0  # seconds after which a connection is not used again: the other end closes it some day
ERROR, SERVER_ERROR = 400, 500
MOST_KEPT = 64
ANSWER_PATIENCE = 300.0  # seconds for an answer, and for each part of it
CONTINUE = range(100, 200)
FRAMED = frozenset({"content-length", "transfer-encoding"})
MAY_HAVE_BODY = frozenset({"POST", "PUT", "PATCH"})

Body = bytes | AsyncIterator[bytes]


class UpstreamDown(Exception):
    """What stands behind the service does not take requests."""


class NotThere(UpstreamDown):
    """Nobody accepts connections: no request was taken."""


class BrokenOff(UpstreamDown, ConnectionAbortedError):
    """An answer has no end: whoever has a part of it is cut off."""


class UpstreamAnswer:
    """An answer: its head, and its body in parts. `aclose` lets go of its connection."""

    def __init__(self, connection: "_Connection", status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        self._lowered = {name.lower(): value for name, value in headers}
        self._connection = connection

    def header(self, name: str) -> str | None:
        """Give the last value of the header `name` (lower case), or None."""
        return self._lowered.get(name)

    async def read(self) -> bytes:
        """Give the whole body. Raises UpstreamDown where it breaks off."""
        body = self._connection.incoming
        if body.is_whole:
            return body.take()
        return b"".join([part async for part in self])

    def __aiter__(self) -> "UpstreamAnswer":
        return self

    async def __anext__(self) -> bytes:
        body = self._connection.incoming
        if body.is_whole and not body.size:
            raise StopAsyncIteration
        try:
            async with asyncio.timeout(ANSWER_PATIENCE):
                part = await body.part()
        except (ConnectionError, TimeoutError) as error:
            raise BrokenOff(f"an answer broke off: {type(error).__name__}: {error}") from error
        if not part:
            raise StopAsyncIteration
        return part

    async def aclose(self) -> None:
        self._connection.let_go()


class UpstreamSocket:
    """The way to what listens at a unix socket."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._kept: list[tuple[float, _Connection]] = []  # since when nobody uses it

    async def send(
        self, method: str, target: str, headers: list[tuple[str, str]], body: Body = b""
    ) -> UpstreamAnswer:
        """Send a request; give its answer when its head is there. Raises UpstreamDown, NotThere,
        and what the body raises."""
        connection = await self._connection()
        try:
            status, named = await connection.ask(method, target, headers, body)
        except (ConnectionError, TimeoutError) as error:
            connection.end()
            raise UpstreamDown(f"{type(error).__name__}: {error}") from error
        except BaseException:
            connection.end()
            raise
        return UpstreamAnswer(connection, status, named)

    def close(self) -> None:
        for _, connection in self._kept:
            connection.end()
        self._kept.clear()

    async def _connection(self) -> "_Connection":
        while self._kept:
            since, connection = self._kept.pop()
            if not connection.lost and time.monotonic() - since < IDLE:
                return connection
            connection.end()
        loop = asyncio.get_running_loop()
        try:
            _, made = await loop.create_unix_connection(lambda: _Connection(self), self._path)
        except OSError as error:
            raise NotThere(str(error)) from error
        return made

    def keep(self, connection: "_Connection") -> None:
        """Have a connection used again."""
        if len(self._kept) < MOST_KEPT:
            self._kept.append((time.monotonic(), connection))
        else:
            connection.end()


class _Connection(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, pool: UpstreamSocket) -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._writable = asyncio.Event()
        self._writable.set()
        self._sending: asyncio.Task[None] | None = None
        self._head: asyncio.Future[tuple[int, Headers]] | None = None
        self._waits_since: float | None = None  # for an answer, by the loop's clock
        self._timer: asyncio.TimerHandle | None = None
        self._headers: list[tuple[str, str]] = []
        self._status = 0
        self._has_no_body = False
        self._keeps = self._until_closed = False
        self._parser: Any = None
        self.incoming = Incoming()
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if self._timer is not None:
            self._timer.cancel()
        self._break_off(error or ConnectionResetError("it closed the connection"))
        self._writable.set()

    def eof_received(self) -> None:
        """Take the end of a body whose length nobody said."""
        if self._until_closed:
            self.incoming.end()

    async def ask(
        self, method: str, target: str, headers: list[tuple[str, str]], body: Body
    ) -> tuple[int, Headers]:
        """Send a request; give its answer's status and headers. Raises ConnectionError,
        TimeoutError, and what the body raises."""
        self._parser = httptools.HttpResponseParser(self)
        self.incoming = Incoming(self._transport.pause_reading, self._transport.resume_reading)
        self._has_no_body = method == "HEAD"
        self._keeps = self._until_closed = False
        self._head = self._loop.create_future()
        if isinstance(body, bytes):
            self._transport.write(_written(method, target, headers, len(body)) + body)
        else:
            self._sending = self._loop.create_task(self._send(method, target, headers, body))
            self._sending.add_done_callback(self._sent)
        self._wait()
        try:
            return await self._head
        finally:
            self._waits_since = None

    def let_go(self) -> None:
        """Keep the connection for the next request, if it can be used again."""
        sent = self._sending is None or self._sending.done()
        if self._keeps and sent and self.incoming.is_whole and not self.lost:
            self.incoming.take()
            self._parser = self._sending = None
            self._pool.keep(self)
        else:
            self.end()

    def end(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
        self._transport.abort()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        if self._parser is None:
            self.end()  # nobody asked anything
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._break_off(ConnectionResetError(f"no HTTP: {error.__context__ or error}"))
            self.end()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        decoded = value.decode("utf-8", "surrogateescape")
        self._headers.append((name.decode("utf-8", "surrogateescape"), decoded))

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if self._status in CONTINUE or self._head is None or self._head.done():
            return
        named = {name.lower() for name, _ in self._headers}
        self._until_closed = named.isdisjoint(FRAMED)
        self._keeps = self._parser.should_keep_alive() and not self._until_closed
        self._head.set_result((self._status, tuple(self._headers)))
        if self._has_no_body:
            self.incoming.end()

    def on_body(self, part: bytes) -> None:
        self.incoming.feed(part)

    def on_message_complete(self) -> None:
        if self._status not in CONTINUE:
            self.incoming.end()

    async def _send(
        self, method: str, target: str, headers: list[tuple[str, str]], body: AsyncIterator[bytes]
    ) -> None:
        length = next((int(v) for name, v in headers if name.lower() == "content-length"), None)
        self._transport.write(_written(method, target, headers, length))
        async for part in body:
            chunk = part if length is not None else b"%x\r\n%b\r\n" % (len(part), part)
            self._transport.write(chunk)
            self._wait()
            await self._writable.wait()
            if self.lost:
                return
        if length is None:
            self._transport.write(b"0\r\n\r\n")

    def _sent(self, sending: "asyncio.Task[None]") -> None:
        """Hear that a body was sent, or what kept it from being: then there is no answer to it."""
        if not sending.cancelled() and (error := sending.exception()) is not None:
            self._break_off(error)
            self.end()

    def _break_off(self, error: BaseException) -> None:
        if self._head is not None and not self._head.done():
            self._head.set_exception(error)
        self.incoming.fail(ConnectionResetError(str(error)))

    def _wait(self) -> None:
        """Wait for an answer from now on: a body is sent first, as long as that takes."""
        if self._head is not None and not self._head.done():
            self._waits_since = self._loop.time()
            if self._timer is None:  # one for all that is asked: most answers come at once
                self._timer = self._loop.call_later(ANSWER_PATIENCE, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        self._timer = None
        if self._waits_since is None:
            return
        left = self._waits_since + ANSWER_PATIENCE - self._loop.time()
        if left <= 0:
            self._break_off(TimeoutError(f"no answer within {ANSWER_PATIENCE:.0f} s"))
        else:
            self._timer = self._loop.call_later(left, self._look_at_the_clock)


def _written(method: str, target: str, headers: list[tuple[str, str]], length: int | None) -> bytes:
    """Write a request's head; without a length its body comes in chunks."""
    lines = [f"{method} {target} HTTP/1.1\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers if name.lower() != "content-length"]
    if length is None:
        lines.append("Transfer-Encoding: chunked\r\n")
    elif length or method in MAY_HAVE_BODY:
        lines.append(f"Content-Length: {length}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


def is_no_answer(answer: UpstreamAnswer, content: bytes) -> bool:
    """Tell whether an error is the server's behind the service, not the service's."""
    if answer.status >= SERVER_ERROR:
        return True
    told_to_people = (answer.header("content-type") or "").startswith("text/html")
    return answer.status >= ERROR and told_to_people and content != b""
