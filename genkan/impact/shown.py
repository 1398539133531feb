"""Walks and fixes as plain data, as the CLI draws them and others read them."""

import json
from collections.abc import Iterator
from typing import Any

from genkan.analysis import Packet, Step
from genkan.impact.fixes import Fix
from genkan.impact.needs import Needed
from genkan.impact.order import Order
from genkan.impact.outlook import Said
from genkan.impact.target import Ports
from genkan.model.network import Network
from genkan.model.resource import Resource

NAMES = {6: "tcp", 17: "udp"}


def step_shown(network: Network, way: str, step: Step) -> dict[str, Any]:
    because = step.because
    return {
        "way": way,
        "place": step.place,
        "name": name_of(network, step.place),
        "stage": step.stage,
        "outcome": step.outcome.value,
        "code": step.code.value if step.code else None,
        "said": step.said,
        "because": None
        if because is None
        else {"kind": because.kind, "id": because.id, "rule": because.rule},
        "packet": header_shown(step.after),
    }


def said_shown(said: Said) -> dict[str, Any]:
    return {
        "policy": said.whose,
        "reason": said.reason,
        "calls": list(said.calls),
        "callers": said.callers,
    }


def fix_shown(network: Network, fix: Fix) -> dict[str, Any]:
    return {
        "blocker": step_shown(network, "", fix.blocker),
        "calls": [order_shown(order) for order in fix.orders],
        "verified": fix.verified,
    }


def need_shown(network: Network, needed: Needed) -> dict[str, Any]:
    outlook = needed.outlook
    first = outlook.trace.blockers[:1] if outlook.trace else ()
    return {
        "name": needed.name,
        "why": needed.need.why,
        "source": needed.need.source,
        "instead": needed.need.instead,
        "verdict": outlook.verdict.value,
        "codes": list(outlook.codes),
        "said": said_shown(outlook.said) if outlook.said else None,
        "first_blocker": step_shown(network, "", first[0]) if first else None,
        "fixes": [
            {"calls": [order_shown(order) for order in one.orders], "verified": one.verified}
            for one in needed.fixes
        ],
    }


def order_shown(order: Order) -> dict[str, Any]:
    return {
        "service": order.service,
        "operation": order.operation,
        "parameters": json.loads(json.dumps(order.parameters, default=str)),
        "account": order.account,
        "region": order.region,
        "words": order.words,
    }


def header_shown(packet: Packet) -> dict[str, Any]:
    return {
        "source": str(packet.source),
        "destination": str(packet.destination),
        "protocol": packet.protocol,
        "source_ports": packet.source_port,
        "destination_ports": packet.destination_port,
        "icmp": packet.icmp,
        "text": str(packet),
    }


def ports_shown(ports: Ports) -> dict[str, Any]:
    if ports.first is None:
        return {"protocol": "icmp", "first": None, "last": None}
    return {"protocol": NAMES[ports.protocol], "first": ports.first, "last": ports.last}


def name_of(network: Network, place: str) -> str | None:
    return next((row.name for row in _called(network, place)), None)


def _called(network: Network, name: str) -> Iterator[Resource]:
    for kind in ("instance", "vpc", "internet-gateway", "natgateway", "vpc-endpoint"):
        found = network.find(kind, name)
        if found:
            yield found
