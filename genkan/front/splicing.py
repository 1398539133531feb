"""Bytes moved between two sockets by the kernel, through a pipe: nobody reads them. splice(2)."""

import asyncio
import contextlib
import fcntl
import os
import socket
from collections.abc import Callable

PIPE = 1 << 20  # bytes
LARGEST = 1 << 20
NONBLOCK = os.SPLICE_F_NONBLOCK | os.SPLICE_F_MOVE


async def splice(one: socket.socket, other: socket.socket, idle: float) -> None:
    """Move bytes both ways until both sides have ended. Raises OSError; TimeoutError when neither
    has said anything for `idle` seconds."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(idle) as patience:

        def heard() -> None:
            patience.reschedule(loop.time() + idle)

        ways = [
            asyncio.create_task(_move(source, target, heard))
            for source, target in ((one, other), (other, one))
        ]
        try:
            await asyncio.gather(*ways)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)


async def _move(source: socket.socket, target: socket.socket, heard: Callable[[], None]) -> None:
    out, into = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        with contextlib.suppress(OSError):  # what an ordinary user may not is left as it is
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIPE)
        while moved := await _when(_readable, source, source.fileno(), into, LARGEST):
            heard()
            while moved:
                moved -= await _when(_writable, target, out, target.fileno(), moved)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
    finally:
        os.close(out)
        os.close(into)


async def _when(
    wait: Callable[[socket.socket], "asyncio.Future[None]"],
    waited: socket.socket,
    source: int,
    target: int,
    size: int,
) -> int:
    """Splice when that is possible; give how much."""
    while True:
        try:
            return os.splice(source, target, size, flags=NONBLOCK)
        except BlockingIOError:
            await wait(waited)


def _readable(waited: socket.socket) -> "asyncio.Future[None]":
    loop = asyncio.get_running_loop()
    return _once(waited.fileno(), loop.add_reader, loop.remove_reader)


def _writable(waited: socket.socket) -> "asyncio.Future[None]":
    loop = asyncio.get_running_loop()
    return _once(waited.fileno(), loop.add_writer, loop.remove_writer)


def _once(
    descriptor: int, add: Callable[..., object], remove: Callable[[int], object]
) -> "asyncio.Future[None]":
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def seen() -> None:
        if not future.done():
            future.set_result(None)

    add(descriptor, seen)
    future.add_done_callback(lambda _: remove(descriptor))
    return future
