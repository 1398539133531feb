"""Flows and the appliances that they go to.

Who takes a new flow is decided by its key alone, the same for both directions: of all that may, the
one whose score with it is highest (rendezvous hashing), so a change of the fleet moves no more than
it must. A flow is kept to make it stay where it is; one that is forgotten for lack of room is found
again by its next packet. Its cookie follows from its key.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address

from genkan.inspection import geneve
from genkan.inspection.packets import TCP, reverse
from genkan.inspection.rings import Address
from genkan.program.inspection import Fleet, Inspection, Stickiness

MOST_FLOWS = 50_000  # of an endpoint; the one that was silent longest makes room
IDLE = 120.0  # seconds without a packet, of what is not TCP
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class Flow:
    """One flow, both directions: where it goes, and what its packets carry in front."""

    __slots__ = ("appliance", "front", "key", "options", "seen", "to", "version")

    def __init__(self, key: bytes, options: bytes) -> None:
        self.key = key
        self.options = options
        self.appliance: IPv4Address | None = None
        self.front = b""  # written when an appliance is chosen, as `to` is
        self.to: Address | None = None
        self.version = -1  # of the fleet when that was looked at last
        self.seen = 0.0


class Appliances:
    """The fleet as it is now, and who left it."""

    def __init__(self, entry: Fleet) -> None:
        self.entry = entry
        self.version = 0
        self._gone: dict[IPv4Address, float] = {}  # until when flows that rebalance stay there
        self._scores: dict[IPv4Address, int] = {}
        self._healthy: dict[IPv4Address, bool] = {}
        self._take(entry)

    def change(self, entry: Fleet, now: float) -> None:
        """Take the fleet as it is from now on."""
        there = {one.address for one in entry.appliances}
        for address in self._healthy:
            if address not in there:
                self._gone[address] = now + self.entry.delay
        for address in there:
            self._gone.pop(address, None)
        self._take(entry)

    def _take(self, entry: Fleet) -> None:
        self.entry = entry
        self._healthy = {one.address: one.healthy for one in entry.appliances}
        self._scores = {one: _hash(one.packed) for one in self._healthy}
        self.version += 1

    def tick(self, now: float) -> None:
        """Let go of those whose delay is over."""
        ended = [address for address, end in self._gone.items() if end <= now]
        for address in ended:
            del self._gone[address]
        self.version += bool(ended)

    def has(self, address: IPv4Address) -> bool:
        """Tell whether an address is an appliance's now."""
        return address in self._healthy

    def choose(self, key: bytes) -> IPv4Address | None:
        """Give the appliance of a new flow: a healthy one, any if none is; None where there is
        none."""
        healthy = [one for one, well in self._healthy.items() if well] or list(self._healthy)
        if not healthy:
            return None
        wanted = _hash(_sticky_part(key, self.entry.stickiness))
        return max(healthy, key=lambda one: _score(wanted, self._scores[one]))

    def keeps(self, address: IPv4Address | None) -> bool:
        """Tell whether a flow that goes to `address` stays there."""
        if address is None:
            return False
        if address not in self._healthy:
            return not self.entry.rebalance or address in self._gone
        if self._healthy[address] or not self.entry.rebalance:
            return True
        return not any(self._healthy.values())  # none is better


class FlowTable:
    """The flows of one endpoint, by the key of either direction; the oldest of them go."""

    def __init__(self, most: int = MOST_FLOWS) -> None:
        self.by_key: dict[bytes, Flow] = {}
        self._most = most
        # In the order in which they were last looked at, with that time.
        self._streams: OrderedDict[Flow, float] = OrderedDict()
        self._others: OrderedDict[Flow, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._streams) + len(self._others)

    def __iter__(self) -> Iterator[Flow]:
        yield from self._streams
        yield from self._others

    def add(self, flow: Flow, now: float) -> Iterable[Flow]:
        """Add a flow; give those that had to make room for it."""
        gone = [self._evict()] if len(self) >= self._most else []
        flow.seen = now
        (self._streams if flow.key[0] == TCP else self._others)[flow] = now
        self.by_key[flow.key] = self.by_key[reverse(flow.key)] = flow
        return gone

    def expire(self, now: float, streams_idle: float) -> list[Flow]:
        """Drop the flows that were silent for long; give them."""
        gone: list[Flow] = []
        for queue, idle in ((self._streams, streams_idle), (self._others, IDLE)):
            while queue:
                flow, looked_at = next(iter(queue.items()))
                if looked_at + idle > now:
                    break
                if flow.seen + idle > now:
                    del queue[flow]
                    queue[flow] = flow.seen
                    continue
                self._drop(queue, flow)
                gone.append(flow)
        return gone

    def _evict(self) -> Flow:
        queue = max(self._streams, self._others, key=len)
        flow = next(iter(queue))
        self._drop(queue, flow)
        return flow

    def _drop(self, queue: OrderedDict[Flow, float], flow: Flow) -> None:
        del queue[flow]
        del self.by_key[flow.key]
        self.by_key.pop(reverse(flow.key), None)


def new_flow(entry: Inspection, key: bytes) -> Flow:
    """Make the flow of a packet's key; both directions make the same."""
    cookie = _hash(min(key, reverse(key))) & 0xFFFFFFFF
    return Flow(key, geneve.options(entry.endpoint, entry.attachment, cookie))


def _sticky_part(key: bytes, stickiness: Stickiness) -> bytes:
    """Give what of a key decides, equal for both directions."""
    back = reverse(key)
    whole = min(key, back)
    if stickiness is Stickiness.FIVE_TUPLE:
        return whole
    addresses = min(key[1:-4], back[1:-4])
    return addresses if stickiness is Stickiness.TWO_TUPLE else key[:1] + addresses


def _hash(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2s(text, digest_size=8).digest(), "big")


def _score(one: int, other: int) -> int:
    """Mix two hashes, so that equal differences of `other` do not order everything alike."""
    mixed = ((one ^ other) * _GOLDEN) & _MASK
    mixed ^= mixed >> 32
    return (mixed * _GOLDEN) & _MASK
