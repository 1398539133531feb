"""Where flows go: a name, a group of interfaces, a load balancer, the internet; at which ports.

Ports of interfaces are parted where a rule on the way begins or ends: within one all rules agree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from genkan.analysis.packet import ICMP, TCP, UDP
from genkan.impact.groups import Group, Sender
from genkan.impact.state import State
from genkan.program.address import Address, in_order
from genkan.program.filter import Guard, Rule, Stage, SubnetGuard
from genkan.program.place import OUTSIDE

LAST_PORT = 65_535
HTTPS = (TCP, 443)


class Kind(Enum):
    NAME = "name"
    INTERFACES = "interfaces"
    PUBLIC = "public-address"
    BALANCER = "load-balancer"
    ENDPOINT = "endpoint"  # by its address
    INTERNET = "internet"
    RESOURCE = "resource"  # of a service, behind its name


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports from `first` to `last`, that are alike; None: an echo."""

    protocol: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Target:
    """`id` is the thing's; `name` the domain name of a NAME; `group` the interfaces."""

    kind: Kind
    id: str
    name: str | None = None
    group: Group | None = None
    fixed: tuple[Address, ...] = ()
    listens: tuple[tuple[int, int], ...] = ()  # protocol and port; none: at every port
    is_new: bool = False  # what a change makes to be sent to: of it is told if it is stopped too

    def addresses_in(self, state: State) -> tuple[Address, ...]:
        """Give its addresses; a name's are whatever it answers."""
        if self.kind is Kind.INTERNET:
            return in_order(state.atlas.addresses(OUTSIDE))
        if self.group is None:
            return self.fixed
        first = self.group.members[0]
        if self.kind is Kind.PUBLIC:
            return tuple(self._publics(state))
        here = (self.group.vpc, first.interface.id) in state.atlas.far_ends
        return tuple(self.group.members[0].interface.addresses) if here else ()

    def _publics(self, state: State) -> Iterator[Address]:
        if self.group is None or (self.group.vpc, self.group.id) not in state.atlas.far_ends:
            return
        interface = self.group.members[0].interface
        for private in interface.private_addresses:
            found = state.index.public_of.get((self.group.vpc, private))
            if found is not None:
                yield found
        yield from interface.ipv6_addresses


def ports_of(states: Iterable[State], sender: Sender, target: Target) -> list[Ports]:
    """Give the parts of the ports that a flow can be meant for."""
    if target.kind in (Kind.NAME, Kind.BALANCER, Kind.ENDPOINT):
        return [Ports(protocol, port, port) for protocol, port in target.listens or (HTTPS,)]
    rules = [
        rule
        for state in states
        for end, stages in ((sender, OUT), (target.group, IN))
        if isinstance(end, Group)
        for rule in _rules(state, end, stages)
    ]
    parts = [Ports(ICMP, None, None)]
    for protocol in (TCP, UDP):
        starts = {1}
        for rule in rules:
            ports = rule.match.ports
            if rule.match.protocol == protocol and ports is not None:
                starts |= {max(ports[0], 1), ports[1] + 1}
        edges = sorted(one for one in starts if one <= LAST_PORT)
        for first, following in zip(edges, [*edges[1:], LAST_PORT + 1], strict=True):
            parts.append(Ports(protocol, first, following - 1))
    return parts


OUT = (Stage.SECURITY_GROUP_EGRESS, Stage.NETWORK_ACL_EGRESS)
IN = (Stage.SECURITY_GROUP_INGRESS, Stage.NETWORK_ACL_INGRESS)


def _rules(state: State, group: Group, stages: tuple[Stage, Stage]) -> Iterator[Rule]:
    """Give the rules that can be asked about a group's packets, one way."""
    of_groups, of_subnet = stages
    guard = state.program.get((Guard.section, group.vpc, of_groups.value, group.id))
    edge = state.program.get((SubnetGuard.section, group.vpc, of_subnet.value, group.subnet))
    names = guard.filters if isinstance(guard, Guard) else ()
    names += (edge.filter,) if isinstance(edge, SubnetGuard) else ()
    for name in names:
        yield from state.atlas.rules(group.vpc, name)


def joined(ports: Iterable[Ports]) -> tuple[Ports, ...]:
    """Join ports that follow each other."""
    found: list[Ports] = []
    for one in sorted(set(ports), key=lambda one: (one.protocol, one.first or 0)):
        last = found[-1] if found else None
        if (
            last is not None
            and last.protocol == one.protocol
            and last.last is not None
            and one.first == last.last + 1
        ):
            found[-1] = Ports(one.protocol, last.first, one.last)
        else:
            found.append(one)
    return tuple(found)
