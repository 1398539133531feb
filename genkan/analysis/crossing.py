"""One packet at one place: what every stage is told of it."""

from dataclasses import dataclass, replace

from genkan.analysis.atlas import Atlas
from genkan.analysis.code import Code
from genkan.analysis.packet import Packet
from genkan.analysis.trace import Outcome, Step
from genkan.program import Because, Entry
from genkan.program.filter import Stage


@dataclass(frozen=True, slots=True)
class Crossing:
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
    ) -> Step:
        name = stage.value if isinstance(stage, Stage) else stage
        return Step(name, self.place, outcome, because, said, self.packet, after or self.packet)

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
        return replace(self.step(stage, outcome, said, because), code=code, asked=asked)

    def leaving(self, interface: str | None) -> "Crossing":
        return replace(self, leaves=interface)

    def carrying(self, packet: Packet) -> "Crossing":
        return replace(self, packet=packet)
