"""A report as plain data: the JSON of `genkan impact` (docs/reference/impact.md has its schema)."""

from collections import Counter
from typing import Any

from genkan.analysis import Trace
from genkan.analysis.names import Resolved
from genkan.impact.assumptions import Assumption
from genkan.impact.captures import Capture
from genkan.impact.code import Flag
from genkan.impact.effects import WORSE, Effect, Finding
from genkan.impact.groups import Group, Sender
from genkan.impact.impact import Report
from genkan.impact.order import Order
from genkan.impact.outlook import Outlook
from genkan.impact.shown import (
    fix_shown,
    name_of,
    need_shown,
    order_shown,
    ports_shown,
    said_shown,
    step_shown,
)
from genkan.model.network import Network
from genkan.model.security_group import SecurityGroup

SCHEMA = "genkan-impact/1"
WARNED = (Flag.CONNECTIONS_RESET, Flag.OUTAGE_WINDOW, Flag.SOURCE_ADDRESS_CHANGES)
LEFT_OUT = "{} flows were too many to be looked at"
UNWATCHED = "of flows that are as before, some were too many to be looked at between the calls"
DEFAULT_GROUP = (
    "call {}: no security group is said, so the VPC's default group is worn, whose rules let in "
    "its own members alone"
)
KINDS = ("vpc-endpoint", "natgateway", "internet-gateway", "vpc-peering-connection", "instance")


def shown(report: Report) -> dict[str, Any]:
    """Give a report as plain data."""
    drawer = _Drawer(report)
    refused = report.refused
    effects = [
        drawer.effect(finding, (report.fixes or {}).get(number, ()))
        for number, finding in enumerate(report.findings)
    ]
    counts = Counter(one.effect for one in report.findings for _ in one.sender.members or (0,))
    assumed = [one.value for one in Assumption if one in report.assumed]
    assumptions = [*assumed, *_notes(report)]
    return {
        "schema": SCHEMA,
        "change": [drawer.order(order) for order in report.orders],
        "preflight": []
        if refused is None
        else [{"call": refused.number, "code": refused.code, "message": str(refused)}],
        "summary": {
            "answer": _answer(report),
            "flows": report.flows,
            "groups": report.groups,
            "interfaces": report.interfaces,
            "effects": {one.value: counts[one] for one in Effect if one is not Effect.UNCHANGED},
        },
        "captures": [_capture(one) for one in report.captures],
        "effects": effects,
        "alternatives": [
            {"calls": [drawer.order(order) for order in one.orders], "verified": one.verified}
            for one in report.alternatives
        ],
        "new": sorted(drawer.new),
        "assumptions": [] if refused else assumptions,
        "traces": drawer.traces,
    }


def _answer(report: Report) -> str:
    if report.refused is not None:
        return "refused"
    return "breaks" if any(one.effect in WORSE for one in report.findings) else "safe"


def _notes(report: Report) -> list[str]:
    notes = [LEFT_OUT.format(report.left_out)] if report.left_out else []
    notes += [UNWATCHED] if report.unwatched else []
    for number, order in enumerate(report.orders, 1):
        interface = order.parameters.get("VpcEndpointType") == "Interface"
        said = order.parameters.get("SecurityGroupIds")
        if order.operation == "CreateVpcEndpoint" and interface and not said:
            notes.append(DEFAULT_GROUP.format(number))
    return notes


def _capture(capture: Capture) -> dict[str, Any]:
    return {
        "view": capture.view,
        "name": capture.name,
        "new": capture.is_new,
        "before": _resolved(capture.before),
        "after": _resolved(capture.after),
    }


def _resolved(told: Resolved | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "ending": told.ending.name,
        "addresses": [str(one) for one in told.addresses],
        "because": str(told.because) if told.because else None,
        "domain": told.origin,
        "ttl": told.ttl,
    }


class _Drawer:
    """Gives findings, and keeps the traces that they refer to."""

    def __init__(self, report: Report) -> None:
        self._before, self._after = report.before, report.after
        self._caller = report.caller
        self._known: dict[int, str] = {}
        self.traces: dict[str, Any] = {}
        self.new: set[str] = set()

    def order(self, order: Order) -> dict[str, Any]:
        return order_shown(order, self._before, self._caller)

    def effect(self, finding: Finding, fixes: Any) -> dict[str, Any]:  # noqa: ANN401
        target = finding.target
        group = target.group
        return {
            "effect": finding.effect.value,
            "severity": _severity(finding),
            "group": self._sender(finding.sender),
            "flow": {
                "to": target.kind.value,
                "id": target.id,
                "names": list(finding.names),
                "target": self._sender(group) if group else None,
                "ports": [ports_shown(one) for one in finding.ports],
                "versions": list(finding.versions),
            },
            "before": self._outlook(self._before, finding.before),
            "after": self._outlook(self._after, finding.after),
            "flags": [flag.value for flag in finding.flags],
            "fixes": [fix_shown(self._after, fix) for fix in fixes],
            "needs": [need_shown(self._after, one) for one in finding.needs],
        }

    def _sender(self, sender: Sender) -> dict[str, Any]:
        if not isinstance(sender, Group):
            return {"vpc": None, "subnet": None, "zone": None, "groups": [], "public": True,
                    "interfaces": [], "count": 1, "name": sender.id}  # fmt: skip
        members = [
            {
                "interface": one.interface.id,
                "place": one.place,
                "name": self._name(one.place),
                "addresses": [str(address) for address in one.interface.addresses],
            }
            for one in sender.members
        ]
        return {
            "vpc": sender.vpc,
            "subnet": sender.subnet,
            "zone": sender.zone,
            "groups": [{"id": name, "name": self._group_name(name)} for name in sender.group_ids],
            "public": sender.public,
            "interfaces": members,
            "count": len(members),
            "name": None,
        }

    def _name(self, place: str) -> str | None:
        return name_of(self._after, place) or name_of(self._before, place)

    def _group_name(self, name: str) -> str | None:
        group = self._after.get(SecurityGroup, name) or self._before.get(SecurityGroup, name)
        return group.group_name if group else None

    def _outlook(self, network: Network, outlook: Outlook) -> dict[str, Any]:
        for name in outlook.via:
            known = any(self._before.find(kind, name) for kind in KINDS)
            if not known and any(self._after.find(kind, name) for kind in KINDS):
                self.new.add(name)
        first = outlook.trace.blockers[:1] if outlook.trace else ()
        return {
            "verdict": outlook.verdict.value,
            "via": list(outlook.via),
            "sees": outlook.sees,
            "codes": list(outlook.codes),
            "some": outlook.some,
            "said": said_shown(outlook.said) if outlook.said else None,
            "resolved": _resolved(outlook.resolved),
            "first_blocker": step_shown(network, "", first[0]) if first else None,
            "trace": self._trace(network, outlook.trace) if outlook.trace else None,
        }

    def _trace(self, network: Network, trace: Trace) -> str:
        name = self._known.get(id(trace))
        if name is None:
            name = self._known[id(trace)] = f"t{len(self._known) + 1}"
            self.traces[name] = {
                "origin": trace.origin,
                "packet": str(trace.packet),
                "disposition": trace.disposition.value,
                "arrived": trace.arrived_at,
                "forward": [step_shown(network, "forward", one) for one in trace.forward],
                "answer": [step_shown(network, "answer", one) for one in trace.answer],
            }
        return name


def _severity(finding: Finding) -> str:
    if finding.effect in (Effect.LOST, Effect.DENIED):
        return "error"
    if finding.effect is Effect.DEPENDS or any(flag in WARNED for flag in finding.flags):
        return "warning"
    return "note"
