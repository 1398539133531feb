"""`Http2Stream`: one stream of HTTP/2, from its head to the end of its answer."""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from genkan.front.incoming import Incoming
from genkan.front.request import Answer, Headers, Request, Response, head_of

if TYPE_CHECKING:
    from genkan.front.http2 import Http2Connection

LOG = logging.getLogger(__name__)
WINDOW_PATIENCE = 300.0  # seconds for a client to take more of its answer
MOST_HEADERS = 128
OF_ONE_HOP = frozenset({"connection", "keep-alive", "proxy-connection", "transfer-encoding"})
FORBIDDEN = ("\r", "\n", "\0")
BODILESS = frozenset({204, 304})


class Http2Stream:
    """One request and its answer."""

    def __init__(
        self, connection: "Http2Connection", number: int, headers: Iterable[tuple[str, str]]
    ) -> None:
        self.id = number
        self._connection = connection
        self._h2 = connection.h2
        self._headers = list(headers)
        self._loop = asyncio.get_running_loop()
        self._body = Incoming(self._hold_back, self._give_window_back)
        self._held = 0  # bytes whose window is not given back yet
        self._holds_back = False
        self._window = asyncio.Event()
        self._ended = False
        self._task: asyncio.Task[None] | None = None

    def begin(self, answer: Answer) -> None:
        self._task = self._loop.create_task(self._serve(answer))

    def feed(self, data: bytes, counted: int) -> None:
        """Take a part of the body in; `counted` of the window are given back as it is read."""
        self._held += counted
        if not self._ended:
            self._body.feed(data)
        if not self._holds_back or self._task is None:
            self._give_window_back()

    def feed_end(self) -> None:
        self._body.end()

    def window_opened(self) -> None:
        self._window.set()

    def end(self) -> None:
        """Take note that the client has taken the stream back, or has gone."""
        self._ended = True
        self._window.set()
        self._body.fail(ConnectionResetError("the client has taken its request back"))

    def _hold_back(self) -> None:
        self._holds_back = True

    def _give_window_back(self) -> None:
        self._holds_back = False
        if self._held and not self._connection.lost:
            try:
                self._h2.acknowledge_received_data(self._held, self.id)
            except Exception as error:
                LOG.debug("stream %s: %r", self.id, error)
            self._held = 0
            self._connection.flush()

    async def _serve(self, answer: Answer) -> None:
        answered = False
        try:
            request = self._request()
            response = Response(400) if request is None else await answer(request)
            await self._send(response, request is not None and request.head.method == "HEAD")
            answered = True
        except (ConnectionError, TimeoutError) as error:
            LOG.debug("stream %s had no answer: %r", self.id, error)
            self._reset()
        except Exception:
            LOG.exception("stream %s failed", self.id)
            self._reset()
        finally:
            self._ended = True
            if answered and not self._body.is_whole:
                self._reset(0)  # NO_ERROR: the rest of the body is not needed (RFC 9113, 8.1)
            self._connection.forget(self, answered)

    def _request(self) -> Request | None:
        headers = headers_of(self._headers)
        if headers is None:
            return None
        pseudo = {name: value for name, value in self._headers if name.startswith(":")}
        head = head_of(pseudo[":method"], pseudo[":path"], headers)
        length = next((value for name, value in headers if name == "content-length"), None)
        waits = (head.header("expect") or "").strip().lower() == "100-continue"
        transport = self._connection.transport
        peer, near = (transport.get_extra_info(name) for name in ("peername", "sockname"))
        return Request(
            head,
            headers,
            self._body,
            not self._body.is_whole or bool(self._body.size),
            int(length) if length is not None else None,
            str(peer[0]) if peer else "",
            str(near[0]) if near else "",
            transport.get_extra_info("socket"),
            self._go_on if waits else lambda: None,
        )

    def _go_on(self) -> None:
        """Tell a client that waits for it to send its body."""
        if not self._body.is_whole and not self._body.size:
            self._check()
            self._h2.send_headers(self.id, [(":status", "100")])
            self._connection.flush()

    async def _send(self, response: Response, bare: bool) -> None:
        self._check()
        headers = [(":status", str(response.status))]
        headers += [
            (lowered, value)
            for name, value in response.headers
            if (lowered := name.lower()) not in OF_ONE_HOP
        ]
        body, length = response.body, response.length
        if isinstance(body, bytes) and length is None:
            length = len(body)
        if length is not None and response.status not in BODILESS:
            headers.append(("content-length", str(length)))
        bare = bare or response.status in BODILESS
        try:
            self._h2.send_headers(self.id, headers)
            self._connection.flush()
            if isinstance(body, bytes):
                await self._write(b"" if bare else body)
            elif not bare:
                async for part in body:
                    await self._write(part)
        finally:
            if not isinstance(body, bytes):
                await body.aclose()
        self._check()
        self._h2.end_stream(self.id)
        self._connection.flush()

    async def _write(self, body: bytes) -> None:
        """Send bytes as frames, as far as the client's window is open."""
        rest = memoryview(body)
        while rest:
            self._check()
            window = self._h2.local_flow_control_window(self.id)
            size = min(window, self._h2.max_outbound_frame_size, len(rest))
            if size <= 0:
                self._window.clear()
                async with asyncio.timeout(WINDOW_PATIENCE):
                    await self._window.wait()
                continue
            self._h2.send_data(self.id, bytes(rest[:size]))
            rest = rest[size:]
            if not rest or self._h2.local_flow_control_window(self.id) <= 0:
                self._connection.flush()
                await self._connection.drain()

    def _reset(self, code: int = 2) -> None:  # INTERNAL_ERROR
        from h2.exceptions import ProtocolError

        try:
            self._h2.reset_stream(self.id, error_code=code)
        except ProtocolError:
            return  # it is closed
        self._connection.flush()

    def _check(self) -> None:
        if self._ended or self._connection.lost:
            raise ConnectionResetError("the client has taken its request back")


def headers_of(headers: list[tuple[str, str]]) -> Headers | None:
    """Give the headers of a request as HTTP/1.1 has them; None when it cannot be one of those."""
    pseudo = {name: value for name, value in headers if name.startswith(":")}
    if any(one in value for _, value in headers for one in FORBIDDEN):
        return None
    method, path = pseudo.get(":method", ""), pseudo.get(":path", "")
    if len(headers) > MOST_HEADERS or method == "CONNECT" or not path.startswith("/"):
        return None
    plain = [(name, value) for name, value in headers if not name.startswith(":")]
    if any(name == "content-length" and not value.isdecimal() for name, value in plain):
        return None
    authority = pseudo.get(":authority")
    if authority is not None:
        if any(name == "host" and value != authority for name, value in plain):
            return None
        plain = [("host", authority), *((name, value) for name, value in plain if name != "host")]
    cookies = [value for name, value in plain if name == "cookie"]
    if len(cookies) > 1:  # RFC 9113, section 8.2.3
        plain = [(name, value) for name, value in plain if name != "cookie"]
        plain.append(("cookie", "; ".join(cookies)))
    return tuple(plain)
