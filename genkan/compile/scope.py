"""Scopes: which part of the program a change can touch. A VPC is one, a hosted zone one, each
name in a zone one, what is outside them another."""

from collections.abc import Iterator
from datetime import datetime

from genkan.compile import hosted_zones, peering, records, resolver_endpoints, site, vpc
from genkan.compile.balanced_targets import serving
from genkan.compile.part import Part
from genkan.compile.security_groups import referenced_groups
from genkan.model.account import AccessKey, Account, KeyPair
from genkan.model.block_public_access import (
    BlockPublicAccessExclusion,
    BlockPublicAccessOptions,
)
from genkan.model.elastic_ip import ElasticIp
from genkan.model.endpoint_service import EndpointService
from genkan.model.flow_log import FlowLog
from genkan.model.hosted_service import HostedService
from genkan.model.hosted_zone import HostedZone, ResourceRecordSet
from genkan.model.instance import Instance
from genkan.model.load_balancer import Listener, LoadBalancer, LoadBalancerType
from genkan.model.network import Change, Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import VpcPeeringConnection
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.resolver import ResolverEndpoint, ResolverRule
from genkan.model.resource import Resource
from genkan.model.route_table import ListDestination, RouteTable
from genkan.model.security_group import ListPeer, SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.model.vpn import VpnConnection, VpnGateway

Scope = str  # the id of a VPC, a hosted zone or a flow log, the owner of record sets, or SITE
SITE = ""


def every_scope(network: Network) -> list[Scope]:
    zones = (zone.id for zone in network.all(HostedZone))
    owners = dict.fromkeys(row.owner for row in network.all(ResourceRecordSet))
    logs = (log.id for log in network.all(FlowLog))
    return [SITE, *(vpc.id for vpc in network.all(Vpc)), *zones, *owners, *logs]


def parts_of(network: Network, scope: Scope) -> Iterator[Part]:
    """Give the parts of a scope; none for one that is gone."""
    if scope == SITE:
        return site.parts(network)
    if "/" in scope:
        return hosted_zones.record_parts(network, scope)
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
        for network in (before, after):
            resource = network.find(*kind_and_id)
            if resource is not None:
                scopes |= _scopes_of(network, resource)
    return scopes | _named_otherwise(before, after, scopes)


def _named_otherwise(before: Network, after: Network, vpcs: set[Scope]) -> set[Scope]:
    """Give the VPCs with endpoints that lead to load balancers of `vpcs` where another zone serves
    than before: their names change."""
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
            return {resource.id, *zones, *peering.ends_of(network, resource.id)}
        case VpnConnection():
            gateway = network.get(VpnGateway, resource.vpn_gateway_id)
            return {gateway.vpc_id} if gateway and gateway.vpc_id else set()
        case VpcPeeringConnection():
            return {resource.requester.vpc, resource.accepter.vpc}
        case HostedZone() | FlowLog():
            return {resource.id}
        case ResourceRecordSet():
            return {resource.owner}
        case EndpointService():
            return _consumers(network, resource)
        case LoadBalancer():
            return {resource.vpc_id, *_served(network, resource)}
        case Listener():
            balancer = network.get(LoadBalancer, resource.load_balancer)
            return {balancer.vpc_id} if balancer else set()
        case Subnet():
            balancers = network.where(LoadBalancer, vpc_id=resource.vpc_id)
            stand = (one for one in balancers if resource.id in one.subnet_ids)
            return {resource.vpc_id}.union(*(_served(network, one) for one in stand))
        case NetworkInterface():
            balancers = network.where(LoadBalancer, vpc_id=resource.vpc_id)
            worn = (one for one in balancers if resource.id in one.network_interface_ids)
            served = {resource.vpc_id}.union(*(_served(network, one) for one in worn))
            return served | _naming_its_groups(network, resource)
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
        case HostedService():
            name = resource.service_name
            return {one.vpc_id for one in network.where(VpcEndpoint, service_name=name)}
        case ManagedPrefixList():
            return _naming(network, resource.id)
        case Account() | AccessKey():
            return set(every_scope(network))
    vpc_id = getattr(resource, "vpc_id", None)
    return {vpc_id} if vpc_id else set()


def _naming_its_groups(network: Network, interface: NetworkInterface) -> set[Scope]:
    """Give the peered VPCs whose rules name a group that an interface wears."""
    return {
        vpc_id
        for vpc_id in peering.peers_of(network, interface.vpc_id)
        if not set(interface.group_ids).isdisjoint(
            referenced_groups(network.where(SecurityGroup, vpc_id=vpc_id))
        )
    }


def _served(network: Network, balancer: LoadBalancer) -> set[Scope]:
    """Give the VPCs with endpoints to the services that stand on a load balancer."""
    services = network.all(EndpointService)
    theirs = (one for one in services if balancer.id in one.load_balancers)
    return set().union(*(_consumers(network, one) for one in theirs))


def _consumers(network: Network, service: EndpointService) -> set[Scope]:
    """Give the VPCs with endpoints to a service."""
    return {
        endpoint.vpc_id
        for endpoint in network.where(VpcEndpoint, service_name=service.service_name)
    }


def _naming(network: Network, prefix_list_id: str) -> set[Scope]:
    """Give the VPCs whose security groups or routes name a prefix list."""
    peer, destination = ListPeer(prefix_list_id), ListDestination(prefix_list_id)
    groups = (
        group.vpc_id
        for group in network.all(SecurityGroup)
        if any(rule.peer == peer for rule in group.rules)
    )
    tables = (
        table.vpc_id
        for table in network.all(RouteTable)
        if any(route.destination == destination for route in table.routes)
    )
    return {*groups, *tables}
