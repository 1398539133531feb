"""HTTP/1.1 as the front speaks it: how answers are framed, and when a connection goes on."""

import hashlib
import socket
from collections.abc import Iterator

import pytest

from tests.front.listener import LARGE, NAME, Server, digest_of, served
from tests.front.test_bad_connections import connect, heard

HOST = f"Host: {NAME}\r\n"
CLOSE = "Connection: close\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("front")) as one:
        yield one


def said(server: Server, text: str) -> bytes:
    """Say all of it at once; give all that comes until the connection ends."""
    with connect(server) as connection:
        connection.sendall(text.encode())
        return heard(connection)


def get(path: str, headers: str = "", method: str = "GET", version: str = "1.1") -> str:
    return f"{method} {path} HTTP/{version}\r\n{HOST}{headers}\r\n"


def test_many_requests_at_once_are_answered_in_their_order(server: Server):
    sent = "".join(get(f"/{number}") for number in range(300)) + get("/last", CLOSE)
    answers = said(server, sent)
    paths = [part.split(b" ")[0] for part in answers.split(b"GET /")[1:]]
    assert paths == [*(str(number).encode() for number in range(300)), b"last"]


def test_what_follows_a_last_request_is_not_looked_at(server: Server):
    answers = said(server, get("/last", CLOSE) + get("/after"))
    assert answers.count(b"HTTP/1.1 200") == 1
    assert "/after" not in server.asked


def test_what_is_no_http_after_a_request_is_told_so_after_its_answer(server: Server):
    answers = said(server, get("/before") + "NONSENSE\r\n\r\n")
    first, _, second = answers.partition(b"HTTP/1.1 400 ")
    assert b"GET /before " in first
    assert b"connection: close" in second


def test_an_answer_to_head_has_a_length_and_no_body(server: Server):
    answers = said(server, get("/a", method="HEAD") + get("/b", CLOSE))
    head, _, rest = answers.partition(b"\r\n\r\n")
    assert b"content-length: " in head
    assert rest.startswith(b"HTTP/1.1 200 ")


def test_a_body_of_no_known_length_comes_in_chunks(server: Server):
    head, _, body = said(server, get("/large", CLOSE)).partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    whole, size = b"", 1
    while size:
        size_text, _, body = body.partition(b"\r\n")
        size = int(size_text, 16)
        whole, body = whole + body[:size], body[size + 2 :]
    assert len(whole) == LARGE
    assert hashlib.sha256(whole).hexdigest() == digest_of(LARGE)


def test_a_client_of_http_1_0_is_answered_and_its_connection_ends(server: Server):
    answers = said(server, get("/old", version="1.0"))
    assert answers.count(b"HTTP/1.1 200") == 1


def test_a_body_that_nobody_read_is_not_the_next_request(server: Server):
    body = get("/hidden")
    sent = f"POST /unread HTTP/1.1\r\n{HOST}Content-Length: {len(body)}\r\n\r\n{body}"
    answers = said(server, sent + get("/next", CLOSE))
    assert answers.startswith(b"HTTP/1.1 403 ")
    assert b"GET /next " in answers
    assert "/hidden" not in server.asked


def test_another_protocol_is_not_taken_up(server: Server):
    upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    answers = said(server, get("/up", upgrade) + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert answers.count(b"HTTP/1.1 ") == 1
    assert b"GET /up " in answers


def test_who_fails_is_told_500_and_nothing_of_why(server: Server):
    answers = said(server, get("/fail"))
    assert answers.startswith(b"HTTP/1.1 500 ")
    assert b"as asked" not in answers


def test_a_client_that_ends_its_side_is_answered_what_it_asked(server: Server):
    with connect(server) as connection:
        connection.sendall(get("/wait").encode())
        server.held.set()
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        plain = connection.unwrap()
        plain.shutdown(socket.SHUT_WR)


def pour(connection: socket.socket, part: bytes, times: int) -> None:
    """Send a part again and again. Raises TimeoutError when nobody takes it."""
    connection.settimeout(1)
    for _ in range(times):
        connection.sendall(part)


def test_a_body_that_nobody_reads_yet_is_not_taken_in(server: Server):
    server.held.clear()
    with connect(server) as connection:
        head = f"POST /wait HTTP/1.1\r\n{HOST}Content-Length: {64 << 20}\r\n\r\n".encode()
        connection.sendall(head + bytes(1 << 20))
        with pytest.raises(TimeoutError):
            pour(connection, bytes(1 << 20), 63)
        server.held.set()


def test_requests_that_wait_for_their_turn_are_bounded(server: Server):
    server.held.clear()
    with connect(server) as connection:
        connection.sendall(get("/wait").encode())
        with pytest.raises(TimeoutError):
            pour(connection, get("/more", f"X-Long: {'x' * 4096}\r\n").encode() * 256, 64)
        server.held.set()
