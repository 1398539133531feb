"""Network namespaces under a name: one file a place, bound to the namespace it stands for.

The file's name is the place's id, so what is there can be read back. Entering is by thread: a
socket that is opened meanwhile belongs to the place for its life. Light to import: whoever boots
instances uses it.
"""

import contextlib
import ctypes
import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

DIRECTORY = Path(os.environ.get("GENKAN_RUN", "/run/genkan")) / "ns"
CLONE_NEWNET = 0x40000000
LOW_DESCRIPTORS = 1024  # below: for libraries that wait by select(), which knows no others
MS_BIND = 0x1000
MNT_DETACH = 2

_LIBC = ctypes.CDLL(None, use_errno=True)


def path_of(place: str) -> Path:
    """Give the file that stands for a place's namespace."""
    return DIRECTORY / place


def places() -> list[str]:
    """Give every place that has a namespace."""
    if not DIRECTORY.is_dir():
        return []
    here = DIRECTORY.stat().st_dev  # a file that a namespace is bound to is on another device
    return sorted(entry.name for entry in DIRECTORY.iterdir() if entry.stat().st_dev != here)


def number_of(place: str) -> int | None:
    """Give the number of the namespace that stands under a place's name, None where there is
    none."""
    return path_of(place).stat().st_ino if place in places() else None


def make(place: str) -> None:
    """Make a namespace for a place. Raises OSError; a file left by a crash is used again."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    path = path_of(place)
    path.touch()
    failure: list[OSError] = []

    def in_a_new_one() -> None:
        try:
            _check(_LIBC.unshare(CLONE_NEWNET), "make a network namespace")
            here = f"/proc/self/task/{threading.get_native_id()}/ns/net"
            _check(_LIBC.mount(here.encode(), str(path).encode(), None, MS_BIND, None), str(path))
        except OSError as error:
            failure.append(error)

    maker = threading.Thread(target=in_a_new_one)  # its namespace goes with it, unless it is bound
    maker.start()
    maker.join()
    if failure:
        path.unlink(missing_ok=True)
        raise failure[0]


def remove(place: str) -> None:
    """Let go of a place's namespace; the kernel frees it when nothing is left inside."""
    path = path_of(place)
    _LIBC.umount2(str(path).encode(), MNT_DETACH)
    path.unlink(missing_ok=True)


@contextlib.contextmanager
def entered(place: str) -> Iterator[None]:
    """Put the calling thread into a place's network. Raises FileNotFoundError for one that is
    not."""
    home = os.open(
        f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY | os.O_CLOEXEC
    )
    try:
        there = os.open(path_of(place), os.O_RDONLY | os.O_CLOEXEC)
        try:
            _check(_LIBC.setns(there, CLONE_NEWNET), f"enter {place}")
        finally:
            os.close(there)
        try:
            yield
        finally:
            _check(_LIBC.setns(home, CLONE_NEWNET), "come back")
    finally:
        os.close(home)


def socket_in(place: str, family: int, kind: int, protocol: int = 0) -> socket.socket:
    """Open a socket that belongs to a place."""
    with entered(place):
        return socket.socket(family, kind, protocol)


def kept_socket_in(place: str, family: int, kind: int, protocol: int = 0) -> socket.socket:
    """Open a socket that belongs to a place and is kept: its number is none of the low ones."""
    with socket_in(place, family, kind, protocol) as opened:
        try:
            number = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, LOW_DESCRIPTORS)
        except OSError:  # so many may not be opened here; then there are no high ones
            number = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, 3)
    return socket.socket(fileno=number)


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"could not {what}: {os.strerror(error)}")
