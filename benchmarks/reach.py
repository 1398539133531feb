"""Who reaches what in a network of 10,000 interfaces and 100 services: by sets of flows, by the
walker, by z3 and by decision diagrams.

python benchmarks/reach.py [--vpcs 20] [--interfaces 10000] [--services 100] [--seed 1] [--sets]
    [--rarely] [--bound 300]

Draws the network (benchmarks/reach_network.py), compiles it, and times `reach` from every interface
to every service, at every port that a program is lent, there and back. The others answer a part of
the same question, one pair of a sender and an address of an endpoint after the other; their answers
are held to those of the sets, and what they would take for all pairs is told as a ratio. z3
(`pip install z3-solver`) asks of each pair whether any flow passes; the diagrams are those of the
tests, and `dd` with CUDD (`pip install dd`) holds the relation of one VPC. What is not installed is
left out. With --rarely Python's collector looks as seldom as in `genkan reach --from`. Memory is
the process's largest resident set after `reach`, with the network in it. Each line is printed when
it is known, and what is not done after --bound seconds is given up and said so.
"""

import argparse
import gc
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reach_network import REGION, Drawing, Shape

from genkan.analysis import Atlas, Packet, walk, walks
from genkan.cli.offline import collect_rarely
from genkan.impact.groups import Group
from genkan.impact.open_ways import Reached
from genkan.impact.outlook import Verdict
from genkan.impact.reach import Wanted, everybody, reach
from genkan.impact.state import State
from genkan.model.catalogue.services import ROWS
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program.address import Address
from genkan.program.filter import Guard, InSet, Rule, Stage, SubnetGuard

TCP, HTTPS, SOURCE_PORT = 6, 443, 49_152
SOLVING = 10_000  # milliseconds that z3 has for a pair
LENT = (32_768, 60_999)


@dataclass(frozen=True)
class Pair:
    """A sender and an address of an endpoint, with the rules that decide, in their order."""

    sender: Group
    endpoint: str
    address: Address

    @property
    def source(self) -> Address:
        found = self.sender.address(4)
        assert found is not None
        return found

    @property
    def packet(self) -> Packet:
        return Packet.to_port(self.source, self.address, TCP, HTTPS, SOURCE_PORT)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--vpcs", type=int, default=20)
    parser.add_argument("--subnets", type=int, default=10)
    parser.add_argument("--interfaces", type=int, default=10_000)
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", action="store_true", help="nothing but the sets")
    parser.add_argument("--rarely", action="store_true", help="collect as `reach --from` does")
    parser.add_argument("--bound", type=int, default=300, help="seconds for each of the engines")
    asked = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    if asked.rarely:
        collect_rarely()
    spread = min(3, asked.vpcs)
    shape = Shape(
        asked.vpcs, asked.subnets, asked.interfaces, 600, asked.services, spread, asked.seed
    )
    names = [
        one.service_name.replace("{region}", REGION) for one in ROWS if "Interface" in one.types
    ]
    start = time.perf_counter()
    with bounded(asked.bound):
        network = Drawing(shape, names).network()
    print(f"drawn                     {time.perf_counter() - start:7.2f} s")
    start = time.perf_counter()
    with bounded(asked.bound):
        state = State.of(network)
    print(f"compiled and read once    {time.perf_counter() - start:7.2f} s")
    with bounded(asked.bound):
        found, seconds = by_sets(state)
    if asked.sets:
        print(f"ways that are open {len(found):,}")
        return
    pairs = list(_pairs(state))
    print(f"pairs of sender and address  {len(pairs):,}; ways that are open {len(found):,}")
    dice = random.Random(asked.seed)
    dice.shuffle(pairs)
    open_ = _open(state, found)
    engines: dict[str, Callable[[], None]] = {
        "walker": lambda: by_walker(state, pairs[:2_000], len(pairs), seconds, open_),
        "z3": lambda: _told("z3", by_z3(state, pairs[:200]), pairs, seconds, open_),
        "dd (CUDD)": lambda: _told("dd (CUDD)", by_dd(state, pairs[:200]), pairs, seconds, open_),
        "diagrams of the tests": lambda: by_diagrams(state, pairs, seconds, open_),
        "traces": lambda: trace_time(state, pairs[:2_000]),
    }
    for name, engine in engines.items():
        try:
            with bounded(asked.bound):
                engine()
        except ImportError as missing:
            print(f"{name:<26}not installed: {missing}")
        except TimeoutError as late:
            print(f"{name:<26}{late}")


@contextmanager
def bounded(seconds: int) -> Iterator[None]:
    """Give up what takes longer. Raises TimeoutError."""

    def late(*_: object) -> None:
        raise TimeoutError(f"not done in {seconds} s, and given up")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def by_sets(state: State) -> tuple[list[Reached], float]:
    """Time reach from everybody to every endpoint, three times, on states that know nothing yet."""
    endpoints = Wanted(one.id for one in state.network.all(VpcEndpoint))
    times = []
    for _ in range(3):
        fresh = State(state.network, state.compilation, state.atlas)
        gc.collect()
        wall, processor = time.perf_counter(), time.process_time()
        found = reach(fresh, Wanted(), endpoints)
        times.append((time.process_time() - processor, time.perf_counter() - wall))
    processor, wall = min(times)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"sets of flows, best of 3  {processor:7.2f} s of processor, {wall:.2f} s of time")
    print(f"memory                    {memory:7.0f} MB")
    return found, processor


def _pairs(state: State) -> Iterator[Pair]:
    groups, _ = everybody(state)
    for endpoint in state.network.all(VpcEndpoint):
        for name in endpoint.network_interface_ids:
            row = state.network.get(NetworkInterface, name)
            assert row is not None
            for group in groups[endpoint.vpc_id]:
                yield Pair(group, endpoint.id, row.private_addresses[0])


def _open(state: State, found: Sequence[Reached]) -> set[tuple[str, str]]:
    """Give senders with endpoints that are reached at every address."""
    return {
        (one.sender.id, name)
        for one in found
        if one.verdict in (Verdict.WORKS, Verdict.DENIED)
        for name in one.via[-1:]
    }


Answers = tuple[dict[Pair, bool], float]


def by_walker(
    state: State, pairs: Sequence[Pair], of: int, seconds: float, open_: set[tuple[str, str]]
) -> None:
    atlas = Atlas(state.program)
    start = time.process_time()
    told = {
        one: not any(trace.blockers for trace in walks(atlas, one.sender.origin, one.packet))
        for one in pairs
    }
    took = time.process_time() - start
    _report("walker, one port a pair", told, took, of, seconds, open_)


def _told(
    name: str, answers: Answers, pairs: Sequence[Pair], seconds: float, open_: set[tuple[str, str]]
) -> None:
    _report(name, answers[0], answers[1], len(pairs), seconds, open_)


def _report(
    name: str,
    told: dict[Pair, bool],
    took: float,
    of: int,
    seconds: float,
    open_: set[tuple[str, str]],
) -> None:
    """Say what a pair takes, and how often what is told contradicts the sets.

    Reach tells of a service that works at each of its addresses: an address that is closed to one
    pair closes the service, so what the sets call open has to be open in each pair.
    """
    each = took / len(told)
    sure = [is_open for one, is_open in told.items() if (one.sender.id, one.endpoint) in open_]
    wrong = sure.count(False)
    passed = sum(told.values())
    print(
        f"{name:<26}{each * 1e6:9.1f} µs a pair, {each * of:9.1f} s for all: "
        f"{each * of / seconds:,.0f} times the sets; {len(told):,} pairs, {passed} open, "
        f"of {len(sure)} that the sets call open {wrong} are not"
    )


def _filters(state: State, one: Pair) -> list[tuple[list[Rule], Address, bool]]:
    """Give what is asked about a pair: rules, the far side, and whether it is about the answer."""
    program, vpc = state.program, one.sender.vpc
    group = one.sender.members[0].interface
    held: list[tuple[list[Rule], Address, bool]] = []

    def rules(names: Sequence[str]) -> list[Rule]:
        return [rule for name in names for rule in state.atlas.rules(vpc, name)]

    guard = program.get((Guard.section, vpc, Stage.SECURITY_GROUP_EGRESS.value, group.id))
    assert isinstance(guard, Guard)
    held.append((rules(guard.filters), one.address, False))
    entered = program.get((Guard.section, vpc, Stage.ENDPOINT.value, str(one.address)))
    assert isinstance(entered, Guard)
    held.append((rules(entered.filters), one.source, False))
    near = next(
        each
        for each in program.of(SubnetGuard)
        if each.place == vpc and one.address in each.addresses
    )
    if near.subnet != group.subnet_id:
        for stage, subnet, remote, back in (
            (Stage.NETWORK_ACL_EGRESS, group.subnet_id, one.address, False),
            (Stage.NETWORK_ACL_INGRESS, near.subnet, one.source, False),
            (Stage.NETWORK_ACL_EGRESS, near.subnet, one.source, True),
            (Stage.NETWORK_ACL_INGRESS, group.subnet_id, one.address, True),
        ):
            edge = program.get((SubnetGuard.section, vpc, stage.value, subnet))
            if isinstance(edge, SubnetGuard):
                held.append((rules([edge.filter]), remote, back))
    return held


def _is_far(state: State, vpc: str, rule: Rule, remote: Address) -> bool:
    far = rule.match.remote
    if far is None:
        return True
    if isinstance(far, InSet):
        return state.atlas.has_member(vpc, far.name, remote)
    return far.version == remote.version and remote in far


def by_z3(state: State, pairs: Sequence[Pair]) -> Answers:
    """Ask z3 whether a pair has any flow to HTTPS whose answer comes back."""
    import z3

    ports = {False: z3.BitVec("service", 16), True: z3.BitVec("source", 16)}
    prepared = [(one, _filters(state, one)) for one in pairs]
    told, start = {}, time.process_time()
    for one, asked in prepared:
        solver = z3.Solver()
        solver.set("timeout", SOLVING)
        solver.add(
            ports[False] == HTTPS, z3.UGE(ports[True], LENT[0]), z3.ULE(ports[True], LENT[1])
        )
        for rules, remote, back in asked:
            solver.add(_z3_filter(z3, state, one.sender.vpc, rules, remote, ports[back]))
        told[one] = solver.check() == z3.sat
    return told, time.process_time() - start


def _z3_filter(z3, state: State, vpc: str, rules: Sequence[Rule], remote: Address, port):
    found = z3.BoolVal(False)
    for rule in reversed(rules):
        if rule.match.protocol not in (None, TCP) or not _is_far(state, vpc, rule, remote):
            continue
        first, last = rule.match.ports or (0, 65_535)
        hit = z3.And(z3.UGE(port, first), z3.ULE(port, last))
        found = z3.If(hit, z3.BoolVal(rule.verdict.value == "accept"), found)
    return found


def by_dd(state: State, pairs: Sequence[Pair]) -> Answers:
    """Build with CUDD, for each pair, the set of its services and source ports."""
    from dd import cudd

    diagrams = cudd.BDD()
    names = {back: [f"{'b' if back else 's'}{bit}" for bit in range(16)] for back in (False, True)}
    diagrams.declare(*names[False], *names[True])
    prepared = [(one, _filters(state, one)) for one in pairs]
    told, start = {}, time.process_time()
    at_least = _at_least(diagrams, names)
    lent = at_least(True, LENT[0]) & ~at_least(True, LENT[1] + 1)
    https = at_least(False, HTTPS) & ~at_least(False, HTTPS + 1)
    for one, asked in prepared:
        held = lent & https
        for rules, remote, back in asked:
            accepted, left = diagrams.false, diagrams.true
            for rule in rules:
                if rule.match.protocol not in (None, TCP):
                    continue
                if not _is_far(state, one.sender.vpc, rule, remote):
                    continue
                first, last = rule.match.ports or (0, 65_535)
                hit = left & at_least(back, first) & ~at_least(back, last + 1)
                left &= ~hit
                if rule.verdict.value == "accept":
                    accepted |= hit
            held &= accepted
        told[one] = held != diagrams.false
    return told, time.process_time() - start


def _at_least(diagrams, names: dict[bool, list[str]]) -> Callable[[bool, int], object]:
    known: dict[tuple[bool, int], object] = {}

    def at_least(back: bool, number: int):
        found = known.get((back, number))
        if found is None:
            found = diagrams.true if number <= 65_535 else diagrams.false
            for place in range(16) if number <= 65_535 else ():
                bit = diagrams.var(names[back][15 - place])
                found = bit & found if number >> place & 1 else bit | found
            known[back, number] = found
        return found

    return at_least


def by_diagrams(
    state: State, pairs: Sequence[Pair], seconds: float, open_: set[tuple[str, str]]
) -> None:
    """Ask the diagrams of the tests for all flows of a few senders, to all addresses they have."""
    from tests.analysis.diagram_walk import DiagramWalk, World, bits_of
    from tests.analysis.diagrams import Diagrams

    chosen = {one.sender.id for one in pairs[:8]}
    asked = [one for one in pairs if one.sender.id in chosen]
    addresses = sorted({one.address for one in asked})
    world, diagrams = World(state.program), Diagrams()
    walked = DiagramWalk(world, diagrams, addresses, ())
    told, start = {}, time.process_time()
    found: dict[str, tuple[int, int]] = {}
    for one in asked:
        if one.sender.id not in found:
            found[one.sender.id] = walked.flows(one.sender.origin, one.source)
        told[one] = diagrams.holds(found[one.sender.id][1], bits_of(walked, one.packet))
    took = time.process_time() - start
    _report("diagrams of the tests", told, took, len(pairs), seconds, open_)


def trace_time(state: State, pairs: Sequence[Pair]) -> None:
    times = []
    for one in pairs:
        start = time.process_time_ns()
        walk(state.atlas, one.sender.origin, one.packet)
        times.append((time.process_time_ns() - start) / 1e9)
    times.sort()
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"a trace's processor, p50 and p99 {middle * 1e6:9.1f} µs and {late * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
