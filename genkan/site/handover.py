"""Control's end of the connections on which the front hands requests over."""

import asyncio
import functools
from collections.abc import Callable

from genkan import wire
from genkan.site import sockets

Reply = Callable[[wire.HttpAnswer], None]
Take = Callable[[wire.HttpRequest, Reply], None]


async def serve(take: Take, path: str) -> asyncio.Server:
    """Have every request that comes to the socket at `path` taken, and send what is replied.

    `take` returns at once and raises nothing; it is called in the loop, and so is its `Reply`. No
    task a request: that costs as much as reading it.
    """
    loop = asyncio.get_running_loop()
    return await loop.create_unix_server(lambda: _Connection(take), sock=sockets.listen(path))


class _Connection(asyncio.Protocol):
    def __init__(self, take: Take) -> None:
        self._take = take
        self._frames = wire.Frames()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a stream
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for number, head, body in self._frames.feed(data):
            self._take(wire.read_request(head, body), functools.partial(self._reply, number))

    def _reply(self, number: int, answered: wire.HttpAnswer) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(wire.write_answer(number, answered))
