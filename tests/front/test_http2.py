"""HTTP/2 at the front's listeners: requests answered as those of HTTP/1.1, and what is bounded."""

import contextlib
import hashlib
import http.client
import socket
import ssl
from collections.abc import Iterator

import pytest

from genkan.front.http2 import MOST_TAKEN_BACK, STREAMS
from tests.front.h2_client import Answer, Client, parts
from tests.front.listener import LARGE, NAME, Server, digest_of, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("front")) as one:
        yield one


def test_requests_of_one_connection_are_answered_beside_each_other(server: Server):
    with server.client() as client:
        server.held.clear()
        waits = client.ask("/wait?a=b")
        sizes = [0, 1, 70_000, LARGE]
        asked = {
            client.ask(f"/{size}", parts(size) if size else b"", method="PUT"): size
            for size in sizes
        }
        for stream, size in asked.items():
            answer = client.read(stream)
            assert answer.status == 200
            assert answer.headers["x-peer"] == "127.0.0.1"
            assert answer.body.decode() == f"PUT /{size} {NAME} {size} {digest_of(size)}"
            assert not {"connection", "transfer-encoding"} & set(answer.headers)
        assert not client.answers[waits].ended
        server.held.set()
        assert client.read(waits).body.decode().startswith(f"GET /wait?a=b {NAME} 0 ")


def test_a_large_answer_comes_as_its_reader_takes_it(server: Server):
    with server.client() as client:
        answer = client.get("/large")
        assert hashlib.sha256(answer.body).hexdigest() == digest_of(LARGE)


def test_a_reader_that_takes_nothing_holds_up_nobody_else_and_little_is_kept_for_it(
    server: Server,
):
    with server.client() as slow, server.client() as quick:
        stream = slow.ask("/large")  # and its frames are not read
        assert quick.get("/").status == 200
        assert hashlib.sha256(slow.read(stream).body).hexdigest() == digest_of(LARGE)


def test_a_body_that_is_not_read_is_told_not_to_come(server: Server):
    with server.client() as client:
        stream = client.ask("/unread", b"x" * 100_000, method="POST")
        answer = client.read(stream)
        assert answer.status == 403
        assert client.get("/").status == 200


def test_head_has_no_body_and_a_failure_ends_its_stream_alone(server: Server):
    with server.client() as client:
        answer = client.get("/", method="HEAD")
        assert (answer.status, answer.body) == (200, b"")
        assert client.get("/fail").reset == 2
        assert client.get("/").status == 200


def test_who_offers_no_http2_is_answered_by_http1(server: Server):
    context = ssl.create_default_context(cadata=server.trusted)
    connection = http.client.HTTPSConnection(*server.address, timeout=10, context=context)
    with socket.create_connection(server.address, 10) as opened:
        connection.sock = context.wrap_socket(opened, server_hostname=NAME)
        connection.request("GET", "/", headers={"Host": NAME})
        assert connection.getresponse().read().decode().startswith(f"GET / {NAME} 0 ")
        connection.sock.close()


BAD = {
    "a path that is none": [(":path", "nowhere")],
    "a method that goes elsewhere": [(":method", "CONNECT")],
    "two names": [("host", "other.example.com")],
    "a line's end in a header": [("x-a", "b\r\nx-c: d")],
    "too many headers": [(f"x-{n}", "y") for n in range(200)],
}
BROKEN = {
    "a hop's header": [("connection", "close")],
    "chunks": [("transfer-encoding", "chunked")],
    "capitals": [("X-A", "b")],
    "a length that is none": [("content-length", "many")],
    "a head that is too large": [
        ("x-a", "y" * 30_000),
        ("x-b", "y" * 30_000),
        ("x-c", "y" * 9_000),
    ],
}


def sent(client: Client, headers: list[tuple[str, str]]) -> int:
    """Send a head whatever is in it; `headers` replace the usual ones of their names."""
    head = {":method": "GET", ":scheme": "https", ":authority": NAME, ":path": "/"}
    head |= {name: value for name, value in headers if name in head}
    more = [one for one in headers if one[0] not in head]
    number = client.h2.get_next_available_stream_id()
    client.answers[number] = Answer()
    client.h2.send_headers(number, [*head.items(), *more], end_stream=True)
    client.flush()
    return number


LAX = {"validate_outbound_headers": False, "normalize_outbound_headers": False}


@pytest.mark.parametrize("headers", BAD.values(), ids=BAD)
def test_a_head_that_no_request_can_have_is_refused(server: Server, headers):
    with server.client(**LAX) as client:
        try:
            assert client.read(sent(client, headers)).status == 400
            assert client.get("/").status == 200
        except EOFError:
            assert client.goaway == 1  # the library refuses it itself


@pytest.mark.parametrize("headers", BROKEN.values(), ids=BROKEN)
def test_what_breaks_the_protocol_ends_its_connection_and_no_other(server: Server, headers):
    with server.client() as other, server.client(**LAX) as client:
        stream = sent(client, headers)
        with pytest.raises((EOFError, ConnectionResetError)):
            client.read(stream)
        assert client.goaway not in (None, 0)
        assert other.get("/").status == 200


def test_a_body_longer_than_it_said_is_no_second_request(server: Server):
    with server.client(**LAX) as client:
        number = client.h2.get_next_available_stream_id()
        head = [(":method", "POST"), (":scheme", "https"), (":authority", NAME), (":path", "/")]
        client.h2.send_headers(number, [*head, ("content-length", "3")])
        client.h2.send_data(number, b"abcGET /admin HTTP/1.1\r\n\r\n", end_stream=True)
        client.flush()
        with pytest.raises((EOFError, ConnectionResetError)):
            client.take_all()
        assert client.goaway == 1


def test_a_client_that_takes_its_requests_back_again_and_again_is_left(server: Server):
    server.held.clear()
    with server.client() as other, server.client() as client:
        with contextlib.suppress(OSError):
            for _ in range(MOST_TAKEN_BACK + STREAMS):
                stream = client.ask("/wait")
                client.h2.reset_stream(stream)
                client.flush()
        with pytest.raises((EOFError, OSError)):
            client.take_all()
        server.held.set()
        assert other.get("/").status == 200


def test_noise_ends_its_connection(server: Server):
    with server.client() as client:
        client.socket.sendall(b"\x00\x40\x00" + b"\xff" * 70_000)
        with pytest.raises((EOFError, OSError)):
            client.take_all()
    with server.client() as client:
        assert client.get("/").status == 200
