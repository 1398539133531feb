"""What the kernel is asked about a flow in a place: its connection, and where its packets go.

ctnetlink and rtnetlink by their own bytes: a flow is asked about in the middle of its traffic, so
each question is one small message. See linux/netfilter/nfnetlink_conntrack.h, linux/rtnetlink.h.
"""

import errno
import socket
import struct
from dataclasses import dataclass

from genkan.engine.linux import nfnetlink
from genkan.engine.linux.namespace import entered, path_of
from genkan.engine.linux.nfnetlink import NESTED, attribute, attributes, messages
from genkan.engine.linux.shortcut.maps import Tuple

_CONNTRACK = 1 << 8
_NEW, _GET = _CONNTRACK | 0, _CONNTRACK | 1
_ORIGINAL, _REPLY, _STATUS, _PROTOCOL_INFORMATION, _TIMEOUT, _MARK, _ZONE = 1, 2, 3, 4, 7, 8, 18
_IP, _PROTOCOL, _TUPLE_ZONE = 1, 2, 3
_ENDS: dict[int, tuple[int, int]] = {
    socket.AF_INET: (1, 2),
    socket.AF_INET6: (3, 4),
}  # source and destination
_NUMBER, _SOURCE_PORT, _DESTINATION_PORT = 1, 2, 3
_TCP, _STATE, _FLAGS, _FLAGS_BACK = 1, 1, 4, 5
_SEEN_REPLY, _ASSURED, _DYING = 1 << 1, 1 << 2, 1 << 9
_ESTABLISHED = 3
_BE_LIBERAL, _MAXACK_SET = 0x08, 0x20
_GET_ROUTE, _NEW_ROUTE = 26, 24
_ROUTE_DESTINATION, _ROUTE_SOURCE, _ROUTE_IN, _ROUTE_OUT, _ROUTE_MARK = 1, 2, 3, 4, 16
_UNICAST = 1
_ROUTE = struct.Struct("=BBBBBBBBI")


@dataclass(frozen=True, slots=True)
class Tracked:
    """A connection of a place. `named` is what calls it in a message, as the kernel wrote it."""

    asks: Tuple
    answers: Tuple
    mark: int
    timeout: int
    assured: bool  # both sides have spoken, and of UDP more than once
    passes: bool  # neither side has begun to end it
    named: bytes


class Asked:
    """A place that can be asked."""

    def __init__(self, place: str) -> None:
        """Raises OSError, FileNotFoundError for a place that is not there."""
        with entered(place):
            self._tracking = nfnetlink.open_socket()
            self._routing = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.namespace = path_of(place).stat().st_ino
        self._place = place
        self._names: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._tracking.settimeout(nfnetlink.PATIENCE)
        self._routing.settimeout(nfnetlink.PATIENCE)

    def close(self) -> None:
        self._tracking.close()
        self._routing.close()

    def name_of(self, number: int) -> str:
        """Give a device's name. Raises OSError."""
        if number not in self._names:
            self._look_at_devices()
        if number not in self._names:
            raise OSError(errno.ENODEV, f"{self._place} has no device {number}")
        return self._names[number]

    def number_of(self, name: str) -> int:
        """Give a device's number. Raises OSError."""
        if name not in self._numbers:
            self._look_at_devices()
        if name not in self._numbers:
            raise OSError(errno.ENODEV, f"{self._place} has no device {name}")
        return self._numbers[name]

    def _look_at_devices(self) -> None:
        with entered(self._place):
            self._names = dict(socket.if_nameindex())
        self._numbers = {name: number for number, name in self._names.items()}

    def forget_devices(self) -> None:
        """Ask for names and numbers anew: the place has changed."""
        self._names, self._numbers = {}, {}

    def connection(self, answers: Tuple) -> Tracked | None:
        """Give the connection whose answers look like this, in the zone that all share."""
        named = _tuple(_REPLY, answers)
        self._tracking.send(nfnetlink.message(_GET, 0, _family(answers), 0, named))
        data = self._tracking.recv(nfnetlink.LARGEST)
        for kind, start, end, _ in messages(data):
            if kind == _NEW:
                return _read(data, start + 4, end)
        return None

    def keep(self, connection: Tracked, seconds: int) -> bool:
        """Have a connection remembered for so long, and not judged by what was not seen of it.

        False: it is not there any more.
        """
        told = attribute(_TIMEOUT, struct.pack(">I", max(seconds, 1)))
        if connection.asks.protocol == socket.IPPROTO_TCP:
            told += _tcp(_liberal(_FLAGS) + _liberal(_FLAGS_BACK))
        return self._change(connection, told)

    def _change(self, connection: Tracked, told: bytes) -> bool:
        family = _family(connection.asks)
        request = nfnetlink.message(_NEW, nfnetlink.ACK, family, 0, connection.named + told)
        self._tracking.send(request)
        data = self._tracking.recv(nfnetlink.LARGEST)
        for kind, start, _, _ in messages(data):
            if kind == nfnetlink.ERROR:
                code = -struct.unpack_from("=i", data, start)[0]
                if code not in (0, errno.ENOENT):
                    raise OSError(code, f"the kernel does not keep {connection.asks}")
                return not code
        return False

    def way_out(self, flow: Tuple, device: int, mark: int) -> int | None:
        """Give the device by which a packet leaves that came by another; None: it does not."""
        length = 8 * len(flow.source)
        head = _ROUTE.pack(_family(flow), length, length, 0, 0, 0, 0, 0, 0)
        asked = b"".join(
            attribute(kind, value)
            for kind, value in (
                (_ROUTE_DESTINATION, flow.destination),
                (_ROUTE_SOURCE, flow.source),
                (_ROUTE_IN, struct.pack("=I", device)),
                (_ROUTE_MARK, struct.pack("=I", mark)),
            )
        )
        size = nfnetlink.HEADER.size + len(head) + len(asked)
        header = nfnetlink.HEADER.pack(size, _GET_ROUTE, nfnetlink.REQUEST, 1, 0)
        self._routing.send(header + head + asked)
        data = self._routing.recv(nfnetlink.LARGEST)
        for kind, start, end, _ in messages(data):
            if kind != _NEW_ROUTE or _ROUTE.unpack_from(data, start)[7] != _UNICAST:
                return None
            found = attributes(data, start + _ROUTE.size, end)
            if _ROUTE_OUT in found:
                return int(struct.unpack_from("=I", data, found[_ROUTE_OUT][0])[0])
        return None


def _family(flow: Tuple) -> int:
    return socket.AF_INET if len(flow.source) == 4 else socket.AF_INET6


def _tuple(kind: int, flow: Tuple) -> bytes:
    source, destination = _ENDS[_family(flow)]
    addresses = attribute(source, flow.source) + attribute(destination, flow.destination)
    numbers = (
        attribute(_NUMBER, bytes([flow.protocol]))
        + attribute(_SOURCE_PORT, struct.pack(">H", flow.source_port))
        + attribute(_DESTINATION_PORT, struct.pack(">H", flow.destination_port))
    )
    inside = attribute(NESTED | _IP, addresses) + attribute(NESTED | _PROTOCOL, numbers)
    return attribute(NESTED | kind, inside)


def _tcp(inside: bytes) -> bytes:
    return attribute(NESTED | _PROTOCOL_INFORMATION, attribute(NESTED | _TCP, inside))


def _liberal(which: int) -> bytes:
    """Windows are not looked at, and no acknowledgement is known by which a reset is judged."""
    return attribute(which, bytes([_BE_LIBERAL, _BE_LIBERAL | _MAXACK_SET]))


def _read(data: bytes, start: int, end: int) -> Tracked | None:
    found = attributes(data, start, end)

    def value(kind: int) -> int:
        at = found.get(kind)
        return int.from_bytes(data[at[0] : at[1]], "big") if at else 0

    asks, answers = (_read_tuple(data, *found[kind]) for kind in (_ORIGINAL, _REPLY))
    status = value(_STATUS)
    assured = bool(status & _SEEN_REPLY and status & _ASSURED)
    lasting = asks.protocol != socket.IPPROTO_TCP or _state(data, found) == _ESTABLISHED
    passes = lasting and not status & _DYING
    named = b"".join(
        data[found[kind][0] - 4 : (found[kind][1] + 3) & ~3]
        for kind in (_ORIGINAL, _ZONE)
        if kind in found
    )
    return Tracked(asks, answers, value(_MARK), value(_TIMEOUT), assured, passes, named)


def _state(data: bytes, found: dict[int, tuple[int, int]]) -> int:
    information = attributes(data, *found.get(_PROTOCOL_INFORMATION, (0, 0)))
    state = attributes(data, *information.get(_TCP, (0, 0))).get(_STATE)
    return data[state[0]] if state else 0


def _read_tuple(data: bytes, start: int, end: int) -> Tuple:
    parts = attributes(data, start, end)
    addresses, numbers = (attributes(data, *parts[kind]) for kind in (_IP, _PROTOCOL))

    source, destination = next(ends for ends in _ENDS.values() if ends[0] in addresses)

    def bytes_of(where: tuple[int, int]) -> bytes:
        return data[where[0] : where[1]]

    return Tuple(
        bytes_of(numbers[_NUMBER])[0],
        bytes_of(addresses[source]),
        bytes_of(addresses[destination]),
        int.from_bytes(bytes_of(numbers[_SOURCE_PORT]), "big"),
        int.from_bytes(bytes_of(numbers[_DESTINATION_PORT]), "big"),
    )
