"""Processes that a site starts when its program first has what they serve."""

from collections.abc import Callable, Iterable

from genkan.program import Entry
from genkan.program.balancing import RelayedPort
from genkan.program.health import EndpointCheck, HealthCheck
from genkan.program.inspection import Inspection
from genkan.program.published import Published
from genkan.program.record import FlowLog

SERVED: dict[type[Entry], str] = {
    Inspection: "inspection",
    HealthCheck: "health",
    EndpointCheck: "health",
    Published: "published",
    FlowLog: "recorder",
    RelayedPort: "streams",
}
END_BY_THEMSELVES = frozenset({"recorder"})  # so they may have to be started again


class OnDemand:
    """Has each process started once; from then on the anchor keeps it."""

    def __init__(self, start: Callable[[str], None]) -> None:
        """`start(process)` returns when the process serves the program as it is published."""
        self._start = start
        self._started: set[str] = set()

    def start_for(self, entries: Iterable[Entry]) -> None:
        """Start what serves these entries, unless it was before."""
        for name in {SERVED[type(entry)] for entry in entries if type(entry) in SERVED}:
            if name not in self._started or name in END_BY_THEMSELVES:
                self._start(name)
                self._started.add(name)
