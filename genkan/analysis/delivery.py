"""What a router delivers to itself: endpoints, resolvers, services; and what they send back."""

from collections.abc import Iterator

from genkan.analysis import edges, guards
from genkan.analysis.atlas import is_single
from genkan.analysis.code import Code
from genkan.analysis.crossing import Crossing
from genkan.analysis.packet import TCP, UDP, Ports
from genkan.analysis.trace import Outcome, Step
from genkan.program.filter import Stage
from genkan.program.service import Listener


def delivered(at: Crossing) -> Iterator[Step]:
    """Give the steps of a packet that its place takes."""
    found = _listener(at, at.packet.destination, at.packet.destination_port)
    if found is not None and not found.guarded and is_single(found.addresses):
        if at.interface and at.atlas.is_foreign(at.place, at.interface):
            said = "the place's own services answer nobody from beyond"
            yield at.blocked(Stage.ENDPOINT, Code.NOT_FROM_BEYOND, said, found.because)
        else:
            yield at.step(Stage.ENDPOINT, Outcome.PASSED, _who(found), found.because)
        return
    yield from guards.egress(at)
    yield from edges.to_delivered(at)
    if found is None:
        yield at.blocked(Stage.ENDPOINT, Code.NOTHING_LISTENS, "nothing listens here")
        if at.atlas.guard(at.place, Stage.ENDPOINT, at.packet.destination):
            yield from (step for step in guards.endpoint(at) if step.blocks)
        return
    if found.guarded:
        yield from guards.endpoint(at)
    yield at.step(Stage.ENDPOINT, Outcome.PASSED, _who(found), found.because)


def sent_back(at: Crossing) -> Iterator[Step]:
    """Give the steps of an answer from what its place delivered."""
    found = _listener(at, at.packet.source, at.packet.source_port)
    if found is None or found.guarded or not is_single(found.addresses):
        yield from edges.from_delivered(at)


def _listener(at: Crossing, address: object, ports: Ports | None) -> Listener | None:
    if at.packet.protocol not in (TCP, UDP) or ports is None or ports[0] != ports[1]:
        return None
    meant = at.packet.destination if address is at.packet.destination else at.packet.source
    return at.atlas.listener(at.place, meant, at.packet.protocol, ports[0])


def _who(found: Listener) -> str:
    return f"{found.service or found.endpoint or found.answerer.value} answers here"
