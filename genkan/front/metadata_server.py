"""The instance metadata service: a socket a VPC, at the address where its instances ask.

Who asks is known by the address that a connection comes from, which its router has checked.
"""

import asyncio
import functools
import socket
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Address

from aiohttp import web

from genkan.front.head import source_of
from genkan.front.listening import listen
from genkan.front.metadata import MetadataAnswers, Question
from genkan.program import Delta
from genkan.program.metadata import METADATA_ADDRESS, InstanceMetadata
from genkan.program.service import Answerer, Listener

SECTIONS = frozenset({Listener.section, InstanceMetadata.section})
IP_TRANSPARENT = 19
MOST_HOPS = 64
OpenSocket = Callable[[str, int, int], socket.socket]
Asker = tuple[str, IPv4Address]


class MetadataServer:
    """Answers instances of every VPC of the program."""

    def __init__(
        self, open_socket: OpenSocket, answers: MetadataAnswers, clock: Callable[[], datetime]
    ) -> None:
        self._open_socket = open_socket
        self._answers = answers
        self._clock = clock
        self._listeners: dict[str, Listener] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._entries: dict[Asker, InstanceMetadata] = {}

    async def apply(self, delta: Delta) -> None:
        """Answer by the program as it is after `delta`. Raises OSError where it cannot listen."""
        self._take(delta)
        for place in set(self._servers) - set(self._listeners):
            self._servers.pop(place).close()
        for place in set(self._listeners) - set(self._servers):
            self._servers[place] = await self._listen(place, self._listeners[place])

    async def close(self) -> None:
        for server in self._servers.values():
            server.close()

    def _take(self, delta: Delta) -> None:
        put = {entry.key for entry in delta.put}
        for entry in delta.removed:
            if isinstance(entry, Listener) and entry.answerer is Answerer.METADATA:
                self._listeners.pop(entry.place, None)
            elif isinstance(entry, InstanceMetadata):
                self._forget(entry.instance)
        for entry in delta.put:
            if isinstance(entry, Listener) and entry.answerer is Answerer.METADATA:
                self._listeners[entry.place] = entry
            elif isinstance(entry, InstanceMetadata) and entry.key in put:
                self._forget(entry.instance)
                for source in entry.sources:
                    self._entries[entry.place, source] = entry

    def _forget(self, instance: str) -> None:
        for asker in [asker for asker, one in self._entries.items() if one.instance == instance]:
            del self._entries[asker]

    async def _listen(self, place: str, entry: Listener) -> asyncio.Server:
        listener = self._open_socket(place, socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)  # the address is nobody's interface's
        listener.bind((str(METADATA_ADDRESS), entry.port))
        return await listen(listener, functools.partial(self._answer, place), None)

    async def _answer(self, place: str, request: web.BaseRequest) -> web.StreamResponse:
        entry = self._entries.get((place, IPv4Address(source_of(request))))
        headers = {name.lower(): value for name, value in request.headers.items()}
        question = Question(request.method, request.raw_path, headers)
        reply = self._answers.answer(entry, question, self._clock())
        self._bound(request, reply.hops or MOST_HOPS)
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers={"Content-Type": reply.content_type, "Server": "EC2ws", **dict(reply.headers)},
        )

    def _bound(self, request: web.BaseRequest, hops: int) -> None:
        """Let what is sent from now on cross so many routers."""
        taken = request.transport.get_extra_info("socket") if request.transport else None
        if taken is not None:
            taken.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
