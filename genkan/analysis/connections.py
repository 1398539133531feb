"""What places remember of a connection that crossed them: how it came, how it left.

A place knows the answers to what it passed on, translates them back, and asks no group about them.
"""

from dataclasses import dataclass

from genkan.analysis.packet import Packet


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes on, and the interface that its connection came by."""

    packet: Packet
    interface: str | None


class Connections:
    """The connections of one walk."""

    def __init__(self) -> None:
        self._crossed: dict[str, list[tuple[Packet, Packet, str | None]]] = {}

    def remember(self, place: str, came: Packet, left: Packet, interface: str | None) -> None:
        """Note that a packet crossed a place, what became of it there, and by what it came."""
        self._crossed.setdefault(place, []).append((came, left, interface))

    def answer(self, place: str, packet: Packet) -> Answer | None:
        """Give what becomes of an answer that a place knows; None where it knows of nothing."""
        for came, left, interface in self._crossed.get(place, ()):
            if _same(packet, left.answered()):
                return Answer(came.answered(), interface)
        return None


def _same(one: Packet, other: Packet) -> bool:
    return (one.source, one.destination, one.protocol, one.source_port, one.destination_port) == (
        other.source,
        other.destination,
        other.protocol,
        other.source_port,
        other.destination_port,
    ) and one.icmp == other.icmp
