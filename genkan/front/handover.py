"""`Handover`: requests to control and its answers, on one connection that is made when needed.

An answer that does not come because control ended is an error for whoever waits: whether the
request was carried out is not known, so it is not sent again.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import cast

from genkan import wire
from genkan.front.upstream import UpstreamDown

ANSWER_PATIENCE = 300.0
NOBODY = (0.0, None)


class Handover:
    """The front's end. `await_upstream` returns when control accepts connections."""

    def __init__(self, path: str, await_upstream: Callable[[], Awaitable[None]]) -> None:
        self._path = path
        self._await_upstream = await_upstream
        self._connecting = asyncio.Lock()
        self._connection: _Connection | None = None

    async def send(self, request: wire.HttpRequest) -> wire.HttpAnswer:
        """Have a request answered. Raises UpstreamDown."""
        connection = self._connection
        if connection is None or connection.lost:
            connection = await self._connect()
        try:
            return await connection.ask(request)
        except (ConnectionError, TimeoutError) as error:
            raise UpstreamDown(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    async def _connect(self) -> "_Connection":
        async with self._connecting:
            if self._connection is not None and not self._connection.lost:
                return self._connection
            loop = asyncio.get_running_loop()
            try:
                _, made = await loop.create_unix_connection(_Connection, self._path)
            except OSError:
                await self._await_upstream()
                try:
                    _, made = await loop.create_unix_connection(_Connection, self._path)
                except OSError as error:
                    raise UpstreamDown(str(error)) from error
            self._connection = made
            return made


class _Connection(asyncio.Protocol):
    """One connection, and those who wait for answers on it."""

    def __init__(self) -> None:
        self.lost = False
        self._frames = wire.Frames()
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[float, asyncio.Future[wire.HttpAnswer]]] = {}  # since when
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None

    async def ask(self, request: wire.HttpRequest) -> wire.HttpAnswer:
        if self.lost or self._transport is None:
            raise ConnectionResetError("control went away")
        number = next(self._numbers)
        future: asyncio.Future[wire.HttpAnswer] = self._loop.create_future()
        self._waiting[number] = self._loop.time(), future
        self._transport.write(wire.write_request(number, request))
        if self._timer is None:  # one for all that wait: most answers come at once
            self._timer = self._loop.call_later(ANSWER_PATIENCE, self._look_at_the_clock)
        try:
            return await future
        finally:
            del self._waiting[number]

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for number, head, body in self._frames.feed(data):
            _, future = self._waiting.get(number, NOBODY)
            if future is not None and not future.done():
                future.set_result(wire.read_answer(head, body))

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if self._timer is not None:
            self._timer.cancel()
        for _, future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError("control went away before its answer"))

    def _look_at_the_clock(self) -> None:
        """Give up on answers that do not come; look again when the next one could be too late."""
        self._timer, now = None, self._loop.time()
        for since, future in self._waiting.values():  # the oldest first
            if now - since < ANSWER_PATIENCE:
                left = since + ANSWER_PATIENCE - now
                self._timer = self._loop.call_later(left, self._look_at_the_clock)
                return
            if not future.done():
                future.set_exception(TimeoutError(f"no answer within {ANSWER_PATIENCE:.0f} s"))
