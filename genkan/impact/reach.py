"""Who reaches what: every group of equal interfaces, to everything it can mean, at every port.

Exact, by sets of flows (`analysis.sets`), the way back too. Each thing that is found has a witness,
a flow that the walker follows and that can be sent.
"""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from genkan.impact.blocks import Blocks
from genkan.impact.effects import Times
from genkan.impact.groups import Group, Outside, Sender, groups_of, outside
from genkan.impact.open_ways import Among, OpenWays, Reached
from genkan.impact.state import State
from genkan.impact.target import Kind, Target
from genkan.impact.targets import by_services, hosts_behind
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.security_group import SecurityGroup
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program.place import INTERNET

MOST_WAYS = 200_000


class TooMany(Exception):
    """More ways are open than are told; the message says how many are."""


class UnknownWord(Exception):
    """Nothing is called so: `word`, and what is called nearly so."""

    def __init__(self, word: str, near: Sequence[str]) -> None:
        super().__init__(f"Nothing is called {word}")
        self.word = word
        self.near = near


class Wanted:
    """Which ends are meant: ids, Name tags, domain names, `internet`; none are all.

    An interface is meant by its own id, its instance's, its subnet's, its VPC's, its groups'. A
    word that means nothing is refused: that nothing reaches it would be true, and mislead.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = frozenset(words)

    def resolved(self, state: State) -> "Wanted":
        """Give the same, with ids in place of Name tags and groups' names. Raises UnknownWord."""
        ids: dict[str, set[str]] = {}
        for row in state.network if self._words else ():
            for word in _called(row) & self._words:
                ids.setdefault(word, set()).add(row.id)
        others = self._words - ids.keys() - {INTERNET}
        known = _other_words(state) if others else set()
        for word in sorted(others - known):
            names = {name for row in state.network for name in _called(row)} | known
            raise UnknownWord(word, difflib.get_close_matches(word, sorted(names)))
        return Wanted(self._words.union(*ids.values()))

    def sender(self, sender: Sender) -> bool:
        return not self._words or not self._words.isdisjoint(_words_of(sender))

    def target(self, state: State, vpc: str, target: Target) -> bool:
        """Tell whether a target is meant, by who is in that VPC."""
        if not self._words:
            return True
        if target.group is not None:
            return self.sender(target.group)
        words = {target.id, target.name, *_words_of_service(state, vpc, target.name)}
        return not self._words.isdisjoint(words)


def reach(state: State, sources: Wanted, destinations: Wanted) -> list[Reached]:
    """Give every open way between what is meant. Raises TooMany, UnknownWord."""
    sources, destinations = sources.resolved(state), destinations.resolved(state)
    held, beyond = everybody(state)
    ends: list[Sender] = [*(one for groups in held.values() for one in groups), beyond]
    senders = [one for one in ends if sources.sender(one)]
    ways = OpenWays(state, senders)
    found: list[Reached] = []
    for among, target in asked(state, ways, held, senders, destinations):
        found += ways.to(target, among)
        if len(found) > MOST_WAYS:
            raise TooMany(f"more than {MOST_WAYS} ways are open; name sources or destinations")
    return found


def everybody(state: State) -> tuple[dict[str, list[Group]], Outside]:
    """Give the groups of each VPC, and who is outside all of them."""
    blocks = Blocks(state.program)
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
            if not wanted.target(state, vpc, target):
                continue
            yield ways.without(among, group), target
            if group.vpc == vpc and group.id in known and len(group.members) > 1:
                yield ways.among([group]), _others(group)
        for service in by_services(times, vpc):
            if wanted.target(state, vpc, service):
                yield among, service
        for group in groups if beyond.senders else ():
            target = Target(Kind.PUBLIC, group.id, group=group)
            if group.public and wanted.target(state, vpc, target):
                yield beyond, target


def _others(group: Group) -> Target:
    """Give the others of a group as what its first interface sends to."""
    return Target(Kind.INTERFACES, group.id, group=replace(group, members=group.members[1:]))


def _called(row: Resource) -> set[str]:
    """Give what a resource is called by: its id, its Name tag, a group's name."""
    named = (row.name, row.group_name if isinstance(row, SecurityGroup) else None)
    return {row.id, *(one for one in named if one)}


def _other_words(state: State) -> set[str]:
    """Give what ends are called that are no resources: addresses, services and their names."""
    times = Times(state, state)
    words = {str(one) for row in state.network.all(NetworkInterface) for one in row.addresses}
    for vpc in state.network.all(Vpc):
        for target in by_services(times, vpc.id):
            words.update((target.id, target.name or target.id))
            words.update(_words_of_service(state, vpc.id, target.name))
    return words


def _words_of(sender: Sender) -> Iterator[str]:
    """Give the ids and the addresses by which an end is meant."""
    yield sender.id
    if not isinstance(sender, Group):
        return
    yield from (sender.vpc, sender.subnet, *sender.group_ids)
    for member in sender.members:
        yield member.interface.id
        yield member.place
        yield from map(str, member.interface.addresses)


def _words_of_service(state: State, vpc: str, name: str | None) -> Iterator[str]:
    """Give what a service of a VPC is called, by the name it is shown under: the endpoints there
    that have the name, their service's names and its other names."""
    for endpoint in state.network.where(VpcEndpoint, vpc_id=vpc):
        names = state.index.endpoint_names.get(endpoint.id) or hosts_behind(state, endpoint.id)
        if name in names:
            yield endpoint.id
            yield from names
            yield endpoint.service_name
            yield endpoint.service_name.rpartition(".")[2]
