"""`Http2Stream`: one stream of HTTP/2 as a request that aiohttp's handlers know how to answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

if TYPE_CHECKING:
    from genkan.front.http2 import Http2Connection

LOG = logging.getLogger(__name__)
BUFFER = 1 << 17  # bytes of a body that wait to be read, before its window stays closed
WINDOW_PATIENCE = 300.0  # seconds for a client to take more of its answer
MOST_HEADERS = 128
OF_ONE_HOP = frozenset({"connection", "keep-alive", "proxy-connection", "transfer-encoding"})
FORBIDDEN = ("\r", "\n", "\0")
Headers = Iterable[tuple[str, str]]
Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Http2Stream:
    """One request and its answer; to aiohttp, the connection that it came by."""

    def __init__(self, connection: "Http2Connection", number: int, headers: Headers) -> None:
        self.id = number
        self.connection = connection
        self.transport = connection.transport
        self.ssl_context = self.transport.get_extra_info("sslcontext")
        self.peername = self.transport.get_extra_info("peername")
        self.sockname = self.transport.get_extra_info("sockname")
        self.max_field_size = self.max_headers = BUFFER
        self._headers = list(headers)
        self._loop = asyncio.get_running_loop()
        self._body = StreamReader(cast(Any, self), BUFFER, loop=self._loop)
        self._held = 0  # bytes whose window is not given back yet
        self._reading_paused = False
        self.window = asyncio.Event()
        self.ended = False
        self._task: asyncio.Task[None] | None = None

    def begin(self, answer: Answer) -> None:
        self._task = self._loop.create_task(self._serve(answer))

    @property
    def connected(self) -> bool:
        return not self.ended

    def pause_reading(self) -> None:
        self._reading_paused = True

    def resume_reading(self, resume_parser: bool = True) -> None:
        self._reading_paused = False
        self._give_window_back()

    def feed(self, data: bytes, size: int) -> None:
        """Take a part of the body in, which took `size` of the window."""
        self._held += size
        if self._task is not None and not self._body.is_eof() and not self._task.done():
            self._body.feed_data(data)
        if not self._reading_paused or self._task is None:
            self._give_window_back()

    def feed_end(self) -> None:
        self._body.feed_eof()

    def window_opened(self) -> None:
        self.window.set()

    def end(self) -> None:
        """Take note that the client has taken the stream back, or has gone."""
        self.ended = True
        self.window.set()
        if not self._body.is_eof():
            self._body.set_exception(ConnectionResetError("the client has taken its request back"))

    def _give_window_back(self) -> None:
        if self._held and not self.connection.lost:
            try:
                self.connection.h2.acknowledge_received_data(self._held, self.id)
            except Exception as error:
                LOG.debug("stream %s: %r", self.id, error)
            self._held = 0
            self.connection.flush()

    async def _serve(self, answer: Answer) -> None:
        writer = Http2Writer(self)
        answered = False
        try:
            message = message_of(self._headers)
            if message is None:
                await self._answer_whole(writer, "HTTP/1.1 400 Bad Request")
            else:
                task = cast("asyncio.Task[None]", asyncio.current_task())
                this = cast(Any, self)
                request = web.BaseRequest(message, self._body, this, writer, task, self._loop)
                response = await answer(request)
                await response.prepare(request)
                await response.write_eof()
            answered = True
        except (ConnectionError, TimeoutError) as error:
            LOG.debug("stream %s had no answer: %r", self.id, error)
            self._reset()
        except Exception:
            LOG.exception("stream %s failed", self.id)
            self._reset()
        finally:
            self.ended = True
            if answered and not self._body.is_eof():
                self._reset(0)  # NO_ERROR: the rest of the body is not needed (RFC 9113, 8.1)
            self.connection.forget(self, answered)

    async def _answer_whole(self, writer: "Http2Writer", status: str) -> None:
        await writer.write_headers(status, CIMultiDict({"content-length": "0"}))
        await writer.write_eof()

    def _reset(self, code: int = 2) -> None:  # INTERNAL_ERROR
        from h2.exceptions import ProtocolError

        try:
            self.connection.h2.reset_stream(self.id, error_code=code)
        except ProtocolError:
            return  # it is closed
        self.connection.flush()


class Http2Writer(AbstractStreamWriter):
    """Writes an answer as frames, as far as the client's window is open."""

    def __init__(self, stream: Http2Stream) -> None:
        self._stream = stream
        self._h2 = stream.connection.h2

    async def write_headers(self, status_line: str, headers: "CIMultiDict[str]") -> None:
        self._check()
        kept = [
            (name.lower(), value)
            for name, value in headers.items()
            if name.lower() not in OF_ONE_HOP
        ]
        self._h2.send_headers(self._stream.id, [(":status", status_line.split()[1]), *kept])
        self._stream.connection.flush()
        self.output_size += 1

    def go_on(self) -> None:
        """Tell a client that waits for it to send its body: 100 Continue."""
        self._check()
        self._h2.send_headers(self._stream.id, [(":status", "100")])
        self._stream.connection.flush()

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        rest = memoryview(chunk).cast("B")
        while rest:
            self._check()
            window = self._h2.local_flow_control_window(self._stream.id)
            size = min(window, self._h2.max_outbound_frame_size, len(rest))
            if size <= 0:
                self._stream.window.clear()
                async with asyncio.timeout(WINDOW_PATIENCE):
                    await self._stream.window.wait()
                continue
            self._h2.send_data(self._stream.id, bytes(rest[:size]))
            rest = rest[size:]
            self.output_size += size
            if not rest or self._h2.local_flow_control_window(self._stream.id) <= 0:
                self._stream.connection.flush()
                await self._stream.connection.drain()

    async def write_eof(self, chunk: bytes = b"") -> None:
        if chunk:
            await self.write(chunk)
        self._check()
        self._h2.end_stream(self._stream.id)
        self._stream.connection.flush()

    async def drain(self) -> None:
        await self._stream.connection.drain()

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        raise NotImplementedError("bodies are left as they came")

    def enable_chunking(self) -> None:
        """Do nothing: frames say where a body ends."""

    def _check(self) -> None:
        if self._stream.ended or self._stream.connection.lost:
            raise ConnectionResetError("the client has taken its request back")


def message_of(headers: list[tuple[str, str]]) -> RawRequestMessage | None:
    """Give the head of a request as aiohttp has it; None when it cannot be one of HTTP/1.1."""
    pseudo = {name: value for name, value in headers if name.startswith(":")}
    plain: CIMultiDict[str] = CIMultiDict()
    for name, value in headers:
        if any(one in value for one in FORBIDDEN):
            return None
        if not name.startswith(":"):
            plain.add(name, value)
    method, path = pseudo.get(":method", ""), pseudo.get(":path", "")
    if len(headers) > MOST_HEADERS or method == "CONNECT" or not path.startswith("/"):
        return None
    authority = pseudo.get(":authority")
    if authority is not None:
        if plain.get("host", authority) != authority:
            return None
        plain["host"] = authority
    if "cookie" in plain:  # RFC 9113, section 8.2.3
        plain["cookie"] = "; ".join(plain.getall("cookie"))
    raw = tuple((name.encode(), value.encode()) for name, value in plain.items())
    return RawRequestMessage(
        method,
        path,
        HttpVersion11,
        CIMultiDictProxy(plain),
        raw,
        False,
        None,
        False,
        False,
        URL.build(path=path.partition("?")[0], query_string=path.partition("?")[2], encoded=True),
    )
