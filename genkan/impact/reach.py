"""Who reaches what: every group of equal interfaces, to everything it can mean, at every port.

Exact, by sets of flows (`analysis.sets`), the way back too. Each thing that is found has a witness,
a flow that the walker follows and that can be sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from genkan.impact.blocks import Blocks
from genkan.impact.effects import Times
from genkan.impact.groups import Group, Outside, Sender, groups_of, outside
from genkan.impact.open_ways import Among, OpenWays, Reached
from genkan.impact.state import State
from genkan.impact.target import Kind, Target
from genkan.impact.targets import by_services
from genkan.model.vpc import Vpc
from genkan.program.place import INTERNET

MOST_WAYS = 200_000


class TooMany(Exception):
    """More ways are open than are told; the message says how many are."""


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
    held, beyond = everybody(state)
    ends: list[Sender] = [*(one for groups in held.values() for one in groups), beyond]
    senders = [one for one in ends if sources.sender(state, one)]
    ways = OpenWays(state, senders)
    found: list[Reached] = []
    for among, target in asked(state, ways, held, senders, destinations):
        found += ways.to(target, among)
        if len(found) > MOST_WAYS:
            raise TooMany(f"more than {MOST_WAYS} ways are open; name sources or destinations")
    return found


def everybody(state: State) -> tuple[dict[str, list[Group]], Outside]:
    """Give the groups of each VPC, and who is outside all of them."""
    blocks = Blocks((state.program,))
    vpcs = state.network.all(Vpc)
    return {one.id: groups_of(state, state, blocks, one.id, blocks) for one in vpcs}, outside(state)


def asked(
    state: State,
    ways: OpenWays,
    held: dict[str, list[Group]],
    senders: Sequence[Sender],
    wanted: Wanted,
) -> Iterator[tuple[Among, Target]]:
    """Give the targets that are wanted, each with those of the senders, of one VPC or from
    outside, that can mean it."""
    times = Times(state, state)
    meant: dict[str, list[Sender]] = {}
    for sender in senders:
        meant.setdefault(sender.vpc, []).append(sender)
    beyond = ways.among([one for one in meant.get(INTERNET, ()) if one.versions])
    for vpc, groups in held.items():
        among = ways.among(meant.get(vpc, ()))
        near = [*groups, *(one for peer in state.index.peers[vpc] for one in held.get(peer, ()))]
        known = {one.id for one in among}
        for group in near:
            target = Target(Kind.INTERFACES, group.id, group=group)
            if not wanted.target(state, target):
                continue
            yield ways.without(among, group), target
            if group.vpc == vpc and group.id in known and len(group.members) > 1:
                yield ways.among([group]), _others(group)
        for service in by_services(times, vpc):
            if wanted.target(state, service):
                yield among, service
        for group in groups if beyond.senders else ():
            target = Target(Kind.PUBLIC, group.id, group=group)
            if group.public and wanted.target(state, target):
                yield beyond, target


def _others(group: Group) -> Target:
    """Give the others of a group as what its first interface sends to."""
    return Target(Kind.INTERFACES, group.id, group=replace(group, members=group.members[1:]))


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
