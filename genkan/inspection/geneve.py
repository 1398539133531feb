"""GENEVE as gateway load balancers speak it: a header and three options, read and written.

RFC 8926: two bits of version, six of options' length in words, flags, the payload's EtherType, a
network identifier (0 here). Options are TLVs: class, type, length in words. Class 0x0108 is AWS's:
type 1 the endpoint, type 2 what it is attached to, both of 64 bits, type 3 the flow's cookie of 32.
"Building your own appliance" in the Gateway Load Balancer documentation: an appliance returns them
as they came, in any order, among others.
"""

import struct
from typing import NamedTuple

PORT = 6081
IPV4, IPV6 = 0x0800, 0x86DD
CLASS = 0x0108
ENDPOINT, ATTACHMENT, COOKIE = 1, 2, 3
OPTIONS_LENGTH = 32
HEADER_LENGTH = 8 + OPTIONS_LENGTH
_OPTIONS = struct.Struct("!HBBQHBBQHBBI")
_BASE = struct.Struct("!BBHI")
_CONTROL, _VERSION, _WORDS = 0x80, 0xC0, 0x3F
_LENGTHS = {ENDPOINT: 8, ATTACHMENT: 8, COOKIE: 4}


class Unwrapped(NamedTuple):
    """What a datagram carries: the options in our order and form, and where the packet begins."""

    options: bytes
    start: int


def options(endpoint: int, attachment: int, cookie: int) -> bytes:
    """Write the three options."""
    return _OPTIONS.pack(
        *(CLASS, ENDPOINT, 2, endpoint),
        *(CLASS, ATTACHMENT, 2, attachment),
        *(CLASS, COOKIE, 1, cookie),
    )


def header(ether_type: int, written: bytes) -> bytes:
    """Write the header of a packet with these options."""
    return _BASE.pack(len(written) // 4, 0, ether_type, 0) + written


def unwrap(datagram: bytes | memoryview) -> Unwrapped | None:
    """Read a datagram; None for what carries no IP packet, or not each of our options once."""
    if len(datagram) < _BASE.size:
        return None
    first, flags, ether_type, _ = _BASE.unpack_from(datagram)
    start = _BASE.size + 4 * (first & _WORDS)
    if first & _VERSION or flags & _CONTROL or ether_type not in (IPV4, IPV6):
        return None
    if start > len(datagram):
        return None
    found = _read_options(bytes(datagram[_BASE.size : start]))
    if found is None:
        return None
    return Unwrapped(options(found[ENDPOINT], found[ATTACHMENT], found[COOKIE]), start)


def _read_options(block: bytes) -> dict[int, int] | None:
    found: dict[int, int] = {}
    at = 0
    while at + 4 <= len(block):
        of_class, kind, words = struct.unpack_from("!HBB", block, at)
        end = at + 4 + 4 * (words & 0x1F)
        if end > len(block):
            return None
        if of_class == CLASS and kind in _LENGTHS:
            value = block[at + 4 : end]
            if kind in found or len(value) != _LENGTHS[kind]:
                return None
            found[kind] = int.from_bytes(value, "big")
        at = end
    return found if len(found) == len(_LENGTHS) and at == len(block) else None
