"""Control's end of the connections on which the front hands requests over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from genkan import wire
from genkan.site import sockets

LOG = logging.getLogger(__name__)
Answer = Callable[[wire.HttpRequest], Awaitable[wire.HttpAnswer]]


async def serve(answer: Answer, path: str) -> asyncio.Server:
    """Answer every request that comes to the socket at `path`, each as it is ready."""
    loop = asyncio.get_running_loop()
    return await loop.create_unix_server(lambda: _Connection(answer), sock=sockets.listen(path))


class _Connection(asyncio.Protocol):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._frames = wire.Frames()
        self._at_work: set[asyncio.Task[None]] = set()  # a task that nobody holds may go away
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a stream
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for number, head, body in self._frames.feed(data):
            task = asyncio.ensure_future(self._take(number, wire.read_request(head, body)))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)

    async def _take(self, number: int, request: wire.HttpRequest) -> None:
        answered = await self._answer(request)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(wire.write_answer(number, answered))
