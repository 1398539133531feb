"""Slots that packets are received into and sent from where they lie: recvmmsg(2), sendmmsg(2).

Each slot has room in front of what is received, so that headers are written there and nothing is
copied. One ring serves every socket in turn.
"""

import ctypes

MOST = 64  # packets a call
HEADROOM = 128
LARGEST = 9216 - HEADROOM  # bytes of a packet; one that is cut has this many
SLOT = HEADROOM + LARGEST
_ADDRESS = 32  # bytes: sockaddr_ll has 20, sockaddr_in 16
_MSG_DONTWAIT = 0x40


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
_libc = ctypes.CDLL(None, use_errno=True)
_receive = _libc.recvmmsg
_send = _libc.sendmmsg
_receive.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
_send.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]


class Address:
    """A socket address in memory that stays where it is, for `Ring.send`."""

    def __init__(self, raw: bytes) -> None:
        self._raw = ctypes.create_string_buffer(raw, len(raw))
        self.at = ctypes.addressof(self._raw)
        self.size = len(raw)


class Ring:
    """MOST slots, and what the kernel is told of them."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(SLOT * MOST)
        self._names = ctypes.create_string_buffer(_ADDRESS * MOST)
        self._in, self._in_vectors = (_MMsgHdr * MOST)(), (_IoVec * MOST)()
        self._out, self._out_vectors = (_MMsgHdr * MOST)(), (_IoVec * MOST)()
        self.base = ctypes.addressof(self._buffer)
        for number in range(MOST):
            self._join(number)
        self.bytes = memoryview(self._buffer).cast("B")
        self.names = memoryview(self._names).cast("B")
        words = _HEADER // 4
        self.lengths = memoryview(self._in).cast("B").cast("I")[_MMsgHdr.len.offset // 4 :: words]
        out = memoryview(self._out).cast("B")
        self._to = out.cast("Q")[_MsgHdr.name.offset // 8 :: _HEADER // 8]
        self._to_sizes = out.cast("I")[_MsgHdr.namelen.offset // 4 :: words]
        vectors = memoryview(self._out_vectors).cast("B").cast("Q")
        self._starts, self._sizes = vectors[0::2], vectors[1::2]
        self._waiting = 0

    def _join(self, number: int) -> None:
        vector, header = self._in_vectors[number], self._in[number].hdr
        vector.base, vector.len = self.base + number * SLOT + HEADROOM, LARGEST
        header.name = ctypes.addressof(self._names) + number * _ADDRESS
        header.namelen = _ADDRESS
        header.iov, header.iovlen = ctypes.addressof(vector), 1
        sent = self._out[number].hdr
        sent.iov, sent.iovlen = ctypes.addressof(self._out_vectors[number]), 1

    def receive(self, descriptor: int) -> int:
        """Receive what waits at a socket, up to MOST packets; give their number.

        Packet number n begins at `n * SLOT + HEADROOM` of `bytes` and has `lengths[n]` bytes; who
        sent it is at `n * 32` of `names`. Raises OSError for a socket that is of no more use.
        """
        count = int(_receive(descriptor, ctypes.addressof(self._in), MOST, _MSG_DONTWAIT, None))
        if count < 0:
            error = ctypes.get_errno()
            if error in (11, 4):  # EAGAIN, EINTR
                return 0
            raise OSError(error, "a socket receives no more")
        return count

    def put(self, start: int, size: int, to: Address) -> None:
        """Note what is to be sent: so many bytes from `start` of `bytes`."""
        number = self._waiting
        self._starts[number] = self.base + start
        self._sizes[number] = size
        self._to[number] = to.at
        self._to_sizes[number] = to.size
        self._waiting = number + 1

    def send(self, descriptor: int) -> int:
        """Send what was noted; what the kernel does not take is lost, as any packet may be. Give
        how many it took."""
        done = taken = 0
        while done < self._waiting:
            start = ctypes.addressof(self._out) + done * _HEADER
            sent = int(_send(descriptor, start, self._waiting - done, _MSG_DONTWAIT))
            if sent > 0:
                done += sent
                taken += sent
            elif ctypes.get_errno() in (11, 105):  # EAGAIN, ENOBUFS: there is no room now
                break
            else:
                done += 1  # this one cannot be sent; the next may be
        self._waiting = 0
        return taken
