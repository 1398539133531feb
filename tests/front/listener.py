"""A listener of the front before answers of a test's own, without a site around it."""

import asyncio
import contextlib
import hashlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from genkan.certificates.authority import Authority
from genkan.front.body import read_parts
from genkan.front.listening import Bounds, listen
from genkan.front.request import Request, Response
from tests.front.h2_client import Client, parts

NAME = "service.example.com"
LARGE = 3 << 20


@contextlib.contextmanager
def looping() -> Iterator[asyncio.AbstractEventLoop]:
    """Give a loop that runs in a thread of its own; what it still does then is cancelled."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await loop.shutdown_default_executor()

    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextlib.contextmanager
def served(folder: Path, bounds: Bounds | None = None) -> Iterator["Server"]:
    """Give a listener in a thread of its own; it is closed afterwards."""
    with looping() as loop:
        one = Server(loop, folder, bounds)
        yield one
        loop.call_soon_threadsafe(one.server.close)


class Server:
    """A listener of the front in a thread of its own, before answers of the test's."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, folder: Path, bounds: Bounds | None
    ) -> None:
        authority = Authority(folder / "ca.pem", folder / "ca.key")
        self.trusted = authority.pem.decode()
        self.asked: list[str] = []  # every path
        self.held = threading.Event()  # what waits for it is answered when it is set
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = listener.getsockname()
        listening = listen(listener, self.answer, authority.context(NAME), bounds)
        self.server = asyncio.run_coroutine_threadsafe(listening, loop).result(10)

    async def answer(self, request: Request) -> Response:
        head = request.head
        self.asked.append(head.path)
        if head.path == "/wait":
            await asyncio.to_thread(self.held.wait, 20)
        if head.path == "/fail":
            raise RuntimeError("as asked")
        if head.path == "/unread":
            return Response(403)
        if head.path == "/large":
            return Response(200, body=Large())
        digest, size = hashlib.sha256(), 0
        async for part in read_parts(request):
            digest.update(part)
            size += len(part)
        target = f"{head.path}?{head.query}" if head.query else head.path
        told = f"{head.method} {target} {head.header('host')} {size} {digest.hexdigest()}"
        return Response(200, (("X-Peer", request.peer),), told.encode())

    def client(self, **config) -> Client:
        return Client(self.address, NAME, self.trusted, **config)


class Large:
    """A body in parts whose length nobody says."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in parts(LARGE):
            yield part

    async def aclose(self) -> None:
        """Let go of nothing."""


def digest_of(size: int) -> str:
    whole = hashlib.sha256()
    for part in parts(size):
        whole.update(part)
    return whole.hexdigest()
