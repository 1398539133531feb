"""What becomes of a flow in a state: its name, its ways, its end, and what a policy says there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from genkan.analysis import Disposition, Packet, Trace
from genkan.analysis.names import Ending, Resolved
from genkan.analysis.packet import ICMP, ICMPV6
from genkan.impact import policies
from genkan.impact.code import Why
from genkan.impact.groups import Sender
from genkan.impact.state import State
from genkan.impact.target import Target
from genkan.model.peering import VpcPeeringConnection
from genkan.policy import action_prefix
from genkan.program.address import Address
from genkan.program.place import PlaceKind
from genkan.program.route import Forward, Route
from genkan.program.service import EndpointPolicy, Listener
from genkan.program.service import Service as ServiceEntry

SOURCE_PORT = 49_152  # the first of those that programs are lent
MOST_ADDRESSES = 8
ECHO = {4: (ICMP, (8, 0)), 6: (ICMPV6, (128, 0))}
TOLD = (
    PlaceKind.INTERNET_GATEWAY,
    PlaceKind.NAT_GATEWAY,
    PlaceKind.EGRESS_ONLY_INTERNET_GATEWAY,
    PlaceKind.GATEWAY_ENDPOINT,
    PlaceKind.GATEWAY_LOAD_BALANCER_ENDPOINT,
)
UNRESOLVED = {
    Ending.NO_RESOLVER: Why.DNS_DISABLED_IN_VPC,
    Ending.NO_SUCH_NAME: Why.DNS_NXDOMAIN,
    Ending.NOTHING: Why.DNS_NO_ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Flow:
    """`port` None: an echo."""

    version: int
    protocol: int
    port: int | None


class Verdict(Enum):
    WORKS = "works"
    BLOCKED = "blocked"
    DENIED = "denied"  # packets pass, the endpoint's policy lets no call pass
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Said:
    """What a policy says: whose it is, why, of which calls, and of whose."""

    whose: str
    reason: str
    calls: tuple[str, ...]
    callers: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """`via` are the things on the way that have an id, in their order; `sees` is the source that
    whoever takes it sees. `trace` is the one that is stopped, or the first. `some`: one address or
    target does not do what the others do. `said`: what a policy says, of a resource."""

    verdict: Verdict
    codes: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    sees: str | None = None
    trace: Trace | None = None
    resolved: Resolved | None = None
    some: bool = False
    said: Said | None = None


def look(state: State, sender: Sender, target: Target, flow: Flow) -> Outlook:
    """Follow a flow of a sender in a state."""
    resolved = None
    addresses = target.addresses_in(state)
    if target.name is not None:
        told = named(state, sender.vpc, target.name)
        if isinstance(told, Outlook):
            return told
        resolved, addresses = told, told.addresses
    found = [
        (packet, trace)
        for address in [one for one in addresses if one.version == flow.version][:MOST_ADDRESSES]
        if (packet := packet_of(sender, address, flow)) is not None
        for trace in state.walks(sender.origin, packet)
    ]
    if not found:
        return Outlook(Verdict.BLOCKED, (Why.DNS_NO_ADDRESS.value,), resolved=resolved)
    return together(state, [trace for _, trace in found], resolved)


def versions_of(states: Sequence[State], sender: Sender, target: Target) -> list[int]:
    """Give the IP versions in which a sender can mean a target before or after."""
    addresses = [address for state in states for address in target.addresses_in(state)]
    if target.name is not None:
        for state in states:
            addresses += state.addresses(sender.vpc, target.name).addresses
        if not addresses:
            return [sender.versions[0]]
    met = {address.version for address in addresses}
    return [version for version in sender.versions if version in met]


def packet_of(sender: Sender, to: Address, flow: Flow) -> Packet | None:
    source, protocol, port = sender.address(to.version), flow.protocol, flow.port
    if source is None:
        return None
    if port is None:
        number, icmp = ECHO[to.version]
        return Packet(source, to, number, (1, 1), None, icmp)
    return Packet.to_port(source, to, protocol, port, SOURCE_PORT)


def named(state: State, view: str, name: str) -> Resolved | Outlook:
    """Ask the name server of a view for the addresses of a name."""
    told = state.addresses(view, name)
    if told.ending is Ending.ELSEWHERE:
        return Outlook(Verdict.DEPENDS, (Why.DNS_FORWARDED.value,), resolved=told)
    if told.ending in UNRESOLVED:
        return Outlook(Verdict.BLOCKED, (UNRESOLVED[told.ending].value,), resolved=told)
    return told


def together(state: State, traces: list[Trace], resolved: Resolved | None = None) -> Outlook:
    """Say of the ways that a flow may go as one: it works where each does."""
    stopped = [one for one in traces if one.blockers]
    open_ = [one for one in traces if not stopped and one.disposition is Disposition.DEPENDS]
    some = 0 < len(stopped) < len(traces)
    shown = (stopped or open_ or traces)[0]
    sees = str(shown.arrived.source) if shown.arrived else None
    via = _via(state, shown)
    if stopped:
        codes = dict.fromkeys(step.code.value for step in shown.blockers if step.code)
        return Outlook(Verdict.BLOCKED, tuple(codes), via, sees, shown, resolved, some)
    if open_:
        return Outlook(Verdict.DEPENDS, (), via, sees, shown, resolved, True)
    said = policy_of(state, listener_at(state, shown))
    verdict = Verdict.WORKS
    if said is not None:
        verdict = Verdict.DEPENDS if said is Why.VPCE_POLICY_DEPENDS else Verdict.DENIED
    codes_said = (said.value,) if said else ()
    return Outlook(verdict, codes_said, via, sees, shown, resolved)


def listener_at(state: State, trace: Trace) -> Listener | None:
    """Give the listener that takes a packet where it arrives."""
    if trace.arrived is None or trace.arrived_at is None or not trace.arrived.destination_port:
        return None
    port = trace.arrived.destination_port[0]
    packet = trace.arrived
    return state.atlas.listener(trace.arrived_at, packet.destination, packet.protocol, port)


def _via(state: State, trace: Trace) -> tuple[str, ...]:
    passages = (
        (step.place, step.asked if isinstance(step.asked, Route) else None)
        for step in trace.forward
    )
    return via(state, passages, trace.arrived_at, listener_at(state, trace))


def via(
    state: State,
    passages: Iterable[tuple[str, Route | None]],
    taken_at: str | None,
    listener: Listener | None,
) -> tuple[str, ...]:
    """Give the things on a way that have an id: of places and the routes that led on from them, and
    who took it at last."""
    return tuple(dict.fromkeys(_passed(state, passages, taken_at, listener)))


def _passed(
    state: State,
    passages: Iterable[tuple[str, Route | None]],
    taken_at: str | None,
    listener: Listener | None,
) -> Iterator[str]:
    balanced = False
    for name, route in passages:
        place = state.atlas.place(name)
        if place is None:
            continue
        balanced |= place.kind is PlaceKind.NETWORK_LOAD_BALANCER_NODE
        if place.kind in TOLD:
            yield name
        if place.kind is PlaceKind.VPC and route is not None:
            yield from _led_over(state, route)
    if listener is not None and listener.endpoint:
        yield listener.endpoint
    elif taken_at and not balanced:
        yield taken_at


def _led_over(state: State, route: Route) -> Iterator[str]:
    """Give the endpoint or the peering that a route leads over."""
    name = route.action.interface if isinstance(route.action, Forward) else ""
    if name in state.index.endpoint_of:
        yield state.index.endpoint_of[name]
    elif state.network.get(VpcPeeringConnection, name):
        yield name


def policy_of(state: State, listener: Listener | None) -> Why | None:
    """Say what the policy of the endpoint does to calls whose listener this is."""
    if listener is None or listener.endpoint is None or listener.service is None:
        return None
    entry = state.program.get((EndpointPolicy.section, listener.endpoint))
    service = state.program.get((ServiceEntry.section, listener.service))
    prefix = (
        action_prefix(service.signing_name or service.code)
        if isinstance(service, ServiceEntry)
        else ""
    )
    return policies.judge(entry if isinstance(entry, EndpointPolicy) else None, prefix)
