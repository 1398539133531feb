"""Connections that nobody should make, at a listener of the front: each is ended or bounded, what
it smuggles is nobody's request, and nobody else waits for it."""

import contextlib
import resource
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from genkan.front.listening import Bounds
from tests.front.listener import NAME, Server, served

PATIENCE = 30.0  # with whatever has to come
SHORT = 1.0  # seconds that this listener lets a connection be of no use
HOST = f"Host: {NAME}\r\n"
ADMIN = f"GET /admin HTTP/1.1\r\n{HOST}\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("front"), Bounds(idle=SHORT, handshake=SHORT)) as one:
        yield one


@pytest.fixture
def patient(tmp_path) -> Iterator[Server]:
    """A listener with its usual bounds."""
    with served(tmp_path) as one:
        yield one


def plain(server: Server) -> socket.socket:
    return socket.create_connection(server.address, PATIENCE)


def connect(server: Server) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=server.trusted)
    return context.wrap_socket(plain(server), server_hostname=NAME)


def heard(connection: socket.socket) -> bytes:
    """Give all that comes until the server ends the connection."""
    found = b""
    with contextlib.suppress(ConnectionResetError, ssl.SSLError):
        while part := connection.recv(1 << 16):
            found += part
    return found


def post(headers: str, body: str) -> str:
    return f"POST / HTTP/1.1\r\n{HOST}{headers}\r\n{body}"


CHUNKED = "Transfer-Encoding: chunked\r\n"
SMUGGLED = {
    "two lengths": post("Content-Length: 3\r\nContent-Length: 5\r\n", f"abc{ADMIN}"),
    "the same length twice, in a list": post("Content-Length: 3, 3\r\n", f"abc{ADMIN}"),
    "a length and chunks": post(f"Content-Length: 6\r\n{CHUNKED}", f"0\r\n\r\n{ADMIN}"),
    "chunks and a length": post(f"{CHUNKED}Content-Length: 6\r\n", f"0\r\n\r\n{ADMIN}"),
    "chunked twice": post(f"{CHUNKED}{CHUNKED}", f"0\r\n\r\n{ADMIN}"),
    "chunked, and something else": post(
        "Transfer-Encoding: chunked, identity\r\n", f"0\r\n\r\n{ADMIN}"
    ),
    "a coding that looks like it": post("Transfer-Encoding: xchunked\r\n", f"0\r\n\r\n{ADMIN}"),
    "a blank before the colon": post("Transfer-Encoding : chunked\r\n", f"0\r\n\r\n{ADMIN}"),
    "a signed length": post("Content-Length: +3\r\n", f"abc{ADMIN}"),
    "a hexadecimal length": post("Content-Length: 0x3\r\n", f"abc{ADMIN}"),
    "a length of many digits": post(f"Content-Length: {'9' * 400}\r\n", f"abc{ADMIN}"),
    "a folded header": post("X-A: b\r\n Content-Length: 3\r\n", f"abc{ADMIN}"),
    "a header that begins with a fold": post(" X-A: b\r\n", ADMIN),
    "a zero byte in a header": post("X-A: b\0c\r\n", ADMIN),
    "a carriage return in a header": post("X-A: b\rContent-Length: 3\r\n", f"abc{ADMIN}"),
    "a chunk's size that is none": post(CHUNKED, f"zz\r\nabc\r\n0\r\n\r\n{ADMIN}"),
    "a negative chunk": post(CHUNKED, f"-3\r\nabc\r\n0\r\n\r\n{ADMIN}"),
    "a chunk's size with 0x": post(CHUNKED, f"0x3\r\nabc\r\n0\r\n\r\n{ADMIN}"),
    "a chunk longer than its size": post(CHUNKED, f"3\r\nabcdef\r\n0\r\n\r\n{ADMIN}"),
    "a chunk without its line's end": post(CHUNKED, f"3\r\nabc0\r\n\r\n{ADMIN}"),
    "a chunk's size of many digits": post(CHUNKED, f"{'f' * 40}\r\nabc\r\n{ADMIN}"),
    "no version": f"GET /\r\n{HOST}\r\n{ADMIN}",
    "a version that is none": f"GET / HTTP/1.x\r\n{HOST}\r\n{ADMIN}",
    "another protocol": f"SSH-2.0-OpenSSH\r\n\r\n{ADMIN}",
}


@pytest.mark.parametrize("sent", SMUGGLED.values(), ids=SMUGGLED)
def test_what_is_smuggled_is_nobodys_request(server: Server, sent: str) -> None:
    with connect(server) as connection:
        connection.sendall(sent.encode())
        answers = heard(connection)
    assert answers.count(b"HTTP/1.1 ") <= 1
    assert not answers.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    assert "/admin" not in server.asked


def test_two_requests_at_once_are_two_answers_in_their_order(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(
            (post("Content-Length: 3\r\n", "abc") + f"GET /b HTTP/1.1\r\n{HOST}\r\n").encode()
        )
        answers = heard(connection)
    assert answers.count(b"HTTP/1.1 200") == 2
    assert answers.index(b"POST / ") < answers.index(b"GET /b ")


BEGUN = {
    "nothing": b"",
    "half a handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no handshake": b"GET / HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_half_open_tls_ends_and_nobody_waits_for_it(server: Server, begun: bytes) -> None:
    held = [plain(server) for _ in range(100)]
    try:
        for one in held:
            one.sendall(begun)
        began = time.monotonic()
        with connect(server) as connection:
            connection.sendall(ADMIN.replace("/admin", "/").encode())
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - began < 5
        for one in held:
            heard(one)
    finally:
        for one in held:
            one.close()


@pytest.mark.parametrize("begun", [b"", b"GET / HT", f"GET / HTTP/1.1\r\n{HOST}".encode()])
def test_a_head_that_does_not_come_ends_its_connection(server: Server, begun: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(begun)
        assert b"200" not in heard(connection)


def test_a_thousand_connections_at_once_are_answered(patient: Server) -> None:
    asked = f"GET /at HTTP/1.1\r\n{HOST}\r\n".encode()
    context = ssl.create_default_context(cadata=patient.trusted)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))  # both ends are here
    held: list[socket.socket] = []
    try:
        for _ in range(1000):
            one = context.wrap_socket(plain(patient), server_hostname=NAME)
            held.append(one)
        for one in held:
            one.sendall(asked)
        for one in held:
            assert b"GET /at " in one.recv(1 << 16)
    finally:
        for one in held:
            one.close()
