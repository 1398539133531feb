"""The socket at which control lends the memory that flows on the shortcut are counted in.

Whoever connects gets a byte, and a map's descriptor with it if there is one; the connection stays,
so each side hears when the other ends. What was counted is there as long as somebody holds it: a
recorder reads it once more after control was killed.
"""

import asyncio
import contextlib
import logging
import os
import socket

from genkan.engine.linux.tallies import Carried
from genkan.site import sockets

LOG = logging.getLogger(__name__)
PATIENCE = 1.0  # seconds


def serve(path: str, descriptor: int | None) -> None:
    """Lend a map from now on, by the loop that runs."""
    loop = asyncio.get_running_loop()
    listener = sockets.listen(path)
    listener.setblocking(False)

    def lend() -> None:
        with contextlib.suppress(OSError):
            borrower = listener.accept()[0]
            borrower.setblocking(False)
            loop.add_reader(borrower, end, borrower)
            socket.send_fds(borrower, [b"m"], [] if descriptor is None else [descriptor])

    def end(borrower: socket.socket) -> None:
        """It says nothing: it has hung up."""
        loop.remove_reader(borrower)
        borrower.close()

    loop.add_reader(listener, lend)


class Borrower:
    """Keeps what is read of the memory that control lends, whichever control is there."""

    def __init__(self, path: str, carried: Carried) -> None:
        self._path = path
        self._carried = carried
        self._lender: socket.socket | None = None

    def look(self) -> None:
        """Read what has been counted; notice that control has ended, or that there is one."""
        if self._lender is not None and _has_hung_up(self._lender):
            self._carried.leave()
            self._lender.close()
            self._lender = None
        if self._lender is None:
            self._borrow()
        self._carried.read()

    def _borrow(self) -> None:
        try:
            lender = sockets.connect(self._path, PATIENCE)
        except OSError:
            return  # there is no control just now
        try:
            _, descriptors, *_ = socket.recv_fds(lender, 1, 1)
            for one in descriptors:
                self._carried.adopt(one)
                os.close(one)
        except OSError as error:
            LOG.error("flows on the shortcut are not counted: %s", error)
            self._carried.missed = True
            lender.close()
            return
        self._lender = lender

    def close(self) -> None:
        if self._lender is not None:
            self._lender.close()


def _has_hung_up(lender: socket.socket) -> bool:
    try:
        return lender.recv(1, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
