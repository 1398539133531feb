"""The broker: what stays of a site in the host's network, for sockets alone.

What a site needs of the host is reached without a route: a process inside opens a listener, on its
own loopback or in a place, sends it here by descriptor with the address that is meant, and what
connects to it inside goes on from here. The broker ends when the anchor does: it can read then what
ANCHOR_FD is, the end of a pipe whose other end is the anchor's, or a pidfd of it.

It is two: a keeper, and a worker that takes listeners. Whichever is killed, the other has it back.

    python -m genkan.site.broker HOME ANCHOR_FD
"""

import asyncio
import contextlib
import json
import logging
import os
import select
import socket
import struct
import sys
import time
from pathlib import Path

from genkan.site.home import Home
from genkan.site.sockets import listen

LOG = logging.getLogger(__name__)
CHUNK = 64 << 10
LONGEST_QUESTION = 4096
CONNECT_PATIENCE = 10.0  # seconds
RAPID = 1.0  # seconds: a worker that lives shorter waits before the next


class Broker:
    """Takes listeners; each is served until the connection that brought it ends."""

    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Take questions for ever."""
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._asked)
            connection.setblocking(False)
            self._tasks.add(task := asyncio.create_task(self._take(connection)))
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            LOG.error("a listener is served no longer: %r", error)

    async def _take(self, connection: socket.socket) -> None:
        with connection:
            await _readable(connection)
            line, descriptors, _, _ = socket.recv_fds(connection, LONGEST_QUESTION, 1)
            if not descriptors:
                return
            listener = socket.socket(fileno=descriptors[0])
            host, port = json.loads(line)["connect"]
            server = await asyncio.start_server(
                lambda reader, writer: _join(reader, writer, host, port), sock=listener
            )
            async with server:
                await _readable(connection)  # nothing more is said: this is its end


async def _readable(descriptor: socket.socket | int) -> None:
    """Wait until there is something to read, or its end."""
    seen = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, seen.set)
    try:
        await seen.wait()
    finally:
        loop.remove_reader(descriptor)


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    """Join a connection from inside to what is meant outside: a host's port, or a socket's path."""
    try:
        async with asyncio.timeout(CONNECT_PATIENCE):
            if host.startswith("/"):
                far_reader, far_writer = await asyncio.open_unix_connection(host)
            else:
                far_reader, far_writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        LOG.warning("%s, port %s, cannot be reached: %r", host, port, error)
        _reset(writer)
        return
    with contextlib.suppress(asyncio.CancelledError):  # the broker ends, and nobody is told
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close as a kernel does where nobody listens: with a reset, not with the end of a stream."""
    with contextlib.suppress(OSError):
        inside = writer.get_extra_info("socket")
        inside.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await reader.read(CHUNK):
            writer.write(part)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def _serve(asked: socket.socket, anchor: int, keeper: int) -> bool:
    """Take listeners until the anchor ends, or the keeper; tell whether it was the keeper."""
    asked.setblocking(False)
    serving = asyncio.create_task(Broker(asked).serve())
    ends = [asyncio.create_task(_readable(one)) for one in (anchor, keeper)]
    done, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in (serving, *waiting):
        task.cancel()
    return ends[0] not in done


def _work(home: Home, anchor: int, keeper: int) -> None:
    """Be the one that takes listeners; where the keeper is killed, become the next."""
    try:
        watched = os.pidfd_open(keeper)
        orphaned = os.getppid() != keeper
    except ProcessLookupError:
        orphaned = True
    if not orphaned:
        orphaned = asyncio.run(_serve(listen(str(home.broker_socket)), anchor, watched))
    if orphaned:
        os.set_inheritable(anchor, True)
        command = [sys.executable, "-P", "-m", "genkan.site.broker", str(home.path), str(anchor)]
        os.execv(sys.executable, command)  # noqa: S606 - no shell is meant


def _keep(home: Home, anchor: int) -> None:
    """Have a worker at work until the anchor ends. Nobody else can start it in this network."""
    while True:
        keeper, began = os.getpid(), time.monotonic()
        worker = os.fork()
        if worker == 0:
            _work(home, anchor, keeper)
            os._exit(0)
        pidfd = os.pidfd_open(worker)
        ended = select.select([anchor, pidfd], [], [])[0]
        os.close(pidfd)
        if anchor in ended:
            return
        os.waitpid(worker, 0)
        LOG.warning("the worker was killed; another takes listeners")
        if time.monotonic() - began < RAPID:
            time.sleep(RAPID)


def main() -> None:
    """Run until the anchor ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    _keep(Home(Path(sys.argv[1])), int(sys.argv[2]))


if __name__ == "__main__":
    main()
