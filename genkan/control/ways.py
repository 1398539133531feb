"""Ways of packets, for the API: walked through the program that is in force."""

from genkan.analysis import Atlas, Disposition, Packet, Step, walk
from genkan.api.way import Flow, Stage, Way
from genkan.compile import Compilation, recompile
from genkan.compile.scope import touched
from genkan.model.network import Change, Network
from genkan.program import Program

PROTOCOLS = {"tcp": 6, "udp": 17}
SOURCE_PORT = 40_000  # one that clients are given


def find_way(program: Program, flow: Flow) -> Way:
    """Walk the first packet of a connection, and its answer."""
    packet = Packet.to_port(
        flow.source, flow.destination, PROTOCOLS[flow.protocol], flow.port, SOURCE_PORT
    )
    trace = walk(Atlas(program), flow.origin, packet)
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
