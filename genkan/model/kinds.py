"""Every kind of resource by its name, for whoever reads one back from text."""

from genkan.model.account import (
    AccessKey,
    Account,
    IdempotentCall,
    InstanceMetadataDefaults,
    KeyPair,
)
from genkan.model.block_public_access import (
    BlockPublicAccessExclusion,
    BlockPublicAccessOptions,
)
from genkan.model.dhcp_options import DhcpOptions
from genkan.model.dns_firewall import (
    FirewallConfig,
    FirewallDomainList,
    FirewallRuleGroup,
    FirewallRuleGroupAssociation,
)
from genkan.model.elastic_ip import AddressTransfer, ElasticIp
from genkan.model.endpoint_health import EndpointHealth
from genkan.model.endpoint_service import (
    ConnectionNotification,
    EndpointConnection,
    EndpointService,
    ServicePermission,
)
from genkan.model.flow_log import FlowLog
from genkan.model.hosted_service import HostedService
from genkan.model.hosted_zone import (
    DelegationSet,
    HealthCheck,
    HostedZone,
    QueryLoggingConfig,
    ResourceRecordSet,
    ZoneChange,
)
from genkan.model.instance import Instance
from genkan.model.load_balancer import Listener, LoadBalancer, TargetGroup
from genkan.model.nat_gateway import NatGateway
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_insights import (
    NetworkInsightsAccessScope,
    NetworkInsightsAccessScopeAnalysis,
    NetworkInsightsAnalysis,
    NetworkInsightsPath,
)
from genkan.model.network_interface import NetworkInterface, NetworkInterfacePermission
from genkan.model.peering import VpcPeeringConnection
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication
from genkan.model.quota import ServiceQuota
from genkan.model.resolver import (
    QueryLogAssociation,
    QueryLogConfig,
    ResolverConfig,
    ResolverDnssecConfig,
    ResolverEndpoint,
    ResolverRule,
    ResolverRuleAssociation,
)
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet, SubnetCidrReservation
from genkan.model.target_health import TargetHealth
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.model.vpn import CustomerGateway, VpnConnection, VpnGateway

KINDS: dict[str, type[Resource]] = {
    of.kind: of
    for of in (
        Account,
        AccessKey,
        IdempotentCall,
        KeyPair,
        InstanceMetadataDefaults,
        Vpc,
        InternetGateway,
        EgressOnlyInternetGateway,
        DhcpOptions,
        NetworkAcl,
        ManagedPrefixList,
        VpcPeeringConnection,
        BlockPublicAccessOptions,
        BlockPublicAccessExclusion,
        FlowLog,
        CustomerGateway,
        VpnGateway,
        VpnConnection,
        ServiceQuota,
        NetworkInsightsPath,
        NetworkInsightsAnalysis,
        NetworkInsightsAccessScope,
        NetworkInsightsAccessScopeAnalysis,
        Subnet,
        SubnetCidrReservation,
        RouteTable,
        SecurityGroup,
        NetworkInterface,
        NetworkInterfacePermission,
        ElasticIp,
        AddressTransfer,
        NatGateway,
        Instance,
        VpcEndpoint,
        HostedZone,
        ResourceRecordSet,
        ZoneChange,
        HealthCheck,
        DelegationSet,
        QueryLoggingConfig,
        ResolverEndpoint,
        ResolverRule,
        ResolverRuleAssociation,
        ResolverConfig,
        ResolverDnssecConfig,
        QueryLogConfig,
        QueryLogAssociation,
        FirewallDomainList,
        FirewallRuleGroup,
        FirewallRuleGroupAssociation,
        FirewallConfig,
        LoadBalancer,
        Listener,
        TargetGroup,
        EndpointService,
        ServicePermission,
        EndpointConnection,
        ConnectionNotification,
        Publication,
        HostedService,
        ProcessAttachment,
        TargetHealth,
        EndpointHealth,
    )
}
