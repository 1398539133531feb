"""`WebSocket`: a connection that was HTTP/1.1 and speaks WebSocket now, the server's end. RFC 6455.

Messages are given whole, one after the other; pings are answered. One that is larger than it may be
ends the connection, and so does one that is no WebSocket. Who does not take what is sent is cut
off.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Message, Ping, TextMessage
from wsproto.utilities import ProtocolError

from genkan import wire

LARGEST = 128 << 10  # bytes of a message: "WebSocket message payload" of API Gateway
MOST_WAITING = 16  # messages that nobody has read yet, before no more are taken in
MOST_UNSENT = 4 << 20  # bytes that a client has not taken
CLOSE_PATIENCE = 10.0  # seconds for the other side to close as well
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
GOING_AWAY, TOO_LARGE, ABNORMAL = 1001, 1009, 1006
VERSION = "13"


class Gone(ConnectionError):
    """The other side is not there any more."""


def accept_key(head: wire.HttpRequest) -> str | None:
    """Give what accepts a request to speak WebSocket; None for one that is no such."""
    key = head.header("sec-websocket-key")
    upgrade = (head.header("upgrade") or "").strip().lower()
    connection = [one.strip() for one in (head.header("connection") or "").lower().split(",")]
    is_one = head.method == "GET" and upgrade == "websocket" and "upgrade" in connection
    if not is_one or not key or head.header("sec-websocket-version") != VERSION:
        return None
    return base64.b64encode(
        hashlib.sha1(key.encode() + MAGIC.encode(), usedforsecurity=False).digest()
    ).decode()


class WebSocket(asyncio.Protocol):
    """One connection, from its first frame on."""

    def __init__(self) -> None:
        self._wire = Connection(ConnectionType.SERVER)
        self._loop = asyncio.get_running_loop()
        self._messages: list[tuple[bytes, bool]] = []
        self._part, self._size = bytearray(), 0
        self._heard: asyncio.Future[None] | None = None
        self._ended: Callable[[], None] = lambda: None
        self._transport: asyncio.Transport | None = None
        self.closed: tuple[int, str] | None = None  # its code and reason, when it is

    def begin(self, transport: asyncio.Transport, ended: Callable[[], None]) -> None:
        """Take a connection over; `ended` is called when it is gone."""
        self._ended = ended
        self._transport = transport
        transport.set_protocol(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._close_as(ABNORMAL, "Connection closed abnormally")
        self._transport = None
        self._ended()

    def data_received(self, data: bytes) -> None:
        try:
            self._wire.receive_data(data)
            for event in self._wire.events():
                self._take(event)
        except ProtocolError as error:
            self.close(1002, str(error)[:100])

    def eof_received(self) -> None:
        self._close_as(ABNORMAL, "Connection closed abnormally")

    async def message(self) -> tuple[bytes, bool] | None:
        """Give the next message, and whether it is binary; None when there are no more."""
        while not self._messages:
            if self.closed is not None:
                return None
            self._heard = self._loop.create_future()
            await self._heard
        found = self._messages.pop(0)
        if len(self._messages) < MOST_WAITING and self._transport is not None:
            self._transport.resume_reading()
        return found

    def send(self, message: bytes) -> None:
        """Send a message: text where it is such. Raises Gone."""
        try:
            event: Event = TextMessage(data=message.decode())
        except UnicodeDecodeError:
            event = BytesMessage(data=message)
        self._send(event)
        if self._transport and self._transport.get_write_buffer_size() > MOST_UNSENT:
            self._transport.abort()

    def close(self, code: int, reason: str = "") -> None:
        """Say that this is the end; the other side has a moment to say so too."""
        if self._wire.state is ConnectionState.OPEN:
            try:
                self._send(CloseConnection(code=code, reason=reason))
            except Gone:
                return
            self._loop.call_later(CLOSE_PATIENCE, self._abort)
        self._close_as(code, reason)

    def _take(self, event: Event) -> None:
        match event:
            case Message():
                part = event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
                self._part += part
                if len(self._part) > LARGEST:
                    self._part.clear()
                    self.close(TOO_LARGE, "Message too long")
                elif event.message_finished and self.closed is None:
                    self._messages.append((bytes(self._part), isinstance(event, BytesMessage)))
                    self._part.clear()
                    self._wake()
            case Ping():
                self._send(event.response())
            case CloseConnection():
                if self._wire.state is ConnectionState.REMOTE_CLOSING:
                    self._send(event.response())
                elif self._wire.state is ConnectionState.OPEN:  # it spoke no WebSocket
                    self._send(CloseConnection(code=event.code, reason=event.reason))
                self._close_as(int(event.code), event.reason or "")
                if self._transport is not None:
                    self._transport.close()
        if len(self._messages) >= MOST_WAITING and self._transport is not None:
            self._transport.pause_reading()

    def _send(self, event: Event) -> None:
        if self._transport is None or self._transport.is_closing():
            raise Gone("the client has gone")
        try:
            self._transport.write(self._wire.send(event))
        except ProtocolError as error:
            raise Gone(str(error)) from error

    def _close_as(self, code: int, reason: str) -> None:
        if self.closed is None:
            self.closed = (code, reason)
            self._wake()

    def _wake(self) -> None:
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(None)

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
