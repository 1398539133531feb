"""`Window`: what is seen within an aggregation interval, flow by flow, in bounded memory."""

from dataclasses import dataclass, field

from genkan.engine.traffic import Flow
from genkan.flows.sightings import Sighting
from genkan.program.record import Interface

MOST_RECORDS = 100_000  # of a window; what is beyond is skipped, and said to be


@dataclass(slots=True)
class Record:
    """A flow at an interface, as far as it was seen in the window."""

    interface: Interface
    egress: bool
    action: str
    flow: Flow
    first: Flow
    packets: int
    bytes: int
    start: float
    end: float
    tcp_flags: int
    path: str
    stage: str | None
    because: str | None


Key = tuple[str, bool, str, Flow]


@dataclass(slots=True)
class Window:
    """An interval that is not over."""

    start: float
    records: dict[Key, Record] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)  # interfaces, or places with all of theirs

    def add(self, seen: Sighting) -> None:
        """Take a sighting in."""
        key = (seen.interface.id, seen.egress, seen.action, seen.flow)
        known = self.records.get(key)
        if known is None:
            if len(self.records) >= MOST_RECORDS:
                self.skip(seen.interface.id)
                return
            self.records[key] = Record(*seen)
            return
        known.packets += seen.packets
        known.bytes += seen.bytes
        known.start = min(known.start, seen.began)
        known.end = max(known.end, seen.ended)
        known.tcp_flags |= seen.tcp_flags

    def skip(self, where: str) -> None:
        """Note that not all was seen at an interface, or at a place."""
        self.skipped.add(where)

    def is_skipped(self, interface: Interface) -> bool:
        return interface.id in self.skipped or interface.place in self.skipped

    def by_interface(self) -> dict[str, list[Record]]:
        """Give the records of each interface that has some."""
        found: dict[str, list[Record]] = {}
        for record in self.records.values():
            found.setdefault(record.interface.id, []).append(record)
        return found
