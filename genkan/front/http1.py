"""HTTP/1.1 on a connection: requests parsed by llhttp, answered one after the other.

RFC 9112. A head is bounded in lines, their length, and altogether; what is none is answered with
400 and ends the connection, in one line of the log. A connection without a whole head for `idle`
seconds ends, and so does one whose client neither sends the rest of a body that nobody reads nor
takes its answer.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, cast

import httptools

from genkan.front.incoming import Incoming
from genkan.front.request import Answer, Request, Response, Speaks, head_of

LOG = logging.getLogger(__name__)
MOST_LINES = 128  # of a head
LONGEST_LINE = 8190  # bytes
LARGEST_HEAD = 1 << 17
MOST_WAITING = 32  # requests that came before their turn
LINGER = 10.0  # seconds for the rest of a body that nobody reads
PATIENCE = 300.0  # seconds for a client to take more of its answer
REQUESTS, BODY = "requests", "body"  # what there is too much of
SPOKEN = ("1.1", "1.0")
BODILESS = frozenset({204, 304})
REASONS = {one.value: one.phrase for one in HTTPStatus}
AS_TEXT = ("utf-8", "surrogateescape")
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class BadHead(Exception):
    """A head that is beyond its bounds, or says two things of its body."""


class Http1Connection(asyncio.Protocol):
    """The server's end of one connection; `ended` is called when it is gone."""

    def __init__(self, answer: Answer, idle: float, ended: Callable[[], None]) -> None:
        self._answer = answer
        self._idle = idle
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._in_head = 0  # bytes that came while no head was whole
        self._body: Incoming | None = None  # of the request that is still coming
        self._requests: deque[tuple[Request, bool]] = deque()  # not begun; may one go on after it?
        self._request: Request | None = None  # that is answered now
        self._serving: asyncio.Task[None] | None = None
        self._quiet_since = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._held_back: set[str] = set()  # why nothing is taken in
        self._ends = False  # no more is taken in: what came before is answered yet
        self._unreadable = False  # and the last word is 400
        self._lost = False
        self._after = b""  # what came after a request to speak something else
        self._is_handed_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._peer = _address(transport.get_extra_info("peername"))
        self._near = _address(transport.get_extra_info("sockname"))
        self._socket = transport.get_extra_info("socket")
        self._timer = self._loop.call_later(self._idle, self._look_at_the_clock)

    def connection_lost(self, error: Exception | None) -> None:
        self._lost = True
        if self._timer is not None:
            self._timer.cancel()
        if self._body is not None:
            self._body.fail(ConnectionResetError("the client has gone"))
        self._writable.set()
        self._ended()

    def data_received(self, data: bytes) -> None:
        if self._ends:
            return
        self._in_head += len(data) if self._body is None else 0
        try:
            self._parser.feed_data(data)
            if self._body is None and self._in_head > LARGEST_HEAD:
                raise BadHead(f"a head of more than {LARGEST_HEAD} bytes")
        except httptools.HttpParserUpgrade as upgrade:
            self._ends = True  # nothing more of HTTP: the answer is the last
            self._after = data[upgrade.args[0] :]
            self._transport.pause_reading()  # what comes is not for this
        except (httptools.HttpParserError, BadHead) as error:
            self._refuse(error.__context__ or error)
        if len(self._requests) > MOST_WAITING:
            self._hold_back(REQUESTS)

    def eof_received(self) -> bool:
        """Go on answering a client that has said all that it wants to."""
        self._ends = True
        if self._body is not None:
            self._body.fail(ConnectionResetError("the client has gone"))
        return self._serving is not None

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _hold_back(self, why: str) -> None:
        """Take no more in from the client, as long as there is any reason."""
        self._held_back.add(why)
        self._transport.pause_reading()

    def _go_on(self, why: str) -> None:
        if why in self._held_back:
            self._held_back.remove(why)
            if not self._held_back and not self._lost:
                self._transport.resume_reading()

    def _hold_back_body(self) -> None:
        self._hold_back(BODY)

    def _go_on_with_body(self) -> None:
        self._go_on(BODY)

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._target = b""
        self._headers = []

    def on_url(self, part: bytes) -> None:
        self._target += part
        if len(self._target) > LONGEST_LINE:
            raise BadHead("a target that is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        headers = self._headers
        if len(name) + len(value) > LONGEST_LINE or len(headers) >= MOST_LINES:
            raise BadHead("a header that is too long, or one too many")
        headers.append((name.decode(*AS_TEXT), value.decode(*AS_TEXT)))

    def on_headers_complete(self) -> None:
        parser, headers = self._parser, tuple(self._headers)
        head = head_of(parser.get_method().decode(), self._target.decode(*AS_TEXT), headers)
        length, chunked = _framing(head.headers)
        version = parser.get_http_version()
        if version not in SPOKEN:
            raise BadHead(f"HTTP/{version} is not spoken here")
        body = Incoming(self._hold_back_body, self._go_on_with_body)
        waits = version != "1.0" and (head.header("expect") or "").strip().lower() == "100-continue"
        request = Request(
            head,
            headers,
            body,
            chunked or bool(length),
            length,
            self._peer,
            self._near,
            self._socket,
            _Once(self._tell_to_go_on) if waits else _nothing,
        )
        self._body = body
        self._in_head = 0
        self._requests.append((request, parser.should_keep_alive()))
        if self._serving is None:
            self._serving = self._loop.create_task(self._serve())

    def on_body(self, part: bytes) -> None:
        if self._body is not None:
            self._body.feed(part)

    def on_message_complete(self) -> None:
        if self._body is not None:
            self._body.end()
        self._body = None

    # What answers.

    async def _serve(self) -> None:
        """Answer what has come, one request after the other."""
        try:
            while self._requests and not self._lost:
                self._request, goes_on = self._requests.popleft()
                if not self._requests:
                    self._go_on(REQUESTS)
                if not await self._serve_one(self._request, goes_on):
                    self._ends, self._unreadable = True, False
                    break
            if self._unreadable and not self._lost:
                self._transport.write(_head(Response(400), 0, goes_on=False))
        except (ConnectionError, TimeoutError) as error:
            LOG.info("an answer to %s ended early: %s", self._peer, error)
            self._transport.abort()
        except Exception:
            LOG.exception("a connection of %s failed", self._peer)
            self._transport.abort()
        finally:
            self._serving = self._request = None
            self._quiet_since = self._loop.time()
            if self._ends and not self._lost and not self._is_handed_over:
                self._close()

    async def _serve_one(self, request: Request, goes_on: bool) -> bool:
        """Answer a request; tell whether another one may follow it on this connection."""
        try:
            response = await self._answer(request)
        except ConnectionError:
            raise
        except Exception:
            LOG.exception("%s %s failed", request.head.method, request.head.path[:200])
            response, goes_on = Response(500), False
        waits = isinstance(request.go_on, _Once) and not request.go_on.told
        goes_on = goes_on and not (waits and request.has_body)
        await self._send(request, response, goes_on)
        if request.body.is_whole or waits:
            return goes_on
        return await self._read_to_the_end(request.body) and goes_on

    async def _send(self, request: Request, response: Response, goes_on: bool) -> None:
        if response.speaks is not None:
            self._hand_over(response, response.speaks)
            return
        if self._lost:
            raise ConnectionResetError("the client has gone")
        body = response.body
        bare = request.head.method == "HEAD" or response.status in BODILESS
        if isinstance(body, bytes):
            length = len(body) if response.length is None else response.length
            head = _head(response, length, goes_on)
            self._transport.write(head if bare else head + body)
            return
        try:
            self._transport.write(_head(response, response.length, goes_on))
            if not bare:
                await self._send_parts(body, response.length)
        finally:
            await body.aclose()

    def _hand_over(self, response: Response, speaks: Speaks) -> None:
        """Leave the connection to who speaks what the client asked for, RFC 9110, section 7.8."""
        lines = [f"HTTP/1.1 {response.status} {REASONS[response.status]}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        self._transport.write("\r\n".join([*lines, "", ""]).encode())
        self._is_handed_over = True
        if self._timer is not None:
            self._timer.cancel()
        speaks(self._transport, _nothing if self._lost else self._ended)
        speaker = cast(asyncio.Protocol, self._transport.get_protocol())
        if self._lost:  # nobody tells it any more
            speaker.connection_lost(None)
            return
        self._transport.resume_reading()
        if self._after:
            speaker.data_received(self._after)

    async def _send_parts(self, parts: Any, length: int | None) -> None:  # noqa: ANN401
        async for part in parts:
            if not part:
                continue
            if length is None:
                self._transport.write(b"%x\r\n%b\r\n" % (len(part), part))
            else:
                self._transport.write(part)
            await self._drain()
        if length is None:
            self._transport.write(b"0\r\n\r\n")

    async def _drain(self) -> None:
        if not self._writable.is_set():
            async with asyncio.timeout(PATIENCE):
                await self._writable.wait()
        if self._lost:
            raise ConnectionResetError("the client has gone")

    async def _read_to_the_end(self, body: Incoming) -> bool:
        """Let a client say the rest of what nobody reads: it may not listen before it has."""
        try:
            async with asyncio.timeout(LINGER):
                while await body.part():
                    pass
        except (TimeoutError, ConnectionError, NotFramed):
            return False
        return True

    def _tell_to_go_on(self) -> None:
        if not self._lost:
            self._transport.write(GO_ON)

    def _refuse(self, error: BaseException) -> None:
        """End the connection of somebody who speaks no HTTP, after what was asked before."""
        told = " ".join(str(error).split())[:200]
        LOG.info("%s spoke no HTTP: %s: %s", self._peer, type(error).__name__, told)
        self._ends = self._unreadable = True
        if self._body is not None:
            self._body.fail(NotFramed(told))
            if self._request is not None and self._body is self._request.body:
                self._unreadable = False  # its answer says so
            else:
                self._requests.pop()  # nobody has looked at it yet
            self._body = None
        if self._serving is None:
            self._serving = self._loop.create_task(self._serve())

    def _close(self) -> None:
        self._transport.close()
        self._loop.call_later(LINGER, self._transport.abort)  # TLS waits for the client's word

    def _look_at_the_clock(self) -> None:
        """Close a connection that brought nothing for too long; look again when that could be."""
        left = self._idle
        if self._serving is None:
            left = self._quiet_since + self._idle - self._loop.time()
            if left <= 0:
                self._close()
                return
        self._timer = self._loop.call_later(left, self._look_at_the_clock)


class NotFramed(Exception):
    """A body whose end nobody can tell."""


class _Once:
    """Something that is done at most once."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self.told = False

    def __call__(self) -> None:
        if not self.told:
            self.told = True
            self._do()


def _nothing() -> None:
    """Do nothing, for a client that does not wait."""


def _address(name: Any) -> str:  # noqa: ANN401 - what a socket calls an end of it
    return str(name[0]) if isinstance(name, tuple) else ""


def _framing(headers: Any) -> tuple[int | None, bool]:  # noqa: ANN401 - pairs
    """Give a body's length, and whether it comes in chunks. Raises BadHead for what proxies read
    in two ways (RFC 9112, section 6.1)."""
    length, codings = None, []
    for name, value in headers:
        if name == "content-length":
            length = int(value)
        elif name == "transfer-encoding":
            codings.append(value.strip().lower())
    if codings and codings != ["chunked"]:
        raise BadHead("a Transfer-Encoding that is not chunked alone")
    return length, bool(codings)


def _head(response: Response, length: int | None, goes_on: bool) -> bytes:
    """Write an answer's head; without a length its body comes in chunks."""
    status = response.status
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, '')}\r\n"]
    for name, value in response.headers:
        if "\n" in value or "\r" in value:
            raise ValueError(f"the header {name} would be two")
        lines.append(f"{name}: {value}\r\n")
    if length is not None:
        framing = f"content-length: {length}\r\n"
    else:
        framing = "transfer-encoding: chunked\r\n"
    if status not in BODILESS:
        lines.append(framing)
    lines.append(f"date: {_date()}\r\n" if goes_on else f"date: {_date()}\r\nconnection: close\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("utf-8", "surrogateescape")


_known_date: tuple[int, str] = (0, "")


def _date() -> str:
    global _known_date
    now = int(time.time())
    if _known_date[0] != now:
        _known_date = (now, formatdate(now, usegmt=True))
    return _known_date[1]
