"""What a walk found: steps, each with its verdict and its reason, and how it ended."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from genkan.analysis.code import Code
from genkan.analysis.packet import Packet
from genkan.program import Because, Entry


class Outcome(Enum):
    """What a stage did with a packet."""

    PASSED = "passed"
    TRANSLATED = "translated"
    DROPPED = "dropped"
    REFUSED = "refused"  # and the sender is told
    DEPENDS = "depends"  # on a port that somebody else chooses


BLOCKS = (Outcome.DROPPED, Outcome.REFUSED)


class Disposition(Enum):
    """How a connection's first packet, and what comes back, ended."""

    REACHED = "reached"  # and the answer came back
    UNANSWERED = "unanswered"  # it arrived, and its answer did not
    STOPPED = "stopped"
    DEPENDS = "depends"


class Step(NamedTuple):
    """One stage at one place. `because` is what decided; `said` says it for people; `asked` is the
    entry of the program that was asked, where one was.

    A walk goes on after a step that blocks, as if it had not: what comes then is what else would
    block.
    """

    stage: str
    place: str
    outcome: Outcome
    because: Because | None
    said: str
    before: Packet
    after: Packet
    code: Code | None = None  # of a step that blocks
    asked: Entry | None = None

    @property
    def blocks(self) -> bool:
        return self.outcome in BLOCKS


@dataclass(frozen=True, slots=True)
class Trace:
    """The way of a packet from `origin`, and of its answer.

    `arrived_at` is the place that took it, if any did, and `arrived` what it looked like there;
    with blockers before, it is where it would have arrived.
    """

    origin: str
    packet: Packet
    forward: tuple[Step, ...]
    answer: tuple[Step, ...]
    arrived_at: str | None
    arrived: Packet | None
    turns: tuple[int, ...] = ()  # how many targets or addresses a hash chose from, each time
    chosen: tuple[int, ...] = ()  # which of them was taken; the first, where nothing is said

    @property
    def blockers(self) -> tuple[Step, ...]:
        """Every step that blocks, the first one packets meet first."""
        return tuple([step for step in (*self.forward, *self.answer) if step.outcome in BLOCKS])

    @property
    def disposition(self) -> Disposition:
        for steps, stopped in (
            (self.forward, Disposition.STOPPED),
            (self.answer, Disposition.UNANSWERED),
        ):
            if any(step.blocks for step in steps):
                return stopped
            if any(step.outcome is Outcome.DEPENDS for step in steps):
                return Disposition.DEPENDS
        return Disposition.REACHED

    def __str__(self) -> str:
        lines = [f"{self.packet} from {self.origin}: {self.disposition.value}"]
        for word, steps in (("→", self.forward), ("←", self.answer)):
            for step in steps:
                why = f" [{step.because}]" if step.because else ""
                moved = f"  {step.after}" if step.before != step.after else ""
                lines.append(
                    f"  {word} {step.place} {step.stage} {step.outcome.value}: "
                    f"{step.said}{why}{moved}"
                )
        return "\n".join(lines)
