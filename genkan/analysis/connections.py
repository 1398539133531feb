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
            if _answers(packet, left):
                return Answer(came.answered(), interface)
        return None


def _answers(packet: Packet, left: Packet) -> bool:
    """Tell whether a packet is what the receiver of another sends back."""
    return (
        packet.protocol == left.protocol
        and packet.source_port == left.destination_port
        and packet.destination_port == left.source_port
        and packet.source == left.destination
        and packet.destination == left.source
        and packet.icmp == left.answered().icmp
    )
