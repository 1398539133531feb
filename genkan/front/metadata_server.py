"""The instance metadata service: a socket a VPC, at the address where its instances ask.

Who asks is known by the address that a connection comes from, which its router has checked.
"""

import functools
import socket
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from genkan.front.listening import Listening, listen
from genkan.front.metadata import MetadataAnswers, Question
from genkan.front.request import Request, Response
from genkan.program import Delta
from genkan.program.address import Address
from genkan.program.metadata import InstanceMetadata
from genkan.program.service import Answerer, Listener

SECTIONS = frozenset({Listener.section, InstanceMetadata.section})
IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75  # linux/in.h, linux/in6.h
MOST_HOPS = 64
OpenSocket = Callable[[str, int, int], socket.socket]
Asker = tuple[str, Address]
Where = tuple[str, Address]  # a place, and the address that is asked there


class MetadataServer:
    """Answers instances of every VPC of the program."""

    def __init__(
        self, open_socket: OpenSocket, answers: MetadataAnswers, clock: Callable[[], datetime]
    ) -> None:
        self._open_socket = open_socket
        self._answers = answers
        self._clock = clock
        self._listeners: dict[Where, Listener] = {}
        self._servers: dict[Where, Listening] = {}
        self._entries: dict[Asker, InstanceMetadata] = {}

    async def apply(self, delta: Delta) -> None:
        """Answer by the program as it is after `delta`. Raises OSError where it cannot listen."""
        self._take(delta)
        for where in set(self._servers) - set(self._listeners):
            self._servers.pop(where).close()
        for where in set(self._listeners) - set(self._servers):
            self._servers[where] = await self._listen(*where, self._listeners[where].port)

    async def close(self) -> None:
        for server in self._servers.values():
            server.close()

    def _take(self, delta: Delta) -> None:
        put = {entry.key for entry in delta.put}
        for entry in delta.removed:
            if isinstance(entry, Listener) and entry.answerer is Answerer.METADATA:
                self._listeners.pop((entry.place, entry.addresses.network_address), None)
            elif isinstance(entry, InstanceMetadata):
                self._forget(entry.instance)
        for entry in delta.put:
            if isinstance(entry, Listener) and entry.answerer is Answerer.METADATA:
                self._listeners[entry.place, entry.addresses.network_address] = entry
            elif isinstance(entry, InstanceMetadata) and entry.key in put:
                self._forget(entry.instance)
                for source in entry.sources:
                    self._entries[entry.place, source] = entry

    def _forget(self, instance: str) -> None:
        for asker in [asker for asker, one in self._entries.items() if one.instance == instance]:
            del self._entries[asker]

    async def _listen(self, place: str, address: Address, port: int) -> Listening:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        listener = self._open_socket(place, family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The address is no interface's.
        if family == socket.AF_INET:
            listener.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
        else:
            listener.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
        listener.bind((str(address), port))
        return await listen(listener, functools.partial(self._answer, place), None)

    async def _answer(self, place: str, request: Request) -> Response:
        source = ip_address(request.peer)
        entry = self._entries.get((place, source))
        head = request.head
        target = f"{head.path}?{head.query}" if head.query else head.path
        by_ipv6 = isinstance(source, IPv6Address)
        question = Question(head.method, target, dict(head.header_items()), by_ipv6)
        reply = self._answers.answer(entry, question, self._clock())
        self._bound(request, reply.hops or MOST_HOPS)
        named = {"Content-Type": reply.content_type, "Server": "EC2ws", **dict(reply.headers)}
        return Response(reply.status, tuple(named.items()), reply.body)

    def _bound(self, request: Request, hops: int) -> None:
        """Let what is sent from now on cross so many routers."""
        taken = request.socket
        if taken is not None:
            if taken.family == socket.AF_INET:
                taken.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
            else:
                taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
