"""What reach tells of random networks is what walks say, flow by flow, and nothing else."""

import random
from collections.abc import Sequence

import pytest

from genkan.analysis import Disposition
from genkan.impact.groups import Sender
from genkan.impact.open_ways import OpenWays, Reached
from genkan.impact.outlook import SOURCE_PORT, Flow, Verdict, look
from genkan.impact.reach import Wanted, asked, everybody, reach
from genkan.impact.state import State
from genkan.impact.target import Ports, Target, ports_of
from genkan.model.network import Network
from tests.engine.random_networks import Drawer

SEEDS = (3, 4, 8, 12, 21, 33)


def drawn(seed: int) -> State:
    return State.of(Network.of(Drawer(seed).draw().resources))


@pytest.mark.parametrize("seed", SEEDS)
def test_ways_are_what_walks_say_and_nothing_is_left_out(seed: int):
    state, dice = drawn(seed), random.Random(seed)
    groups, beyond = everybody(state)
    everyone = [*(one for held in groups.values() for one in held), beyond]
    ways = OpenWays(state, everyone)
    flows = 0
    for among, target in asked(state, ways, groups, everyone, Wanted()):
        told = list(ways.to(target, among))
        senders = list(among)
        for sender in dice.sample(senders, min(2, len(senders))):
            parts = ports_of((state,), sender, target)
            for ports in dice.sample(parts, min(4, len(parts))):
                for version in sender.versions:
                    flows += 1
                    compare(state, told, sender, target, version, ports)
    assert flows > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_senders_of_a_vpc_are_counted_once_however_many_targets_there_are(seed: int):
    state = drawn(seed)
    groups, beyond = everybody(state)
    everyone = [*(one for held in groups.values() for one in held), beyond]
    ways = OpenWays(state, everyone)
    rooms = list(asked(state, ways, groups, everyone, Wanted()))
    counted = {id(among.senders) for among, _ in rooms}
    several = [one for held in groups.values() for one in held if len(one.members) > 1]
    assert len(rooms) > len(groups) + 1
    assert len(counted) <= len(groups) + 1 + len(several)


def compare(
    state: State,
    told: Sequence[Reached],
    sender: Sender,
    target: Target,
    version: int,
    ports: Ports,
) -> None:
    walked = look(state, sender, target, Flow(version, ports.protocol, ports.first))
    said = [
        (one.verdict, one.via, one.sees, one.codes)
        for one in told
        if one.sender is sender and one.version == version and holds(one.ports, ports.first, ports)
        # A walk is about one source port.
        if not one.source_ports or holds(one.source_ports, SOURCE_PORT, ports)
    ]
    wanted = [(walked.verdict, walked.via, walked.sees, walked.codes)]
    assert said == ([] if walked.verdict is Verdict.BLOCKED else wanted), walked.trace


def holds(several: Sequence[Ports], port: int | None, of: Ports) -> bool:
    if of.first is None:
        return any(one.first is None for one in several)
    return any(
        one.protocol == of.protocol and one.first is not None and one.first <= port <= one.last
        for one in several
    )


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_the_walker_follows_every_witness_to_its_end(seed: int):
    state = drawn(seed)
    found = reach(state, Wanted(), Wanted())
    assert len(found) > 5
    for one in found:
        endings = {trace.disposition for trace in one.replayed(state)}
        wanted = {Disposition.REACHED}
        if one.verdict is Verdict.DEPENDS and not one.source_ports:
            wanted = {Disposition.DEPENDS, Disposition.REACHED}
        assert one.to is None or (endings and endings <= wanted), one
