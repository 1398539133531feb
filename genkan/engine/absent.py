"""The engine of a site without packets: the API alone, on a machine that cannot do more."""

from genkan.engine.protocol import Acceleration, Mended
from genkan.program import Delta, Program


class AbsentEngine:
    """Makes nothing so. Names and services are not told of places that do not exist."""

    capabilities: frozenset[str] = frozenset()

    def apply(self, before: Program, delta: Delta) -> None:
        """Do nothing."""

    def reconcile(self, program: Program) -> int:
        """Find nothing to mend."""
        return 0

    def disturbed(self) -> bool:
        """Notice nothing."""
        return False

    def mend(self) -> Mended:
        """Find nothing to mend."""
        return Mended()

    def acceleration(self) -> Acceleration:
        """Have no flows."""
        return Acceleration(why="there are no packets")

    def tallies(self) -> None:
        """Have nothing to count."""

    def close(self) -> None:
        """Have nothing to let go of."""
