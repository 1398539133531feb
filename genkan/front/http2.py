"""HTTP/2 on a connection that chose it by ALPN: each stream a request, answered as one of HTTP/1.1.

RFC 9113, by the library `h2`, which holds clients to it: what breaks the protocol ends the
connection. Bounded: streams at once, the size of a head, how long a connection without a stream
stays, and how many streams a client may take back before it is answered. A body's window opens as
it is read, and an answer waits for the client's.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from genkan.front.http2_stream import Http2Stream
from genkan.front.request import Answer

LOG = logging.getLogger(__name__)
STREAMS = 128  # at once
WINDOW = 256 << 10  # bytes of a stream's body that may be under way
LARGEST_FRAME = (16 << 10) + 9  # with its head
LARGEST_HEAD = 64 << 10
MOST_TAKEN_BACK = 200  # streams that a client resets, more than it lets be answered
MOMENT = 0.1  # seconds
LINGER = 1.0  # until a connection that was closed is gone


class Http2Connection(asyncio.Protocol):
    """The server's end of one connection."""

    def __init__(self, answer: Answer, idle: float, ended: Callable[[], None]) -> None:
        """`idle`: how long it may be without a stream, in seconds; `ended` is called when it is
        gone."""
        self._answer = answer
        self._ended = ended
        self._idle = idle
        self._streams: dict[int, Http2Stream] = {}
        self._taken_back = 0
        self._writable = asyncio.Event()
        self._writable.set()
        self._loop = asyncio.get_running_loop()
        self._ending: asyncio.TimerHandle | None = None
        self.lost = False
        self._is_over = False  # what comes is not listened to any more

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection
        from h2.settings import SettingCodes, Settings

        self.transport = cast(asyncio.Transport, transport)
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: STREAMS,
                SettingCodes.INITIAL_WINDOW_SIZE: WINDOW,
                SettingCodes.MAX_HEADER_LIST_SIZE: LARGEST_HEAD,
            },
        )
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(16 * WINDOW)
        self.flush()
        self._wait_for_streams()

    def data_received(self, data: bytes) -> None:
        from h2.exceptions import ProtocolError

        if self._is_over:
            return
        try:
            for event in self.h2.receive_data(data):
                self._take(event)
        except (ProtocolError, UnicodeDecodeError) as error:
            self._end(f"{type(error).__name__}: {error}")
            return
        # `h2` looks at the length of a frame when all of it is there, 16 MB if somebody says so.
        if len(self.h2.incoming_buffer._data) > LARGEST_FRAME:
            self.h2.close_connection(error_code=6)  # FRAME_SIZE_ERROR
            self._end("a frame is longer than its limit")
            return
        if self._taken_back > MOST_TAKEN_BACK:
            self.h2.close_connection(error_code=11)  # ENHANCE_YOUR_CALM
            self._end(f"{self._taken_back} streams were taken back")
            return
        self.flush()

    def pause_writing(self) -> None:
        """Take nothing in from a client that takes nothing: its frames would be answered."""
        self._writable.clear()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self._writable.set()
        self.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        self._writable.set()
        if self._ending is not None:
            self._ending.cancel()
        for stream in list(self._streams.values()):
            stream.end()
        self._ended()

    def flush(self) -> None:
        """Send what `h2` has made."""
        if not self.lost and (data := self.h2.data_to_send()):
            self.transport.write(data)

    async def drain(self) -> None:
        """Wait until the connection takes more. Raises ConnectionResetError when it is gone."""
        await self._writable.wait()
        if self.lost:
            raise ConnectionResetError("the client has gone")

    def forget(self, stream: Http2Stream, answered: bool) -> None:
        """Let go of a stream that has ended."""
        self._streams.pop(stream.id, None)
        self._taken_back -= 1 if answered and self._taken_back else 0
        if not self._streams:
            self._wait_for_streams()

    def _take(self, event: Any) -> None:  # noqa: ANN401 - h2's events
        match type(event).__name__:
            case "RequestReceived":
                self._begin(event)
            case "DataReceived":
                self._stream_of(event.stream_id).feed(event.data, event.flow_controlled_length)
            case "StreamEnded":
                self._stream_of(event.stream_id).feed_end()
            case "StreamReset":
                self._taken_back += 1
                self._stream_of(event.stream_id).end()
            case "WindowUpdated":
                if event.stream_id:
                    self._stream_of(event.stream_id).window_opened()
                    return
                for stream in self._streams.values():
                    stream.window_opened()
            case "RemoteSettingsChanged":
                for stream in self._streams.values():
                    stream.window_opened()
            case "ConnectionTerminated":
                self.transport.close()

    def _begin(self, event: Any) -> None:  # noqa: ANN401 - h2's event
        stream = Http2Stream(self, event.stream_id, event.headers)
        self._streams[stream.id] = stream
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        stream.begin(self._answer)

    def _stream_of(self, number: int) -> Http2Stream:
        return self._streams.get(number) or Http2Stream(self, number, [])

    def _wait_for_streams(self) -> None:
        if not self.lost:
            self._ending = self._loop.call_later(self._idle, self._end, "")

    def _end(self, why: str) -> None:
        """Close the connection, and say why in one line where a client is to blame.

        What it still sends is taken from the socket for a moment: one that is closed with something
        unread resets, and the client would not hear why.
        """
        if self._is_over:
            return
        self._is_over = True
        if why:
            peer = self.transport.get_extra_info("peername")
            LOG.info("HTTP/2 of %s ended: %s", peer[0] if peer else "somebody", why[:200])
        else:
            self.h2.close_connection()
        self.flush()
        self._loop.call_later(MOMENT if why else 0, self.transport.close)
        self._loop.call_later(LINGER, self.transport.abort)  # TLS waits for the client's word
