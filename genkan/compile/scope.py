"""Scopes: which part of the program a change can touch.

A VPC is one, and beside it each endpoint, interface, subnet and security group of it and the
members of its groups; a hosted zone one, each name in a zone one, a health check one, what is
outside them another. What changes a VPC changes its subnets, groups and members with it. An
endpoint comes and goes without the VPC being looked at, unless it is more to it than a door: a
route's target, for example; and so do the rules of a group, unless what they let pass whole
changes: that says what of its wearers is tracked.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from genkan.compile import (
    dns_firewall,
    endpoint_checks,
    endpoint_parts,
    hosted_zones,
    peering,
    records,
    resolver_endpoints,
    security_groups,
    site,
    subnet_parts,
    vpc,
)
from genkan.compile.balanced_targets import serving
from genkan.compile.part import Part
from genkan.compile.record_health import owners_by_balancers, owners_by_check, owners_evaluating
from genkan.model.account import AccessKey, Account, KeyPair
from genkan.model.block_public_access import (
    BlockPublicAccessExclusion,
    BlockPublicAccessOptions,
)
from genkan.model.dns_firewall import FirewallDomainList, FirewallRuleGroup
from genkan.model.elastic_ip import ElasticIp
from genkan.model.endpoint_health import EndpointHealth
from genkan.model.endpoint_service import EndpointService
from genkan.model.flow_log import FlowLog
from genkan.model.hosted_service import HostedService
from genkan.model.hosted_zone import HealthCheck, HostedZone, ResourceRecordSet
from genkan.model.instance import Instance
from genkan.model.load_balancer import Listener, LoadBalancer, LoadBalancerType
from genkan.model.nat_gateway import NatGateway
from genkan.model.network import Change, Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.peering import VpcPeeringConnection
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication
from genkan.model.resolver import ResolverEndpoint, ResolverRule
from genkan.model.resource import Resource
from genkan.model.route_table import ListDestination, RouteTable
from genkan.model.security_group import Direction, ListPeer, SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType
from genkan.model.vpn import VpnConnection, VpnGateway

Scope = str  # the id of a VPC, hosted zone or flow log, the owner of record sets, SITE, or as below
SITE = ""
ENDPOINT, INTERFACE, SUBNET, MEMBERS = "endpoint:", "interface:", "subnet:", "members:"
CHECK = "check:"  # a health check of Route 53
DOMAINS = "domains:"  # a list of DNS Firewall's
GROUP = "group:"
PARTS: dict[str, Callable[[Network, str], Iterator[Part]]] = {
    ENDPOINT: endpoint_parts.parts,
    INTERFACE: records.parts,
    SUBNET: subnet_parts.parts,
    MEMBERS: vpc.member_parts,
    CHECK: endpoint_checks.parts,
    DOMAINS: dns_firewall.list_parts,
    GROUP: vpc.group_parts,
}


def every_scope(network: Network) -> list[Scope]:
    zones = (zone.id for zone in network.all(HostedZone))
    owners = dict.fromkeys(row.owner for row in network.all(ResourceRecordSet))
    logs = (log.id for log in network.all(FlowLog))
    vpcs = [one.id for one in network.all(Vpc)]
    return [
        SITE,
        *vpcs,
        *(MEMBERS + name for name in vpcs),
        *(SUBNET + one.id for one in network.all(Subnet)),
        *(GROUP + one.id for one in network.all(SecurityGroup)),
        *(ENDPOINT + one.id for one in network.all(VpcEndpoint)),
        *(INTERFACE + one.id for one in network.all(NetworkInterface)),
        *(DOMAINS + one.id for one in network.all(FirewallDomainList)),
        *(CHECK + one.id for one in network.all(HealthCheck)),
        *zones,
        *owners,
        *logs,
    ]


def parts_of(network: Network, scope: Scope) -> Iterator[Part]:
    """Give the parts of a scope; none for one that is gone."""
    if scope == SITE:
        return site.parts(network)
    if "/" in scope:
        return hosted_zones.record_parts(network, scope)
    kind, found, name = scope.partition(":")
    if found:
        return PARTS[kind + found](network, name)
    zone = network.get(HostedZone, scope)
    if zone is not None:
        return hosted_zones.parts(network, zone)
    log = network.get(FlowLog, scope)
    if log is not None:
        return records.log_parts(log)
    return vpc.parts(network, scope)


def touched(before: Network, after: Network, change: Change) -> set[Scope]:
    """Give the scopes whose program `change`, which led from `before` to `after`, can alter."""
    scopes: set[Scope] = set()
    for kind_and_id in (*((put.kind, put.id) for put in change.puts), *change.deletes):
        old, new = (network.find(*kind_and_id) for network in (before, after))
        if isinstance(old, SecurityGroup) and isinstance(new, SecurityGroup):
            scopes |= _of_group(after, old, new)
            continue
        scopes |= _scopes_of(before, old) if old is not None else set()
        scopes |= _scopes_of(after, new) if new is not None else set()
    scopes |= _named_otherwise(before, after, scopes)
    vpcs = {scope for scope in scopes if after.get(Vpc, scope)}
    scopes.update(owners_by_balancers(before, after, vpcs))
    return scopes.union(*(_within(network, scopes) for network in (before, after)))


def _within(network: Network, scopes: Iterable[Scope]) -> Iterator[Scope]:
    """Give what belongs to the VPCs among `scopes`, whatever of them changed."""
    for scope in scopes:
        if network.get(Vpc, scope):
            yield MEMBERS + scope
            yield from (GROUP + one.id for one in security_groups.groups_in(network, scope))
            yield from (SUBNET + one.id for one in network.where(Subnet, vpc_id=scope))


def _of_group(network: Network, old: SecurityGroup, new: SecurityGroup) -> set[Scope]:
    """Give the scopes that read a group that changed: its own and the members that its rules name,
    and where more than rules changed, or load balancers wear it, all of its VPCs."""
    own = {GROUP + new.id, *(MEMBERS + vpc_id for vpc_id in new.vpcs)}
    same = (old.vpcs, old.group_name) == (new.vpcs, new.group_name) and all(
        security_groups.let_pass_whole(old, way) == security_groups.let_pass_whole(new, way)
        for way in Direction
    )
    if same and not any(network.holding(LoadBalancer, group_ids=new.id)):
        return own
    return {*own, *old.vpcs, *new.vpcs}


def _named_otherwise(before: Network, after: Network, vpcs: set[Scope]) -> set[Scope]:
    """Give the endpoints that lead to load balancers of `vpcs` where another zone serves than
    before: their names change."""
    balancers = (one for vpc_id in vpcs for one in after.where(LoadBalancer, vpc_id=vpc_id))
    return {
        scope
        for one in balancers
        if one.type is LoadBalancerType.NETWORK
        and (served := _served(after, one))
        and serving(before, one) != serving(after, one)
        for scope in served
    }


def _scopes_of(network: Network, resource: Resource) -> set[Scope]:
    match resource:
        case Vpc():
            zones = (zone.id for zone in hosted_zones.zones_of(network, resource))
            ends = peering.ends_of(network, resource.id)
            checks = (CHECK + name for name in endpoint_checks.checks_of(network, resource))
            return {resource.id, *zones, *ends, *checks, *_doors(network, resource)}
        case VpnConnection():
            gateway = network.get(VpnGateway, resource.vpn_gateway_id)
            return {gateway.vpc_id} if gateway and gateway.vpc_id else set()
        case VpcPeeringConnection():
            return {resource.requester.vpc, resource.accepter.vpc}
        case HostedZone() | FlowLog():
            return {resource.id}
        case ResourceRecordSet():
            return {resource.owner, *owners_evaluating(network, [resource.owner])}
        case HealthCheck():
            return {CHECK + resource.id, *owners_by_check(network, resource.id)}
        case EndpointHealth():
            return set(owners_by_check(network, resource.id))
        case EndpointService():
            return _consumers(network, resource)
        case LoadBalancer():
            worn = _worn(resource.network_interface_ids)
            return {resource.vpc_id, *worn, *_served(network, resource)}
        case Listener():
            balancer = network.get(LoadBalancer, resource.load_balancer)
            return {balancer.vpc_id} if balancer else set()
        case Subnet():
            balancers = network.where(LoadBalancer, vpc_id=resource.vpc_id)
            stand = (one for one in balancers if resource.id in one.subnet_ids)
            own = {resource.vpc_id, SUBNET + resource.id}
            return own.union(*(_served(network, one) for one in stand))
        case VpcEndpoint():
            named = owners_evaluating(network, [resource.id])
            own = {ENDPOINT + resource.id, *_worn(resource.network_interface_ids), *named}
            return own if _is_a_door(network, resource) else {*own, resource.vpc_id}
        case NetworkInterface():
            return _of_interface(network, resource)
        case Instance():
            interfaces = network.where(NetworkInterface, instance_id=resource.id)
            return {resource.vpc_id, *_worn(one.id for one in interfaces)}
        case NatGateway():
            return {resource.vpc_id, *_worn([resource.network_interface_id])}
        case ElasticIp():
            interface = network.get(NetworkInterface, resource.network_interface_id)
            return {interface.vpc_id} if interface else set()
        case KeyPair():
            launched = network.where(Instance, key_name=resource.key_name)
            return {instance.vpc_id for instance in launched}
        case BlockPublicAccessOptions(account=account, region=region):
            vpcs = network.all(Vpc)
            return {vpc.id for vpc in vpcs if (vpc.account, vpc.region) == (account, region)}
        case BlockPublicAccessExclusion(subnet_id=str(subnet_id)):
            subnet = network.get(Subnet, subnet_id)
            return {subnet.vpc_id} if subnet else set()
        case AccessKey(expires_at=datetime()):
            return {SITE}  # no instance is given one
        case ResolverEndpoint():
            return {resource.vpc_id, *resolver_endpoints.followers(network, resource)}
        case ResolverRule():
            return set(resolver_endpoints.followers(network, resource))
        case FirewallRuleGroup():
            lists = (DOMAINS + name for name in resource.list_ids)
            return {*dns_firewall.filtered_by(network, resource), *lists}
        case FirewallDomainList():
            return {DOMAINS + resource.id}
        case HostedService():
            endpoints = network.where(VpcEndpoint, service_name=resource.service_name)
            return {ENDPOINT + one.id for one in endpoints}
        case ManagedPrefixList():
            return _naming(network, resource.id)
        case SecurityGroup():
            return set(resource.vpcs)
        case Account() | AccessKey():
            return set(every_scope(network))
    vpc_id = getattr(resource, "vpc_id", None)
    return {vpc_id} if vpc_id else set()


def _worn(interface_ids: Iterable[str]) -> Iterator[Scope]:
    """Give the scopes of interfaces whose wearer changed."""
    return (INTERFACE + name for name in interface_ids)


def _doors(network: Network, vpc: Vpc) -> Iterator[Scope]:
    """Give the endpoints and the interfaces of a VPC."""
    yield from (ENDPOINT + one.id for one in network.where(VpcEndpoint, vpc_id=vpc.id))
    yield from _worn(one.id for one in network.where(NetworkInterface, vpc_id=vpc.id))


def _of_interface(network: Network, interface: NetworkInterface) -> set[Scope]:
    """Give the scopes that read an interface: its own, its subnet's, the endpoints' and groups'
    that it is of, and unless it is an endpoint's alone all of its VPC."""
    balancers = network.holding(LoadBalancer, network_interface_ids=interface.id)
    endpoints = network.holding(VpcEndpoint, network_interface_ids=interface.id)
    return {
        INTERFACE + interface.id,
        SUBNET + interface.subnet_id,
        *(CHECK + name for name in endpoint_checks.checks_of(network, interface)),
        *(ENDPOINT + one.id for one in endpoints),
        *_naming_its_groups(network, interface),
        *(() if _is_of_a_door(network, interface) else (interface.vpc_id,)),
    }.union(*(_served(network, one) for one in balancers))


def _is_a_door(network: Network, endpoint: VpcEndpoint) -> bool:
    """Tell whether an endpoint is an address with a service behind it and nothing to its VPC."""
    interface = endpoint.endpoint_type is VpcEndpointType.INTERFACE
    return interface and not _is_a_target(network, endpoint.vpc_id, endpoint.id)


def _is_of_a_door(network: Network, interface: NetworkInterface) -> bool:
    """Tell whether an interface is an endpoint's and nothing else: no instance or process wears it,
    nothing public leads to it, and no route."""
    return (
        interface.interface_type is InterfaceType.VPC_ENDPOINT
        and interface.instance_id is None
        and interface.public_ip is None
        and not interface.ipv6_addresses  # the VPC closes its gateways to them
        and network.get(ProcessAttachment, interface.id) is None
        and not any(network.where(ElasticIp, network_interface_id=interface.id))
        and not any(network.where(Publication, network_interface_id=interface.id))
        and not _is_a_target(network, interface.vpc_id, interface.id)
    )


def _is_a_target(network: Network, vpc_id: str, name: str) -> bool:
    tables = network.where(RouteTable, vpc_id=vpc_id)
    return any(route.target.id == name for table in tables for route in table.routes)


def _naming_its_groups(network: Network, interface: NetworkInterface) -> set[Scope]:
    """Give the members of the VPCs whose rules name a group that an interface wears."""
    naming = {
        vpc_id
        for worn in interface.group_ids
        for group in network.holding(SecurityGroup, named_groups=worn)
        for vpc_id in group.vpcs
    }
    near = {interface.vpc_id}
    if naming - near:
        near.update(peering.peers_of(network, interface.vpc_id))
    return {MEMBERS + vpc_id for vpc_id in naming & near}


def _served(network: Network, balancer: LoadBalancer) -> set[Scope]:
    """Give the endpoints to the services that stand on a load balancer."""
    services = network.all(EndpointService)
    theirs = (one for one in services if balancer.id in one.load_balancers)
    return set().union(*(_consumers(network, one) for one in theirs))


def _consumers(network: Network, service: EndpointService) -> set[Scope]:
    """Give the endpoints to a service, and their interfaces."""
    endpoints = network.where(VpcEndpoint, service_name=service.service_name)
    return {
        scope
        for one in endpoints
        for scope in (ENDPOINT + one.id, *_worn(one.network_interface_ids))
    }


def _naming(network: Network, prefix_list_id: str) -> set[Scope]:
    """Give the VPCs whose security groups or routes name a prefix list."""
    peer, destination = ListPeer(prefix_list_id), ListDestination(prefix_list_id)
    groups = (
        vpc_id
        for group in network.all(SecurityGroup)
        for vpc_id in group.vpcs
        if any(rule.peer == peer for rule in group.rules)
    )
    tables = (
        table.vpc_id
        for table in network.all(RouteTable)
        if any(route.destination == destination for route in table.routes)
    )
    return {*groups, *tables}
