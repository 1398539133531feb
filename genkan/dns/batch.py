"""Many datagrams by one system call: recvmmsg(2) and sendmmsg(2) through ctypes.

The headers, addresses and buffers that the kernel fills are made once and serve every socket in
turn. Where a limit counts by interface, the kernel also says by which device each message came in:
IP_PKTINFO of ip(7), IPV6_RECVPKTINFO of ipv6(7).
"""

import ctypes
import errno
import mmap
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

MOST = 64  # messages a call
LONGEST_QUERY = 4096  # what is longer arrives cut, and does not parse
_ADDRESSES = {4: 16, 6: 28}  # bytes of sockaddr_in and sockaddr_in6
_MSG_DONTWAIT = 0x40
_CONTROL = 64  # bytes: one control message, with room
# by IP version: the level and option that ask for it; where the device is in it, in 32-bit words
_PACKET_INFO = {4: (socket.IPPROTO_IP, 8, 4), 6: (socket.IPPROTO_IPV6, 49, 8)}

R = TypeVar("R")
Asker = tuple[str, int] | tuple[str, int, int, int]  # a socket's address


class _IoVec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("len", ctypes.c_size_t))


class _MsgHdr(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint32),
        ("iov", ctypes.c_void_p),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _MMsgHdr(ctypes.Structure):
    _fields_ = (("hdr", _MsgHdr), ("len", ctypes.c_uint32))


_HEADER = ctypes.sizeof(_MMsgHdr)
_LEN = _MMsgHdr.len.offset // 4  # of `len`, in 32-bit words
_CONTROL_LENGTH = _MsgHdr.controllen.offset // 8
_IDS = tuple(number * LONGEST_QUERY for number in range(MOST))  # where messages begin
_BEHIND_ID = tuple(at + 2 for at in _IDS)
_libc = ctypes.CDLL(None, use_errno=True)
_receive = _libc.recvmmsg
_send = _libc.sendmmsg
# Without argtypes: to check and convert each argument anew takes 0.4 µs a call. Pointers are given
# as objects that are made once.


class _Headers:
    """Headers of MOST messages, each with a slot of the same buffer and an asker's address."""

    def __init__(self, slots: int, addresses: int, address: int, controls: int = 0) -> None:
        self._headers = (_MMsgHdr * MOST)()
        self._vectors = (_IoVec * MOST)()
        for number in range(MOST):
            vector, header = self._vectors[number], self._headers[number].hdr
            vector.base, vector.len = slots + number * LONGEST_QUERY, LONGEST_QUERY
            header.name, header.namelen = addresses + number * address, address
            header.iov, header.iovlen = ctypes.addressof(vector), 1
            if controls:
                header.control, header.controllen = controls + number * _CONTROL, _CONTROL
        start = ctypes.addressof(self._headers)
        self.at = tuple(ctypes.c_void_p(start + number * _HEADER) for number in range(MOST))
        words = memoryview(self._headers).cast("B")
        self.lengths = words.cast("I")[_LEN :: _HEADER // 4]
        self.control_lengths = words.cast("Q")[_CONTROL_LENGTH :: _HEADER // 8]
        self.sizes = memoryview(self._vectors).cast("B").cast("Q")[1::2]


Admitted = Callable[[Sequence[int], Callable[[int], str]], Iterable[int]]


def tell_devices(sock: socket.socket, version: int) -> None:
    """Have the kernel say by which device each message of a socket came in."""
    level, option, _ = _PACKET_INFO[version]
    sock.setsockopt(level, option, 1)


class Batch:
    """Buffers for one exchange at a time, at sockets of one IP version.

    With `limited`, at those that `tell_devices`, and an exchange is given what is `admitted`. A
    reply is written over its question, behind the id, and goes out by a header of its own.
    """

    def __init__(self, version: int, *, limited: bool = False) -> None:
        self._address = _ADDRESSES[version]
        self._device = _PACKET_INFO[version][2]
        self._slots = mmap.mmap(-1, MOST * LONGEST_QUERY)
        self._addresses = ctypes.create_string_buffer(MOST * self._address)
        self._control = ctypes.create_string_buffer(MOST * _CONTROL if limited else 0)
        slots = ctypes.addressof(ctypes.c_char.from_buffer(self._slots))
        addresses = ctypes.addressof(self._addresses)
        controls = ctypes.addressof(self._control) if limited else 0
        self._in = _Headers(slots, addresses, self._address, controls)
        self._out = _Headers(slots, addresses, self._address)
        self._controls = memoryview(self._control).cast("B").cast("i")

    def exchange(
        self,
        fd: int,
        known: Mapping[bytes, bytes],
        reply: Callable[[bytes], bytes | R | None],
        admitted: Admitted | None = None,
    ) -> tuple[int, list[tuple[Asker, R]]]:
        """Receive what waits at a socket, up to MOST messages, and reply; give their number, and
        what `reply` gave instead of a message, with who is to have one later.

        `known` are replies by message, both without the id; `reply` is asked for others.
        `admitted` is told by which device each came in, and how its asker's address is had; to
        those that it does not give nothing is said. A reply that the kernel does not take is lost,
        as any datagram may be.
        """
        count = _receive(fd, self._in.at[0], MOST, _MSG_DONTWAIT, None)
        if count <= 0:
            return 0, []
        slots, known_to = self._slots, known.get
        lengths = self._in.lengths
        found = [
            known_to(slots[_BEHIND_ID[number] : _IDS[number] + lengths[number]])
            for number in range(count)
        ]
        if admitted is not None:
            self._leave_out(found, admitted)
        later = self._ask(found, reply) if None in found else []
        self._send(fd, found)
        return count, later

    def _ask(
        self, found: list[bytes | None], reply: Callable[[bytes], bytes | R | None]
    ) -> list[tuple[Asker, R]]:
        """Fill in what is not known; where nothing is said now, with no bytes."""
        later: list[tuple[Asker, R]] = []
        for number, known in enumerate(found):
            if known is None:
                at = _IDS[number]
                answer = reply(self._slots[at : at + self._in.lengths[number]])
                found[number] = answer[2:] if isinstance(answer, bytes) else b""
                if not (answer is None or isinstance(answer, bytes)):
                    later.append((self._asker(number), answer))
        return later

    def _leave_out(self, found: list[bytes | None], admitted: Admitted) -> None:
        """Have nothing said to those that are not admitted."""
        count, lengths = len(found), self._in.control_lengths
        devices = self._controls[self._device :: _CONTROL // 4][:count].tolist()
        taken = set(admitted(devices, lambda number: self._asker(number)[0]))
        for number in range(count):
            lengths[number] = _CONTROL  # the kernel wrote over it
            if number not in taken:
                found[number] = b""

    def _asker(self, number: int) -> Asker:
        """Give who sent a message, as a socket's address."""
        start = number * self._address
        raw = self._addresses.raw[start : start + self._address]
        port = int.from_bytes(raw[2:4])
        if self._address == _ADDRESSES[4]:
            return socket.inet_ntop(socket.AF_INET, raw[4:8]), port
        address = socket.inet_ntop(socket.AF_INET6, raw[8:24])
        return address, port, 0, int.from_bytes(raw[24:28], sys.byteorder)

    def _send(self, fd: int, replies: Sequence[bytes | None]) -> None:
        """Send what is said, all between two messages to which nothing is in one call."""
        slots, sizes = self._slots, self._out.sizes
        first = 0
        for number, reply in enumerate(replies):
            if reply:
                at, size = _BEHIND_ID[number], len(reply)
                slots[at : at + size] = reply
                sizes[number] = size + 2
            else:
                self._send_all(fd, first, number)
                first = number + 1
        self._send_all(fd, first, len(replies))

    def _send_all(self, fd: int, first: int, end: int) -> None:
        while first < end:
            taken = _send(fd, self._out.at[first], end - first, _MSG_DONTWAIT)
            if taken >= 0:
                first += taken
            elif ctypes.get_errno() == errno.EAGAIN:
                return
            else:
                first += 1  # this asker cannot be reached; the next may be
