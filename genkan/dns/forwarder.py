"""`Forwarder`: questions that others answer, asked anew and brought back.

A question goes on in lower case, under an id and from a port of chance, with an OPT record when the
asker has one, whose DO bit it takes over, as the flags RD and CD. What comes back is kept as
`AnswerCache` says, for its view alone, so a target is asked once however many ask at one time.
Where a CNAME of ours led there, the records found there follow it. Targets are asked in turn; when
none has answered, the asker hears SERVFAIL. An answer is believed from whom was asked, with the id
and the question that were sent; one that was cut is asked for again by TCP.

`genkan.dns.received`, which needs dnspython (7 MB), is imported when the first answer comes.
"""

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from genkan.dns import message, rdata
from genkan.dns.fast import Onward
from genkan.dns.resolution import Rcode, Resolution
from genkan.program.address import Address
from genkan.program.names import Forwarding, Target

if TYPE_CHECKING:
    from genkan.dns.answer_cache import AnswerCache, Question
    from genkan.dns.received import Received

LOG = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for one target
MOST = 1024  # questions on their way at once; what comes then has to be asked again
_LENGTH = 2  # bytes before a message on a stream
_TC = 0x02  # in the third byte of a message

Bind = Callable[[str, Address, int], socket.socket]
Way = tuple[str, Forwarding, "Question"]  # by which a question goes: its view, and what takes it


class Forwarder:
    """`bind(place, address, type)` gives a socket that lives in a place and sends from an address;
    `now` gives seconds that only grow."""

    def __init__(self, bind: Bind, now: Callable[[], float] = time.monotonic) -> None:
        self._bind = bind
        self._now = now
        self._caches: dict[str, AnswerCache] = {}  # by view
        self._under_way: dict[Way, asyncio.Future[Received | None]] = {}
        self._at_work: set[asyncio.Task[None]] = set()

    def take(self, onward: Onward, answer: Callable[[bytes], None], *, by_stream: bool) -> None:
        """Have a question answered; `answer` is called with the message for the asker."""
        way = _way(onward)
        view, forwarding, question = way
        cache = self._caches.get(view)
        kept = cache.get(forwarding, question) if cache else None
        if kept is not None:
            answer(_given_back(onward, *kept))
            return
        if len(self._at_work) >= MOST:
            LOG.warning("a question is dropped: %s are on their way", MOST)
            return
        task = asyncio.ensure_future(self._answer(onward, way, answer, by_stream))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    def drop_view(self, view: str) -> None:
        """Forget what was brought for a view."""
        self._caches.pop(view, None)

    def close(self) -> None:
        """Give up what is on its way."""
        for task in self._at_work:
            task.cancel()
        for asking in self._under_way.values():
            asking.cancel()

    async def _answer(
        self, onward: Onward, way: Way, answer: Callable[[bytes], None], by_stream: bool
    ) -> None:
        asking = self._under_way.get(way)
        if asking is None:
            asking = asyncio.ensure_future(self._bring(onward, way, by_stream))
            self._under_way[way] = asking
            asking.add_done_callback(lambda _: self._under_way.pop(way, None))
        received = await asyncio.shield(asking)
        if received is None:
            written = message.write(Resolution(Rcode.SERVFAIL, onward.resolution.names[:1]))
            answer(message.fit(onward.query, written, onward.longest))
        else:
            answer(_given_back(onward, received, 0))

    async def _bring(self, onward: Onward, way: Way, by_stream: bool) -> "Received | None":
        """Give the first answer that one of the targets has, and keep it."""
        view, forwarding, question = way
        for target in forwarding.targets:
            source = next(
                (one for one in forwarding.sources if one.version == target.address.version), None
            )
            if source is None:
                continue
            try:
                async with asyncio.timeout(PATIENCE):
                    asked = _asked(onward, question)
                    wire = await self._wire(forwarding.place, source, target, asked, by_stream)
            except (OSError, TimeoutError, EOFError) as error:
                LOG.info("%s does not answer for %s: %r", target, forwarding.domain, error)
                continue
            return self._read(wire, view, forwarding, question)
        return None

    def _read(
        self, wire: bytes, view: str, forwarding: Forwarding, question: "Question"
    ) -> "Received | None":
        from genkan.dns.answer_cache import AnswerCache
        from genkan.dns.received import Unreadable, read

        name, of_type = question[0][:-4], int.from_bytes(question[0][-4:-2])
        try:
            received = read(wire, name, of_type)
        except Unreadable as error:
            LOG.info("an answer for %s cannot be read: %s", name, error)
            return None
        self._caches.setdefault(view, AnswerCache(self._now)).put(forwarding, question, received)
        return received

    async def _wire(
        self, place: str, source: Address, target: Target, asked: bytes, by_stream: bool
    ) -> bytes:
        if not by_stream:
            received = await self._by_datagram(place, source, target, asked)
            if not received[2] & _TC:
                return received
        return await self._by_stream(place, source, target, asked)

    async def _by_datagram(
        self, place: str, source: Address, target: Target, asked: bytes
    ) -> bytes:
        loop = asyncio.get_running_loop()
        with self._bind(place, source, socket.SOCK_DGRAM) as sock:
            sock.connect((str(target.address), target.port))
            await loop.sock_sendall(sock, asked)
            while True:
                received = await loop.sock_recv(sock, message.LONGEST)
                if _belongs(received, asked):
                    return received

    async def _by_stream(self, place: str, source: Address, target: Target, asked: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        with self._bind(place, source, socket.SOCK_STREAM) as sock:
            await loop.sock_connect(sock, (str(target.address), target.port))
            await loop.sock_sendall(sock, len(asked).to_bytes(_LENGTH) + asked)
            length = int.from_bytes(await _exactly(sock, _LENGTH))
            received = await _exactly(sock, length)
        if not _belongs(received, asked):
            raise ConnectionError("an answer to another question")
        return received


async def _exactly(sock: socket.socket, count: int) -> bytes:
    loop = asyncio.get_running_loop()
    received = b""
    while len(received) < count:
        part = await loop.sock_recv(sock, count - len(received))
        if not part:
            raise EOFError("the connection ended within an answer")
        received += part
    return received


def _way(onward: Onward) -> Way:
    forwarding = onward.resolution.onward
    assert forwarding is not None  # noqa: S101 - of what goes onward
    question = onward.resolution.names[-1] + onward.query.question[-4:]
    shape = onward.query.shape
    return onward.view, forwarding, (question, bool(shape.flags & message.CD), shape.dnssec_ok)


def _asked(onward: Onward, question: "Question") -> bytes:
    """Give the message that is sent to a target."""
    shape = onward.query.shape
    flags = shape.flags & (message.RD | message.CD)
    counts = (1).to_bytes(2) + bytes(4) + bool(shape.opt).to_bytes(2)
    return secrets.token_bytes(2) + flags.to_bytes(2) + counts + question[0] + shape.opt


def _belongs(received: bytes, asked: bytes) -> bool:
    """Tell whether a message is the answer to this one: same id, same question."""
    if len(received) < message.HEADER or received[:2] != asked[:2] or not received[2] & 0x80:
        return False
    if received[4:6] == b"\0\0":  # a refusal may leave the question out
        return True
    end = message.end_of_question(asked)
    return received[message.HEADER : end].lower() == asked[message.HEADER : end].lower()


def _given_back(onward: Onward, received: "Received", age: int) -> bytes:
    """Write what was found, behind the CNAMEs of ours that led there, unless a firewall takes a
    name that it leads to."""
    led = tuple(one.data[0].lower() for one in received.steps if one.type == rdata.CNAME)
    instead = onward.inspect(led) if onward.inspect and led else None
    if instead is not None:
        return message.fit(onward.query, instead, onward.longest)
    if onward.resolution.steps:
        answer = message.write(received.behind(onward.resolution, age))
    else:
        answer = received.aged(age)
    return message.fit(onward.query, answer, onward.longest)
