"""Unix sockets at paths of any length: an address holds 107 bytes, a link to the folder is shorter.

See unix(7). Light to import.
"""

import contextlib
import os
import socket
from collections.abc import Iterator


def listen(path: str) -> socket.socket:
    """Listen at a path, for this user alone; what was left there goes. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        with _short(path) as address:
            listener.bind(address)
    finally:
        os.umask(old)
    listener.listen(64)
    return listener


def connect(path: str) -> socket.socket:
    """Connect to whoever listens at a path. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(path) as address:
            connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def _short(path: str) -> Iterator[str]:
    folder = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)
