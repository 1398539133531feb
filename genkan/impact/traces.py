"""Questions about ways, in the words that people use: ids, Name tags, addresses, `internet`.

What is asked is turned into a packet that the sender's own kernel would send; the walk through the
program answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

from genkan.analysis import Atlas, Disposition, Packet, Trace, walks
from genkan.analysis.names import FAMILIES, Ending
from genkan.analysis.packet import ICMP, ICMPV6, TCP, UDP
from genkan.api.call import Call
from genkan.compile import Compilation
from genkan.impact.code import Why
from genkan.impact.fixes import Mending, mend
from genkan.impact.groups import sender_at
from genkan.impact.guarded import Guarded
from genkan.impact.needs import Needed, mended, needs_at
from genkan.impact.outlook import Said, Verdict, listener_at, together
from genkan.impact.shown import (
    fix_shown,
    header_shown,
    name_of,
    need_shown,
    said_shown,
    step_shown,
)
from genkan.impact.state import State
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.resource_policy import ResourcePolicies
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program.address import Address, in_order
from genkan.program.place import INTERNET, OUTSIDE, Link, Place, PlaceKind
from genkan.program.route import Forward
from genkan.program.service import Service as ServiceEntry

PROTOCOLS = {"tcp": TCP, "udp": UDP}
SOURCE_PORT = 49_152  # the first of those that programs are lent
ECHO = {4: (ICMP, (8, 0)), 6: (ICMPV6, (128, 0))}
MOST_NAMES = 8
ENDPOINTS = {
    Why.VPCE_POLICY_EXPLICIT_DENY.value: "a statement denies every call",
    Why.VPCE_POLICY_IMPLICIT_DENY.value: "no statement allows a call of the service",
    Why.VPCE_POLICY_DEPENDS.value: "some calls, or some callers, are let through",
}
DECIDERS = {
    VpcEndpoint.kind: "endpoint",
    "hosted-zone": "hosted zone",
    **dict.fromkeys(("vpc", "network-interface", "instance"), "names of the VPC:"),
}
SENDERS = (PlaceKind.INSTANCE, PlaceKind.ATTACHED, PlaceKind.HOST)


class UnknownEnd(Exception):
    """What was named is not there, or cannot be an end of a way; the message says which."""


@dataclass(frozen=True, slots=True)
class Ends:
    """A sender, and the packet that it would send."""

    origin: str
    packet: Packet


class Traces:
    """Answers by the network and the program as they are."""

    def __init__(self) -> None:
        self._state = State.of(Network())

    def state(self, network: Network, compilation: Compilation) -> State:
        """Give a network and its program, read for walks: once, as long as they stay."""
        if self._state.network is not network or self._state.compilation is not compilation:
            known = self._state.atlas
            same = known.program is compilation.program
            atlas = known if same else Atlas(compilation.program)
            self._state = State(network, compilation, atlas)
        return self._state

    def answer(
        self,
        call: Call,
        compilation: Compilation,
        asked: dict[str, Any],
        policies: ResourcePolicies,
    ) -> dict[str, Any]:
        """Give a trace of the call's network as plain data, with what mends it and what policies
        say of calls that come so; or `unknown`: what of the question is not there. `name` is the
        domain name that the destination is an address of."""
        state = self.state(call.network, compilation)
        try:
            ends = _ends(state.atlas, call.network, asked)
        except UnknownEnd as unknown:
            return {"unknown": str(unknown)}
        traces = walks(state.atlas, ends.origin, ends.packet, state.boxes)
        trace = next((one for one in traces if one.blockers), None)
        mending = mend(state, call, trace) if trace else None
        answer = shown(state, traces, mending)
        answer["policies"] = list(_policies(state, traces, asked.get("name"), policies))
        answer["needs"] = [
            need_shown(state.network, one) for one in _needs(state, call, traces, asked.get("name"))
        ]
        return answer


def _needs(state: State, call: Call, traces: list[Trace], name: str | None) -> Iterator[Needed]:
    """Give what who calls the service at the end needs besides; of a need itself, what it is."""
    sender = sender_at(state, traces[0].origin)
    listener = listener_at(state, traces[0])
    entry = state.program.get((ServiceEntry.section, (listener and listener.service) or ""))
    service = entry if isinstance(entry, ServiceEntry) else state.index.service_named(name)
    for one in needs_at(state, sender, service) if sender and service else ():
        asked = one.name == name
        yield one if asked or sender is None else mended(state, call, sender, one)


def _policies(
    state: State, traces: list[Trace], name: str | None, policies: ResourcePolicies
) -> Iterator[dict[str, Any]]:
    """Give what policies deny, or leave open, of calls that come as a packet does."""
    outlook = together(state, traces)
    vpc, guarded = _vpc_of(state, traces[0].origin), Guarded(policies)
    weighed = guarded.callers.weighed(state, traces[0].origin, vpc, name, outlook)
    if weighed is not outlook:
        if weighed.said is not None:
            yield {"code": weighed.codes[0], **said_shown(weighed.said)}
        outlook = replace(outlook, codes=())
    for code in outlook.codes if outlook.verdict is not Verdict.BLOCKED else ():
        yield {"code": code, **said_shown(Said("VPC endpoint policy", ENDPOINTS[code], ()))}
    for why, said in guarded.stopped(state, traces[0].origin, vpc, name, outlook):
        yield {"code": why.value, **said_shown(said)}


def resolve_name(state: State, source: str, name: str) -> dict[str, Any] | None:
    """Give the address that a domain name has for a sender (None: it has none), by the program's
    names alone, and what decided; None where nobody is called like the sender."""
    try:
        origin, _ = _sender(state.atlas, state.network, source)
    except UnknownEnd:
        return None
    view = INTERNET if origin == OUTSIDE else _vpc_of(state, origin)
    told = [state.names.resolve(view, name.rstrip(".").lower(), kind) for kind in FAMILIES]
    found = next((one for one in told if one.addresses), told[0])
    word = DECIDERS.get(found.because.kind) if found.because else None
    said = f"{word} {found.because.id}" if found.because and word else "the internet"
    if found.addresses:
        return {"name": name, "address": str(found.addresses[0]), "because": said}
    decides = f", says {said}" if found.ending is not Ending.NO_RESOLVER else ""
    return {"name": name, "address": None, "because": f"{found.ending.value}{decides}"}


def _vpc_of(state: State, origin: str) -> str:
    """Give the VPC in which a sender's first interface is."""
    links = (one for one in state.program.of(Link) if one.right.place == origin)
    first = min(links, key=lambda one: one.right.name, default=None)
    return first.left.place if first else INTERNET


def _ends(atlas: Atlas, network: Network, asked: dict[str, Any]) -> Ends:
    source, destination = str(asked["source"]), str(asked["destination"])
    origin, given = _sender(atlas, network, source)
    found = _addresses(atlas, network, destination)
    for address in found:
        sent_from = given or _source_for(atlas, origin, address)
        if sent_from is not None and sent_from.version == address.version:
            return Ends(origin, _packet(sent_from, address, asked))
    families = " and ".join(sorted({f"IPv{one.version}" for one in found}))
    raise UnknownEnd(f"{source} has no address and no way for {destination}, which has {families}.")


def _packet(source: Address, destination: Address, asked: dict[str, Any]) -> Packet:
    port, protocol = asked.get("port"), str(asked.get("protocol") or "tcp")
    if port is None:
        number, icmp = ECHO[destination.version]
        return Packet(source, destination, number, (1, 1), None, icmp)
    return Packet.to_port(source, destination, PROTOCOLS[protocol], int(port), SOURCE_PORT)


def _sender(atlas: Atlas, network: Network, text: str) -> tuple[str, Address | None]:
    """Give the place that sends, and its address where that was said."""
    if text == INTERNET:
        return OUTSIDE, None
    address = _address(text)
    if address is not None:
        for place in atlas.owners(address):
            if _sends(atlas, place):
                return place, address
        raise UnknownEnd(f"Nobody who runs has the address {text}.")
    found = _named(network, text)
    if isinstance(found, NetworkInterface) and found.instance_id:
        if not found.addresses or not _sends(atlas, found.instance_id):
            raise UnknownEnd(f"{text} is of {found.instance_id}, which does not run.")
        return found.instance_id, found.addresses[0]
    if _sends(atlas, found.id):
        return found.id, None
    raise UnknownEnd(f"{text} is {found.kind} {found.id}, which sends nothing now.")


def _addresses(atlas: Atlas, network: Network, text: str) -> list[Address]:
    """Give the addresses that a destination can mean."""
    if text == INTERNET:
        return list(in_order(atlas.addresses(OUTSIDE)))
    address = _address(text)
    if address is not None:
        return [address]
    found = _named(network, text)
    worn = [found] if isinstance(found, NetworkInterface) else list(_worn(network, found))
    addresses = [one for interface in worn for one in interface.addresses]
    if not addresses:
        raise UnknownEnd(f"{text} is {found.kind} {found.id}, which has no address.")
    return addresses


def _worn(network: Network, found: Resource) -> Iterator[NetworkInterface]:
    """Give the interfaces of an instance, a NAT gateway, an endpoint or a load balancer."""
    names = getattr(found, "network_interface_ids", ()) or ()
    one = getattr(found, "network_interface_id", None)
    for name in (*names, *((one,) if one else ())):
        interface = network.get(NetworkInterface, name)
        if interface:
            yield interface
    attached = [one for one in network.all(NetworkInterface) if one.instance_id == found.id]
    yield from sorted(
        attached, key=lambda one: one.attachment.device_index if one.attachment else 0
    )


def _named(network: Network, text: str) -> Resource:
    """Find a resource by id, the beginning of one, or Name tag. Raises UnknownEnd."""
    rows = [row for row in network if row.id == text]
    rows = rows or [row for row in network if row.name == text]
    rows = rows or [row for row in network if len(text) > 1 and row.id.startswith(text)]
    ends = [row for row in rows if isinstance(row, NetworkInterface) or any(_worn(network, row))]
    if len(ends) == 1:
        return ends[0]
    if len(ends) > 1:
        named = ", ".join(sorted(row.id for row in ends)[:MOST_NAMES])
        raise UnknownEnd(f"{text} can mean {named}. Give the whole id.")
    if rows:
        raise UnknownEnd(f"{text} is {rows[0].kind} {rows[0].id}, which has no address.")
    raise UnknownEnd(f"Nothing is called {text}: give an id, a Name tag, an address or `internet`.")


def _source_for(atlas: Atlas, origin: str, destination: Address) -> Address | None:
    """Give the address that the sender's kernel chooses: the first of the interface used."""
    if atlas.owns(origin, destination):
        return destination
    found = atlas.route(origin, (), destination)
    leaves = found.action.interface if found and isinstance(found.action, Forward) else ""
    end = atlas.near_ends.get((origin, leaves))
    own = end.addresses if end else ()
    return next((one for one in own if one.version == destination.version), None)


def _sends(atlas: Atlas, place: str) -> bool:
    return _kind(atlas, place) in SENDERS


def _kind(atlas: Atlas, place: str) -> PlaceKind | None:
    found = atlas.find(Place, place)
    return found.kind if found else None


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def shown(state: State, traces: list[Trace], mending: Mending | None = None) -> dict[str, Any]:
    """Give what may become of a packet as plain data: the first trace that is stopped, or does not
    come back, or else the first; and how each of the possible ones ends."""
    network = state.network
    lost = [one for one in traces if one.disposition is not Disposition.REACHED]
    trace = next((one for one in lost if one.blockers), (lost or traces)[0])
    ways = (("forward", trace.forward), ("answer", trace.answer))
    blockers = [step_shown(network, way, one) for way, steps in ways for one in steps if one.blocks]
    return {
        "disposition": trace.disposition.value,
        "origin": {"id": trace.origin, "name": name_of(network, trace.origin)},
        "packet": header_shown(trace.packet),
        "arrived": _arrived(state, trace),
        "blockers": blockers,
        "fixes": [fix_shown(network, fix) for fix in mending.fixes] if mending else [],
        "mended": mending.ends.value if mending else None,
        "policies": [],
        "needs": [],
        "possible": [
            {"arrived": one.arrived_at, "disposition": one.disposition.value} for one in traces
        ],
        **{way: [step_shown(network, way, one) for one in steps] for way, steps in ways},
    }


def _arrived(state: State, trace: Trace) -> dict[str, Any] | None:
    """Say where a packet arrives, and by which endpoint it is taken there."""
    if trace.arrived_at is None or trace.arrived is None:
        return None
    listener = listener_at(state, trace)
    endpoint = state.network.get(VpcEndpoint, (listener and listener.endpoint) or "")
    return {
        "id": trace.arrived_at,
        "name": name_of(state.network, trace.arrived_at),
        "endpoint": None
        if endpoint is None
        else {"id": endpoint.id, "name": endpoint.name, "service": endpoint.service_name},
        "packet": header_shown(trace.arrived),
    }
