"""Three answers to what becomes of flows in random networks: the walker's, the sets', the
diagrams'. Where they differ, the network is made as small as it still differs in.

    python -m tests.analysis.three_answers FIRST_SEED NETWORKS FLOWS

looks on, and writes what it finds to tests/analysis/disagreements, where it stays a test.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from genkan.analysis import Atlas, Disposition, Packet, walks
from genkan.analysis.sets import Sets, Source
from genkan.compile import compile_network
from genkan.model.network import Network
from genkan.program import Entry, Program
from genkan.program.address import in_order
from genkan.program.balancing import BalancedPort
from genkan.program.place import Place
from genkan.program.text import parse_program, print_program
from tests.analysis.diagram_walk import DiagramWalk, World, bits_of
from tests.analysis.diagrams import Diagrams
from tests.engine.random_networks import Drawer
from tests.engine.random_probes import HOSTS, balanced, nearest, ports_of, targets_of

DISAGREEMENTS = Path(__file__).parent / "disagreements"
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
GRE = 47
SOURCE_PORTS = (1, 511, 512, 1023, 1024, 32_767, 32_768, 49_152, 60_999, 61_000, 65_535)
Answer = bool | None  # None: it depends


@dataclass(frozen=True)
class Sent:
    """A flow, and who sends it."""

    origin: str
    packet: Packet


@dataclass(frozen=True)
class Told:
    walker: Answer
    sets: Answer
    diagrams: Answer

    @property
    def agree(self) -> bool:
        return self.walker is self.sets is self.diagrams


def drawn(seed: int, count: int) -> tuple[Program, list[str], list[Sent]]:
    """Draw a network and flows in it, at and around the boundaries of its rules."""
    network = Drawer(seed).draw()
    program = compile_network(Network.of(network.resources)).program
    return program, network.forwarding, list(_flows(Atlas(program), random.Random(seed), count))


def _flows(atlas: Atlas, dice: random.Random, count: int) -> Iterator[Sent]:
    program = atlas.program
    hosts = sorted(
        place.id for place in program.of(Place) if place.kind in HOSTS and atlas.addresses(place.id)
    )
    targets = list(in_order(set(targets_of(program))))
    ports = sorted(set(ports_of(program)))
    sources = [*SOURCE_PORTS, *ports]
    own = {
        (place, version): [
            one for one in in_order(atlas.addresses(place)) if one.version == version
        ]
        for place in hosts
        for version in (4, 6)
    }
    there = {version: [one for one in targets if one.version == version] for version in (4, 6)}
    near = {
        (place, one): nearest(one, targets) for place in hosts for one in atlas.addresses(place)
    }
    led = balanced(atlas)
    nodes = {version: [one for one in led if one.version == version] for version in (4, 6)}
    listening = [one.port for one in program.of(BalancedPort)] or ports
    others = {
        version: dice.sample(there[version], min(3, len(there[version]))) for version in (4, 6)
    }
    while count and hosts:
        place, version = dice.choice(hosts), dice.choice((4, 4, 6))
        if not own[place, version]:
            continue
        source = dice.choice(own[place, version])
        close = near[place, source]
        if dice.random() < 0.03:
            source = dice.choice(others[version])  # somebody else's, or nobody's
        to = dice.choice(close if dice.random() < 0.6 else there[version])
        meant = ports
        if nodes[version] and dice.random() < 0.2:
            to, meant = dice.choice(nodes[version]), listening
        packet = _packet(dice, source, to, meant, sources)
        if not packet.begins and to in own[place, version]:
            continue  # it begins nothing, and needs nobody's leave: no flow
        if packet.source_port is not None and packet.source_port == packet.destination_port:
            continue  # a packet that is its own answer: sets do not relate the two ports
        count -= 1
        yield Sent(place, packet)


def _packet(
    dice: random.Random, source: Any, to: Any, ports: Sequence[int], sources: Sequence[int]
) -> Packet:
    kind = dice.choice((TCP, TCP, TCP, TCP, UDP, UDP, UDP, ICMP, ICMP, GRE))
    if kind == ICMP:
        protocol, types = (ICMP, (8, 8, 13, 3)) if source.version == 4 else (ICMPV6, (128, 128, 1))
        return Packet(source, to, protocol, (1, 1), None, (dice.choice(types), dice.choice((0, 3))))
    if kind == GRE:
        return Packet(source, to, GRE)
    return Packet.to_port(source, to, kind, dice.choice(ports), dice.choice(sources))


def answers(program: Program, forwarding: Collection[str], flows: Sequence[Sent]) -> list[Told]:
    """Ask all three about flows."""
    atlas = Atlas(program)
    sets = Sets(atlas, [Source(one.origin, one.packet.source) for one in flows], forwarding)
    world, diagrams = World(program), Diagrams()
    walked: dict[int, DiagramWalk] = {}
    for version in (4, 6):
        to = {one.packet.destination for one in flows if one.packet.destination.version == version}
        walked[version] = DiagramWalk(world, diagrams, in_order(to), forwarding)
    found: dict[Source, tuple[int, int]] = {}
    told = []
    for one in flows:
        source = Source(one.origin, one.packet.source)
        walk = walked[source.address.version]
        if source not in found:
            found[source] = walk.flows(source.origin, source.address)
        bits = bits_of(walk, one.packet)
        surely, perhaps = (diagrams.holds(function, bits) for function in found[source])
        third: Answer = True if surely else None if perhaps else False
        told.append(Told(_walked(atlas, forwarding, one), sets.verdict(source, one.packet), third))
    return told


def _walked(atlas: Atlas, forwarding: Collection[str], one: Sent) -> Answer:
    traces = walks(atlas, one.origin, one.packet, forwarding)
    if any(trace.blockers for trace in traces):
        return False
    return None if any(one.disposition is Disposition.DEPENDS for one in traces) else True


def shrunk(program: Program, forwarding: Collection[str], flow: Sent) -> Program:
    """Take out of a program whatever the disagreement does without: halves, then quarters …"""
    entries: list[Entry] = list(program)
    size = len(entries) // 2
    while size:
        at = 0
        while at < len(entries):
            without = entries[:at] + entries[at + size :]
            if _differs(Program(without), forwarding, flow):
                entries = without
            else:
                at += size
        size //= 2
    return Program(entries)


def _differs(program: Program, forwarding: Collection[str], flow: Sent) -> bool:
    try:
        return not answers(program, forwarding, [flow])[0].agree
    except (KeyError, AttributeError, StopIteration):
        return False  # what is left is no program


def as_text(program: Program, forwarding: Collection[str], flow: Sent) -> str:
    """Write a disagreement as a file."""
    packet = flow.packet
    said = {
        "origin": flow.origin,
        "forwarding": sorted(forwarding),
        "packet": {
            "source": str(packet.source),
            "destination": str(packet.destination),
            "protocol": packet.protocol,
            "source_port": packet.source_port,
            "destination_port": packet.destination_port,
            "icmp": packet.icmp,
        },
        "program": print_program(program).splitlines(),
    }
    return json.dumps(said, indent=1) + "\n"


def from_text(text: str) -> tuple[Program, list[str], Sent]:
    """Read a disagreement back."""
    said = json.loads(text)
    held = said["packet"]
    packet = Packet(
        ip_address(held["source"]),
        ip_address(held["destination"]),
        held["protocol"],
        *(held[name] and tuple(held[name]) for name in ("source_port", "destination_port", "icmp")),
    )
    program = parse_program("\n".join(said["program"]))
    return program, said["forwarding"], Sent(said["origin"], packet)


def compare(seed: int, count: int) -> tuple[Counter[Answer], str]:
    """Compare so many flows of a network; give what was met, and the first disagreement as a file,
    empty where there is none."""
    met: Counter[Answer] = Counter()
    program, forwarding, flows = drawn(seed, count)
    for flow, told in zip(flows, answers(program, forwarding, flows), strict=True):
        met[told.walker] += 1
        if not told.agree:
            small = shrunk(program, forwarding, flow)
            return met, f"seed {seed}: {told}\n{as_text(small, forwarding, flow)}"
    return met, ""


def main() -> None:
    first, networks, each = map(int, sys.argv[1:4])
    for seed in range(first, first + networks):
        met, wrong = compare(seed, each)
        print(seed, dict(met), flush=True)
        if wrong:
            DISAGREEMENTS.mkdir(exist_ok=True)
            path = DISAGREEMENTS / f"seed-{seed}.json"
            path.write_text(wrong.partition("\n")[2])
            print(f"{wrong.partition(chr(10))[0]}: {path}")


if __name__ == "__main__":
    main()
