"""Endpoints of Route 53's health checks: what is asked, what passes, and what is told of it."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from genkan.health import Prober
from genkan.health import endpoint as module
from genkan.health.endpoint import NO_ANSWER_IN_TIME, NO_CONNECTION, NO_HTTP, NOT_FOUND, observe
from genkan.program import Because, Delta
from genkan.program.health import EndpointCheck
from tests.health.test_prober import LOOPBACK, open_socket, run, target, tls

__all__ = ["tls"]  # a fixture

OK = b"HTTP/1.1 200 OK\r\n"
NAMED = {"address": None, "name": "www.example.org"}


def entry(port: int = 1, protocol: str = "TCP", **more) -> EndpointCheck:
    settings = {"address": LOOPBACK, "name": None, "is_given": True, "path": "/up"}
    settings |= {"host": "www.example.org", "interval": 0, "threshold": 1, **more}
    return EndpointCheck(
        because=Because("health-check", "0f"),
        target="0f",
        place="outside",
        sources=(LOOPBACK,),
        resolver=LOOPBACK,
        port=port,
        protocol=protocol,
        **settings,
    )


def chunked(*parts: bytes) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + body


def sized(body: bytes) -> bytes:
    return OK + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    ("protocol", "search", "answer", "report"),
    [
        ("TCP", None, None, "Success: TCP connection established."),
        ("HTTP", None, OK + b"\r\n", "Success: HTTP Status Code 200, OK"),
        ("HTTP", None, b"HTTP/1.0 399 ?\r\n\r\n", "Success: HTTP Status Code 399"),
        ("HTTP", None, b"HTTP/1.1 404 ?\r\n\r\n", "Failure: HTTP Status Code 404, Not Found"),
        ("HTTP", None, b"HTTP/1.1 199 ?\r\n\r\n", "Failure: HTTP Status Code 199"),
        ("HTTP", None, b"SSH-2.0-OpenSSH\r\n", NO_HTTP),
        ("HTTP", None, b"", NO_HTTP),
        ("HTTP", None, None, NO_ANSWER_IN_TIME),
        ("HTTP", "all well", sized(b"- all well -"), "Success: HTTP Status Code 200, OK"),
        ("HTTP", "all well", chunked(b"- all ", b"well -"), "Success: HTTP Status Code 200, OK"),
        ("HTTP", "all well", OK + b"\r\n- all well -", "Success: HTTP Status Code 200, OK"),
        ("HTTP", "all well", sized(b"All Well"), NOT_FOUND),
        ("HTTP", "all well", sized(bytes(5112) + b"all well"), "Success: HTTP Status Code 200, OK"),
        ("HTTP", "all well", sized(bytes(5113) + b"all well"), NOT_FOUND),
        ("HTTP", "all well", chunked(bytes(5113), b"all well"), NOT_FOUND),
        ("HTTP", "X-Up", OK + b"X-Up: X-Up\r\n\r\n", NOT_FOUND),  # a header is no body
        (
            "HTTP",
            "Not",
            b"HTTP/1.1 500 ?\r\n\r\nNot",
            "Failure: HTTP Status Code 500, Internal Server Error",
        ),
    ],
)
def test_a_request_passes_as_its_kind_says(protocol, search, answer, report, monkeypatch):
    monkeypatch.setattr(module, "TO_ANSWER", 1.0)

    async def work() -> None:
        async with target(answer) as (port, asked):
            seen = await observe(entry(port, protocol, search=search), open_socket)
            assert (seen.report, seen.checker) == (report, "127.0.0.1")
            assert seen.passed is report.startswith("Success")
            if protocol == "HTTP":
                assert asked[0].startswith(b"GET /up HTTP/1.1\r\nHost: www.example.org\r\n")

    run(work)


def test_a_body_that_does_not_end_is_searched_as_far_as_it_came(monkeypatch):
    monkeypatch.setattr(module, "TO_ANSWER", 0.5)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            writer.write(OK + b"Content-Length: 100\r\n\r\nall well")
            await reader.read(-1)  # until who asked goes away

    async def work() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            assert (await observe(entry(port, "HTTP", search="well"), open_socket)).passed
            seen = await observe(entry(port, "HTTP", search="ill"), open_socket)
            assert seen.report == NO_ANSWER_IN_TIME

    run(work)


def test_an_endpoint_inside_tls_is_asked_there_by_the_name_that_is_given(tls):
    asked_for = []
    tls.sni_callback = lambda _, name, __: asked_for.append(name)

    async def work() -> None:
        async with target(OK + b"\r\n", tls) as (port, _):
            for name in ("www.example.org", None):
                assert (await observe(entry(port, "HTTPS", server_name=name), open_socket)).passed

    run(work)
    assert asked_for == ["www.example.org", None]


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return unused.getsockname()[1]


def test_one_that_refuses_fails_and_one_that_is_nowhere_is_not_asked():
    def unreachable(place: str, family: int, kind: int) -> socket.socket:
        return Unreachable(family, kind)

    async def work() -> None:
        seen = await observe(entry(unused_port()), open_socket)
        assert (seen.passed, seen.report) == (False, NO_CONNECTION)
        for is_given, passed in ((True, False), (False, True)):
            seen = await observe(entry(is_given=is_given), unreachable)
            assert seen.passed is passed
        assert seen.report == "Nobody asked: 127.0.0.1 is not of this site."

    run(work)


class Unreachable(socket.socket):
    """A socket in a place without a route."""

    def connect(self, address: object) -> None:
        raise OSError(101, "Network is unreachable")


@contextlib.asynccontextmanager
async def resolver(*answers: str, rcode: str = "NOERROR", soa: str = "example.org."):
    """Give the port of a resolver that has these addresses for every name."""

    class Answering(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport = transport

        def datagram_received(self, data: bytes, asker: tuple) -> None:
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            answer.set_rcode(dns.rcode.from_text(rcode))
            (question,) = query.question
            if answers:
                answer.answer = [  # one by one: dnspython shuffles what it writes of a set
                    dns.rrset.from_text(question.name, 60, "IN", "A", one) for one in answers
                ]
            else:
                text = "ns. host. 1 2 3 4 5"
                answer.authority = [dns.rrset.from_text(soa, 60, "IN", "SOA", text)]
            self._transport.sendto(answer.to_wire(), asker)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Answering, ("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("answers", "how", "name", "passed", "report"),
    [
        (["127.0.0.1", "127.0.0.2"], {}, "www.example.org", True, "Success: TCP connection"),
        ([], {"rcode": "NXDOMAIN"}, "www.example.org", False, "Failure: DNS resolution failed"),
        ([], {"soa": "."}, "www.example.net", True, "Nobody asked: www.example.net is not of"),
        ([], {"soa": "."}, "x.elb.amazonaws.com", False, "Failure: DNS resolution failed"),
    ],
)
def test_a_name_is_asked_for_each_time(answers, how, name, passed, report, monkeypatch):
    async def work() -> None:
        async with target(None) as (port, _), resolver(*answers, **how) as at:
            monkeypatch.setattr(module, "DNS_PORT", at)
            seen = await observe(entry(port, address=None, name=name), open_socket)
            assert seen.passed is passed
            assert seen.report.startswith(report)

    run(work)


def test_what_is_reported_follows_the_endpoint_and_goes_with_its_check():
    async def work() -> None:
        changed = asyncio.Event()
        prober = Prober(open_socket, changed.set)

        async def until(want: Callable[[], bool]) -> None:
            while not want():
                changed.clear()
                await changed.wait()

        def passed() -> bool | None:
            found = prober.reports["0f"]
            return found.passed if found else None

        async with target(None) as (port, _):
            one = entry(port, threshold=2)
            prober.apply(Delta(put=(one,)))
            assert prober.reports == {"0f": None}
            await until(lambda: passed() is True)
        await until(lambda: passed() is False)
        assert prober.reports["0f"].report == NO_CONNECTION
        prober.apply(Delta(removed=(one,)))
        assert prober.reports == {}
        prober.close()

    run(work)
