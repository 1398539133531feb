"""Targets that answer, that do not, and what follows."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import IPv4Address

import pytest

from genkan.certificates.kept import Kept
from genkan.health import Prober
from genkan.health.checks import check, matches
from genkan.health.prober import Standing
from genkan.program import Because, Delta
from genkan.program.health import HealthCheck
from tests.certificates.paper import made

LOOPBACK = IPv4Address("127.0.0.1")
MISMATCH = ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]")
FAILED = ("Target.FailedHealthChecks", "Health checks failed")
TIMED_OUT = ("Target.Timeout", "Request timed out")


def entry(port: int = 1, protocol: str = "TCP", **more) -> HealthCheck:
    return HealthCheck(
        because=Because("target-group", "arn"),
        target="arn i-1 80",
        place="eni-1",
        source=LOOPBACK,
        address=LOOPBACK,
        port=port,
        protocol=protocol,
        path=None if protocol == "TCP" else "/health",
        matcher=None if protocol == "TCP" else "200-399",
        **{
            "interval": 0,
            "timeout": 1,
            "healthy_threshold": 3,
            "unhealthy_threshold": 2,
            **more,
        },
    )


def open_socket(place: str, family: int, kind: int) -> socket.socket:
    return socket.socket(family, kind)


@contextlib.asynccontextmanager
async def target(
    answer: bytes | None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Give the port of a target that answers so (None: never), and what it was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            if answer is not None:
                writer.write(answer)
            else:
                await reader.read()  # until who asked goes away

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 20))


@pytest.mark.parametrize(
    ("protocol", "answer", "why"),
    [
        ("TCP", None, None),
        ("HTTP", b"HTTP/1.1 200 OK\r\n\r\n", None),
        ("HTTP", b"HTTP/1.0 302 Found\r\n\r\n", None),
        ("HTTP", b"HTTP/1.1 503 No\r\n\r\n", MISMATCH),
        ("HTTP", b"SSH-2.0-OpenSSH\r\n", FAILED),
        ("HTTP", b"", FAILED),
        ("HTTP", b"HTTP/1.1 " + bytes(9000), FAILED),
        ("HTTP", None, TIMED_OUT),
        ("HTTPS", None, TIMED_OUT),  # it speaks no TLS
    ],
)
def test_a_check_says_why_a_target_is_not_well(protocol, answer, why):
    async def work() -> None:
        async with target(answer) as (port, asked):
            assert await check(entry(port, protocol), open_socket) == why
            if protocol == "HTTP":
                assert asked[0].startswith(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:")

    run(work)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """TLS of a target: a certificate of its own, for another name, that nobody vouches for."""
    kept = Kept(tmp_path_factory.mktemp("certificates"))
    kept.put(made("arn", "elsewhere.example.com"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(kept.path("arn"))
    return context


@pytest.mark.parametrize(
    ("protocol", "answer", "why"),
    [
        ("HTTPS", b"HTTP/1.1 200 OK\r\n\r\n", None),
        ("HTTPS", b"HTTP/1.1 503 No\r\n\r\n", MISMATCH),
        ("HTTPS", b"SSH-2.0-OpenSSH\r\n", FAILED),
        ("HTTPS", None, TIMED_OUT),
        ("TCP", None, None),
        ("HTTP", b"HTTP/1.1 200 OK\r\n\r\n", FAILED),  # it speaks nothing but TLS
    ],
)
def test_a_target_inside_tls_is_asked_inside_tls_whoever_vouches_for_it(tls, protocol, answer, why):
    async def work() -> None:
        async with target(answer, tls) as (port, asked):
            assert await check(entry(port, protocol), open_socket) == why
            if protocol == "HTTPS":
                assert asked[0].startswith(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:")

    run(work)


def test_a_target_that_refuses_is_not_well():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    async def work() -> None:
        assert await check(entry(port), open_socket) == FAILED

    run(work)


@pytest.mark.parametrize(
    ("code", "matcher", "well"),
    [
        (200, "200", True),
        (201, "200", False),
        (399, "200-399", True),
        (400, "200-399", False),
        (301, "200,300-302", True),
    ],
)
def test_a_matcher_names_codes_and_ranges(code, matcher, well):
    assert matches(code, matcher) is well


@pytest.mark.parametrize(
    ("results", "decided"),
    [
        ("+", [True]),  # one that passes is enough to begin with
        ("-+", [True]),
        ("--", [False]),
        ("-+--", [True, False]),
        ("--++-+++", [False, True]),
        ("+-+-+", [True]),
    ],
)
def test_so_many_in_a_row_decide(results, decided):
    standing = Standing(3, 2)
    assert [standing.well for one in results if standing.take(one == "+")] == decided


def test_what_is_known_follows_the_target_and_goes_with_its_check():
    async def work() -> None:
        changed = asyncio.Event()
        prober = Prober(open_socket, changed.set)

        async def until(want: Callable[[], bool]) -> None:
            while not want():
                changed.clear()
                await changed.wait()

        async with target(None) as (port, _):
            one = entry(port, unhealthy_threshold=2)
            prober.apply(Delta(put=(one,)))
            assert prober.known == {one.target: None}
            await until(lambda: (found := prober.known[one.target]) and found.why is None)
        await until(lambda: (found := prober.known[one.target]) and found.why == FAILED)
        prober.apply(Delta(removed=(one,)))
        assert prober.known == {}

    run(work)
