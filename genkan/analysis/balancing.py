"""Load balancers: what a node takes, to whom it may hand it on, and as whom.

Which target a connection gets is a hash's choice; a walk takes the turn that it is told to.
"""

from collections.abc import Iterator

from genkan.analysis.code import Code
from genkan.analysis.crossing import Crossing
from genkan.analysis.matching import ruling
from genkan.analysis.packet import TCP, drawn
from genkan.analysis.trace import Outcome, Step
from genkan.program.balancing import (
    BalancedPort,
    BalancedTarget,
    Balancer,
    RelayedPort,
    RelayedTarget,
)
from genkan.program.filter import Stage
from genkan.program.place import PlaceKind

STAGE = PlaceKind.NETWORK_LOAD_BALANCER_NODE.value


Port = BalancedPort | RelayedPort
Target = BalancedTarget | RelayedTarget


def port_at(at: Crossing) -> Port | None:
    """Give the port of the balancer that a packet is meant for."""
    ports = at.packet.destination_port
    if ports is None or ports[0] != ports[1]:
        return None
    version, protocol = at.packet.source.version, at.packet.protocol
    where = (at.place, version, protocol, ports[0])
    return at.atlas.relayed_port(*where) or at.atlas.balanced_port(*where)


def taken(at: Crossing, entry: Balancer) -> Iterator[Step]:
    """Give the steps until a target is chosen: the balancer's groups, its address, its port."""
    if at.interface != entry.interface:
        yield from _asked(at)
    elif at.packet.destination not in entry.addresses:
        said = f"{at.packet.destination} is not the load balancer's address"
        yield at.blocked(STAGE, Code.NO_ENI_AT_ADDRESS, said, entry.because)
    port = port_at(at)
    if port is None:
        said = "no listener has this port"
        yield at.blocked(STAGE, Code.ELBV2_LISTENERS_MISMATCH, said, entry.because, asked=entry)
    elif not at.packet.begins:
        told = at.packet.protocol == TCP
        said = "it belongs to no connection"
        yield at.blocked(STAGE, Code.ANSWER_OF_NO_CONNECTION, said, port.because, told)
    elif not port.targets:
        told = at.packet.protocol == TCP
        said = "nobody takes what this listener hands on"
        yield at.blocked(STAGE, Code.ELBV2_NO_TARGETS_IN_AZ, said, port.because, told, port)


def handed_on(at: Crossing, port: Port, target: Target) -> Step:
    """Turn a packet to its target; a relay begins a connection of its own to it."""
    after = at.packet.to_destination(target.address, (target.port, target.port))
    others = len(port.targets) - 1
    said = f"handed on to {target.address}:{target.port}"
    said += " by a relay" if isinstance(port, RelayedPort) else ""
    said += f", one of {others + 1} that a hash chooses from" if others else ""
    return at.step(STAGE, Outcome.TRANSLATED, said, port.because, after)


def given_source(at: Crossing, entry: Balancer, target: Target) -> Iterator[Step]:
    """Give what is handed on the balancer's address, unless its target sees the client's."""
    keeps = isinstance(target, BalancedTarget) and target.keeps_source
    if keeps and at.interface == entry.interface:
        return
    own = next(one for one in entry.addresses if one.version == target.address.version)
    after = at.packet.from_source(own, drawn(at.packet))
    said = f"its target sees {own}, and a port of the load balancer's choice"
    yield at.step(STAGE, Outcome.TRANSLATED, said, entry.because, after)


def _asked(at: Crossing) -> Iterator[Step]:
    """Ask the balancer's groups about what comes from an endpoint."""
    intake = at.atlas.intake(at.place, at.interface or "")
    if intake is None or intake.filters is None:
        return
    found = ruling(at.atlas, at.place, intake.filters, at.packet, at.packet.source)
    stage, because = Stage.SECURITY_GROUP_INGRESS, found.because or intake.because
    if found.accepted is None:
        yield at.step(stage, Outcome.DEPENDS, "a rule takes a part of the possible ports", because)
    elif found.accepted:
        yield at.step(stage, Outcome.PASSED, "the load balancer's groups allow it", because)
    else:
        said = "no rule of the load balancer's groups allows it"
        yield at.blocked(stage, Code.NLB_SG_PRIVATELINK, said, because, asked=intake)
