"""What is wrong, or idle, in a network as it stands: findings, each with what it is about and why.

Only what can be shown is said: of what depends on what is not known here nothing is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from genkan.impact import policies
from genkan.impact.blocks import Blocks
from genkan.impact.code import Why
from genkan.impact.groups import Group, groups_of
from genkan.impact.outlook import Flow, Verdict, look
from genkan.impact.state import State
from genkan.impact.target import HTTPS, Kind, Target
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.hosted_service import find_any
from genkan.model.load_balancer import Listener, TargetGroup
from genkan.model.network_acl import NetworkAcl, NetworkAclEntry
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import RouteTable
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.policy import action_prefix
from genkan.program.names import RecordSet
from genkan.program.route import Blackhole, Route
from genkan.program.service import EndpointPolicy

EVERY_PORT = PortRange(0, 65_535)
WILDCARD = "*."
HAS_A_PATH = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE)


class Code(Enum):
    """The kinds of findings; `warning` for what does not do what it is there for."""

    ROUTE_BLACKHOLE = "ROUTE_BLACKHOLE"
    ENDPOINT_UNREACHABLE = "ENDPOINT_UNREACHABLE"
    ENDPOINT_BYPASSED = "ENDPOINT_BYPASSED"
    ENDPOINT_SINGLE_ZONE = "ENDPOINT_SINGLE_ZONE"
    ENDPOINT_WITHOUT_ROUTE = "ENDPOINT_WITHOUT_ROUTE"
    POLICY_ALLOWS_NOTHING = "POLICY_ALLOWS_NOTHING"
    DEFAULT_GROUP_ADMITS_NOBODY = "DEFAULT_GROUP_ADMITS_NOBODY"
    PRIVATE_DNS_SWALLOWS = "PRIVATE_DNS_SWALLOWS"
    SERVICE_WITHOUT_TARGETS = "SERVICE_WITHOUT_TARGETS"
    GROUP_UNUSED = "GROUP_UNUSED"
    RULE_SHADOWED = "RULE_SHADOWED"
    RULE_MATCHES_NOBODY = "RULE_MATCHES_NOBODY"
    ACL_ENTRY_SHADOWED = "ACL_ENTRY_SHADOWED"


WARNINGS = (
    Code.ROUTE_BLACKHOLE,
    Code.ENDPOINT_UNREACHABLE,
    Code.ENDPOINT_BYPASSED,
    Code.ENDPOINT_WITHOUT_ROUTE,
    Code.POLICY_ALLOWS_NOTHING,
    Code.DEFAULT_GROUP_ADMITS_NOBODY,
    Code.SERVICE_WITHOUT_TARGETS,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`about` is an id, `rule` a rule of it; `said` why, `todo` what to do."""

    code: Code
    about: str
    said: str
    todo: str
    rule: str | None = None

    @property
    def severity(self) -> str:
        return "warning" if self.code in WARNINGS else "note"


Look = Callable[[State], Iterator[Standing]]


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


def _endpoints(state: State) -> Iterator[Standing]:
    for endpoint in state.network.all(VpcEndpoint):
        if endpoint.state not in HAS_A_PATH:
            continue
        if endpoint.endpoint_type is VpcEndpointType.INTERFACE:
            yield from _bypassed(state, endpoint)
            yield from _single_zone(state, endpoint)
            yield from _nobodys_group(state, endpoint)
            yield from _swallowing(state, endpoint)
        elif endpoint.endpoint_type is VpcEndpointType.GATEWAY and endpoint.route_table_ids:
            yield from _led_past(state, endpoint)
        elif endpoint.endpoint_type is VpcEndpointType.GATEWAY:
            yield Standing(
                Code.ENDPOINT_WITHOUT_ROUTE,
                endpoint.id,
                "no route table has its routes, so nothing goes through it",
                "modify-vpc-endpoint --add-route-table-ids",
            )


def _led_past(state: State, endpoint: VpcEndpoint) -> Iterator[Standing]:
    """Find tables that lead instances out of a VPC past a gateway endpoint of it."""
    tables = list(state.network.where(RouteTable, vpc_id=endpoint.vpc_id))
    chosen = {one.subnet_id: table.id for table in tables for one in table.associations}
    main = next((table.id for table in tables if table.is_main), "")
    used = {
        chosen.get(one.subnet_id, main)
        for one in state.network.where(NetworkInterface, vpc_id=endpoint.vpc_id)
        if one.instance_id
    }
    for table in tables:
        leads = any(getattr(one.destination, "prefixlen", None) == 0 for one in table.routes)
        if leads and table.id in used - set(endpoint.route_table_ids):
            yield Standing(
                Code.ENDPOINT_BYPASSED,
                endpoint.id,
                f"{table.id} has not its routes, and leads instances past it",
                f"modify-vpc-endpoint --add-route-table-ids {table.id}",
                table.id,
            )


def _bypassed(state: State, endpoint: VpcEndpoint) -> Iterator[Standing]:
    vpc = state.network.get(Vpc, endpoint.vpc_id)
    if vpc is None or endpoint.private_dns_inbound_only or not _has_private_names(state, endpoint):
        return
    if endpoint.private_dns_enabled and vpc.dns_support and vpc.dns_hostnames:
        return
    if endpoint.private_dns_enabled:
        why = f"{vpc.id} has no DNS support, or no DNS host names, so its private names are nowhere"
        todo = "modify-vpc-attribute --enable-dns-hostnames, and --enable-dns-support"
    else:
        why = "its private names are off: the service's own name leads past it"
        todo = "modify-vpc-endpoint --private-dns-enabled, or use its own names"
    yield Standing(Code.ENDPOINT_BYPASSED, endpoint.id, why, todo)


def _has_private_names(state: State, endpoint: VpcEndpoint) -> bool:
    provided = state.network.get(EndpointService, service_id_of(endpoint.service_name))
    if provided is not None:
        return provided.verified_name is not None
    service = find_any(state.network, endpoint.service_name, endpoint.region)
    return service is not None and bool(service.private_dns_names)


def _single_zone(state: State, endpoint: VpcEndpoint) -> Iterator[Standing]:
    subnets = [state.network.get(Subnet, name) for name in endpoint.subnet_ids]
    zones = {one.zone for one in subnets if one}
    used = {
        interface.zone
        for interface in state.network.where(NetworkInterface, vpc_id=endpoint.vpc_id)
        if interface.instance_id
    }
    if len(zones) == 1 and len(used) > 1:
        yield Standing(
            Code.ENDPOINT_SINGLE_ZONE,
            endpoint.id,
            f"it is in {next(iter(zones))} alone, and instances are in {', '.join(sorted(used))}",
            "modify-vpc-endpoint --add-subnet-ids, with a subnet of another zone",
        )


def _nobodys_group(state: State, endpoint: VpcEndpoint) -> Iterator[Standing]:
    groups = [state.network.get(SecurityGroup, name) for name in endpoint.group_ids]
    for group in groups:
        if group is None or not group.is_default or len(groups) > 1:
            continue
        rules = [one for one in group.rules if one.direction is Direction.INGRESS]
        own = [one for one in rules if one.peer == GroupPeer(group.id, group.account)]
        others = [
            one
            for one in state.network.where(NetworkInterface, vpc_id=endpoint.vpc_id)
            if group.id in one.group_ids and one.id not in endpoint.network_interface_ids
        ]
        if len(own) == len(rules) and not others:
            yield Standing(
                Code.DEFAULT_GROUP_ADMITS_NOBODY,
                endpoint.id,
                f"it wears the VPC's default group, {group.id}, which lets in its own members, and "
                "nobody else wears it",
                "modify-vpc-endpoint --add-security-group-ids, with a group that lets in who asks",
            )


def _swallowing(state: State, endpoint: VpcEndpoint) -> Iterator[Standing]:
    names = sorted(
        entry.name
        for entry in state.program.of(RecordSet)
        if entry.because.id == endpoint.id
        and entry.because.kind == "vpc-endpoint"
        and entry.name.startswith(WILDCARD)
        and endpoint.id not in entry.name
    )
    if names:
        yield Standing(
            Code.PRIVATE_DNS_SWALLOWS,
            endpoint.id,
            f"{', '.join(names)}: every name of that form answers with it in this VPC, those of "
            "other accounts and of public things too",
            "know who asks for such names, or turn private names off",
        )


def _unreachable(state: State) -> Iterator[Standing]:
    """Find endpoints whose addresses no interface of their VPC, or of a peer, can reach."""
    blocks = Blocks(state.program)
    held: dict[str, list[Group]] = {}
    for endpoint in state.network.all(VpcEndpoint):
        if endpoint.endpoint_type is not VpcEndpointType.INTERFACE:
            continue
        if endpoint.state not in HAS_A_PATH:
            continue
        senders = []
        for vpc in (endpoint.vpc_id, *state.index.peers.get(endpoint.vpc_id, ())):
            if vpc not in held:
                held[vpc] = groups_of(state, state, blocks, vpc)
            senders += held[vpc]
        if senders and not any(_opens(state, sender, endpoint) for sender in senders):
            yield Standing(
                Code.ENDPOINT_UNREACHABLE,
                endpoint.id,
                f"none of the {sum(len(one.members) for one in senders)} interfaces here gets "
                "through to it, at any port where it answers",
                "genkan trace, from one that should",
            )


def _opens(state: State, sender: Group, endpoint: VpcEndpoint) -> bool:
    ports = state.index.ports.get(endpoint.id) or [HTTPS]
    for name in endpoint.network_interface_ids:
        interface = state.network.get(NetworkInterface, name)
        if interface is None:
            continue
        target = Target(Kind.BALANCER, name, fixed=tuple(interface.addresses))
        flows = (Flow(version, *port) for version in sender.versions for port in ports)
        looked = (look(state, sender, target, flow).verdict for flow in flows)
        if any(verdict is not Verdict.BLOCKED for verdict in looked):
            return True
    return False


def _policies(state: State) -> Iterator[Standing]:
    for entry in state.program.of(EndpointPolicy):
        if policies.judge(entry, _actions_of(state, entry.endpoint)) in (
            Why.VPCE_POLICY_IMPLICIT_DENY,
            Why.VPCE_POLICY_EXPLICIT_DENY,
        ):
            yield Standing(
                Code.POLICY_ALLOWS_NOTHING,
                entry.endpoint,
                "no statement of its policy allows anything of its service, or one denies all",
                "add a statement with Effect Allow",
            )


def _actions_of(state: State, endpoint_id: str) -> str:
    """Give the prefix of the actions of the service that an endpoint leads to."""
    endpoint = state.network.get(VpcEndpoint, endpoint_id)
    service = find_any(state.network, endpoint.service_name, endpoint.home) if endpoint else None
    return action_prefix(service.signing_name or service.code) if service else ""


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
    _endpoints,
    _unreachable,
    _policies,
    _services,
    _groups,
    _acls,
)
