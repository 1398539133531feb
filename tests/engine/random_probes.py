"""Probes drawn for a network: who sends what to whom, at and around the boundaries of its rules."""

import random
from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv6Address

from genkan.analysis import Packet, Trace, walk
from genkan.analysis.atlas import Atlas
from genkan.program import Program
from genkan.program.address import Address, in_order
from genkan.program.balancing import BalancedPort, Balancer
from genkan.program.filter import Filter
from genkan.program.place import OUTSIDE, Link, Place, PlaceKind
from genkan.program.route import Blackhole, Forward, Route
from genkan.program.translation import OneToOne, PortTranslation

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
FIRST_PORT = 20_000
LOW_PORTS = (400, 700)  # a translation keeps reserved ports among reserved ones
HOSTS = (PlaceKind.INSTANCE, PlaceKind.HOST)


CANDIDATES = 6  # drawn for each probe that is sent


def probes(atlas: Atlas, forwarding: Collection[str], seed: int, count: int) -> list[Trace]:
    """Give what is predicted for each probe; no two share addresses and ports.

    A stream that a load balancer's relay reads goes on as another connection, which no probe's
    number is on: none is sent. Most of what is drawn is stopped by the first best rule; so of more
    candidates, those are taken first whose class (how they end, and what stops them) has been
    taken least.
    """
    dice = random.Random(seed)
    classes: dict[tuple[str, ...], list[Trace]] = {}
    for place, packet in _candidates(atlas, dice, count * CANDIDATES):
        trace = walk(atlas, place, packet, forwarding)
        if any("by a relay" in step.said for step in trace.forward):
            continue
        classes.setdefault(_class(trace), []).append(trace)
    chosen: list[Trace] = []
    while classes and len(chosen) < count:
        for name in sorted(classes):
            chosen.append(classes[name].pop())
            if not classes[name]:
                del classes[name]
    return chosen[:count]


def _class(trace: Trace) -> tuple[str, ...]:
    first = next(iter(trace.blockers), None)
    where = (first.stage, first.said.partition(" ")[0]) if first else (str(trace.arrived_at),)
    balanced = "".join(str(number) for number in trace.turns)
    return (trace.disposition.value, str(trace.packet.protocol), balanced, *where)


def _candidates(atlas: Atlas, dice: random.Random, count: int) -> list[tuple[str, Packet]]:
    program = atlas.program
    hosts = sorted(
        place.id for place in program.of(Place) if place.kind in HOSTS and atlas.addresses(place.id)
    )
    if not hosts:
        return []
    targets, ports = list(in_order(set(targets_of(program)))), sorted(set(ports_of(program)))
    nodes, listening = balanced(atlas), sorted({one.port for one in program.of(BalancedPort)})
    # What is near a sender is more often let in; what is far shows more of the ways.
    near = {one: nearest(one, targets) for place in hosts for one in atlas.addresses(place)}
    found: dict[Packet, str] = {}
    for number in range(count):
        place = dice.choice(hosts)
        version = dice.choice((4, 6, 6))
        own = [one for one in in_order(atlas.addresses(place)) if one.version == version]
        there = [one for one in targets if one.version == version]
        if not own:
            continue
        source = dice.choice(own)
        if dice.random() < 0.04:
            source = dice.choice(there)  # somebody else's, or nobody's
        destination = dice.choice(near[source] if source in near and dice.random() < 0.5 else there)
        if destination in atlas.addresses(place) or destination == source:
            continue
        if source not in own and atlas.route(place, (), destination) is None:
            continue  # the kernel would choose an address of its own to find a way by
        alike = [one for one in nodes if one.version == version]
        if alike and dice.random() < 0.3:
            port = dice.choice(listening if listening and dice.random() < 0.8 else ports)
            to = dice.choice(alike)
            if to in atlas.addresses(place):
                continue
            packet = _to_port(dice, source, to, port, number)
        else:
            packet = _packet(dice, source, destination, ports, number)
        found.setdefault(packet, place)
    return [(place, packet) for packet, place in found.items()]


def nearest(own: Address, targets: list[Address]) -> list[Address]:
    alike = [one for one in targets if one.version == own.version]
    alike.sort(key=lambda one: int(one) ^ int(own))
    return alike[: len(alike) // 3 + 1]


def _packet(
    dice: random.Random, source: Address, destination: Address, ports: list[int], n: int
) -> Packet:
    protocol = dice.choice((TCP, TCP, TCP, UDP, UDP, ICMP))
    if protocol == ICMP and source.version == 6:
        return Packet(source, destination, ICMPV6, (n, n), None, (128, 0))
    if protocol == ICMP:
        return Packet(source, destination, ICMP, (n, n), None, (dice.choice((8, 8, 13)), 0))
    return _to_port(dice, source, destination, dice.choice(ports), n, protocol)


def _to_port(
    dice: random.Random, source: Address, to: Address, port: int, n: int, protocol: int = 0
) -> Packet:
    source_port = FIRST_PORT + n % 40_000
    if dice.random() < 0.03:
        source_port = dice.choice(LOW_PORTS) + n % 100
    return Packet.to_port(source, to, protocol or dice.choice((TCP, UDP)), port, source_port)


def balanced(atlas: Atlas) -> list[Address]:
    """Give the addresses that lead to nodes of load balancers: their own, those of endpoints, and
    public ones."""
    found: set[Address] = set()
    for route in atlas.program.of(Route):
        if route.destination.num_addresses == 1 and isinstance(route.action, Forward):
            far = atlas.far_ends.get((route.place, route.action.interface))
            if far and atlas.balancer(far.place):
                found.add(route.destination.network_address)
    found |= {one.public for one in atlas.program.of(OneToOne) if one.private in found}
    return list(in_order(found))


def targets_of(program: Program) -> Iterator[Address]:
    """Give every address that somebody has, and some that nobody has beside them."""
    for link in program.of(Link):
        for end in (link.left, link.right):
            for address in end.addresses:
                yield address
                yield address
                if end.place != OUTSIDE and int(address) % 3 == 0:
                    yield address + 1
    for route in program.of(Route):
        if route.destination.num_addresses == 1 and not isinstance(route.action, Blackhole):
            yield route.destination.network_address
    for one in program.of(OneToOne):
        yield one.public
    for node in program.of(Balancer):
        yield from node.addresses
    for one in program.of(PortTranslation):
        yield one.address
    yield IPv4Address("52.219.0.7")  # of S3
    yield IPv4Address("198.51.100.10")
    yield IPv4Address("198.51.100.11")  # of nobody
    yield IPv6Address("3fff::10")
    yield IPv6Address("3fff::11")


def ports_of(program: Program) -> Iterator[int]:
    """Give ports at the boundaries of rules, one below and one above."""
    yield from (53, 80, 443)
    for taken in program.of(BalancedPort):
        yield from (taken.port, taken.port, taken.port + 1)
    for one in program.of(Filter):
        for rule in one.rules:
            for port in rule.match.ports or ():
                yield from (p for p in (port - 1, port, port + 1) if 1 <= p <= 65535)
