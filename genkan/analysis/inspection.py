"""Inspection: packets that a place hands to a fleet of appliances, which are taken to pass them."""

from collections.abc import Iterator

from genkan.analysis.code import Code
from genkan.analysis.crossing import Crossing
from genkan.analysis.trace import Outcome, Step
from genkan.program.inspection import Inspection
from genkan.program.place import PlaceKind

STAGE = PlaceKind.GATEWAY_LOAD_BALANCER_ENDPOINT.value


def inspected(at: Crossing, entry: Inspection) -> Iterator[Step]:
    """Give what becomes of a packet there. What an appliance does is not known, and is said."""
    if entry.fleet is None:
        said = "no load balancer in this zone takes it"
        yield at.blocked(STAGE, Code.NO_APPLIANCES, said, entry.because)
        return
    said = f"an appliance of {entry.fleet} takes it, and is taken to pass it"
    yield at.step(STAGE, Outcome.PASSED, said, entry.because)
