"""`Forwarder`: questions that others answer, sent on and brought back (RFC 5625, 4).

A message goes on as it came, under an id and from a port of chance, and its answer comes back as it
is, but for the id, the AA bit and, where the asker takes less, its length. Where a CNAME of ours
led there, the records found there follow it. Targets are asked in turn; when none has answered,
the asker hears SERVFAIL. An answer is believed from whom was asked, with the id and the question
that were sent.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from genkan.dns import message
from genkan.dns.fast import Onward
from genkan.dns.resolution import Answered, Rcode, Resolution
from genkan.program.address import Address
from genkan.program.names import Forwarding, Target

if TYPE_CHECKING:
    import dns.message

LOG = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for one target
MOST = 1024  # questions on their way at once; what comes then has to be asked again
LONGEST_CHAIN = 16
_LENGTH = 2  # bytes before a message on a stream
_AA, _TC, _RA = 0x04, 0x02, 0x80  # in the third and fourth byte of a message

Bind = Callable[[str, Address, int], socket.socket]


class Forwarder:
    """`bind(place, address, type)` gives a socket that lives in a place and sends from an
    address."""

    def __init__(self, bind: Bind) -> None:
        self._bind = bind
        self._at_work: set[asyncio.Task[None]] = set()

    def take(self, onward: Onward, answer: Callable[[bytes], None], *, by_stream: bool) -> None:
        """Have a question answered; `answer` is called with the message for the asker."""
        if len(self._at_work) >= MOST:
            LOG.warning("a question is dropped: %s are on their way", MOST)
            return
        task = asyncio.ensure_future(self._answer(onward, answer, by_stream))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    def close(self) -> None:
        """Give up what is on its way."""
        for task in self._at_work:
            task.cancel()

    async def _answer(
        self, onward: Onward, answer: Callable[[bytes], None], by_stream: bool
    ) -> None:
        asked = _onward_message(onward)
        received = await self._ask(onward.resolution.onward, asked, by_stream)
        if received is None:
            written = message.write(Resolution(Rcode.SERVFAIL, onward.resolution.names[:1]))
            answer(message.fit(onward.query, written, onward.longest))
        elif onward.resolution.steps:
            answer(_joined(onward, received))
        else:
            answer(_given_back(onward, received))

    async def _ask(
        self, forwarding: Forwarding | None, asked: bytes, by_stream: bool
    ) -> bytes | None:
        """Give the first answer that one of the targets has."""
        assert forwarding is not None  # noqa: S101 - of what goes onward
        way = self._by_stream if by_stream else self._by_datagram
        for target in forwarding.targets:
            source = next(
                (one for one in forwarding.sources if one.version == target.address.version), None
            )
            if source is None:
                continue
            try:
                async with asyncio.timeout(PATIENCE):
                    return await way(forwarding.place, source, target, asked)
            except (OSError, TimeoutError, EOFError) as error:
                LOG.info("%s does not answer for %s: %r", target, forwarding.domain, error)
        return None

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


def _onward_message(onward: Onward) -> bytes:
    """Give what is sent: the message as it came, or one for the name that a CNAME led to."""
    number = secrets.token_bytes(2)
    names = onward.resolution.names
    if len(names) == 1:
        return number + onward.data[2:]
    question = names[-1] + onward.query.question[-4:]
    head = onward.data[2:4] + (1).to_bytes(2) + bytes(6)
    return number + head + question


def _belongs(received: bytes, asked: bytes) -> bool:
    """Tell whether a message is the answer to this one: same id, same question."""
    if len(received) < message.HEADER or received[:2] != asked[:2] or not received[2] & 0x80:
        return False
    end = asked.find(0, message.HEADER) + 5
    if received[4:6] == b"\0\0":  # a refusal may leave the question out
        return True
    return received[message.HEADER : end].lower() == asked[message.HEADER : end].lower()


def _given_back(onward: Onward, received: bytes) -> bytes:
    flags = bytes((received[2] & ~_AA & 0xFF, received[3] | _RA))
    if len(received) <= onward.longest:
        return onward.data[:2] + flags + received[4:]
    question = onward.query.question
    cut = bytes((flags[0] | _TC, flags[1]))
    return onward.data[:2] + cut + (1).to_bytes(2) + bytes(6) + question


def _joined(onward: Onward, received: bytes) -> bytes:
    """Write our CNAMEs and what was found behind them as one answer."""
    import dns.exception
    import dns.message

    resolution = onward.resolution
    try:
        found = dns.message.from_wire(received)
        steps = _steps(found, resolution.names[-1], onward.query.type)
        rcode = Rcode(found.rcode())
    except (dns.exception.DNSException, ValueError) as error:
        LOG.info("an answer for %s cannot be read: %r", resolution.names[-1], error)
        steps, rcode = (), Rcode.SERVFAIL
    whole = Resolution(rcode, resolution.names, (*resolution.steps, *steps))
    return message.fit(onward.query, message.write(whole), onward.longest)


def _steps(found: "dns.message.Message", name: bytes, of_type: int) -> tuple[Answered, ...]:
    """Give the records that an answer has of a name, along its CNAMEs."""
    import dns.rdatatype

    held = {(_wire(rrset.name), int(rrset.rdtype)): rrset for rrset in found.answer}
    steps: list[Answered] = []
    while len(steps) < LONGEST_CHAIN:
        rrset = held.get((name, of_type)) or held.get((name, int(dns.rdatatype.CNAME)))
        if rrset is None:
            break
        data = tuple(_data(one) for one in rrset)
        steps.append(Answered(int(rrset.rdtype), rrset.ttl, data))
        if rrset.rdtype == of_type:
            break
        name = data[0].lower()
    return tuple(steps)


def _wire(name: object) -> bytes:
    return bytes(name.to_wire()).lower()  # type: ignore[attr-defined]


def _data(record: object) -> bytes:
    return bytes(record.to_wire())  # type: ignore[attr-defined]
