"""The engine of a site without packets: the API alone, on a machine that cannot do more."""

from genkan.engine.protocol import Mended
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

    def close(self) -> None:
        """Have nothing to let go of."""
