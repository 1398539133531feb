"""Guards of interfaces and of delivered addresses: security groups, and source checks.

Groups are asked about new connections alone. What is no answer to anything and cannot begin a
connection is dropped by whoever forwards.
"""

from collections.abc import Iterator

from genkan.analysis.code import Code
from genkan.analysis.crossing import Crossing
from genkan.analysis.matching import Ruling, ruling
from genkan.analysis.packet import TCP
from genkan.analysis.trace import Outcome, Step
from genkan.program.address import Address
from genkan.program.filter import Guard, Stage


def source_check(at: Crossing) -> Iterator[Step]:
    """Check the source of what enters from an interface."""
    check = at.atlas.source_check(at.place, at.interface) if at.interface else None
    if check is None:
        return
    source = at.packet.source
    own = source in check.addresses
    if own or (source.version == 6 and any(source in one for one in check.blocks)):
        yield at.step(Stage.SOURCE_DEST_CHECK, Outcome.PASSED, "its own address", check.because)
    else:
        said = f"{at.interface} has no address {at.packet.source}"
        code = Code.ENI_SOURCE_DEST_CHECK_RESTRICTION
        yield at.blocked(Stage.SOURCE_DEST_CHECK, code, said, check.because, asked=check)


def own_source(at: Crossing) -> Iterator[Step]:
    """Drop what claims to come from an address that the place itself answers for (IPv4 alone)."""
    source = at.packet.source
    if source.version == 4 and at.atlas.answers_for(at.place, source):
        said = f"{source} is this place's own, nobody else sends as it"
        yield at.blocked(Stage.SOURCE_DEST_CHECK, Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC, said)


def egress(at: Crossing) -> Iterator[Step]:
    """Ask the groups of the interface that a packet comes from."""
    guard = at.interface and at.atlas.guard(at.place, Stage.SECURITY_GROUP_EGRESS, at.interface)
    yield from _asked(at, Stage.SECURITY_GROUP_EGRESS, guard or None, at.packet.destination)


def ingress(at: Crossing) -> Iterator[Step]:
    """Ask the groups of the interface that a packet leaves by."""
    guard = at.leaves and at.atlas.guard(at.place, Stage.SECURITY_GROUP_INGRESS, at.leaves)
    yield from _asked(at, Stage.SECURITY_GROUP_INGRESS, guard or None, at.packet.source)


def endpoint(at: Crossing) -> Iterator[Step]:
    """Ask the groups of the address that a packet is delivered to; there, none is no entrance."""
    guard = at.atlas.guard(at.place, Stage.ENDPOINT, at.packet.destination)
    if guard is None:
        yield at.blocked(Stage.ENDPOINT, Code.NOTHING_LISTENS, "nobody guards this address")
        return
    yield from _asked(at, Stage.ENDPOINT, guard, at.packet.source)


def unknown(at: Crossing) -> Iterator[Step]:
    """Drop what belongs to no connection and cannot begin one."""
    if not at.known and not at.packet.begins:
        said = "it answers nothing that passed here"
        stage, code = Stage.SECURITY_GROUP_EGRESS, Code.ANSWER_OF_NO_CONNECTION
        place = at.atlas.place(at.place)
        forgets = place is not None and place.idle is not None
        yield at.blocked(stage, code, said, told=forgets and at.packet.protocol == TCP)


def _asked(at: Crossing, stage: Stage, guard: Guard | None, remote: Address) -> Iterator[Step]:
    if guard is None:
        return
    if at.known:
        yield at.step(stage, Outcome.PASSED, "it answers what passed", guard.because)
        return
    yield step_of(at, stage, ruling(at.atlas, at.place, guard.filters, at.packet, remote), guard)


def step_of(at: Crossing, stage: Stage, found: Ruling, guard: Guard) -> Step:
    """Give the step of a ruling."""
    because = found.because or guard.because
    if found.accepted is None:
        return at.step(stage, Outcome.DEPENDS, "a rule takes a part of the possible ports", because)
    if found.accepted:
        return at.step(stage, Outcome.PASSED, "allowed", because)
    named = ", ".join(name.partition("/")[0] for name in guard.filters) or "no group"
    rules = [rule for name in guard.filters for rule in at.atlas.rules(at.place, name)]
    code = Code.ENI_SG_RULES_MISMATCH if rules else Code.SG_HAS_NO_RULES
    return at.blocked(stage, code, f"no rule of {named} allows it", because, asked=guard)
