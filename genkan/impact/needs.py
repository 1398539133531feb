"""What callers of a service need besides it: whether they get it, by their way there and by the
policy of the endpoint that it goes through, and which calls mend it, tried on a copy."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from genkan.analysis import Disposition
from genkan.analysis.packet import TCP
from genkan.api.call import Call
from genkan.impact.calls import ANY, Whence, policy_says, whence
from genkan.impact.code import Why
from genkan.impact.fixes import mend
from genkan.impact.groups import Sender
from genkan.impact.openings import owner
from genkan.impact.order import Order
from genkan.impact.outlook import Flow, Outlook, Said, Verdict, look
from genkan.impact.state import OrderRefused, State
from genkan.impact.target import Kind, Target
from genkan.model.catalogue.needs import Need, needs_of
from genkan.model.catalogue.services import SERVICES, find_service
from genkan.model.endpoint_names import in_region
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.policy import Decision
from genkan.policy import Verdict as Ruling
from genkan.program.service import Service as ServiceEntry

PORT = 443
ENDINGS = {
    Ruling.ALLOW: Verdict.WORKS,
    Ruling.DENY: Verdict.DENIED,
    Ruling.DEPENDS: Verdict.DEPENDS,
}


@dataclass(frozen=True, slots=True)
class Mend:
    """Orders that mend it; `verified`: done on a copy, and looked at again."""

    orders: tuple[Order, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Needed:
    """A need of a sender's in a Region: `name` is the name that it has to reach, `outlook` what
    becomes of that, with `said` where a policy decides."""

    need: Need
    region: str
    name: str
    outlook: Outlook
    fixes: tuple[Mend, ...] = ()

    @property
    def is_met(self) -> bool:
        return self.outlook.verdict is Verdict.WORKS

    @property
    def resource(self) -> str:
        return self.need.resource.replace("{region}", self.region)


def met(state: State, sender: Sender, need: Need, region: str) -> Needed:
    """Look whether a sender gets what a need asks for."""
    name = need.host.replace("{region}", region)
    target = Target(Kind.NAME, name, name=name)
    version = 4 if 4 in sender.versions else 6
    outlook = look(state, sender, target, Flow(version, TCP, PORT))
    found = Needed(need, region, name, outlook)
    if not need.action or outlook.verdict is Verdict.BLOCKED:
        return found
    way = _way(state, sender, need, region, outlook)
    if way is None or way.policy is None:
        return found
    decision = policy_says(way, need.action, found.resource.replace("*", ANY))
    codes = () if decision.allows else (_code(decision).value,)
    said = None if decision.allows else _said(found, way, decision)
    return replace(
        found,
        outlook=replace(outlook, verdict=ENDINGS[decision.verdict], codes=codes, said=said),
    )


def needs_at(state: State, sender: Sender, service: ServiceEntry) -> list[Needed]:
    """Give what a sender that calls a service needs besides."""
    return [met(state, sender, one, service.region) for one in needs_of(service.code)]


def mended(state: State, call: Call, sender: Sender, found: Needed) -> Needed:
    """Give a need that is not met with what mends it. `call` says who asks."""
    if found.is_met:
        return found
    trace = found.outlook.trace
    if found.outlook.verdict is Verdict.BLOCKED and trace is not None:
        mending = mend(state, call, trace)
        fixes = tuple(Mend(one.orders, one.verified) for one in mending.fixes if one.orders)
        beside = () if mending.ends is Disposition.REACHED else _beside(state, call, sender, found)
        return replace(found, fixes=tuple(beside) or fixes)
    return replace(found, fixes=tuple(_opened(state, call, sender, found)))


def _opened(state: State, call: Call, sender: Sender, found: Needed) -> Iterator[Mend]:
    """Give the order that has an endpoint's policy let in what is needed, where one can."""
    way = _way(state, sender, found.need, found.region, found.outlook)
    endpoint = way and state.network.get(VpcEndpoint, way.endpoint or "")
    document = _with(way.policy.document, found) if way and way.policy else None
    if not endpoint or document is None:
        return
    parameters: dict[str, Any] = {"VpcEndpointId": endpoint.id, "PolicyDocument": document}
    order = Order("ModifyVpcEndpoint", parameters, **owner(endpoint))
    yield from _tried(state, call, sender, found, order)


def _beside(state: State, call: Call, sender: Sender, found: Needed) -> Iterator[Mend]:
    """Give the order that makes an endpoint of the needed service beside the one whose callers need
    it, where that has the name."""
    service = SERVICES[found.need.service]
    if found.name not in in_region(service.private_dns_names, found.region):
        return
    for one in state.network.where(VpcEndpoint, vpc_id=sender.vpc):
        called = find_service(one.service_name, one.region)
        if called is None or called.code not in found.need.of:
            continue
        parameters: dict[str, Any] = {
            "VpcId": sender.vpc,
            "ServiceName": in_region((service.service_name,), found.region)[0],
            "VpcEndpointType": "Interface",
            "SubnetIds": list(one.subnet_ids),
            "SecurityGroupIds": list(one.group_ids),
            "PrivateDnsEnabled": True,
        }
        yield from _tried(
            state, call, sender, found, Order("CreateVpcEndpoint", parameters, **owner(one))
        )
        return


def _tried(state: State, call: Call, sender: Sender, found: Needed, order: Order) -> Iterator[Mend]:
    """Give an order that the API accepts, and whether the need is met when it is done."""
    try:
        after = state.ordered(call, [order]).state
    except OrderRefused:
        return
    yield Mend((order,), met(after, sender, found.need, found.region).is_met)


def _with(document: str, found: Needed) -> str | None:
    """Give a policy with a statement more, that allows a need."""
    try:
        policy = json.loads(document)
        statements = policy.get("Statement") or []
    except (ValueError, AttributeError):
        return None
    held = statements if isinstance(statements, list) else [statements]
    more = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": found.need.action,
        "Resource": found.resource,
    }
    return json.dumps({**policy, "Statement": [*held, more]}, separators=(",", ":"))


def _way(state: State, sender: Sender, need: Need, region: str, outlook: Outlook) -> Whence | None:
    named = state.program.get((ServiceEntry.section, f"{region}/{need.service}"))
    return whence(state, sender.vpc, outlook, named if isinstance(named, ServiceEntry) else None)


def _code(decision: Decision) -> Why:
    if decision.verdict is Ruling.DEPENDS:
        return Why.VPCE_POLICY_DEPENDS
    return Why.VPCE_POLICY_EXPLICIT_DENY if decision.explicit else Why.VPCE_POLICY_IMPLICIT_DENY


def _said(found: Needed, way: Whence, decision: Decision) -> Said:
    call = f"{found.need.action} on {found.resource}"
    return Said(f"VPC endpoint policy of {way.endpoint}", str(decision), (call,))
