"""`Ring`: what programs in the kernel tell, record by record. See "BPF ring buffer" in the kernel's
documentation."""

import mmap
import struct
from collections.abc import Iterator

from genkan.engine.linux.shortcut.bpf import Map

_BUSY, _DISCARDED = 1 << 31, 1 << 30
_HEADER = 8


class Ring:
    """Reads a map of the kind RING; one reader."""

    def __init__(self, told: Map, size: int) -> None:
        """Map its memory. Raises OSError."""
        page, descriptor = mmap.PAGESIZE, told.descriptor
        self._size = size
        self._read = mmap.mmap(descriptor, page)
        whole = page + 2 * size  # the records' memory stands there twice: none is ever cut
        self._written = mmap.mmap(descriptor, whole, prot=mmap.PROT_READ, offset=page)

    def records(self) -> Iterator[bytes]:
        """Give what has been told and not been given yet."""
        (at,) = struct.unpack_from("=Q", self._read)
        while at < struct.unpack_from("=Q", self._written)[0]:
            where = mmap.PAGESIZE + at % self._size
            (head,) = struct.unpack_from("=I", self._written, where)
            if head & _BUSY:
                return
            length = head & ~_DISCARDED
            if not head & _DISCARDED:
                yield self._written[where + _HEADER : where + _HEADER + length]
            at += (length + _HEADER + 7) & ~7
            struct.pack_into("=Q", self._read, 0, at)

    def close(self) -> None:
        self._read.close()
        self._written.close()
