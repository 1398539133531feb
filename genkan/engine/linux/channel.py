"""`Channel`: a socket of rtnetlink that belongs to a place; many requests a send, an answer each.

The kernel works through what one send brings before it returns, and acknowledges each request by
its number. See netlink(7).
"""

import contextlib
import errno
import socket
import struct
from collections.abc import Iterator, Sequence

from genkan.engine.linux.namespace import kept_socket_in
from genkan.engine.linux.nfnetlink import DONE, ERROR, HEADER, LARGEST, SOL_NETLINK
from genkan.engine.linux.rtnetlink import ACK, Request

NETLINK_ROUTE = 0
CAP_ACK, STRICT = 10, 12  # NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK
INTERRUPTED = 0x10  # NLM_F_DUMP_INTR: somebody changed what was being shown
AT_ONCE = 64  # requests a send: their answers fit into what a socket keeps by default
PATIENCE = 5.0
MOST_TRIES = 5


class Channel:
    """Asks and is answered; used by one thread. What raised OSError is not to be used again."""

    def __init__(self, place: str) -> None:
        """Open it in a place. Raises OSError."""
        self._socket = kept_socket_in(place, socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
        self._socket.settimeout(PATIENCE)
        for option in (CAP_ACK, STRICT):
            with contextlib.suppress(OSError):  # not there before Linux 4.3, 4.20
                self._socket.setsockopt(SOL_NETLINK, option, 1)
        self._number = 0

    def close(self) -> None:
        self._socket.close()

    def ask(self, requests: Sequence[Request]) -> list[int]:
        """Have requests done in order; give an errno each, 0 for what was done. Raises OSError."""
        codes: list[int] = []
        for start in range(0, len(requests), AT_ONCE):
            codes += self._ask(requests[start : start + AT_ONCE])
        return codes

    def _ask(self, requests: Sequence[Request]) -> list[int]:
        first = self._number + 1
        self._number += len(requests)
        self._socket.send(
            b"".join(
                Request(one.kind, one.flags | ACK, one.body).numbered(first + at)
                for at, one in enumerate(requests)
            )
        )
        codes: dict[int, int] = {}
        while len(codes) < len(requests):
            for kind, number, start, _, data in self._messages():
                if kind == ERROR and number >= first:
                    codes[number] = _code(data, start)
        return [codes[number] for number in sorted(codes)]

    def find(self, request: Request) -> tuple[bytes, int, int] | None:
        """Ask for one thing; give where the answer is, None where there is none. Raises OSError."""
        self._number += 1
        self._socket.send(request.numbered(self._number))
        while True:
            for kind, number, start, end, data in self._messages():
                if number == self._number:
                    return None if kind == ERROR else (data, start, end)

    def all(self, request: Request) -> list[tuple[bytes, int, int]]:
        """Ask for all of a kind; asked again where it changed meanwhile. Raises OSError."""
        for _ in range(MOST_TRIES):
            shown = list(self._shown(request))
            if None not in shown:
                break
        return [one for one in shown if one]

    def _shown(self, request: Request) -> Iterator[tuple[bytes, int, int] | None]:
        """Give what is shown, and None where it is not the whole of one moment."""
        self._number += 1
        self._socket.send(request.numbered(self._number))
        while True:
            for kind, number, start, end, data in self._messages():
                if number != self._number:
                    continue
                if HEADER.unpack_from(data, start - HEADER.size)[2] & INTERRUPTED:
                    yield None
                if kind == DONE:
                    return
                if kind == ERROR:
                    code = _code(data, start)
                    raise OSError(code, f"nothing is shown: {errno.errorcode.get(code, code)}")
                yield data, start, end

    def _messages(self) -> Iterator[tuple[int, int, int, int, bytes]]:
        """Give (kind, number, start of the body, its end, the data) of what is read at once."""
        data = self._socket.recv(LARGEST)
        at = 0
        while at + HEADER.size <= len(data):
            size, kind, _, number, _ = HEADER.unpack_from(data, at)
            if size < HEADER.size:
                return
            yield kind, number, at + HEADER.size, at + size, data
            at += (size + 3) & ~3


def _code(data: bytes, start: int) -> int:
    return -int(struct.unpack_from("=i", data, start)[0])
