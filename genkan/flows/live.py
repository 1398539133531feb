"""Flows as they are shown while they happen: an object each, names beside addresses."""

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from genkan.engine.traffic import ICMP, Connection, Drop, Flow
from genkan.flows.directory import Directory
from genkan.flows.reasons import Reason
from genkan.flows.sightings import ends_of
from genkan.program.record import Interface

PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"}
ACCEPT, REJECT = "accept", "reject"


class UnknownWho(Exception):
    """Nobody is called so."""


@dataclass(frozen=True)
class Side:
    """Whom somebody asks for: interfaces, or one address."""

    interfaces: frozenset[str]
    address: bytes | None

    def is_at(self, interface: Interface | None, address: bytes) -> bool:
        return address == self.address or (
            interface is not None and interface.id in self.interfaces
        )


@dataclass(frozen=True)
class Wanted:
    """Which flows somebody asks for; None: any."""

    source: Side | None = None
    destination: Side | None = None
    port: int | None = None
    verdict: str | None = None


def wanted_of(directory: Directory, asked: dict[str, Any]) -> Wanted:
    """Read a question. Raises UnknownWho."""
    return Wanted(
        _side(directory, asked.get("from")),
        _side(directory, asked.get("to")),
        asked.get("port"),
        asked.get("verdict"),
    )


def _side(directory: Directory, who: str | None) -> Side | None:
    if who is None:
        return None
    found = directory.named(who) or frozenset()
    try:
        address = ip_address(who).packed
    except ValueError:
        address = None
    if not found and address is None:
        raise UnknownWho(who)
    return Side(found, address)


def names_of(directory: Directory) -> list[str]:
    """Give what one may be called."""
    found = {one.name or one.owner or one.id for one in directory.interfaces.values()}
    return sorted(found)


def shown_connection(
    directory: Directory, place: str, one: Connection, now: float, wanted: Wanted
) -> dict[str, Any] | None:
    """Give a connection as it is shown; None: nobody asks for it."""
    source, destination, _ = ends_of(directory, place, one.asks, one.answers)
    if not _is_wanted(wanted, source, destination, one.asks, ACCEPT):
        return None
    reasons = [
        reason
        for interface, egress in ((source, True), (destination, False))
        if interface and (reason := directory.reasons.of(interface, egress, one.asks))
    ]
    return {
        "at": _time(one.ended or one.began or now),
        "verdict": ACCEPT,
        "place": place,
        **_flow(one.asks, source, destination),
        "packets": one.packets + one.packets_back,
        "bytes": one.bytes + one.bytes_back,
        "state": one.state,
        "ended": one.ended is not None,
        "reasons": [_reason(reason) for reason in reasons],
    }


def shown_drop(
    directory: Directory, place: str, drop: Drop, wanted: Wanted
) -> dict[str, Any] | None:
    """Give a drop as it is shown; None: nobody asks for it."""
    source, destination, _ = ends_of(directory, place, drop.flow)
    if not _is_wanted(wanted, source, destination, drop.flow, REJECT):
        return None
    return {
        "at": _time(drop.at),
        "verdict": REJECT,
        "place": place,
        **_flow(drop.flow, source, destination),
        "packets": 1,
        "bytes": drop.size,
        "state": None,
        "ended": True,
        "reasons": [_reason(Reason(drop.stage, drop.because))],
        **({"and_more": True} if drop.beyond else {}),
    }


def _is_wanted(
    wanted: Wanted,
    source: Interface | None,
    destination: Interface | None,
    flow: Flow,
    verdict: str,
) -> bool:
    if wanted.verdict not in (None, verdict):
        return False
    if wanted.port is not None and (flow.protocol in ICMP or flow.destination_port != wanted.port):
        return False
    if wanted.source is not None and not wanted.source.is_at(source, flow.source):
        return False
    return wanted.destination is None or wanted.destination.is_at(destination, flow.destination)


def _flow(flow: Flow, source: Interface | None, destination: Interface | None) -> dict[str, Any]:
    icmp = flow.protocol in ICMP
    return {
        "protocol": PROTOCOLS.get(flow.protocol, str(flow.protocol)),
        "from": _end(flow.source, None if icmp else flow.source_port, source),
        "to": _end(flow.destination, None if icmp else flow.destination_port, destination),
        **({"icmp": {"type": flow.source_port, "code": flow.destination_port}} if icmp else {}),
    }


def _end(address: bytes, port: int | None, interface: Interface | None) -> dict[str, Any]:
    return {
        "address": str(ip_address(address)),
        "port": port,
        "interface": interface.id if interface else None,
        "id": interface.owner if interface else None,
        "name": interface.name if interface else None,
    }


def _reason(reason: Reason) -> dict[str, str]:
    return {"stage": reason.stage, "because": reason.because}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
