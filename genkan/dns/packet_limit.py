"""`PacketLimit`: so many packets a second of an interface are taken, what is above is dropped.

"DNS quotas" in the Amazon VPC user guide: each network interface may send 1,024 packets a second to
the VPC's resolver, and hears nothing of more. Here each datagram counts; what comes by TCP does
not. An interface is a place and the number of the device by which its packets come in.
"""

import time
from collections.abc import Callable, Iterator, Sequence

AWS = 1024  # packets a second
MOST = 16_384  # interfaces remembered; idle ones of which nothing was dropped go first
Interface = tuple[str, int]  # place, number of the device


class _Interface:
    """What an interface may send still, when that was, and who it was that sent too much."""

    __slots__ = ("asker", "at", "dropped", "left")

    def __init__(self, left: float, at: float) -> None:
        self.left = left
        self.at = at
        self.dropped = 0
        self.asker = ""


class PacketLimit:
    """`rate` packets a second; as many at once, when none came for a second."""

    def __init__(self, rate: int, now: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._now = now
        self._known: dict[Interface, _Interface] = {}

    def admitted(
        self, place: str, devices: Sequence[int], asker: Callable[[int], str]
    ) -> Iterator[int]:
        """Give the positions of the packets that are taken; each came in by the device there.

        `asker(position)` gives the address of who sent one.
        """
        now = self._now()
        for position, device in enumerate(devices):
            one = self._known.get((place, device))
            if one is None:
                one = self._begin((place, device), now)
            if one.at != now:
                one.left = min(self.rate, one.left + (now - one.at) * self.rate)
                one.at = now
            if one.left >= 1:
                one.left -= 1
                yield position
            else:
                one.dropped += 1
                one.asker = asker(position)

    def prometheus(self) -> str:
        """Write what was dropped in Prometheus' text format, version 0.0.4."""
        name = "genkan_resolver_dropped_packets_total"
        lines = [
            f"# HELP {name} Questions above the limit of an interface, by where it is.",
            f"# TYPE {name} counter",
        ]
        dropped = ((place, one) for (place, _), one in sorted(self._known.items()) if one.dropped)
        lines += [
            f'{name}{{place="{place}",address="{one.asker}"}} {one.dropped}'
            for place, one in dropped
        ]
        return "\n".join(lines) + "\n"

    def _begin(self, interface: Interface, now: float) -> _Interface:
        if len(self._known) >= MOST:
            idle = [name for name, one in self._known.items() if not one.dropped]
            for name in idle or list(self._known)[: MOST // 2]:
                del self._known[name]
        made = self._known[interface] = _Interface(self.rate, now)
        return made
