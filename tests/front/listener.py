"""A listener of the front before answers of a test's own, without a site around it."""

import asyncio
import hashlib
import socket
import threading
from pathlib import Path

from aiohttp import web

from genkan.certificates.authority import Authority
from genkan.front.body import read_parts
from genkan.front.listening import Bounds, listen
from tests.front.h2_client import Client, parts

NAME = "service.example.com"
LARGE = 3 << 20
KEPT: list[asyncio.AbstractEventLoop] = []  # what is open in one that is let go of is told of later


class Server:
    """A listener of the front in a thread of its own, before answers of the test's."""

    def __init__(self, folder: Path, bounds: Bounds | None = None) -> None:
        authority = Authority(folder / "ca.pem", folder / "ca.key")
        self.trusted = authority.pem.decode()
        self.asked: list[str] = []  # every path
        self.held = threading.Event()  # what waits for it is answered when it is set
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = listener.getsockname()
        self.loop = asyncio.new_event_loop()
        KEPT.append(self.loop)
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        listening = listen(listener, self.answer, authority.context(NAME), bounds)
        asyncio.run_coroutine_threadsafe(listening, self.loop).result(10)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path == "/wait":
            await asyncio.to_thread(self.held.wait, 20)
        if request.path == "/fail":
            raise RuntimeError("as asked")
        if request.path == "/unread":
            return web.Response(status=403)
        if request.path == "/large":
            response = web.StreamResponse()
            await response.prepare(request)
            for part in parts(LARGE):
                await response.write(part)
            await response.write_eof()
            return response
        digest, size = hashlib.sha256(), 0
        async for part in read_parts(request):
            digest.update(part)
            size += len(part)
        told = f"{request.method} {request.path_qs} {request.host} {size} {digest.hexdigest()}"
        return web.Response(text=told, headers={"X-Peer": str(request.remote or "")})

    def client(self, **config) -> Client:
        return Client(self.address, NAME, self.trusted, **config)


def digest_of(size: int) -> str:
    whole = hashlib.sha256()
    for part in parts(size):
        whole.update(part)
    return whole.hexdigest()
