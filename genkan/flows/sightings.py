"""Sightings: what an interface saw of a flow, out of what the router between them saw.

A connection that crosses a VPC's router is seen where it leaves an interface and where it enters
one, and what comes back likewise. Stages follow one another: a packet that is dropped on its way
in was let out before.
"""

from collections.abc import Iterator
from typing import NamedTuple

from genkan.engine.traffic import Connection, Drop, Flow
from genkan.flows.directory import Directory
from genkan.program.filter import Stage
from genkan.program.record import Interface

ACCEPT, REJECT = "ACCEPT", "REJECT"
FIN, SYN, RST, SYN_ACK = 1, 2, 4, 18
TCP = 6
OUTWARD = (Stage.SECURITY_GROUP_EGRESS.value, Stage.NETWORK_ACL_EGRESS.value)
INWARD = (Stage.SECURITY_GROUP_INGRESS.value, Stage.NETWORK_ACL_INGRESS.value)
PATHS = (("igw-", "8"), ("vpce-", "7"), ("pcx-", "4"))  # "traffic-path" of flow log records
SAME_VPC = "1"
UNSAID = "-"


class Sighting(NamedTuple):
    """Packets of a flow at an interface. `first` is the flow of the connection's first packet: the
    same, or the other way round for answers."""

    interface: Interface
    egress: bool
    action: str
    flow: Flow
    first: Flow
    packets: int
    bytes: int
    began: float
    ended: float
    tcp_flags: int
    path: str = UNSAID
    stage: str | None = None  # where it was dropped
    because: str | None = None


class Ends(NamedTuple):
    """The interfaces that a connection leaves and enters at a place, where there are some."""

    source: Interface | None
    destination: Interface | None
    path: str


def ends_of(directory: Directory, place: str, asks: Flow, answers: Flow | None = None) -> Ends:
    """Say between which interfaces a flow is. `answers` tells of translated addresses."""
    source = directory.at(place, asks.source)
    destination = directory.at(place, asks.destination)
    if destination is None and answers is not None:
        destination = directory.at(place, answers.source)
    if destination is not None:
        return Ends(source, destination, SAME_VPC)
    target = directory.leads_to(place, source, asks.destination)
    through = directory.interfaces.get(target or "")
    if through is not None and through is not source:
        return Ends(source, through, SAME_VPC)
    path = next((word for start, word in PATHS if (target or "").startswith(start)), UNSAID)
    return Ends(source, None, path)


def of_connection(
    directory: Directory, place: str, one: Connection, since: float, now: float
) -> Iterator[Sighting]:
    """Give what interfaces saw of a connection since its counters were read last."""
    source, destination, path = ends_of(directory, place, one.asks, one.answers)
    asked, answered = _flags(one, one.began >= since)
    began, ended = max(one.began, since), max(min(one.ended or now, now), one.began, since)
    back = one.asks.back
    ways = (
        (source, True, one.asks, one.packets, one.bytes, asked, path),
        (destination, False, one.asks, one.packets, one.bytes, asked, UNSAID),
        (destination, True, back, one.packets_back, one.bytes_back, answered, SAME_VPC),
        (source, False, back, one.packets_back, one.bytes_back, answered, UNSAID),
    )
    for interface, egress, flow, packets, size, flags, way in ways:
        if interface is not None and packets:
            yield Sighting(
                interface, egress, ACCEPT, flow, one.asks, packets, size, began, ended, flags, way
            )


def _flags(one: Connection, is_new: bool) -> tuple[int, int]:
    """Say which of TCP's flags both ways carried, as far as the state tells it.

    Who reset a connection is told by no state: it is the answering side if it sent nothing else.
    """
    if one.asks.protocol != TCP:
        return 0, 0
    asked, answered = (SYN, SYN_ACK) if is_new else (0, 0)
    if one.state in ("closing", "closed"):
        return asked | FIN, answered | FIN
    if one.state == "reset":
        return (asked, RST) if one.packets_back == 1 and is_new else (asked | RST, answered)
    return asked, answered


def of_drop(directory: Directory, place: str, drop: Drop) -> Iterator[Sighting]:
    """Give what flow logs say of a packet that was dropped.

    A source address that is not the interface's is no matter of theirs, nor is what happens behind
    an interface: there it was let in.
    """
    source, destination, path = ends_of(directory, place, drop.flow)
    flags = drop.tcp_flags & 7
    if flags & SYN and drop.tcp_flags & 16:
        flags |= SYN_ACK
    rest = (drop.flow, drop.flow, 1, drop.size, drop.at, drop.at, flags)
    inward, why = drop.stage in INWARD, (drop.stage, drop.because)
    if drop.stage == Stage.ENDPOINT.value and destination is not None:
        inward = True
        if directory.reasons.of(destination, False, drop.flow) is not None:
            yield Sighting(destination, False, ACCEPT, *rest)
            destination = None
    if drop.stage in OUTWARD and source is not None:
        yield Sighting(source, True, REJECT, *rest, path, *why)
    if inward and source is not None:
        yield Sighting(source, True, ACCEPT, *rest, path)
    if inward and destination is not None:
        yield Sighting(destination, False, REJECT, *rest, UNSAID, *why)
