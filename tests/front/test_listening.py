"""Sockets at which requests are answered: who fills one is alone with it."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import Awaitable, Callable

import pytest

from genkan.front.listening import (
    MOST_CONNECTIONS,
    Bounds,
    Listening,
    listen,
    most_connections,
)
from genkan.front.request import Request, Response

MOST = 3
PATIENCE = 10.0
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def well(request: Request) -> Response:
    return Response(200, body=b"well")


async def answer(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(REQUEST)
        return (await reader.read()).partition(b"\r\n\r\n")[2]
    finally:
        writer.close()


def served(story: Callable[[int, int, Listening], Awaitable[None]]) -> None:
    """Run a story with two sockets: their ports, and the first one's listening."""

    async def main() -> None:
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        ports = [one.getsockname()[1] for one in sockets]
        listenings = [await listen(one, well, None, Bounds(most=MOST)) for one in sockets]
        try:
            await asyncio.wait_for(story(*ports, listenings[0]), PATIENCE)
        finally:
            for one in listenings:
                one.close()

    asyncio.run(main())


async def filled(port: int) -> list[asyncio.StreamWriter]:
    """Open as many connections as a socket takes, which say nothing."""
    return [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(MOST)]


def test_who_fills_a_socket_keeps_nobody_at_another_one_waiting():
    async def story(full: int, other: int, _: Listening) -> None:
        held = await filled(full)
        assert await answer(other) == b"well"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answer(full), 0.2)
        for writer in held:
            writer.close()

    served(story)


def test_a_connection_that_waits_is_answered_when_another_one_ends():
    async def story(full: int, _: int, __: Listening) -> None:
        held = await filled(full)
        waiting = asyncio.create_task(answer(full))
        done, _pending = await asyncio.wait([waiting], timeout=0.1)
        assert not done
        held.pop().close()
        assert await waiting == b"well"
        assert [await answer(full) for _ in range(2 * MOST)] == [b"well"] * 2 * MOST
        for writer in held:
            writer.close()

    served(story)


def test_a_socket_that_is_closed_takes_no_more_and_what_it_took_goes_on():
    async def story(port: int, _: int, listening: Listening) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.replace(b"close", b"keep-alive"))
        assert b"200" in await reader.readline()
        listening.close()
        with pytest.raises(ConnectionRefusedError):
            await answer(port)
        writer.write(REQUEST)
        assert (await reader.read()).endswith(b"well")
        writer.close()

    served(story)


def test_one_socket_leaves_most_descriptors_to_others():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(800, hard), hard))
        assert most_connections() == min(800, hard) // 8
    assert most_connections() <= MOST_CONNECTIONS
