"""The kernel's table of connections, read by ctnetlink. See linux/netfilter/nfnetlink_conntrack.h.

What most messages look like (IPv4, TCP or UDP) is read at fixed places after a look whether it is
so; any other by its attributes. Both give the same.
"""

import socket
import struct
from collections.abc import Iterator

from genkan.engine.linux import nfnetlink
from genkan.engine.linux.nfnetlink import attributes
from genkan.engine.traffic import ICMP, Connection, Flow, Table

SUBSYSTEM = 1 << 8
NEW, GET, DELETE, GET_AND_RESET, GET_CPU_STATISTICS, GET_STATISTICS = range(6)
GROUP_NEW, GROUP_DESTROY = 1, 3  # multicast groups
ORIGINAL, REPLY, STATUS, PROTOCOL_INFORMATION = 1, 2, 3, 4
SENT, SENT_BACK, ID, TIMESTAMP = 9, 10, 12, 20
IP, PROTOCOL = 1, 2
NUMBER, SOURCE_PORT, DESTINATION_PORT = 1, 2, 3
TYPE_AND_CODE = {1: (5, 6), 58: (8, 9)}
TCP = 1
STATES = {
    1: "syn-sent",
    2: "syn-received",
    3: "established",
    4: "closing",
    5: "closing",
    6: "closing",
    7: "closed",
    8: "reset",
    9: "syn-sent",
}
INSERT_FAILED, DROPPED = 9, 10  # of the statistics of a processor
ENTRIES, LIMIT = 1, 2  # of the table's
NANOSECOND = 1e-9

# A tuple of IPv4 with ports is 52 bytes: attributes with their headers, and what pads them.
_HEAD = struct.Struct("=HHHHHH4sHH4sHHHH")
_TAIL = struct.Struct("=B3xHHHxxHHHxx")
_TUPLE_SIZE = 52
_REST = (20, nfnetlink.NESTED | IP, 8, 1, 8, 2, 28, nfnetlink.NESTED | PROTOCOL, 5, NUMBER)
_PORT_MARKS = (6, SOURCE_PORT, 6, DESTINATION_PORT)


def request(kind: int, dump: bool = True) -> bytes:
    flags = nfnetlink.DUMP if dump else 0
    return nfnetlink.message(SUBSYSTEM | kind, flags, socket.AF_UNSPEC, 0)


def read(data: bytes, start: int, end: int) -> Connection:
    """Read a message whose body, after the netlink header, is between start and end."""
    at = start + 4  # nfgenmsg
    asks, next_at = _ported(data, at, end, ORIGINAL)
    answers, after = _ported(data, next_at, end, REPLY) if asks else (None, at)
    found = attributes(data, after if answers else at, end)
    if asks is None or answers is None:
        asks, answers = _flow(data, *found[ORIGINAL]), _flow(data, *found[REPLY])
    packets, size = _counters(data, found.get(SENT))
    packets_back, size_back = _counters(data, found.get(SENT_BACK))
    began, ended = _times(data, found.get(TIMESTAMP))
    where = found.get(ID)
    return Connection(
        int.from_bytes(data[where[0] : where[1]], "big") if where else 0,
        asks,
        answers,
        packets,
        size,
        packets_back,
        size_back,
        began,
        ended,
        _state(data, found.get(PROTOCOL_INFORMATION)),
    )


def _ported(data: bytes, at: int, end: int, which: int) -> tuple[Flow | None, int]:
    """Read a tuple of IPv4 with ports, and give where it ends; None for what is none."""
    if at + _TUPLE_SIZE > end:
        return None, at
    size, kind, l1, t1, l2, t2, source, l3, t3, destination, *rest = _HEAD.unpack_from(data, at)
    marks = (l1, t1, l2, t2, l3, t3, *rest)
    if size != _TUPLE_SIZE or kind & nfnetlink.TYPE_MASK != which or marks != _REST:
        return None, at
    protocol, k0, k1, source_port, k2, k3, destination_port = _TAIL.unpack_from(data, at + 32)
    if (k0, k1, k2, k3) != _PORT_MARKS:
        return None, at
    ports = socket.ntohs(source_port), socket.ntohs(destination_port)
    return Flow(source, destination, protocol, *ports), at + _TUPLE_SIZE


def _flow(data: bytes, start: int, end: int) -> Flow:
    parts = attributes(data, start, end)
    addresses = attributes(data, *parts[IP])
    (source, destination) = (data[one[0] : one[1]] for one in list(addresses.values())[:2])
    numbers = {
        kind: int.from_bytes(data[one[0] : one[1]], "big")
        for kind, one in attributes(data, *parts[PROTOCOL]).items()
    }
    protocol = numbers.get(NUMBER, 0)
    first, second = TYPE_AND_CODE[protocol] if protocol in ICMP else (SOURCE_PORT, DESTINATION_PORT)
    return Flow(source, destination, protocol, numbers.get(first, 0), numbers.get(second, 0))


def _counters(data: bytes, where: tuple[int, int] | None) -> tuple[int, int]:
    if where is None:
        return 0, 0
    return _two(data, where)


def _two(data: bytes, where: tuple[int, int]) -> tuple[int, int]:
    """Read two numbers of eight bytes, whose attributes stand in the kernel's order."""
    at, end = where
    first = int.from_bytes(data[at + 4 : at + 12], "big")
    second = int.from_bytes(data[at + 16 : at + 24], "big") if end - at >= 24 else 0
    return first, second


def _times(data: bytes, where: tuple[int, int] | None) -> tuple[float, float | None]:
    if where is None:
        return 0.0, None
    began, ended = _two(data, where)
    return began * NANOSECOND, ended * NANOSECOND if ended else None


def _state(data: bytes, where: tuple[int, int] | None) -> str | None:
    if where is None:
        return None
    tcp = attributes(data, *where).get(TCP)
    state = attributes(data, *tcp).get(1) if tcp else None
    return STATES.get(data[state[0]]) if state else None


def read_table(statistics: Iterator[dict[int, int]], totals: dict[int, int]) -> Table:
    """Put the statistics of each processor and those of the table together."""
    refused = clashed = 0
    for one in statistics:
        clashed += one.get(INSERT_FAILED, 0)
        refused += one.get(DROPPED, 0)
    return Table(totals.get(ENTRIES, 0), totals.get(LIMIT, 0), refused, clashed)


def numbers(data: bytes, start: int, end: int) -> dict[int, int]:
    """Give the attributes of a message of statistics as numbers."""
    return {
        kind: int.from_bytes(data[one[0] : one[1]], "big")
        for kind, one in attributes(data, start + 4, end).items()
    }
