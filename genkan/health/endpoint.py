"""One request of a health check of Route 53: what an endpoint answered, in AWS's manner of words.

How long each step may take, and how much of a body is looked at: "How Amazon Route 53 determines
whether a health check is healthy" in the Amazon Route 53 developer guide.
"""

import asyncio
import errno
import http.client
import io
import secrets
import socket
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from genkan.health.connection import LONGEST_LINE, OpenSocket, socket_from, streams
from genkan.program.address import Address
from genkan.program.health import EndpointCheck

TO_CONNECT = {"TCP": 10.0}  # seconds, by protocol
TO_CONNECT_OTHERS = 4.0
TO_ANSWER = 2.0  # seconds, for the status, and for the body that is searched
TO_RESOLVE = 2.0
SEARCHED = 5120  # bytes of a body
MOST = 65_536  # bytes of an answer, heads and chunks' lengths with it
DNS_PORT = 53
UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH)
AGENT = "Amazon-Route53-Health-Check-Service"
AWS = dns.name.from_text("amazonaws.com")

NO_CONNECTION = "Failure: The health checker could not establish a connection."
NO_CONNECTION_IN_TIME = (
    "Failure: The health checker could not establish a connection within the timeout limit."
)
NO_ANSWER_IN_TIME = (
    "Failure: The endpoint did not respond to the health check request within the timeout limit."
)
NO_HTTP = "Failure: The endpoint's response is not valid HTTP."
NOT_FOUND = "Failure: The search string was not found in the first 5,120 bytes of the body."
CONNECTED = "Success: TCP connection established."


@dataclass(frozen=True, slots=True)
class Observation:
    """What a request came to."""

    passed: bool
    report: str
    checker: str  # the address that asked


class Unresolved(Exception):
    """The endpoint's name has no address."""


class Elsewhere(Exception):
    """The endpoint is none of the site's."""


async def observe(entry: EndpointCheck, open_socket: OpenSocket) -> Observation:
    """Ask an endpoint once; one that is none of the site's passes, unasked."""
    source = entry.sources[0]
    try:
        address = entry.address or await _resolved(entry, open_socket)
        source = next(one for one in entry.sources if one.version == address.version)
        report = await _report(entry, open_socket, source, address)
    except Elsewhere:
        report = f"Nobody asked: {entry.address or entry.name} is not of this site."
        return Observation(True, report, str(source))
    except Unresolved as error:
        report = f"Failure: DNS resolution failed: {error}"
    return Observation(report.startswith("Success"), report, str(source))


async def _report(
    entry: EndpointCheck, open_socket: OpenSocket, source: Address, address: Address
) -> str:
    try:
        opened = socket_from(open_socket, entry.place, source)
    except OSError:
        return NO_CONNECTION
    with opened:
        try:
            async with asyncio.timeout(TO_CONNECT.get(entry.protocol, TO_CONNECT_OTHERS)):
                target = (str(address), entry.port)
                await asyncio.get_running_loop().sock_connect(opened, target)
        except TimeoutError:
            return NO_CONNECTION_IN_TIME
        except OSError as error:
            if error.errno in UNREACHABLE and not entry.is_given:
                raise Elsewhere from error
            return NO_CONNECTION
        if entry.protocol == "TCP":
            return CONNECTED
        try:
            return await _answered(entry, opened)
        except TimeoutError:
            return NO_ANSWER_IN_TIME
        except (OSError, ValueError, asyncio.IncompleteReadError, http.client.HTTPException):
            return NO_HTTP


async def _answered(entry: EndpointCheck, opened: socket.socket) -> str:
    """Send the request; say what the answer is. Raises OSError, ValueError, HTTPException,
    TimeoutError."""
    async with asyncio.timeout(TO_ANSWER) as limit:
        tls = entry.protocol == "HTTPS"
        async with streams(opened, tls=tls, name=entry.server_name) as (reader, writer):
            writer.write(
                f"GET {entry.path} HTTP/1.1\r\nHost: {entry.host}\r\n"
                f"User-Agent: {AGENT} (ref {entry.target})\r\n"
                "Accept: */*\r\nConnection: close\r\n\r\n".encode()
            )
            await writer.drain()
            line = await reader.readline()
            code = _status(line)
            if not 200 <= code < 400:
                return f"Failure: HTTP Status Code {code}{_reason(code)}"
            if entry.search is not None:
                limit.reschedule(asyncio.get_running_loop().time() + TO_ANSWER)
                if not await _has(entry.search.encode(), line, reader):
                    return NOT_FOUND
            return f"Success: HTTP Status Code {code}{_reason(code)}"


def _status(line: bytes) -> int:
    version, code, *_ = [*line.split(None, 2), b"", b""]
    if not version.startswith(b"HTTP/1.") or len(code) != 3:
        raise ValueError("no answer of HTTP")
    return int(code)


def _reason(code: int) -> str:
    return f", {HTTPStatus(code).phrase}" if code in set(HTTPStatus) else ""


async def _has(search: bytes, line: bytes, reader: asyncio.StreamReader) -> bool:
    """Tell whether the beginning of a body holds some text. Raises HTTPException."""
    received = line
    while len(received) < MOST:
        part = await reader.read(LONGEST_LINE)
        received += part
        body = _body(received)
        if search in body:
            return True
        if not part or len(body) >= SEARCHED:
            break
    return False


class _Received:
    """What was received so far, as `http.client` takes it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def _body(received: bytes) -> bytes:
    """Give the beginning of the body of an answer that may not be whole yet."""
    if b"\r\n\r\n" not in received:
        return b""
    response = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
    response.begin()
    try:
        return response.read(SEARCHED)
    except http.client.IncompleteRead as error:
        return error.partial[:SEARCHED]


async def _resolved(entry: EndpointCheck, open_socket: OpenSocket) -> IPv4Address:
    """Give the first IPv4 address of the endpoint's name. Raises Unresolved, Elsewhere."""
    try:
        name = dns.name.from_text(entry.name or "")
        query = dns.message.make_query(name, dns.rdatatype.A, id=secrets.randbelow(1 << 16))
        async with asyncio.timeout(TO_RESOLVE):
            answer = dns.message.from_wire(await _asked(entry, open_socket, query.to_wire()))
    except (OSError, TimeoutError, dns.exception.DNSException) as error:
        raise Unresolved("no answer") from error
    for found in answer.answer:
        if found.rdtype == dns.rdatatype.A:
            return IPv4Address(found[0].address)
    by_root = any(one.name == dns.name.root for one in answer.authority)
    if by_root and not name.is_subdomain(AWS):
        raise Elsewhere
    raise Unresolved(f"Rcode {dns.rcode.to_text(answer.rcode())}")


async def _asked(entry: EndpointCheck, open_socket: OpenSocket, query: bytes) -> bytes:
    """Give the answer of the resolver to a question. Raises OSError."""
    loop = asyncio.get_running_loop()
    source = next(one for one in entry.sources if one.version == entry.resolver.version)
    with socket_from(open_socket, entry.place, source, socket.SOCK_DGRAM) as opened:
        opened.connect((str(entry.resolver), DNS_PORT))
        await loop.sock_sendall(opened, query)
        while True:
            received = await loop.sock_recv(opened, MOST)
            if received[:2] == query[:2]:
                return received
