"""Each parser of bytes with what has to hold of it, whatever the bytes are.

A check gives what it was found to be, so that a corpus can be seen to reach more than one end; it
raises AssertionError, or what the parser should not have raised.
"""

import ast
import asyncio
import socket
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from genkan import wire
from genkan.certificates.kept import Kept
from genkan.dns import domain_name
from genkan.dns.fast import Onward, Responder, View
from genkan.front.body import LARGEST_WHOLE, unpacked
from genkan.front.head import is_signed, named_by_head
from genkan.front.http1 import Http1Connection
from genkan.front.http2_stream import headers_of
from genkan.front.metadata import MetadataAnswers, Question
from genkan.front.proxy_header import header as proxy_header
from genkan.front.request import Request, Response
from genkan.front.role_credentials import RoleCredentials
from genkan.inspection import geneve, packets
from genkan.program import Because, Delta
from genkan.program.metadata import InstanceMetadata
from genkan.wire.errors import WireError
from tests.dns.entries import VIEW, attached, record, zone

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CORPUS = Path(__file__).parent / "corpus"
Check = Callable[[bytes], str]


def dns(data: bytes) -> str:
    """An answer is its question's, no longer than UDP takes, and another parser reads it."""
    import dns.message

    responder, view = _responder()
    reply = responder.reply(data, view)
    by_stream = responder.reply_by_stream(data, view)
    assert (reply is None) == (by_stream is None)
    if reply is None:
        return "silence"
    if isinstance(reply, Onward):
        return "onward"
    assert reply[:2] == data[:2]
    assert len(reply) <= max(1232, len(data))
    parsed = dns.message.from_wire(reply, ignore_trailing=False)
    return dns.rcode.to_text(parsed.rcode())


@cache
def _responder() -> tuple[Responder, View]:
    responder = Responder()
    view = responder.view(VIEW)
    entries = [
        zone("corp", "corp.test"),
        attached("corp"),
        record("corp", "www.corp.test", "A", *(f"10.0.0.{n}" for n in range(1, 90))),
        record("corp", "*.wild.corp.test", "CNAME", "www.corp.test"),
        record("corp", "text.corp.test", "TXT", *(f'"{n:0>200}"' for n in range(9))),
    ]
    responder.apply(Delta(put=tuple(entries), removed=()))
    return responder, view


def names(data: bytes) -> str:
    """A name is of the wire's form, or none at all."""
    try:
        found = domain_name.parse(data.decode("utf-8", "surrogateescape"))
    except ValueError:
        return "refused"
    assert len(found) <= 255
    assert found.endswith(b"\0")
    assert list(domain_name.lineage(found))
    return "a name"


def geneve_datagram(data: bytes) -> str:
    """What is unwrapped is written again as it was, and begins inside the datagram."""
    found = geneve.unwrap(data)
    assert found == geneve.unwrap(memoryview(data))
    if found is None:
        return "refused"
    assert 8 <= found.start <= len(data)
    again = geneve.unwrap(geneve.header(geneve.IPV4, found.options))
    assert again is not None
    assert again.options == found.options
    return "unwrapped"


def packet(data: bytes) -> str:
    """A key has its length, and what a SYN announces is changed in place and in nothing else."""
    key = packets.key_of(memoryview(data))
    if key is None:
        return "no packet"
    assert len(key) in (packets.IPV4_KEY, packets.IPV6_KEY)
    assert packets.reverse(packets.reverse(key)) == key
    changed = bytearray(data)
    packets.limit_segment_size(memoryview(changed), 1400)
    assert len(changed) == len(data)
    assert packets.key_of(memoryview(changed)) == key
    return "changed" if changed != data else "kept"


def frames(data: bytes) -> str:
    """Frames are the same however they are cut; what is none of ours ends a connection."""
    whole, cut = _fed([data]), _fed([data[at : at + 7] for at in range(0, len(data), 7)])
    assert whole == cut
    return "broken" if whole is None else f"{min(len(whole), 2)} frames"


def _fed(parts: list[bytes]) -> list[Any] | None:
    reader, found = wire.Frames(), []
    try:
        for part in parts:
            found += list(reader.feed(part))
    except (ValueError, RecursionError):
        return None
    return found


def request_head(data: bytes) -> str:
    """A head that is taken says one thing of its body, its signature is refused in words, and what
    is none ends the connection with 400."""
    requests, answers = asyncio.run(_spoken(data))
    for request in requests:
        head = request.head
        names = [name for name, _ in head.header_items()]
        assert not {"transfer-encoding", "content-length"} <= set(names)
        assert len(named_by_head(head, data)) <= 200
        if is_signed(head):
            wire.sigv4.claim_of(head)
            try:
                wire.sigv4.verify_head(head, now=NOW, secret_of=lambda key: "secret")
            except WireError:
                return "refused"
    assert answers.count(b"HTTP/1.1 200 ") == len(requests)
    assert b"HTTP/1.1 500 " not in answers
    if answers.startswith(b"HTTP/1.1 400 "):
        return "no request"
    return f"{min(len(requests), 2)} requests"


async def _spoken(data: bytes) -> tuple[list[Request], bytes]:
    """Say bytes to a connection and no more; give what it took them for and what it said."""
    requests: list[Request] = []

    async def answer(request: Request) -> Response:
        requests.append(request)
        return Response(200)

    near, far = socket.socketpair()
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    await loop.connect_accepted_socket(
        lambda: Http1Connection(answer, 60, lambda: ended.set_result(None)), near
    )
    reader, writer = await asyncio.open_connection(sock=far)
    writer.write(data)
    writer.write_eof()
    answers = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    await asyncio.wait_for(ended, 20)
    return requests, answers


def http2_head(data: bytes) -> str:
    """A head has a path, one name and no header that a line of HTTP/1.1 could not hold."""
    lines = data.decode("latin-1").split("\n\n")
    headers = [(name, value) for name, _, value in (line.partition("=") for line in lines)]
    found = headers_of(headers)
    if found is None:
        return "refused"
    assert dict(headers)[":path"].startswith("/")
    assert [name for name, _ in found].count("host") <= 1
    for _, value in found:
        assert not set(value) & {"\r", "\n", "\0"}
    return "a request"


def gzip_body(data: bytes) -> str:
    """A compressed body is no larger in the open than a body may be."""
    head = wire.HttpRequest("POST", "/", "", (("content-encoding", "gzip"),))
    try:
        found = unpacked(head, data)
    except WireError as error:
        return error.code
    assert len(found) <= LARGEST_WHOLE
    return "read"


def metadata(data: bytes) -> str:
    """Every question has an answer, and none without a token has what it asks for."""
    method, _, rest = data.decode("latin-1").partition(" ")
    path, *lines = rest.split("\n")
    headers = {name.lower(): value for name, _, value in (line.partition(":") for line in lines)}
    reply = _answers().answer(STRICT, Question(method, path, headers), NOW)
    assert reply.status in (200, 400, 401, 403, 404, 405)
    if reply.status == 200 and method != "PUT":
        assert b"i-1" not in reply.body
    return str(reply.status)


@cache
def _answers() -> MetadataAnswers:
    return MetadataAnswers(b"a secret", RoleCredentials(b"a secret"))


STRICT = InstanceMetadata(
    because=Because("instance", "i-1"),
    place="vpc-1",
    instance="i-1",
    account="123456789012",
    sources=(IPv4Address("10.0.0.4"),),
    enabled=True,
    ipv6=False,
    tokens_required=True,
    hops=2,
    items=(("meta-data/instance-id", "i-1"),),
)


def proxy(data: bytes) -> str:
    """A header says its own length, and both ends and the endpoint as they were given."""
    if len(data) < 12:
        return "too short"
    client = (str(IPv4Address(data[:4])), int.from_bytes(data[8:10]))
    met = (str(IPv4Address(data[4:8])), int.from_bytes(data[10:12]))
    endpoint = data[12:100].hex() or None
    written = proxy_header(client, met, endpoint)
    (length,) = struct.unpack_from("!H", written, 14)
    assert length == len(written) - 16
    assert written[16:28] == data[:4] + data[4:8] + data[8:12]
    return "endpoint" if endpoint else "plain"


def certificate(data: bytes) -> str:
    """A file that is none of ours is passed over."""
    kept = _kept()
    kept.path("x").write_bytes(data)
    found = list(kept.all())
    return "read" if found else "passed over"


@cache
def _kept() -> Kept:
    return Kept(Path(mkdtemp(prefix="gk-fuzz-")))


PARSERS: dict[str, Check] = {
    "dns": dns,
    "names": names,
    "geneve": geneve_datagram,
    "packet": packet,
    "frames": frames,
    "request_head": request_head,
    "http2_head": http2_head,
    "gzip_body": gzip_body,
    "metadata": metadata,
    "proxy": proxy,
    "certificate": certificate,
}


def corpus(name: str) -> list[bytes]:
    """Give the inputs that are kept for a parser."""
    lines = (CORPUS / f"{name}.txt").read_text().splitlines()
    return [ast.literal_eval(line) for line in lines if line]
