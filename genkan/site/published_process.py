"""The process that publishes programs of the host: listeners in places, served by the broker.

Started when the program first has something published. A listener is made in its place and sent to
the broker with the address that is meant; it is served as long as the connection that brought it is
open, and brought again when a broker comes back.

    python -m genkan.site.published_process HOME
"""

import asyncio
import contextlib
import json
import logging
import socket
import sys
from pathlib import Path

from genkan.engine.linux.namespace import socket_in
from genkan.program import Delta
from genkan.program.entry import Key
from genkan.program.published import Published
from genkan.site import sockets
from genkan.site.home import RUN, Home
from genkan.site.subscription import Subscription

LOG = logging.getLogger(__name__)
SECTIONS = frozenset({Published.section})
BROKER_PATIENCE = 5.0
AGAIN = 0.5  # seconds until a broker that is gone is looked for again
WAITING = 256  # connections that nobody has accepted yet
_FREEBIND, _TRANSPARENT = 15, 19


class Publisher:
    """Keeps every published listener served."""

    def __init__(self, broker: str) -> None:
        self._broker = broker
        self._tasks: dict[Key, asyncio.Task[None]] = {}

    async def apply(self, delta: Delta) -> None:
        """Make a delta so; listeners accept when this returns. Raises OSError."""
        for entry in (*delta.removed, *delta.put):
            task = self._tasks.pop(entry.key, None)
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        failures = []
        for entry in delta.put:
            if isinstance(entry, Published):
                try:
                    serving = _hand_over(entry, self._broker)
                except OSError as error:
                    LOG.warning("%s is not published: %s", entry.because, error)
                    failures.append(error)
                    serving = None
                self._tasks[entry.key] = asyncio.create_task(self._keep(entry, serving))
        if failures:
            raise failures[0]

    async def _keep(self, entry: Published, serving: socket.socket | None) -> None:
        """Have a listener served for ever."""
        while True:
            if serving is not None:
                with serving:
                    await _ended(serving)
                LOG.warning("%s is served no longer; the broker is looked for", entry.because)
            await asyncio.sleep(AGAIN)
            serving = None
            with contextlib.suppress(OSError):
                serving = _hand_over(entry, self._broker)


def _hand_over(entry: Published, broker: str) -> socket.socket:
    """Make a listener in its place and give it to the broker; give the connection that holds it."""
    connection = sockets.connect(broker, BROKER_PATIENCE)
    try:
        with socket_in(entry.place, socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Beside what answers at every other address of its place, such as the front.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.setsockopt(socket.IPPROTO_IP, _FREEBIND, 1)
            # Without it the kernel sends nothing from addresses that are not assigned.
            listener.setsockopt(socket.IPPROTO_IP, _TRANSPARENT, 1)
            listener.bind((str(entry.address), entry.port))
            listener.listen(WAITING)
            question = json.dumps({"connect": [entry.host, entry.host_port]}).encode()
            socket.send_fds(connection, [question], [listener.fileno()])
    except OSError:
        connection.close()
        raise
    connection.setblocking(False)
    return connection


async def _ended(connection: socket.socket) -> None:
    """Wait until the other side closes; it says nothing."""
    with contextlib.suppress(OSError):
        while await asyncio.get_running_loop().sock_recv(connection, 4096):
            pass


async def _main(home: Home) -> None:
    publisher = Publisher(str(home.broker_socket))
    ready: list[asyncio.Server] = []

    async def apply(delta: Delta) -> None:
        try:
            await publisher.apply(delta)
        finally:
            if not ready:
                listener = sockets.listen(f"{RUN}/published.sock")
                ready.append(
                    await asyncio.start_unix_server(lambda _, writer: writer.close(), sock=listener)
                )

    await Subscription(f"{RUN}/program.sock", "published", SECTIONS, apply).follow()


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Home(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
