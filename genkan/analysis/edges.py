"""Edges of subnets: network ACLs, asked about every packet that crosses one, answers too."""

from collections.abc import Iterator

from genkan.analysis.code import Code
from genkan.analysis.crossing import Crossing
from genkan.analysis.matching import ruling
from genkan.analysis.trace import Outcome, Step
from genkan.program.address import Address
from genkan.program.filter import Stage, SubnetGuard


def between_interfaces(at: Crossing) -> tuple[list[Step], list[Step]]:
    """Give the steps out of the subnet that a packet comes from, and into the one it goes to."""
    if at.from_subnet is not None and at.from_subnet == at.to_subnet:
        return [], []
    out = at.atlas.edge(at.place, Stage.NETWORK_ACL_EGRESS, at.from_subnet)
    into = at.atlas.edge(at.place, Stage.NETWORK_ACL_INGRESS, at.to_subnet)
    return list(_asked(at, out)), list(_asked(at, into))


def to_delivered(at: Crossing) -> Iterator[Step]:
    """Give the steps of a packet to an address that its place delivers."""
    address = at.packet.destination
    if at.from_subnet and at.atlas.delivers_in(at.place, address, at.from_subnet):
        return
    yield from _asked(at, at.atlas.edge(at.place, Stage.NETWORK_ACL_EGRESS, at.from_subnet))
    yield from _asked(at, at.atlas.near_edge(at.place, Stage.NETWORK_ACL_INGRESS, address))


def from_delivered(at: Crossing) -> Iterator[Step]:
    """Give the steps of an answer from an address that its place delivers."""
    address = at.packet.source
    if at.to_subnet and at.atlas.delivers_in(at.place, address, at.to_subnet):
        return
    yield from _asked(at, at.atlas.near_edge(at.place, Stage.NETWORK_ACL_EGRESS, address))
    yield from _asked(at, at.atlas.edge(at.place, Stage.NETWORK_ACL_INGRESS, at.to_subnet))


def _asked(at: Crossing, guard: SubnetGuard | None) -> Iterator[Step]:
    if guard is None:
        return
    found = ruling(at.atlas, at.place, (guard.filter,), at.packet, _remote(at, guard.stage))
    because = found.because or guard.because
    if found.accepted is None:
        said = "an entry takes a part of the possible ports"
        yield at.step(guard.stage, Outcome.DEPENDS, said, because)
    elif found.accepted:
        said = f"allowed at the edge of {guard.subnet}"
        yield at.step(guard.stage, Outcome.PASSED, said, because)
    else:
        word = "denied" if found.because else "allowed by no entry"
        said = f"{word} at the edge of {guard.subnet}"
        yield at.blocked(guard.stage, Code.SUBNET_ACL_RESTRICTION, said, because, asked=guard)


def _remote(at: Crossing, stage: Stage) -> Address:
    out = stage is Stage.NETWORK_ACL_EGRESS
    return at.packet.destination if out else at.packet.source
