"""Effects: what a change does to a flow between a group and a target, by comparing two outlooks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby

from genkan.analysis import Trace, walk
from genkan.impact.code import Flag
from genkan.impact.groups import Group, Sender
from genkan.impact.needs import Needed
from genkan.impact.outlook import Flow, Outlook, Verdict, look, versions_of
from genkan.impact.state import State
from genkan.impact.target import Kind, Ports, Target, joined
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program.filter import Stage

STATEFUL = (
    Stage.SECURITY_GROUP_EGRESS.value,
    Stage.SECURITY_GROUP_INGRESS.value,
    Stage.ENDPOINT.value,
)  # which are asked about new connections alone


class Effect(Enum):
    LOST = "LOST"
    DENIED = "DENIED"
    DEPENDS = "DEPENDS"
    INTERRUPTED = "INTERRUPTED"
    REDIRECTED = "REDIRECTED"
    GAINED = "GAINED"
    STILL_BLOCKED = "STILL_BLOCKED"
    UNCHANGED = "UNCHANGED"


WORSE = (Effect.LOST, Effect.DENIED, Effect.DEPENDS)  # for which a command says no


@dataclass(frozen=True, slots=True)
class Finding:
    """What a change does to the flows of a group to a target, at ports that are alike."""

    effect: Effect
    sender: Sender
    target: Target
    ports: tuple[Ports, ...]
    before: Outlook
    after: Outlook
    flags: tuple[Flag, ...] = ()
    names: tuple[str, ...] = ()  # of a NAME, and others of which the same is true
    versions: tuple[int, ...] = (4,)  # of IP
    needs: tuple[Needed, ...] = ()  # of who calls it, that are not met


@dataclass(frozen=True, slots=True)
class Times:
    """The states that are compared. `moves`: what arrived before may be led elsewhere now, or be
    stopped."""

    before: State
    after: State
    moves: bool = True


@dataclass(frozen=True, slots=True)
class Compared:
    """A flow on both sides, at a port that stands for `ports`. `interrupted`: it fails between two
    of the orders."""

    effect: Effect
    flow: Flow
    ports: Ports
    before: Outlook
    after: Outlook
    interrupted: bool = False


def compare(
    times: Times, sender: Sender, target: Target, ports: Iterable[Ports], captured: bool
) -> list[Compared]:
    """Compare a flow at each of its ports. `captured`: its name is answered otherwise."""
    versions = versions_of((times.before, times.after), sender, target)
    found: list[Compared] = []
    for version in versions:
        for one in ports:
            flow = Flow(version, one.protocol, one.first)
            before = look(times.before, sender, target, flow)
            after = look(times.after, sender, target, flow)
            found.append(Compared(classify(before, after, captured), flow, one, before, after))
    return found


def findings(
    times: Times, sender: Sender, target: Target, compared: Iterable[Compared]
) -> Iterator[Finding]:
    """Tell of what was compared and differs; ports that are alike are one finding."""
    changed = [
        _finding(times, sender, target, one)
        for one in compared
        if one.effect is not Effect.UNCHANGED
    ]
    for _, same in groupby(sorted(changed, key=_order), key=_alike):
        together = list(same)
        first = together[0]
        yield Finding(
            first.effect, sender, target,
            joined(port for one in together for port in one.ports),
            first.before, first.after, first.flags, (),
            tuple(sorted({version for one in together for version in one.versions})),
        )  # fmt: skip


def _finding(times: Times, sender: Sender, target: Target, one: Compared) -> Finding:
    flags = tuple(_flags(times, sender, one))
    return Finding(
        one.effect, sender, target, (one.ports,), one.before, one.after, flags, (),
        (one.flow.version,),
    )  # fmt: skip


def classify(before: Outlook, after: Outlook, captured: bool) -> Effect:
    """Say what became of a flow; `captured`: its name is answered otherwise."""
    same = (before.verdict, before.via, before.codes) == (after.verdict, after.via, after.codes)
    match before.verdict, after.verdict:
        case Verdict.WORKS, Verdict.WORKS:
            moved = before.via != after.via or before.sees != after.sees
            return Effect.REDIRECTED if moved else Effect.UNCHANGED
        case _, Verdict.WORKS:
            return Effect.GAINED
        case Verdict.WORKS | Verdict.DEPENDS, Verdict.BLOCKED:
            return Effect.LOST
        case Verdict.WORKS | Verdict.DEPENDS, Verdict.DENIED:
            return Effect.DENIED
        case _, Verdict.DEPENDS:
            return Effect.UNCHANGED if same else Effect.DEPENDS
        case _:
            return Effect.STILL_BLOCKED if captured else Effect.UNCHANGED


def _flags(times: Times, sender: Sender, one: Compared) -> Iterator[Flag]:
    before, after = one.before, one.after
    arrives = before.verdict is not Verdict.BLOCKED
    if arrives and times.moves and before.trace and _breaks(times.after, before.trace):
        yield Flag.CONNECTIONS_RESET
    if after.verdict is Verdict.BLOCKED:
        return
    if arrives and before.sees != after.sees:
        yield Flag.SOURCE_ADDRESS_CHANGES
    if one.interrupted:
        yield Flag.OUTAGE_WINDOW
    zones = _zones(times.after, after)
    if zones and after.via != before.via:
        if len(zones) == 1:
            yield Flag.SINGLE_AZ
        if isinstance(sender, Group) and sender.zone not in zones:
            yield Flag.AVAILABILITY_ZONE_CROSSED


def _breaks(after: State, trace: Trace) -> bool:
    """Tell whether a connection that stands breaks: its packets go another way, or are stopped by
    what looks at every packet."""
    again = walk(after.atlas, trace.origin, trace.packet, after.boxes, trace.chosen)
    if any(step.stage not in STATEFUL for step in again.blockers):
        return True
    return _places(again) != _places(trace) or again.arrived != trace.arrived


def _places(trace: Trace) -> list[str]:
    return list(dict.fromkeys(step.place for step in trace.forward))


def _zones(state: State, outlook: Outlook) -> set[str]:
    """Give the zones of the endpoint on a way."""
    for name in outlook.via:
        endpoint = state.network.get(VpcEndpoint, name)
        rows = (
            state.network.get(NetworkInterface, one)
            for one in (endpoint.network_interface_ids if endpoint else ())
        )
        if zones := {one.zone for one in rows if one}:
            return zones
    return set()


def _order(finding: Finding) -> tuple[str, ...]:
    return (*map(str, _alike(finding)), *(f"{p.protocol:4}{p.first or 0:6}" for p in finding.ports))


def _alike(finding: Finding) -> tuple[object, ...]:
    before, after = finding.before, finding.after
    return (
        finding.effect.value,
        before.verdict.value,
        before.via,
        before.codes,
        after.verdict.value,
        after.via,
        after.codes,
        tuple(flag.value for flag in finding.flags),
    )


def by_names_together(found: Iterable[Finding]) -> list[Finding]:
    """Make one finding of those that differ by the name alone."""
    alike: dict[object, list[Finding]] = {}
    for one in found:
        key: object = id(one)
        if one.target.kind is Kind.NAME:
            key = (one.sender.id, one.ports, _addresses(one.before), _addresses(one.after))
            key = (*key, _alike(one))
        alike.setdefault(key, []).append(one)
    return [
        replace(same[0], names=tuple(one.target.id for one in same))
        if same[0].target.kind is Kind.NAME
        else same[0]
        for same in alike.values()
    ]


def _addresses(outlook: Outlook) -> object:
    return outlook.resolved.addresses if outlook.resolved else None
