"""Relations are sets; diagrams are functions; parties are one for all."""

from ipaddress import IPv4Address, IPv4Network
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.analysis import Atlas, Packet
from genkan.analysis.matching import ruling
from genkan.analysis.sets import Sets, Source
from genkan.analysis.sets.atoms import LAST_PORT, Atoms
from genkan.analysis.sets.relation import (
    by_sender,
    join,
    meet,
    minus,
    of_services,
    senders_of,
    services_of,
)
from genkan.analysis.sets.rulings import Column, Rulings
from genkan.program import Program
from genkan.program.filter import Filter, Match, Rule, Verdict
from tests.analysis.diagrams import Diagrams
from tests.analysis.three_answers import Sent, drawn
from tests.engine.rows import BECAUSE

BITS = st.integers(0, 63)
PARTS = st.lists(st.tuples(BITS, BITS), max_size=4)


def pairs(relation):
    return {
        (service, sender)
        for services, senders in relation
        for service, sender in product(range(6), range(6))
        if services >> service & 1 and senders >> sender & 1
    }


@settings(deadline=None)
@given(PARTS, PARTS)
def test_relations_are_sets_of_pairs(one, other):
    left, right = join(one), join(other)
    assert pairs(left) == pairs(one)
    assert pairs(meet(left, right)) == pairs(one) & pairs(other)
    assert pairs(minus(left, right)) == pairs(one) - pairs(other)
    assert pairs(join([*left, *right])) == pairs(one) | pairs(other)
    assert pairs(of_services(left, 0b110)) == {pair for pair in pairs(one) if pair[0] in (1, 2)}
    services, senders = ({pair[side] for pair in pairs(one)} for side in (0, 1))
    assert {bit for bit in range(6) if services_of(left) >> bit & 1} == services
    assert {bit for bit in range(6) if senders_of(left) >> bit & 1} == senders
    assert by_sender(left, 1 << 3) == sum({1 << pair[0] for pair in pairs(one) if pair[1] == 3})


@settings(deadline=None)
@given(PARTS)
def test_no_two_parts_of_a_relation_share_a_service(parts):
    seen = 0
    for services, _ in join(parts):
        assert services
        assert not services & seen
        seen |= services


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=2, max_size=2))
def test_diagrams_are_functions(intervals):
    all_ = Diagrams()
    one, other = (all_.between(0, 8, *sorted(interval)) for interval in intervals)
    (low, high), (first, last) = (sorted(interval) for interval in intervals)
    for number in range(256):
        bits = [number >> place & 1 for place in reversed(range(8))]
        is_one, is_other = low <= number <= high, first <= number <= last
        assert all_.holds(one, bits) == is_one
        assert all_.holds(all_.both(one, other), bits) == (is_one and is_other)
        assert all_.holds(all_.either(one, other), bits) == (is_one or is_other)
        assert all_.holds(all_.minus(one, other), bits) == (is_one and not is_other)


@pytest.fixture(scope="module")
def network():
    program, forwarding, flows = drawn(3, 1_000)
    atlas = Atlas(program)
    return atlas, forwarding, flows, Sets(atlas, [of(one) for one in flows], forwarding)


def test_every_port_is_in_the_atoms_of_a_rule_that_names_it(network):
    atoms = Atoms(network[0].program)
    for one in network[0].program:
        for rule in getattr(one, "rules", ()):
            match: Match = rule.match
            if match.ports is None:
                continue
            held = atoms.matched(match)
            (told,) = atoms.intervals(match.protocol, held)
            assert told == (match.ports[0], min(match.ports[1], LAST_PORT))


def test_who_goes_with_others_gets_where_he_gets_alone(network):
    atlas, forwarding, flows, together = network
    assert len(together.parties) < len({of(one) for one in flows})
    alone = {of(one): Sets(atlas, [of(one)], forwarding) for one in flows[:120]}
    for one in flows[:120]:
        assert together.verdict(of(one), one.packet) is alone[of(one)].verdict(of(one), one.packet)


def test_what_is_asked_of_some_services_is_a_part_of_all(network):
    _, _, flows, sets = network
    for one in flows[:300]:
        service = sets.atoms.service(one.packet)
        bit, answer = sets.bit(of(one)), sets.atoms.answering(one.packet)
        told = [
            {
                (arrival.taken_at, services & service, back & answer)
                for arrival, services, back, _, _ in flows_to.services(bit)
                if services & service
            }
            for flows_to in (
                sets.to(one.packet.destination),
                sets.to(one.packet.destination, bit, service),
            )
        ]
        assert told[0] == told[1]


def of(one: Sent) -> Source:
    return Source(one.origin, one.packet.source)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 65_535), st.integers(1, 65_535))
def test_any_port_is_answered_as_the_atom_that_it_is_in(network, port, source_port):
    _, _, flows, sets = network
    one = flows[port % len(flows)]
    packet = Packet.to_port(one.packet.source, one.packet.destination, 6, port, source_port)
    service = sets.atoms.service(packet)
    ((first, last),) = sets.atoms.intervals(6, service)
    assert first <= port <= last
    edges = {
        sets.verdict(of(one), Packet.to_port(packet.source, packet.destination, 6, at, source_port))
        for at in (first, port, last)
    }
    assert len(edges) == 1


PLACE, REMOTES = "vpc-1", [IPv4Address(f"10.0.0.{last}") for last in range(6)]
MATCHES = st.builds(
    Match,
    remote=st.sampled_from(
        [None, *map(IPv4Network, ("10.0.0.0/30", "10.0.0.4/31", "10.0.0.2/32"))]
    ),
    protocol=st.just(6),
    ports=st.sampled_from([None, (0, 65_535), (80, 80), (79, 443), (443, 65_535)]),
)
RULES = st.lists(st.tuples(MATCHES, st.sampled_from(list(Verdict))), max_size=6)


@settings(deadline=None)
@given(st.lists(RULES, min_size=1, max_size=2), st.sampled_from((79, 80, 81, 442, 443, 444)))
def test_rulings_are_those_of_a_walk_for_one_and_for_all(filters, port):
    entries = [
        Filter(
            because=BECAUSE, place=PLACE, name=f"f{number}",
            rules=tuple(Rule(match=one, verdict=said, because=BECAUSE) for one, said in rules),
        )
        for number, rules in enumerate(filters)
    ]  # fmt: skip
    names = tuple(one.name for one in entries)
    atlas = Atlas(Program(entries))
    atoms = Atoms(atlas.program)
    rulings = Rulings(atlas, atoms)
    column = Column({1 << number: remote for number, remote in enumerate(REMOTES)})
    everybody = rulings.for_all(PLACE, names, column)
    for number, remote in enumerate(REMOTES):
        packet = Packet.to_port(remote, REMOTES[0], 6, port, 50_000)
        walked = ruling(atlas, PLACE, names, packet, remote).accepted
        service = atoms.service(packet)
        assert bool(rulings.for_one(PLACE, names, remote) & service) is walked
        assert bool(by_sender(everybody, 1 << number) & service) is walked
