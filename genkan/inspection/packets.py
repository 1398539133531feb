"""What of an IP packet says which flow it is in: addresses, protocol, ports. RFC 791, 8200, 9293.

A key is the protocol, both addresses and both ports as they stand in the packet: 13 bytes for IPv4,
37 for IPv6. Ports are zero where a protocol has none, and in fragments, so that all of a packet's
go the same way.
"""

import struct

TCP, UDP, SCTP = 6, 17, 132
IPV4_KEY, IPV6_KEY = 13, 37
NO_PORTS = bytes(4)
_WITH_PORTS = frozenset((TCP, UDP, SCTP))
_EXTENSIONS = frozenset((0, 43, 60))  # hop-by-hop options, routing, destination options
_FRAGMENT = 44
_MOST_EXTENSIONS = 8
_SYN = 0x02
_NO_OPERATION, _SEGMENT_SIZE = 1, 2  # kinds of TCP's options


def key_of(packet: memoryview) -> bytes | None:
    """Give the key of a packet's flow; None for what is no whole IP packet, or for many."""
    size = len(packet)
    if size < 20:
        return None
    first = packet[0]
    if first >> 4 == 4:
        start = (first & 15) * 4
        if start < 20 or start > size or packet[16] >= 224:
            return None
        protocol = packet[9]
        addresses = packet[12:20].tobytes()
        whole = not (packet[6] & 0x3F or packet[7])
        if protocol in _WITH_PORTS and whole and start + 4 <= size:
            return bytes((protocol,)) + addresses + packet[start : start + 4].tobytes()
        return bytes((protocol,)) + addresses + NO_PORTS
    if first >> 4 == 6 and size >= 40 and packet[24] != 0xFF:
        protocol, start = _transport(packet)
        ports = packet[start : start + 4].tobytes() if start else NO_PORTS
        return bytes((protocol,)) + packet[8:40].tobytes() + ports
    return None


def _transport(packet: memoryview) -> tuple[int, int]:
    """Give an IPv6 packet's protocol, and where its ports are: 0 where there are none."""
    kind, at, size = packet[6], 40, len(packet)
    for _ in range(_MOST_EXTENSIONS):
        if kind in _WITH_PORTS:
            return kind, at if at + 4 <= size else 0
        if at + 8 > size:
            break
        if kind == _FRAGMENT:
            return packet[at], 0
        if kind not in _EXTENSIONS:
            break
        kind, at = packet[at], at + 8 + 8 * packet[at + 1]
    return kind, 0


def reverse(key: bytes) -> bytes:
    """Give the key of the packets that come back."""
    half = (len(key) - 5) // 2
    source, destination = key[1 : 1 + half], key[1 + half : 1 + 2 * half]
    return key[:1] + destination + source + key[-2:] + key[-4:-2]


def limit_segment_size(packet: memoryview, mtu: int) -> None:
    """Lower the maximum segment size that a SYN announces to what `mtu` holds."""
    v6 = packet[0] >> 4 == 6
    start = _transport(packet)[1] if v6 else (packet[0] & 15) * 4
    if not start or start + 20 > len(packet) or not packet[start + 13] & _SYN:
        return
    end = min(start + 4 * (packet[start + 12] >> 4), len(packet))
    most, at = mtu - (60 if v6 else 40), start + 20
    while at < end:
        kind = packet[at]
        if kind == _NO_OPERATION:
            at += 1
            continue
        if kind == 0 or at + 1 >= end or packet[at + 1] < 2:
            return
        if kind == _SEGMENT_SIZE and packet[at + 1] == 4 and at + 4 <= end:
            _lower(packet, start, at + 2, most)
            return
        at += packet[at + 1]


def _lower(packet: memoryview, tcp: int, at: int, most: int) -> None:
    """Write a smaller number, and mend TCP's checksum. RFC 1624."""
    (announced,) = struct.unpack_from("!H", packet, at)
    if announced <= most:
        return
    struct.pack_into("!H", packet, at, most)
    (checksum,) = struct.unpack_from("!H", packet, tcp + 16)
    for old, new in zip(
        _words(announced, at - tcp), _words(most, at - tcp), strict=True
    ):  # a number at an odd offset lies in two of the words that are summed
        total = (~checksum & 0xFFFF) + (~old & 0xFFFF) + new
        total = (total & 0xFFFF) + (total >> 16)
        checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    struct.pack_into("!H", packet, tcp + 16, checksum)


def _words(number: int, offset: int) -> tuple[int, ...]:
    return (number,) if offset % 2 == 0 else (number >> 8, (number & 0xFF) << 8)
