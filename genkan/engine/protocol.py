"""What an engine is asked."""

from dataclasses import dataclass
from typing import Protocol

from genkan.program import Delta, Program


class EngineFailure(Exception):
    """The kernel refused what a program asks. The message names the place, the object and why."""


@dataclass(frozen=True, slots=True)
class Mended:
    """How much of what others had changed was put right, and in which places."""

    changes: int = 0
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceleration:
    """Whether flows may pass places faster than by their rules, and how many do now; `why` not."""

    on: bool = False
    flows: int = 0
    why: str = ""


class Engine(Protocol):
    """Makes programs so in some kernel. Called by one thread at a time."""

    @property
    def capabilities(self) -> frozenset[str]:
        """The sections of a program that this engine makes so."""
        ...

    def apply(self, before: Program, delta: Delta) -> None:
        """Make `delta` so on top of `before`, which is applied already.

        It is in force when this returns. Raises EngineFailure; what was applied by then is unknown,
        so `reconcile` is the way on.
        """
        ...

    def reconcile(self, program: Program) -> int:
        """Read everything of ours back, make it equal to `program`, give the number of changes."""
        ...

    def disturbed(self) -> bool:
        """Tell whether others may have changed something of ours; any thread may ask. Does not
        wait."""
        ...

    def mend(self) -> Mended:
        """Put right what others changed, where `disturbed` noticed it. Raises EngineFailure."""
        ...

    def acceleration(self) -> Acceleration:
        """Tell whether flows are accelerated; any thread may ask."""
        ...

    def tallies(self) -> int | None:
        """Give the descriptor of what passes places beside their rules, for who watches them; None:
        nothing does. Any thread may ask."""
        ...

    def close(self) -> None:
        """Let go of sockets and contexts; what was made stays."""
        ...
