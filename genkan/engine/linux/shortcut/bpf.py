"""The bpf(2) system call: maps, programs, and links that attach a program to a device.

By ctypes, without a library. What is made here lives as long as its descriptor: when the process
ends, the kernel takes links, programs and maps away, and nothing of them is left. See bpf(2),
linux/bpf.h.
"""

import contextlib
import ctypes
import errno
import os
import platform
import struct
from enum import IntEnum

_NUMBERS = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "ppc64le": 361, "s390x": 351}
_LIBC = ctypes.CDLL(None, use_errno=True)
_MAP_CREATE, _LOOKUP, _UPDATE, _DELETE, _PROG_LOAD, _LINK_CREATE = 0, 1, 2, 3, 5, 28
_SCHED_CLS = 3
_NAME = 15  # bytes
_LOG = 1 << 16
NO_PREALLOCATION, MAPPED = 1 << 0, 1 << 10


class Kind(IntEnum):
    HASH = 1
    ARRAY = 2
    LRU_HASH = 9
    RING = 27


class Side(IntEnum):
    """Where at a device a program is attached: BPF_TCX_INGRESS, BPF_TCX_EGRESS."""

    INGRESS = 46
    EGRESS = 47


class Map:
    """A map; keys and values are bytes. `size` of a ring is in bytes."""

    def __init__(
        self, kind: Kind, name: str, key: int, value: int, size: int, is_mapped: bool = False
    ) -> None:
        """Make one; `is_mapped`: an array whose memory processes can map. Raises OSError."""
        flags = NO_PREALLOCATION if kind is Kind.HASH else MAPPED if is_mapped else 0
        told = struct.pack("=IIIIIII", kind, key, value, size, flags, 0, 0)
        self.descriptor = _call(_MAP_CREATE, told + name.encode()[:_NAME].ljust(16, b"\0"))
        self._size = value

    def get(self, key: bytes) -> bytes | None:
        """Give a value, None where there is none."""
        value = ctypes.create_string_buffer(self._size)
        try:
            self._element(_LOOKUP, key, value)
        except FileNotFoundError:
            return None
        return value.raw

    def put(self, key: bytes, value: bytes) -> None:
        """Set a value. Raises OSError: there is no room."""
        self._element(_UPDATE, key, ctypes.create_string_buffer(value, len(value)))

    def remove(self, key: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._element(_DELETE, key, None)

    def _element(self, command: int, key: bytes, value: ctypes.Array[ctypes.c_char] | None) -> None:
        held = ctypes.create_string_buffer(key, len(key))
        at = ctypes.addressof(value) if value is not None else 0
        _call(command, struct.pack("=IIQQQ", self.descriptor, 0, ctypes.addressof(held), at, 0))

    def close(self) -> None:
        os.close(self.descriptor)


def load(name: str, instructions: bytes) -> int:
    """Load a program for devices; give its descriptor. Raises OSError with the verifier's word."""
    text = ctypes.create_string_buffer(instructions, len(instructions))
    terms = ctypes.create_string_buffer(b"Apache-2.0")
    log = ctypes.create_string_buffer(_LOG)
    named = name.encode()[:_NAME].ljust(16, b"\0")
    at = map(ctypes.addressof, (text, terms))
    count = len(instructions) // 8
    told = struct.pack("=IIQQ", _SCHED_CLS, count, *at)
    quiet = told + struct.pack("=IIQII", 0, 0, 0, 0, 0) + named
    try:
        return _call(_PROG_LOAD, quiet)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EINVAL):  # the verifier has more to say
            raise
    loud = told + struct.pack("=IIQII", 1, _LOG, ctypes.addressof(log), 0, 0) + named
    try:
        return _call(_PROG_LOAD, loud)
    except OSError as error:
        said = log.value.decode(errors="replace").strip()
        raise OSError(error.errno, f"{error.strerror}: {said[-2000:]}") from error


def attach(program: int, device: int, side: Side) -> int:
    """Attach a program to a device of the calling thread's network; give the link's descriptor.

    Raises OSError.
    """
    return _call(_LINK_CREATE, struct.pack("=IIIIII", program, device, side, 0, 0, 0))


def reason_of(error: OSError) -> str:
    """Tell why programs cannot be loaded."""
    if error.errno == errno.EPERM:
        return "the kernel lets only root load programs into it"
    if error.errno in (errno.ENOSYS, errno.EINVAL):
        return f"the kernel has not what it takes, which is Linux 6.6: {error}"
    return str(error)


def _call(command: int, attributes: bytes) -> int:
    number = _NUMBERS.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, f"bpf(2) has no number known for {platform.machine()}")
    given = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)
    result = int(_LIBC.syscall(number, command, ctypes.byref(given), 128))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
