"""Many datagrams by one system call: recvmmsg(2) and sendmmsg(2) through ctypes.

The headers, addresses and buffers that the kernel fills are made once and serve every socket in
turn. Where a limit counts by interface, the kernel also says by which device each message came in:
IP_PKTINFO of ip(7), IPV6_RECVPKTINFO of ipv6(7).
"""

import ctypes
import errno
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

MOST = 64  # messages a call
LONGEST_QUERY = 4096  # what is longer arrives cut, and does not parse
LONGEST_REPLY = 1232
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
_WORDS = _HEADER // 8
_LEN = _MMsgHdr.len.offset // 4  # of `len`, in 32-bit words
_NAME = _MsgHdr.name.offset // 8
_CONTROL_LENGTH = _MsgHdr.controllen.offset // 8
_libc = ctypes.CDLL(None, use_errno=True)
_receive = _libc.recvmmsg
_send = _libc.sendmmsg
_receive.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
_send.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]


class _Ring:
    """Headers for MOST messages of up to `longest` bytes, and plain views of what is in them."""

    def __init__(self, longest: int, address: int, control: int = 0) -> None:
        self.longest = longest
        self.address_size = address
        self._control = ctypes.create_string_buffer(control * MOST) if control else None
        self._headers = (_MMsgHdr * MOST)()
        self._vectors = (_IoVec * MOST)()
        self._addresses = ctypes.create_string_buffer(address * MOST)
        self._buffer = ctypes.create_string_buffer(longest * MOST)
        self.start = ctypes.addressof(self._headers)
        self.address = ctypes.addressof(self._addresses)
        for number in range(MOST):
            self._join(number)
        self.bytes = memoryview(self._buffer).cast("B")
        self.lengths = memoryview(self._headers).cast("B").cast("I")[_LEN :: _HEADER // 4]
        self.names = memoryview(self._headers).cast("B").cast("Q")[_NAME::_WORDS]
        self.vectors = memoryview(self._vectors).cast("B").cast("Q")[1::2]
        words = memoryview(self._headers).cast("B").cast("Q")
        self.control_lengths = words[_CONTROL_LENGTH::_WORDS]
        self.controls = memoryview(self._control or b"").cast("B").cast("i")

    def _join(self, number: int) -> None:
        vector, header = self._vectors[number], self._headers[number].hdr
        vector.base = ctypes.addressof(self._buffer) + number * self.longest
        vector.len = self.longest
        size = self.address_size
        header.name, header.namelen = self.address + number * size, size
        header.iov, header.iovlen = ctypes.addressof(vector), 1
        if self._control is not None:
            header.control = ctypes.addressof(self._control) + number * _CONTROL
            header.controllen = _CONTROL

    def asker(self, number: int) -> Asker:
        """Give who sent a message, as a socket's address."""
        start = number * self.address_size
        raw = self._addresses.raw[start : start + self.address_size]
        port = int.from_bytes(raw[2:4])
        if self.address_size == _ADDRESSES[4]:
            return socket.inet_ntop(socket.AF_INET, raw[4:8]), port
        address = socket.inet_ntop(socket.AF_INET6, raw[8:24])
        return address, port, 0, int.from_bytes(raw[24:28], sys.byteorder)


Admitted = Callable[[Sequence[int], Callable[[int], str]], Iterable[int]]


def tell_devices(sock: socket.socket, version: int) -> None:
    """Have the kernel say by which device each message of a socket came in."""
    level, option, _ = _PACKET_INFO[version]
    sock.setsockopt(level, option, 1)


class Batch:
    """Buffers for one exchange at a time, at sockets of one IP version.

    With `limited`, at those that `tell_devices`, and an exchange is given what is `admitted`.
    """

    def __init__(self, version: int, *, limited: bool = False) -> None:
        self._address = _ADDRESSES[version]
        self._device = _PACKET_INFO[version][2]
        self._in = _Ring(LONGEST_QUERY, self._address, _CONTROL if limited else 0)
        self._out = _Ring(LONGEST_REPLY, self._address)

    def exchange(
        self,
        fd: int,
        reply: Callable[[bytes], bytes | R | None],
        admitted: Admitted | None = None,
    ) -> tuple[int, list[tuple[Asker, R]]]:
        """Receive what waits at a socket, up to MOST messages, and reply; give their number, and
        what `reply` gave instead of a message, with who is to have one later.

        `admitted` is told by which device each came in, and how its asker's address is had; to
        those that it does not give nothing is said. A reply that the kernel does not take is lost,
        as any datagram may be.
        """
        count = _receive(fd, self._in.start, MOST, _MSG_DONTWAIT, None)
        if count <= 0:
            return 0, []
        later: list[tuple[Asker, R]] = []
        buffer, out = self._in.bytes, self._out.bytes
        lengths, names, vectors = self._in.lengths, self._out.names, self._out.vectors
        sent = 0
        for number in range(count) if admitted is None else self._admitted(count, admitted):
            start = number * LONGEST_QUERY
            answer = reply(bytes(buffer[start : start + lengths[number]]))
            if answer is None:
                continue
            if not isinstance(answer, bytes):
                later.append((self._in.asker(number), answer))
                continue
            size = len(answer)
            at = sent * LONGEST_REPLY
            out[at : at + size] = answer
            vectors[sent] = size
            names[sent] = self._in.address + number * self._address
            sent += 1
        self._send(fd, sent)
        return int(count), later

    def _admitted(self, count: int, admitted: Admitted) -> Iterable[int]:
        ring, words = self._in, _CONTROL // 4
        devices = ring.controls[self._device :: words][:count].tolist()
        for number in range(count):
            ring.control_lengths[number] = _CONTROL  # the kernel wrote over it
        return admitted(devices, lambda number: ring.asker(number)[0])

    def _send(self, fd: int, count: int) -> None:
        done = 0
        while done < count:
            taken = _send(fd, self._out.start + done * _HEADER, count - done, _MSG_DONTWAIT)
            if taken >= 0:
                done += taken
            elif ctypes.get_errno() == errno.EAGAIN:
                return
            else:
                done += 1  # this asker cannot be reached; the next may be
