"""One packet at one place: what every stage is told of it."""

from typing import NamedTuple

from genkan.analysis.atlas import Atlas
from genkan.analysis.code import Code
from genkan.analysis.packet import Packet
from genkan.analysis.trace import Outcome, Step
from genkan.program import Because, Entry
from genkan.program.filter import Stage


class Crossing(NamedTuple):
    """A packet that is at `place`: it came by `interface` (None: the place sends it itself), and
    leaves by `leaves` (None: it is delivered). `known`: it answers what the place passed on."""

    atlas: Atlas
    place: str
    packet: Packet
    interface: str | None = None
    leaves: str | None = None
    known: bool = False

    @property
    def from_subnet(self) -> str | None:
        return self.atlas.subnet(self.place, self.interface)

    @property
    def to_subnet(self) -> str | None:
        return self.atlas.subnet(self.place, self.leaves)

    def step(
        self,
        stage: Stage | str,
        outcome: Outcome,
        said: str,
        because: Because | None = None,
        after: Packet | None = None,
        asked: Entry | None = None,
    ) -> Step:
        name = stage.value if isinstance(stage, Stage) else stage
        packet = self.packet
        return Step(name, self.place, outcome, because, said, packet, after or packet, None, asked)

    def blocked(
        self,
        stage: Stage | str,
        code: Code,
        said: str,
        because: Because | None = None,
        told: bool = False,
        asked: Entry | None = None,
    ) -> Step:
        """Give a step that blocks; `told`: the sender hears of it."""
        outcome = Outcome.REFUSED if told else Outcome.DROPPED
        name = stage.value if isinstance(stage, Stage) else stage
        packet = self.packet
        return Step(name, self.place, outcome, because, said, packet, packet, code, asked)

    def leaving(self, interface: str | None) -> "Crossing":
        return Crossing(self.atlas, self.place, self.packet, self.interface, interface, self.known)

    def carrying(self, packet: Packet) -> "Crossing":
        return Crossing(self.atlas, self.place, packet, self.interface, self.leaves, self.known)
