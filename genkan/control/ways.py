"""Ways of packets, for the API: walked through the program that is in force."""

import json

from genkan.analysis import Atlas, Disposition, Packet, Step, Trace, walk
from genkan.api.way import Access, Flow, Stage, Way
from genkan.compile import Compilation, recompile
from genkan.compile.scope import touched
from genkan.model.network import Change, Network
from genkan.program import Program

PROTOCOLS = {"tcp": 6, "udp": 17}
MOST_WAYS = 10_000  # of an access scope, each walked
SOURCE_PORT = 40_000  # one that clients are given


def find_way(program: Program, flow: Flow) -> Way:
    """Walk the first packet of a connection, and its answer."""
    packet = Packet.to_port(
        flow.source, flow.destination, PROTOCOLS[flow.protocol], flow.port, SOURCE_PORT
    )
    return _way(walk(Atlas(program), flow.origin, packet))


def find_access(compiled: Compilation, network: Network, content: str) -> Access:
    """Say which ways an access scope finds: for each equal interface its own."""
    from genkan.impact.access_scope import (
        ScopeUnreadable,
        parse_scope,
        walks_of,
    )  # most never need it
    from genkan.impact.reach import TooMany, Wanted, everybody, reach
    from genkan.impact.state import State

    state = State(network, compiled, Atlas(compiled.program))
    try:
        scope = parse_scope(json.loads(content))
        reached = reach(state, Wanted(), Wanted()) if scope.match else []
        found = scope.findings(network, reached)
    except (ScopeUnreadable, TooMany) as error:
        return Access(refused=f"The scope cannot be analysed: {error}.")
    count = sum(max(1, len(one.sender.members)) for one in found)
    if count > MOST_WAYS:
        why = f"it finds {count} ways, and at most {MOST_WAYS} are told"
        return Access(refused=f"The scope cannot be analysed: {why}. Match or exclude more.")
    groups = (one for held in everybody(state)[0].values() for one in held)
    ways = ((first, _way(trace)) for one in found for first, trace in walks_of(state, one))
    return Access(tuple(ways), sum(len(one.members) for one in groups))


def _way(trace: Trace) -> Way:
    return Way(
        reached=trace.disposition is Disposition.REACHED,
        forward=tuple(map(_stage, trace.forward)),
        back=tuple(map(_stage, trace.answer)),
        taken_by=trace.arrived_at,
    )


def supposing(compiled: Compilation, network: Network, supposed: Change) -> Program:
    """Give a network's program as it would be with a change that nobody makes."""
    if not supposed:
        return compiled.program
    after = network.apply(supposed)
    return recompile(compiled, after, touched(network, after, supposed))[0].program


def _stage(step: Step) -> Stage:
    because = step.because
    return Stage(
        name=step.stage,
        blocks=step.blocks,
        said=step.said,
        kind=because.kind if because else None,
        id=because.id if because else None,
        code=step.code.value if step.code else None,
    )
