"""Who reaches what: every group of equal interfaces, to everything it can mean, at every port.

Exact: the ports of a pair are parted where any rule on the way begins or ends, and one of each part
is walked, with the answer. Each thing that is found has a witness, a flow that can be sent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from genkan.impact.blocks import Blocks
from genkan.impact.effects import Times
from genkan.impact.groups import Group, Sender, groups_of, outside
from genkan.impact.outlook import Flow, Outlook, Verdict, look
from genkan.impact.state import State
from genkan.impact.target import Kind, Ports, Target, joined, ports_of
from genkan.impact.targets import by_services
from genkan.model.vpc import Vpc

MOST_FLOWS = 200_000


@dataclass(frozen=True, slots=True)
class Reached:
    """A way that is open (or may be), at ports that are alike. `outlook` is of the first port."""

    sender: Sender
    target: Target
    ports: tuple[Ports, ...]
    outlook: Outlook


class TooMany(Exception):
    """More flows were asked for than are looked at; the message says how many."""


class Wanted:
    """Which ends are meant: ids, Name tags, domain names, `internet`; none are all.

    An interface is meant by its own id, its instance's, its subnet's, its VPC's, its groups'.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = frozenset(words)

    def sender(self, state: State, sender: Sender) -> bool:
        return not self._words or bool(self._words & set(_words_of(state, sender)))

    def target(self, state: State, target: Target) -> bool:
        if not self._words:
            return True
        if target.group is not None:
            return self.sender(state, target.group)
        return bool(self._words & {target.id, target.name, *_owner_of(state, target)})


def reach(state: State, sources: Wanted, destinations: Wanted) -> list[Reached]:
    """Give every open way between what is meant. Raises TooMany."""
    flows = 0
    found: list[Reached] = []
    for sender, target in _pairs(state):
        if not (sources.sender(state, sender) and destinations.target(state, target)):
            continue
        ports = ports_of((state,), sender, target)
        flows += len(ports)
        if flows > MOST_FLOWS:
            raise TooMany(f"more than {MOST_FLOWS} flows are meant; name sources or destinations")
        found += _open(state, sender, target, ports)
    return found


def _open(state: State, sender: Sender, target: Target, ports: list[Ports]) -> Iterator[Reached]:
    """Give what is open by IPv4 and by IPv6, the one after the other."""
    for version in sender.versions:
        looked = [
            (one, look(state, sender, target, Flow(version, one.protocol, one.first)))
            for one in ports
        ]
        reached = [pair for pair in looked if pair[1].verdict is not Verdict.BLOCKED]
        for _, alike in groupby(reached, key=lambda pair: (pair[1].verdict.value, pair[1].via)):
            pairs = list(alike)
            yield Reached(sender, target, joined(one for one, _ in pairs), pairs[0][1])


def _pairs(state: State) -> Iterator[tuple[Sender, Target]]:
    blocks = Blocks((state.program,))
    held = {vpc.id: groups_of(state, state, blocks, vpc.id) for vpc in state.network.all(Vpc)}
    times = Times(state, state)
    beyond = outside(state)
    for vpc, groups in held.items():
        near = [*groups, *(one for peer in state.index.peers[vpc] for one in held.get(peer, ()))]
        services = list(by_services(times, vpc))
        for sender in groups:
            for group in near:
                if group is not sender or len(group.members) > 1:
                    yield sender, Target(Kind.INTERFACES, group.id, group=group)
            for target in services:
                yield sender, target
        for group in groups:
            if group.public and beyond.addresses:
                yield beyond, Target(Kind.PUBLIC, group.id, group=group)


def _words_of(state: State, sender: Sender) -> Iterator[str]:
    """Give everything that an end is called."""
    yield sender.id
    if not isinstance(sender, Group):
        return
    yield from (sender.vpc, sender.subnet, *sender.group_ids)
    for kind, name in (("vpc", sender.vpc), ("subnet", sender.subnet)):
        row = state.network.find(kind, name)
        if row and row.name:
            yield row.name
    for member in sender.members:
        yield member.interface.id
        yield member.place
        yield from map(str, member.interface.addresses)
        for row in (member.interface, state.network.find("instance", member.place)):
            if row is not None and row.name:
                yield row.name


def _owner_of(state: State, target: Target) -> Iterator[str]:
    """Give the endpoint that a name is of, and the service's name."""
    for endpoint, names in state.index.endpoint_names.items():
        if target.name in names:
            yield endpoint
            row = state.network.find("vpc-endpoint", endpoint)
            service = getattr(row, "service_name", None)
            if service:
                yield service
                yield service.rpartition(".")[2]
