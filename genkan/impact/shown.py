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
from genkan.model.account import Account
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
        "blocker": step_shown(network, "", fix.blocker) if fix.blocker else None,
        "calls": [order_shown(order, network) for order in fix.orders],
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
            {
                "calls": [order_shown(order, network) for order in one.orders],
                "verified": one.verified,
            }
            for one in needed.fixes
        ],
    }


def order_shown(
    order: Order, network: Network | None = None, caller: str | None = None
) -> dict[str, Any]:
    """Give an order; with the account that makes it, `caller` where it says none, and in `by` who
    that is, where a network has several."""
    account = order.account or caller
    return {
        "service": order.service,
        "operation": order.operation,
        "parameters": json.loads(json.dumps(order.parameters, default=str)),
        "account": account,
        "by": _maker(network, account) if network is not None and account else None,
        "region": order.region,
        "words": order.words,
    }


def _maker(network: Network, account: str) -> str | None:
    """Give an account, with its name where that is another word; None where it is the only one."""
    names = {one.id: one.account_name for one in network.all(Account)}
    if not names.keys() - {account}:
        return None
    name = names.get(account, account)
    return account if account in name else f"{account} ({name})"


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
