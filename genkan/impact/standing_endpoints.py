"""Findings about endpoints: those that nobody reaches or that names lead past, that take no
packets, allow nothing, swallow names, or whose service's callers lack something else."""

from collections.abc import Callable, Iterator
from functools import cache

from genkan.impact import policies
from genkan.impact.blocks import Blocks
from genkan.impact.code import Why
from genkan.impact.groups import Group, groups_of
from genkan.impact.needs import Needed, met
from genkan.impact.outlook import Flow, Verdict, look
from genkan.impact.standing_kinds import Code, Look, Standing
from genkan.impact.state import State
from genkan.impact.target import HTTPS, Kind, Target
from genkan.model.catalogue.needs import needs_of
from genkan.model.catalogue.services import find_service
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.hosted_service import find_any
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import RouteTable
from genkan.model.security_group import Direction, GroupPeer, SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.policy import action_prefix
from genkan.program.names import RecordSet
from genkan.program.service import EndpointPolicy

WILDCARD = "*."
HAS_A_PATH = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE)


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
    groups = _groups(state)
    for endpoint in state.network.all(VpcEndpoint):
        if endpoint.endpoint_type is not VpcEndpointType.INTERFACE:
            continue
        if endpoint.state not in HAS_A_PATH:
            continue
        vpcs = (endpoint.vpc_id, *state.index.peers.get(endpoint.vpc_id, ()))
        senders = [one for vpc in vpcs for one in groups(vpc)]
        if senders and not any(_opens(state, sender, endpoint) for sender in senders):
            yield Standing(
                Code.ENDPOINT_UNREACHABLE,
                endpoint.id,
                f"none of the {sum(len(one.members) for one in senders)} interfaces here gets "
                "through to it, at any port where it answers",
                "genkan trace, from one that should",
            )


def _groups(state: State) -> Callable[[str], list[Group]]:
    """Give what gives the groups of a VPC, read once."""
    blocks = Blocks(state.program)
    return cache(lambda vpc: groups_of(state, state, blocks, vpc))


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


def _unavailable(state: State) -> Iterator[Standing]:
    """Find endpoints that take no packets: nobody accepted them, or they failed."""
    for endpoint in state.network.all(VpcEndpoint):
        if endpoint.state in (*HAS_A_PATH, VpcEndpointState.DELETING):
            continue
        waits = endpoint.state in (VpcEndpointState.PENDING_ACCEPTANCE, VpcEndpointState.REJECTED)
        yield Standing(
            Code.ENDPOINT_NOT_AVAILABLE,
            endpoint.id,
            f"it is {endpoint.state.value}, and takes no packets",
            f"accept-vpc-endpoint-connections, by the service's owner{_owner(state, endpoint)}"
            if waits
            else "delete-vpc-endpoints, and make it anew",
        )


def _owner(state: State, endpoint: VpcEndpoint) -> str:
    """Give who owns an endpoint's service, where that is another account that is known."""
    service = state.network.get(EndpointService, service_id_of(endpoint.service_name))
    other = service is not None and service.account != endpoint.account
    return f", account {service.account}" if service and other else ""


def _lacking(state: State) -> Iterator[Standing]:
    """Find endpoints whose service's callers do not get what they need besides."""
    groups = _groups(state)
    for endpoint in state.network.all(VpcEndpoint):
        service = find_service(endpoint.service_name, endpoint.region)
        for need in needs_of(service.code) if service and endpoint.state in HAS_A_PATH else ():
            senders = groups(endpoint.vpc_id)
            looked = [(one, met(state, one, need, endpoint.region)) for one in senders]
            lacks = [(one, found) for one, found in looked if not found.is_met]
            if lacks:
                yield _lack(endpoint, lacks[0][1], sum(len(one.members) for one, _ in lacks))


def _lack(endpoint: VpcEndpoint, first: Needed, count: int) -> Standing:
    codes = ", ".join(first.outlook.codes)
    return Standing(
        Code.ENDPOINT_LACKS_NEED,
        endpoint.id,
        f"{count} interfaces here do not get {first.name} ({codes}): {first.need.why}",
        first.need.instead or "genkan trace, from one of them to the service, tells the fix",
        first.name,
    )


LOOKS: tuple[Look, ...] = (_endpoints, _unavailable, _lacking, _unreachable, _policies)
