"""Unix sockets of a site: listening and connecting at paths of any length, lines that never wait.

An address holds 107 bytes; a link to the folder, /proc/self/fd/N, is shorter. See unix(7).
"""

import contextlib
import os
import selectors
import socket
from collections.abc import Callable, Iterator
from typing import Any

LONGEST_LINE = 1 << 20
MOST_UNREAD = 16 << 20  # bytes that wait for a client that does not read


def listen(path: str) -> socket.socket:
    """Listen at a path, for its owner alone; a socket that was left there goes. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(path) as address:
        old = os.umask(0o177)
        try:
            listener.bind(address)
        finally:
            os.umask(old)
    listener.listen(64)
    return listener


def connect(path: str, patience: float) -> socket.socket:
    """Connect to a path. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(patience)
    try:
        with _short(path) as address:
            connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def accepts(path: str) -> bool:
    """Tell whether somebody listens at a path."""
    try:
        connect(path, 1.0).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _short(path: str) -> Iterator[str]:
    folder = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)


class LineClient:
    """A connection to a loop that must not wait: its lines as they come, its answers as they go."""

    def __init__(
        self,
        connection: socket.socket,
        selector: selectors.BaseSelector,
        take: Callable[["LineClient", bytes], None],
    ) -> None:
        self._connection = connection
        self._selector = selector
        self._take = take
        self._received = b""
        self._unsent = b""
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, self._turn)

    def answer(self, message: bytes, descriptors: list[int] | None = None) -> None:
        """Send a line, descriptors with its first byte; they are closed here. What the client does
        not read yet is sent later; one that never reads is cut off."""
        try:
            if descriptors and not self._unsent:
                sent = socket.send_fds(self._connection, [message], descriptors)
                message = message[sent:]
            elif descriptors:
                raise BlockingIOError("a client asks for descriptors and does not read")
            self._unsent += message
            self._send()
        except OSError:
            self.close()
        finally:
            for descriptor in descriptors or ():
                os.close(descriptor)

    def close(self) -> None:
        if self._connection.fileno() >= 0:
            self._selector.unregister(self._connection)
            self._connection.close()

    def _turn(self, _: Any) -> None:  # noqa: ANN401 - the selector's file
        try:
            self._send()
            part = self._connection.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        self._received += part
        if not part or len(self._received) > LONGEST_LINE:
            self.close()
            return
        while b"\n" in self._received:
            line, _, self._received = self._received.partition(b"\n")
            self._take(self, line)

    def _send(self) -> None:
        """Send what the kernel takes. Raises OSError when the client is gone or never reads."""
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                self._unsent = self._unsent[self._connection.send(self._unsent) :]
        if len(self._unsent) > MOST_UNREAD:
            raise ConnectionAbortedError("a client does not read its answers")
        if self._connection.fileno() >= 0:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
            self._selector.modify(self._connection, wanted, self._turn)
