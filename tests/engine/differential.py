"""Predicted against sent: random networks, random probes, and every disagreement between the walk
through the program and what real packets met. The report is JSON.

    unshare --user --map-root-user --net --mount --pid --fork --kill-child --mount-proc \
        python -m tests.engine.differential FIRST_SEED NETWORKS PROBES [SECONDS]
"""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from genkan.analysis import Atlas, Code, Disposition, Outcome, Packet, Step, Trace, walks
from genkan.analysis.sets import Sets, Source
from genkan.compile import compile_network
from genkan.engine.linux.engine import LinuxEngine
from genkan.model.network import Network
from genkan.program.place import PlaceKind
from tests.engine.inside import own_run
from tests.engine.random_networks import Drawer
from tests.engine.random_probes import probes
from tests.engine.volley import Seen, Volley

SHOWN = 5  # disagreements that are told whole
UNLOGGED = ("route", "hop", "instance")
UNLOGGED_CODES = (
    Code.ELBV2_NO_TARGETS_IN_AZ,
    Code.NO_ENI_AT_ADDRESS,
    Code.NOT_FROM_BEYOND,
)
HOSTS = (PlaceKind.INSTANCE, PlaceKind.HOST)
ROUTERS = (PlaceKind.VPC, PlaceKind.INTERNET)  # they answer for addresses by routes


@dataclass
class Report:
    """What a run found."""

    networks: int = 0
    flows: int = 0
    met: Counter[str] = field(default_factory=Counter)
    disagreements: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("made", "sent"), 0.0))


def run(first: int, networks: int, count: int, seconds: float) -> Report:
    """Try networks from a first seed on, until there were enough or the time is over."""
    report = Report()
    engine = LinuxEngine()
    end = time.monotonic() + seconds
    for seed in range(first, first + networks):
        if time.monotonic() > end:
            break
        _try(engine, seed, count, report)
    return report


def _try(engine: LinuxEngine, seed: int, count: int, report: Report) -> None:
    drawn = Drawer(seed).draw()
    program = compile_network(Network.of(drawn.resources)).program
    atlas = Atlas(program)
    traces = probes(atlas, drawn.forwarding, seed, count)
    start = time.monotonic()
    engine.reconcile(program)
    made = time.monotonic()
    volley = Volley(atlas, drawn.forwarding)
    try:
        seen = volley.send([(one.origin, one.packet) for one in traces], _expected(atlas, traces))
    finally:
        volley.close()
    report.seconds["made"] += made - start
    report.seconds["sent"] += time.monotonic() - made
    report.networks += 1
    sets = Sets(atlas, [Source(one.origin, one.packet.source) for one in traces], drawn.forwarding)
    for trace, one in zip(traces, seen, strict=True):
        possible = [trace]
        if any(number > 1 for number in trace.turns):
            possible = walks(atlas, trace.origin, trace.packet, drawn.forwarding)
            report.met["with a choice"] += 1
        report.flows += 1
        report.met[trace.disposition.value] += 1
        if any("load-balancer" in step.stage for step in trace.forward):
            report.met[f"{trace.disposition.value} by a load balancer"] += 1
            if trace.packet.source.version == 6:
                report.met[f"{trace.disposition.value} by a load balancer, IPv6"] += 1
        report.met[f"{trace.disposition.value} by IPv{trace.packet.source.version}"] += 1
        told_wrong = [disagreement(atlas, each, one) for each in possible]
        wrong = "" if "" in told_wrong else told_wrong[0]
        wrong = wrong or _by_sets(sets, trace, one)
        if wrong:
            told = str(trace) if len(report.disagreements) < SHOWN else ""
            report.disagreements.append(
                {"seed": seed, "packet": _told(trace.origin, trace.packet), "wrong": wrong,
                 "trace": told}
            )  # fmt: skip


def _by_sets(sets: Sets, trace: Trace, seen: Seen) -> str:
    """Say how what sets of flows answer differs from what was seen."""
    told = sets.verdict(Source(trace.origin, trace.packet.source), trace.packet)
    by_chance = any(number > 1 for number in trace.turns)  # what is not sure may be answered
    if told is None or told == seen.answered or (by_chance and not told):
        return ""
    return f"sets: {'reached' if told else 'stopped'}, answered: {seen.answered}"


def _expected(atlas: Atlas, traces: list[Trace]) -> list[tuple[int, str]]:
    expected = []
    for number, trace in enumerate(traces):
        if any(number > 1 for number in trace.turns):
            continue  # who takes it is not known
        if trace.disposition is Disposition.REACHED:
            expected.append((number, "answered"))
        elif trace.disposition is Disposition.UNANSWERED and _is_of(atlas, trace.arrived_at, HOSTS):
            expected.append((number, "taken"))
    return expected


def disagreement(atlas: Atlas, trace: Trace, seen: Seen) -> str:
    """Say how a prediction differs from what was seen; empty where it does not."""
    if trace.disposition is Disposition.DEPENDS:
        return ""
    for steps, dropped in ((trace.forward, seen.dropped), (trace.answer, seen.lost)):
        if wrong := elsewhere(atlas, steps, dropped):
            return wrong
        if any(step.blocks for step in steps):
            break  # nobody answers what did not arrive
    reached = trace.disposition is Disposition.REACHED
    if seen.answered != reached:
        return f"predicted {trace.disposition.value}, answered: {seen.answered}"
    arrives = trace.disposition in (Disposition.REACHED, Disposition.UNANSWERED)
    if arrives and not _is_of(atlas, trace.arrived_at, HOSTS):
        return ""  # a router's own service took it, where nobody watches
    wanted = []
    if arrives and trace.arrived is not None:
        wanted = [(trace.arrived_at, f"{trace.arrived.source} {trace.arrived.destination}")]
    return "" if seen.taken == wanted else f"predicted at {wanted}, taken at {seen.taken}"


def elsewhere(atlas: Atlas, steps: tuple[Step, ...], dropped: list[tuple[str, str]]) -> str:
    """Say how the place and the stage of a drop differ from the prediction.

    Of several blockers at one place the kernel names one; what leads nowhere drops without a log.
    """
    blockers = [step for step in steps if step.blocks]
    places = list(dict.fromkeys(step.place for step in blockers))[:1]
    here = {_logged(atlas, step) for step in blockers if step.place in places}
    if not {stage for _, stage in dropped} <= here or any(at not in places for at, _ in dropped):
        return f"predicted a drop by {here} at {places}, logged: {dropped}"
    if here and None not in here and not dropped:
        return f"predicted a drop by {here} at {places}, none is logged"
    return ""


def _logged(atlas: Atlas, step: Step) -> str | None:
    """Give the stage that a rule logs for what stops a packet; None for what no rule does."""
    told = step.outcome is Outcome.REFUSED
    if told or step.stage in UNLOGGED or step.code in UNLOGGED_CODES:
        return None
    if step.code is Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC and not _is_of(atlas, step.place, ROUTERS):
        return None  # elsewhere the kernel drops it by itself
    return "endpoint" if step.code is Code.ELBV2_LISTENERS_MISMATCH else step.stage


def _is_of(atlas: Atlas, name: str | None, kinds: tuple[PlaceKind, ...]) -> bool:
    place = atlas.place(name or "")
    return place is not None and place.kind in kinds


def _told(origin: str, packet: Packet) -> str:
    return f"{packet} from {origin}"


def main() -> None:
    own_run()
    first, networks, count = (int(word) for word in sys.argv[1:4])
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 600.0
    report = run(first, networks, count, seconds)
    json.dump(
        {
            "networks": report.networks,
            "flows": report.flows,
            "met": report.met,
            "disagreements": report.disagreements,
            "seconds": report.seconds,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
