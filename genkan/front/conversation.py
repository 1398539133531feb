"""`Conversation`: a client of a WebSocket API, from its `$connect` to its `$disconnect`.

"Working with WebSocket APIs" in the API Gateway developer guide. The connection is here; what each
event means, the embedded API Gateway is asked. Messages of one client are told one after the other.
A connection without a word for ten minutes ends, and every one after two hours.
"""

import asyncio
import base64
import json
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from genkan import wire
from genkan.front.request import Headers, Request, Response
from genkan.front.upstream import UpstreamDown
from genkan.front.web_socket import GOING_AWAY, LARGEST, Gone, WebSocket, accept_key

LOG = logging.getLogger(__name__)
IDLE = 600.0  # seconds
LONGEST = 7200.0
CONNECT, MESSAGE, DISCONNECT = "CONNECT", "MESSAGE", "DISCONNECT"
PROTOCOL = "sec-websocket-protocol"
MANAGED = "/@connections/"
JSON = ("content-type", "application/json")
Told = tuple[int, Headers, bytes]
Tell = Callable[[dict[str, Any], bytes], Awaitable[Told]]


class Conversations:
    """Those that are going on."""

    def __init__(self) -> None:
        self._open: dict[str, Conversation] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, request: Request, of: str, source: str, tell: Tell) -> Response:
        """Let a client in whom the API lets in; `of` is the API and its stage. Raises WireError,
        UpstreamDown."""
        accepts = accept_key(request.head)
        if accepts is None:
            return _told(400, "BadRequestException", "This is no request to speak WebSocket")
        one = Conversation(of, source, request.head.header("user-agent") or "", tell)
        status, headers, body = await one.tell(CONNECT)
        if not 200 <= status < 300:
            return Response(status, headers, body)
        answered: Headers = (
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-accept", accepts),
            *(pair for pair in headers if pair[0].lower() == PROTOCOL),
        )
        one.socket = WebSocket()
        self._open[one.id] = one
        task = asyncio.get_running_loop().create_task(self._go_on(one))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Response(101, answered, speaks=one.socket.begin)

    def manage(self, head: wire.HttpRequest, of: str, body: bytes) -> Response:
        """Do what somebody who may asks of a connection: tell it something, show it, end it."""
        name = unquote(head.path.partition(MANAGED)[2])
        one = self._open.get(name)
        if one is None or one.of != of or one.socket is None:
            return _told(410, "GoneException", "Gone")
        match head.method:
            case "POST":
                if len(body) > LARGEST:
                    return _told(413, "PayloadTooLargeException", "Payload too large")
                try:
                    one.socket.send(body)
                except Gone:
                    return _told(410, "GoneException", "Gone")
                one.heard()
                return Response(200)
            case "GET":
                return Response(200, (JSON,), json.dumps(one.shown()).encode())
            case "DELETE":
                one.socket.close(1000, "Connection Closed Normally")
                return Response(204)
        return _told(403, "ForbiddenException", "Forbidden")

    async def _go_on(self, one: "Conversation") -> None:
        try:
            await one.converse()
        except Exception:
            LOG.exception("the conversation %s ended", one.id)
        finally:
            self._open.pop(one.id, None)


class Conversation:
    """One client and what is told of it."""

    def __init__(self, of: str, source: str, agent: str, tell: Tell) -> None:
        self.of = of
        self.id = base64.urlsafe_b64encode(os.urandom(11)).decode()
        self.socket: WebSocket | None = None
        self._source, self._agent = source, agent
        self._tell = tell
        self._connected = self._active = datetime.now(UTC)
        self._loop = asyncio.get_running_loop()
        self._idle_since = self._loop.time()

    async def tell(self, event: str, body: bytes = b"", **more: Any) -> Told:  # noqa: ANN401 - JSON
        """Tell the API of an event; give its answer. Raises WireError, UpstreamDown."""
        said = {
            "event": event,
            "connection": self.id,
            "connectedAt": int(self._connected.timestamp() * 1000),
            **more,
        }
        return await self._tell(said, body)

    def heard(self) -> None:
        """Note that something passes."""
        self._active, self._idle_since = datetime.now(UTC), self._loop.time()

    def shown(self) -> dict[str, Any]:
        """Give it as GetConnection does."""
        return {
            "connectedAt": self._connected.isoformat(),
            "identity": {"sourceIp": self._source, "userAgent": self._agent},
            "lastActiveAt": self._active.isoformat(),
        }

    async def converse(self) -> None:
        """Tell of every message, and of the end."""
        assert self.socket is not None  # noqa: S101 - it was accepted
        longest = self._loop.call_later(LONGEST, self.socket.close, GOING_AWAY, "Going away")
        idle = self._loop.call_later(IDLE, self._look_at_the_clock)
        try:
            while (found := await self.socket.message()) is not None:
                self.heard()
                await self._pass_on(*found)
        finally:
            longest.cancel()
            idle.cancel()
        code, reason = self.socket.closed or (GOING_AWAY, "")
        try:
            await self.tell(DISCONNECT, code=code, reason=reason)
        except (wire.WireError, UpstreamDown) as error:
            LOG.info("nobody heard that %s left: %s", self.id, error)

    async def _pass_on(self, message: bytes, is_binary: bool) -> None:
        assert self.socket is not None  # noqa: S101 - it was accepted
        number = base64.urlsafe_b64encode(os.urandom(11)).decode()
        try:
            status, _, body = await self.tell(MESSAGE, message, message=number, binary=is_binary)
        except (wire.WireError, UpstreamDown) as error:
            LOG.error("a message of %s reached nobody: %s", self.id, error)
            status, body = 500, b'{"message": "Internal server error"}'
        if status >= 400:
            told = json.loads(body)["message"]
            body = json.dumps(
                {"message": told, "connectionId": self.id, "requestId": number}
            ).encode()
        if body:
            try:
                self.socket.send(body)
                self.heard()
            except Gone:
                LOG.info("%s left before its answer", self.id)

    def _look_at_the_clock(self) -> None:
        assert self.socket is not None  # noqa: S101 - it was accepted
        left = self._idle_since + IDLE - self._loop.time()
        if left <= 0:
            self.socket.close(GOING_AWAY, "Going away")
        else:
            self._loop.call_later(left, self._look_at_the_clock)


def _told(status: int, kind: str, message: str) -> Response:
    body = json.dumps({"message": message}).encode()
    return Response(status, (JSON, ("x-amzn-errortype", kind)), body)
