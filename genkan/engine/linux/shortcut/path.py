"""The way of a connection through a load balancer's node: what each place does to its packets.

The kernel is asked, in each place: for the connection, and where a packet leaves that came by a
device. What it says must hold together both ways, or there is no path: a connection that somebody
on the way sees differently, one through an appliance, or one that has begun to end, stays where the
rules are.

    client's side ─▶ a [first] b ─▶ c [node] d ─▶ e [last] f ─▶ target's side
"""

from collections.abc import Callable
from dataclasses import dataclass

from genkan.engine.linux.naming import NUMBERS
from genkan.engine.linux.objects import Device, KernelState, NftElement
from genkan.engine.linux.ruleset import MARKS
from genkan.engine.linux.shortcut.kernel import Asked, Tracked
from genkan.engine.linux.shortcut.maps import Hop, Tuple


@dataclass(frozen=True, slots=True)
class At:
    """A hop at a device of a place: by which packets come, or `leaving`, are only looked at."""

    place: str
    device: str
    number: int
    hop: Hop
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A connection's hops both ways, and the connections by which its places know it."""

    hops: tuple[At, ...]
    tracked: tuple[tuple[str, Tracked], ...]

    @property
    def places(self) -> set[str]:
        return {place for place, _ in self.tracked}


class NoPath(Exception):
    """Why a flow stays where the rules are."""


class NotYet(NoPath):
    """It is too young: the kernel takes UDP for a stream after two seconds."""


@dataclass(frozen=True, slots=True)
class _Port:
    """A device of a place, and the one at its link's other end."""

    device: Device
    number: int
    far: Device


class Surveyor:
    """Finds paths."""

    def __init__(self, state: KernelState, asked: Callable[[str], Asked]) -> None:
        self._state = state
        self._asked = asked

    def find(self, node: str, number: int, answers: Tuple) -> Path:
        """Find the path of the connection whose answers come to a node like this, by the device of
        this number. Raises NoPath, OSError."""
        at_node = self._connection(node, answers)
        asks, wanted = at_node.asks, answers.back  # as the client sends, as the target is sent
        d = self._port(node, number)
        c = self._far_port(node, at_node, answers, d)
        b, e = self._opposite(c), self._opposite(d)
        at_first = self._untranslated(b.device.place, asks)
        at_last = self._untranslated(e.device.place, wanted)
        a = self._asking(b, at_first)
        f = self._answering(e, at_last)
        tracked = ((b.device.place, at_first), (node, at_node), (e.device.place, at_last))
        hops = (
            _hop(a, asks, asks, b),
            _hop(c, asks, wanted, d),
            _hop(e, wanted, wanted, f),
            _look(f, wanted),
            _hop(f, answers, answers, e, back=True),
            _hop(d, answers, asks.back, c, back=True),
            _hop(b, asks.back, asks.back, a, back=True),
            _look(a, asks.back),
        )
        return Path(hops, tracked)

    def _far_port(self, node: str, connection: Tracked, answers: Tuple, d: _Port) -> _Port:
        """Give the device by which the client's packets come. The node's answers look for their way
        with the connection's mark; what is asked has none by then, and its target's address."""
        asked, asks = self._asked(node), connection.asks
        back = Tuple(asks.protocol, answers.source, asks.source, 0, 0)
        out = asked.way_out(back, d.number, connection.mark & NUMBERS)
        there = Tuple(asks.protocol, asks.source, answers.source, 0, 0)
        if out is None or asked.way_out(there, out, 0) != d.number:
            raise NoPath(f"{node} has no way for it that is the same both ways")
        return self._port(node, out)

    def _asking(self, b: _Port, connection: Tracked) -> _Port:
        """Give the device by which a connection's packets come that leave by `b`."""
        a = self._way_out(b, connection.answers, self._mark_back(b, connection))
        if self._way_out(a, connection.asks, self._mark(a)).number != b.number:
            raise NoPath(f"{a.device.place} has another way for its answers")
        return a

    def _answering(self, e: _Port, connection: Tracked) -> _Port:
        """Give the device by which a connection's answers come whose packets come by `e`."""
        f = self._way_out(e, connection.asks, self._mark(e))
        if self._way_out(f, connection.answers, self._mark_back(f, connection)).number != e.number:
            raise NoPath(f"{f.device.place} has another way for its answers")
        return f

    def _way_out(self, port: _Port, flow: Tuple, mark: int) -> _Port:
        place = port.device.place
        out = self._asked(place).way_out(flow, port.number, mark)
        if out is None:
            raise NoPath(f"{place} passes it on nowhere")
        return self._port(place, out)

    def _mark(self, port: _Port) -> int:
        """Give the mark with which a packet that comes by a device looks for its way."""
        device = port.device
        one = self._state.get(("element", device.place, MARKS, str(device.group)))
        return int(one.value, 0) if isinstance(one, NftElement) else 0

    def _mark_back(self, port: _Port, connection: Tracked) -> int:
        """Give an answer's: its connection's own, if it has one."""
        return connection.mark & NUMBERS or self._mark(port)

    def _connection(self, place: str, flow: Tuple) -> Tracked:
        found = self._asked(place).connection(flow)
        if found is None or not found.passes or found.answers != flow:
            raise NoPath(f"{place} has no connection like it that lasts")
        if not found.assured:
            raise NotYet(f"{place} does not take it for a stream yet")
        return found

    def _untranslated(self, place: str, asks: Tuple) -> Tracked:
        found = self._connection(place, asks.back)
        if found.asks != asks:
            raise NoPath(f"{place} translates it")
        return found

    def _port(self, place: str, number: int) -> _Port:
        return self._linked(place, self._asked(place).name_of(number), number)

    def _opposite(self, port: _Port) -> _Port:
        place, name = port.far.place, port.far.name
        return self._linked(place, name, self._asked(place).number_of(name))

    def _linked(self, place: str, name: str, number: int) -> _Port:
        device = self._state.get(("device", place, name))
        if isinstance(device, Device):
            far = self._state.get(("device", device.peer_place, device.peer))
            if isinstance(far, Device):
                return _Port(device, number, far)
        raise NoPath(f"{name} of {place} is no link")


def _hop(by: _Port, enters: Tuple, leaves: Tuple, out: _Port, back: bool = False) -> At:
    macs = tuple(bytes.fromhex(one.mac.replace(":", "")) for one in (out.far, out.device))
    hop = Hop(enters, leaves, out.number, out.device.mtu, (macs[0], macs[1]), back)
    return At(by.device.place, by.device.name, by.number, hop)


def _look(by: _Port, leaves: Tuple) -> At:
    return At(by.device.place, by.device.name, by.number, Hop(leaves, leaves), leaving=True)
