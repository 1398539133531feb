"""What is wrong, or idle, in a network as it stands: findings, each with what it is about and why.

Only what can be shown is said: of what depends on what is not known here nothing is.
"""

from collections.abc import Iterator

from genkan.impact import standing_endpoints
from genkan.impact.standing_kinds import Code, Look, Standing
from genkan.impact.state import State
from genkan.model.endpoint_service import EndpointService
from genkan.model.load_balancer import Listener, TargetGroup
from genkan.model.network_acl import NetworkAcl, NetworkAclEntry
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import RouteTable
from genkan.model.security_group import (
    CidrPeer,
    GroupPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.program.route import Blackhole, Route

EVERY_PORT = PortRange(0, 65_535)


def findings_of(state: State) -> list[Standing]:
    """Give every finding, by kind and by what it is about."""
    order = list(Code)
    found = [one for looked in LOOKS for one in looked(state)]
    return sorted(found, key=lambda one: (order.index(one.code), one.about, one.rule or ""))


def _blackholes(state: State) -> Iterator[Standing]:
    tables = {one.id: one for one in state.network.all(RouteTable)}
    for route in state.program.of(Route):
        table = tables.get(route.because.id)
        if table is None or not isinstance(route.action, Blackhole):
            continue
        yield Standing(
            Code.ROUTE_BLACKHOLE,
            table.id,
            f"its route to {route.destination} leads to what is gone or takes no packets",
            "point the route elsewhere, or delete it",
            str(route.destination),
        )


def _services(state: State) -> Iterator[Standing]:
    for service in state.network.all(EndpointService):
        groups = {
            forward.target_group
            for arn in service.load_balancers
            for listener in state.network.where(Listener, load_balancer=arn)
            for forward in listener.forwards
        }
        found = [state.network.get(TargetGroup, arn) for arn in groups]
        if not any(one and one.targets for one in found):
            yield Standing(
                Code.SERVICE_WITHOUT_TARGETS,
                service.id,
                "no listener of its load balancers hands on to a target",
                "register-targets",
            )


def _groups(state: State) -> Iterator[Standing]:
    worn = {name for one in state.network.all(NetworkInterface) for name in one.group_ids}
    named = {
        rule.peer.group_id
        for group in state.network.all(SecurityGroup)
        for rule in group.rules
        if isinstance(rule.peer, GroupPeer) and rule.peer.group_id != group.id
    }
    for group in state.network.all(SecurityGroup):
        if group.id not in worn | named and not group.is_default:
            yield Standing(
                Code.GROUP_UNUSED,
                group.id,
                "no interface wears it, and no rule of another group names it",
                "delete-security-group",
            )
        yield from _rules(group, worn)


def _rules(group: SecurityGroup, worn: set[str]) -> Iterator[Standing]:
    for at, rule in enumerate(group.rules):
        wider = _wider(group, at)
        if wider is not None:
            yield Standing(
                Code.RULE_SHADOWED,
                group.id,
                f"{wider.id} allows all that it allows",
                f"revoke-security-group-{rule.direction.value}",
                rule.id,
            )
        elif isinstance(rule.peer, GroupPeer) and _is_idle(group, rule.peer, worn):
            yield Standing(
                Code.RULE_MATCHES_NOBODY,
                group.id,
                f"it is about members of {rule.peer.group_id}, and nobody wears it here",
                f"revoke-security-group-{rule.direction.value}, or wear that group",
                rule.id,
            )


def _is_idle(group: SecurityGroup, peer: GroupPeer, worn: set[str]) -> bool:
    """Tell whether a rule of a group that somebody wears is about one that nobody does."""
    return group.id in worn and peer.group_id not in worn


def _wider(group: SecurityGroup, at: int) -> SecurityGroupRule | None:
    """Give a rule that allows all that another does; of two that are alike, the first."""
    rule = group.rules[at]
    for number, other in enumerate(group.rules):
        if number != at and _covers(other, rule) and (number < at or not _covers(rule, other)):
            return other
    return None


def _covers(wider: SecurityGroupRule, rule: SecurityGroupRule) -> bool:
    if wider.direction is not rule.direction:
        return False
    if wider.protocol is not None and wider.protocol != rule.protocol:
        return False
    if wider.protocol is not None and not _holds(wider.ports, rule.ports, rule.protocol):
        return False
    if isinstance(wider.peer, CidrPeer) and isinstance(rule.peer, CidrPeer):
        return _is_within(rule.peer.cidr, wider.peer.cidr)
    return wider.peer == rule.peer


def _holds(wider: PortRange | None, ports: PortRange | None, protocol: int | None) -> bool:
    """Tell whether ports are within others; of ICMP, -1 is every type or code."""
    if wider is None:
        return True
    if protocol in (1, 58):
        held = ports or PortRange(-1, -1)
        return wider.first in (-1, held.first) and wider.last in (-1, held.last)
    held = ports or EVERY_PORT
    return wider.first <= held.first and held.last <= wider.last


def _is_within(inner: object, outer: object) -> bool:
    same = getattr(inner, "version", None) == getattr(outer, "version", 0)
    return same and bool(inner.subnet_of(outer))  # type: ignore[attr-defined]


def _acls(state: State) -> Iterator[Standing]:
    for acl in state.network.all(NetworkAcl):
        for at, entry in enumerate(acl.entries):
            before = next((one for one in acl.entries[:at] if _decides_first(one, entry)), None)
            if before is not None:
                way = "egress" if entry.egress else "ingress"
                yield Standing(
                    Code.ACL_ENTRY_SHADOWED,
                    acl.id,
                    f"entry {before.number} decides about all that it is about",
                    "delete-network-acl-entry, or give it a lower number",
                    f"{way} {entry.number}",
                )


def _decides_first(earlier: NetworkAclEntry, entry: NetworkAclEntry) -> bool:
    return (
        earlier.egress is entry.egress
        and earlier.number < entry.number
        and _is_within(entry.cidr, earlier.cidr)
        and earlier.protocol in (None, entry.protocol)
        and (earlier.protocol is None or _holds(earlier.ports, entry.ports, entry.protocol))
    )


LOOKS: tuple[Look, ...] = (
    _blackholes,
    *standing_endpoints.LOOKS,
    _services,
    _groups,
    _acls,
)
