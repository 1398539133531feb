"""What an engine sees of packets: connections that it passes, packets that it drops, and what it
could not see. Values of any engine; addresses are in network byte order.
"""

from typing import NamedTuple

ICMP = (1, 58)


class Flow(NamedTuple):
    """Whence, whither, and of what protocol; for ICMP the ports are type and code."""

    source: bytes
    destination: bytes
    protocol: int
    source_port: int
    destination_port: int

    @property
    def back(self) -> "Flow":
        """The other way round."""
        return Flow(
            self.destination,
            self.source,
            self.protocol,
            self.destination_port,
            self.source_port,
        )


class Connection(NamedTuple):
    """A connection that passed, and what it carried since its counters were read last.

    `state` is what became of it: a word of STATES, or none for what has no states. Times are in
    seconds; `ended` is None while it lasts. `answers` is the flow back as the answering side sends
    it: another one than `asks` turned round, where addresses are translated.
    """

    id: int
    asks: Flow
    answers: Flow
    packets: int
    bytes: int
    packets_back: int
    bytes_back: int
    began: float
    ended: float | None
    state: str | None


class Drop(NamedTuple):
    """A packet that was dropped, the stage and why. `beyond`: it stands for many like it that were
    not seen."""

    stage: str
    because: str
    flow: Flow
    size: int
    tcp_flags: int
    entered: str | None  # the device that it came in by, and the one it would have left by
    leaving: str | None
    at: float
    beyond: bool = False


class Lost(NamedTuple):
    """More happened at a place than could be taken note of."""


class Begun(NamedTuple):
    """A connection that began just now."""

    connection: Connection


Seen = Connection | Drop | Lost | Begun


class Table(NamedTuple):
    """How full a place's table of connections is, and what did not find room there.

    `refused` counts connections that were not taken because there was no room or no port left;
    `clashed` those of them whose translated address and port were somebody else's.
    """

    entries: int
    limit: int
    refused: int
    clashed: int
