"""One network with some of everything, as resources to put in any order."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from genkan.model.account import AccessKey, Account, KeyPair
from genkan.model.block_public_access import BlockPublicAccessExclusion, ExclusionMode
from genkan.model.dhcp_options import DhcpConfiguration, DhcpOptions
from genkan.model.elastic_ip import ElasticIp
from genkan.model.endpoint_service import (
    ConnectionNotification,
    DnsNameState,
    EndpointConnection,
    EndpointService,
    PrivateDnsName,
    ServicePermission,
)
from genkan.model.flow_log import FlowLog
from genkan.model.hosted_service import HostedService
from genkan.model.hosted_zone import (
    GLOBAL,
    AliasTarget,
    HostedZone,
    ResourceRecordSet,
    Routing,
    ZoneVpc,
    record_set_id,
)
from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import (
    Forward,
    HealthCheck,
    Listener,
    LoadBalancer,
    LoadBalancerState,
    LoadBalancerType,
    Target,
    TargetGroup,
    TargetType,
)
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network_acl import NetworkAcl, NetworkAclAssociation, NetworkAclEntry
from genkan.model.network_insights import (
    NetworkInsightsAccessScope,
    NetworkInsightsAccessScopeAnalysis,
    NetworkInsightsAnalysis,
    NetworkInsightsPath,
)
from genkan.model.network_interface import (
    Attachment,
    InterfaceType,
    NetworkInterface,
    NetworkInterfacePermission,
)
from genkan.model.peering import PeeringSide, PeeringState, VpcPeeringConnection
from genkan.model.prefix_list import ManagedPrefixList, PrefixListEntry, PrefixListVersion
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication
from genkan.model.resource import Resource
from genkan.model.route_table import (
    ListDestination,
    Route,
    RouteTable,
    RouteTableAssociation,
    RouteTarget,
    TargetKind,
)
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    ListPeer,
    Peer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet, SubnetCidrReservation
from genkan.model.vpc import (
    CidrAssociation,
    EgressOnlyInternetGateway,
    InternetGateway,
    Ipv6Association,
    Vpc,
)
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.model.vpn import CustomerGateway, VpnConnection, VpnConnectionState, VpnGateway

AT = datetime(2026, 1, 1, tzinfo=UTC)
MINE = {"account": "123456789012", "region": "ap-northeast-1"}
ANYWHERE = IPv4Network("0.0.0.0/0")


def whole_vpcs(scopes: set[str]) -> set[str]:
    """Give the VPCs among scopes, without what can change in a VPC by itself."""
    return {scope for scope in scopes if scope.startswith("vpc-")}


def rule(name: str, direction: Direction, peer: Peer, port: int | None = None):
    return SecurityGroupRule(
        id=name,
        direction=direction,
        protocol=None if port is None else 6,
        ports=None if port is None else PortRange(port, port),
        peer=peer,
    )


def interface(name: str, subnet: str, address: str, **more) -> NetworkInterface:
    return NetworkInterface(
        id=name,
        vpc_id="vpc-1",
        subnet_id=subnet,
        zone="ap-northeast-1a",
        mac="02:00:00:00:00:" + address.rsplit(".", 1)[1].zfill(2)[-2:],
        private_addresses=(IPv4Address(address),),
        **{"group_ids": ("sg-app",), **more},
        **MINE,
    )


def attached(instance_id: str, device_index: int = 0) -> Attachment:
    return Attachment(
        id="eni-attach-1",
        instance_id=instance_id,
        instance_owner=MINE["account"],
        device_index=device_index,
        attached_at=AT,
    )


def instance(name: str, subnet: str, state: InstanceState = InstanceState.RUNNING) -> Instance:
    return Instance(
        id=name,
        reservation_id="r-1",
        vpc_id="vpc-1",
        subnet_id=subnet,
        zone="ap-northeast-1a",
        image_id="ami-genkan",
        instance_type="t3.micro",
        state=state,
        launched_at=AT,
        tags=(("Name", name.removeprefix("i-")),),
        **MINE,
    )


def endpoint(
    state: VpcEndpointState = VpcEndpointState.AVAILABLE, private_dns: bool = True
) -> VpcEndpoint:
    return VpcEndpoint(
        id="vpce-1",
        vpc_id="vpc-1",
        service_name="com.amazonaws.ap-northeast-1.monitoring",
        endpoint_type=VpcEndpointType.INTERFACE,
        state=state,
        created_at=AT,
        dns_suffix="abcd1234",
        hosted_zone_id="Z1",
        subnet_ids=("subnet-back",),
        group_ids=("sg-vpce",),
        network_interface_ids=("eni-vpce",),
        private_dns_enabled=private_dns,
        **MINE,
    )


def balancer(
    name: str,
    interface: str,
    internal: bool = True,
    state: LoadBalancerState = LoadBalancerState.ACTIVE,
) -> LoadBalancer:
    where = f"{MINE['region']}:{MINE['account']}"
    return LoadBalancer(
        id=f"arn:aws:elasticloadbalancing:{where}:loadbalancer/net/{name}/0123",
        load_balancer_name=name,
        type=LoadBalancerType.NETWORK,
        internal=internal,
        vpc_id="vpc-1",
        state=state,
        created_at=AT,
        subnet_ids=("subnet-back",),
        network_interface_ids=(interface,),
        **MINE,
    )


def provided() -> list[Resource]:
    """Give an endpoint service, and what it stands on."""
    arn = balancer("Orders", "eni-nlb").id
    group = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/app/1"
    proof = PrivateDnsName(
        name="api.example.com", state=DnsNameState.VERIFIED, record="_a", value="vpce:a"
    )
    check = HealthCheck(
        protocol="TCP",
        port=None,
        interval=30,
        timeout=10,
        healthy_threshold=5,
        unhealthy_threshold=2,
    )
    return [
        TargetGroup(
            id=group,
            target_group_name="app",
            protocol="TCP",
            port=443,
            vpc_id="vpc-1",
            target_type=TargetType.IP,
            health_check=check,
            targets=(Target(id="172.16.2.4", port=443),),
            **MINE,
        ),
        Listener(
            id=arn.replace("loadbalancer", "listener") + "/1",
            load_balancer=arn,
            protocol="TCP",
            port=443,
            forwards=(Forward(target_group=group),),
            **MINE,
        ),
        EndpointService(
            id="vpce-svc-1",
            service_type=VpcEndpointType.INTERFACE,
            load_balancers=(arn,),
            zones=("ap-northeast-1a",),
            private_dns=proof,
            **MINE,
        ),
        ServicePermission(
            id="vpce-svc-perm-1",
            service_id="vpce-svc-1",
            principal="*",
            principal_type="All",
            **MINE,
        ),
        EndpointConnection(
            id="vpce-con-1",
            service_id="vpce-svc-1",
            endpoint_id="vpce-2",
            endpoint_account="210987654321",
            created_at=AT,
            **MINE,
        ),
        ConnectionNotification(
            id="vpce-nfn-1",
            topic="arn:aws:sns:ap-northeast-1:123456789012:topic",
            events=("Accept",),
            service_id="vpce-svc-1",
            **MINE,
        ),
    ]


def hosted_zone(name: str, *vpcs: str, id: str) -> HostedZone:
    return HostedZone(
        id=id,
        account=MINE["account"],
        region=GLOBAL,
        zone_name=name,
        caller_reference=id,
        private=bool(vpcs),
        name_servers=("ns-0.test",),
        vpcs=tuple(ZoneVpc(region=MINE["region"], vpc_id=vpc) for vpc in vpcs),
    )


def records(zone: str, name: str, of_type: str, *values: str, **more) -> ResourceRecordSet:
    """A record set; `routing` or `alias` (zone and name) if it has one."""
    alias = more.pop("alias", None)
    routing = more.get("routing")
    if alias:
        more["alias"] = AliasTarget(
            hosted_zone_id=alias[0], dns_name=alias[1], evaluate_target_health=False
        )
    return ResourceRecordSet(
        id=record_set_id(zone, name, of_type, routing.set_identifier if routing else None),
        account=MINE["account"],
        region=GLOBAL,
        zone_id=zone,
        record_name=name,
        record_type=of_type,
        values=values,
        **{"ttl": 60 if values else None, **more},
    )


ENDPOINT_NAME = "vpce-1-abcd1234.monitoring.ap-northeast-1.vpce.amazonaws.com."


def zones() -> list[Resource]:
    """A private zone with records of every policy, and a public one."""
    return [
        hosted_zone("corp.test.", "vpc-1", "vpc-gone", id="ZPRIVATE"),
        records("ZPRIVATE", "corp.test.", "SOA", "ns. host. 1 2 3 4 5", ttl=900),
        records("ZPRIVATE", "app.corp.test.", "A", "10.0.0.2", "10.0.0.1"),
        records("ZPRIVATE", "app.corp.test.", "TXT", '"a\\040b"'),
        records("ZPRIVATE", "\\052.corp.test.", "CNAME", "app.corp.test"),
        records("ZPRIVATE", "metrics.corp.test.", "A", alias=("ZVPCE", ENDPOINT_NAME)),
        records("ZPRIVATE", "again.corp.test.", "A", alias=("ZPRIVATE", "metrics.corp.test.")),
        *(
            records("ZPRIVATE", f"{policy}.corp.test.", "A", f"10.0.1.{number}", routing=one)
            for policy, ways in POLICIES.items()
            for number, one in enumerate(ways)
        ),
        hosted_zone("example.org.", id="ZPUBLIC"),
        records("ZPUBLIC", "www.example.org.", "A", "192.0.2.80"),
    ]


POLICIES = {
    "weighted": [Routing(set_identifier="light", weight=1), Routing(set_identifier="w", weight=9)],
    "failover": [
        Routing(set_identifier="a", failover="SECONDARY"),
        Routing(set_identifier="b", failover="PRIMARY"),
    ],
    "latency": [
        Routing(set_identifier="z", latency_region="us-east-1"),
        Routing(set_identifier="y", latency_region="us-west-2"),
    ],
    "places": [
        Routing(set_identifier="here", geolocation='{"CountryCode": "JP"}'),
        Routing(set_identifier="rest", geolocation='{"CountryCode": "*"}'),
    ],
    "multi": [Routing(set_identifier=f"m{number}", multivalue=True) for number in range(9)],
}


def gateway_endpoint(*tables: str) -> VpcEndpoint:
    return VpcEndpoint(
        id="vpce-s3",
        vpc_id="vpc-1",
        service_name="com.amazonaws.ap-northeast-1.s3",
        endpoint_type=VpcEndpointType.GATEWAY,
        state=VpcEndpointState.AVAILABLE,
        created_at=AT,
        route_table_ids=tables,
        policy='{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
        **MINE,
    )


def hosted() -> list[Resource]:
    """Give a service of the user's, and an endpoint to it."""
    wears = interface(
        "eni-hosted",
        "subnet-db",
        "10.5.3.10",
        group_ids=("sg-in",),
        interface_type=InterfaceType.VPC_ENDPOINT,
    )
    return [
        replace(wears, vpc_id="vpc-5"),
        HostedService(
            id="ap-northeast-1/ledger",
            code="ledger",
            ports=(443, 7000),
            host="127.0.0.1",
            host_port=8443,
            private_names=("ledger.ap-northeast-1.amazonaws.com",),
            **MINE,
        ),
        VpcEndpoint(
            id="vpce-hosted",
            vpc_id="vpc-5",
            service_name="com.amazonaws.ap-northeast-1.ledger",
            endpoint_type=VpcEndpointType.INTERFACE,
            state=VpcEndpointState.AVAILABLE,
            created_at=AT,
            dns_suffix="abcd1234",
            hosted_zone_id="Z9",
            subnet_ids=("subnet-db",),
            group_ids=("sg-in",),
            network_interface_ids=("eni-hosted",),
            private_dns_enabled=True,
            **MINE,
        ),
    ]


def prefix_list(*blocks: str) -> ManagedPrefixList:
    entries = tuple(PrefixListEntry(cidr=IPv4Network(block)) for block in blocks)
    return ManagedPrefixList(
        id="pl-1",
        prefix_list_name="partners",
        address_family="IPv4",
        max_entries=5,
        state="create-complete",
        versions=(PrefixListVersion(number=1, entries=entries),),
        **MINE,
    )


def acl_entry(
    number: int, egress: bool, cidr: str, *ports: int, allow: bool = True
) -> NetworkAclEntry:
    """Give an entry for TCP, or for everything without ports."""
    return NetworkAclEntry(
        number=number,
        egress=egress,
        allow=allow,
        protocol=6 if ports else None,
        cidr=IPv4Network(cidr),
        ports=PortRange(ports[0], ports[-1]) if ports else None,
    )


def acl(name: str, subnet: str, *entries: NetworkAclEntry) -> NetworkAcl:
    association = NetworkAclAssociation(id=f"aclassoc-{subnet}", subnet_id=subnet)
    return NetworkAcl(id=name, vpc_id="vpc-1", entries=entries, associations=(association,), **MINE)


def peering_connection(state: PeeringState = PeeringState.ACTIVE) -> VpcPeeringConnection:
    requester, accepter = (PeeringSide(vpc=vpc, **MINE) for vpc in ("vpc-1", "vpc-2"))
    return VpcPeeringConnection(
        id="pcx-1",
        requester=requester,
        accepter=accepter,
        state=state,
        message="",
        expires_at=AT,
        **MINE,
    )


def far_vpc() -> list[Resource]:
    """Give a VPC at the far end of a peering connection, with an instance."""
    inside = {"vpc_id": "vpc-2", **MINE}
    at = RouteTarget(TargetKind.VPC_PEERING_CONNECTION, "pcx-1")
    worn = interface("eni-far", "subnet-far", "10.2.0.4", attachment=attached("i-far"))
    cidr = CidrAssociation(id="b", cidr=IPv4Network("10.2.0.0/16"))
    return [
        Vpc(id="vpc-2", cidr_associations=(cidr,), **MINE),
        Subnet(id="subnet-far", zone="ap-northeast-1a", cidr=IPv4Network("10.2.0.0/24"), **inside),
        RouteTable(
            id="rtb-far",
            associations=(RouteTableAssociation(id="rtbassoc-far"),),
            routes=(Route(destination=IPv4Network("172.16.0.0/16"), target=at),),
            **inside,
        ),
        SecurityGroup(
            id="sg-far",
            group_name="far",
            description="far",
            rules=(
                rule("sgr-far", Direction.INGRESS, CidrPeer(IPv4Network("172.16.0.0/16")), 80),
                rule("sgr-far-out", Direction.EGRESS, CidrPeer(ANYWHERE)),
            ),
            **inside,
        ),
        replace(instance("i-far", "subnet-far"), vpc_id="vpc-2"),
        replace(worn, vpc_id="vpc-2", group_ids=("sg-far",)),
        peering_connection(),
        replace(
            interface("eni-far-vpce", "subnet-far", "10.2.0.5", group_ids=("sg-far",)),
            vpc_id="vpc-2",
            interface_type=InterfaceType.VPC_ENDPOINT,
        ),
        VpcEndpoint(
            id="vpce-2",
            service_name="com.amazonaws.vpce.ap-northeast-1.vpce-svc-1",
            endpoint_type=VpcEndpointType.INTERFACE,
            state=VpcEndpointState.AVAILABLE,
            created_at=AT,
            dns_suffix="abcd1234",
            subnet_ids=("subnet-far",),
            group_ids=("sg-far",),
            network_interface_ids=("eni-far-vpce",),
            **inside,
        ),
    ]


def kept() -> list[Resource]:
    """Give what is shown and not compiled, or compiled with other things alone."""
    return [
        BlockPublicAccessExclusion(
            id="vpcbpa-exclude-2",
            mode=ExclusionMode.ALLOW_EGRESS,
            created_at=AT,
            vpc_id="vpc-6",
            **MINE,
        ),
        NetworkInsightsPath(
            id="nip-1", source="i-app", destination="i-web", protocol="tcp", created_at=AT, **MINE
        ),
        NetworkInsightsAnalysis(id="nia-1", path_id="nip-1", started_at=AT, found=True, **MINE),
        NetworkInsightsAccessScope(id="nis-1", created_at=AT, content="{}", **MINE),
        NetworkInsightsAccessScopeAnalysis(
            id="nisa-1", scope_id="nis-1", started_at=AT, message="nobody analyses it", **MINE
        ),
    ]


def first_account() -> list[Resource]:
    """Give the account that the host outside every VPC belongs to, and its key."""
    return [
        Account(
            id=MINE["account"], account=MINE["account"], region=MINE["region"], account_name="d"
        ),
        AccessKey(
            id="AKIA1",
            account=MINE["account"],
            region="aws-global",
            secret="s",
            principal="arn:aws:iam::123456789012:root",
        ),
    ]


def inspected() -> list[Resource]:
    """Give a VPC whose two subnets reach each other through a fleet of appliances, and the VPC of
    those, which has the same addresses."""
    endpoint = RouteTarget(TargetKind.VPC_ENDPOINT, "vpce-60606060606060601")
    routes = {"app": 3, "gw": None, "db": 1}
    found: list[Resource] = []
    for number, (name, far) in enumerate(routes.items(), 1):
        association = RouteTableAssociation(id=f"rtbassoc-{name}", subnet_id=f"subnet-{name}")
        blocks = far and (IPv4Network(f"10.5.{far}.0/24"), IPv6Network(f"fd05:0:0:{far}::/64"))
        found += [
            Subnet(
                id=f"subnet-{name}",
                vpc_id="vpc-5",
                zone="ap-northeast-1a",
                cidr=IPv4Network(f"10.5.{number}.0/24"),
                ipv6_associations=(
                    Ipv6Association(id=f"v6-{name}", cidr=IPv6Network(f"fd05:0:0:{number}::/64")),
                ),
                **MINE,
            ),
            RouteTable(
                id=f"rtb-{name}",
                vpc_id="vpc-5",
                associations=(association,),
                routes=tuple(Route(destination=block, target=endpoint) for block in blocks or ()),
                **MINE,
            ),
        ]
    cidr = CidrAssociation(id="c", cidr=IPv4Network("10.5.0.0/16"))
    return [
        Vpc(
            id="vpc-5",
            cidr_associations=(cidr,),
            ipv6_associations=(Ipv6Association(id="v6", cidr=IPv6Network("fd05::/56")),),
            **MINE,
        ),
        *found,
        _wide_open("sg-in", "vpc-5"),
        *_host("in-app", "vpc-5", "subnet-app", "10.5.1.4", "sg-in", "fd05:0:0:1::4"),
        *_host("in-many", "vpc-5", "subnet-app", "10.5.1.6", "sg-in", prefixes=PREFIXES),
        *_host("in-db", "vpc-5", "subnet-db", "10.5.3.4", "sg-in", "fd05:0:0:3::4"),
        replace(
            interface(
                "eni-gwlbe",
                "subnet-gw",
                "10.5.2.5",
                group_ids=(),
                interface_type=InterfaceType.GATEWAY_LOAD_BALANCER_ENDPOINT,
            ),
            vpc_id="vpc-5",
        ),
        VpcEndpoint(
            id=endpoint.id,
            vpc_id="vpc-5",
            service_name="com.amazonaws.vpce.ap-northeast-1.vpce-svc-6",
            endpoint_type=VpcEndpointType.GATEWAY_LOAD_BALANCER,
            state=VpcEndpointState.AVAILABLE,
            created_at=AT,
            subnet_ids=("subnet-gw",),
            network_interface_ids=("eni-gwlbe",),
            ip_address_type="dualstack",
            **MINE,
        ),
        replace(
            interface("eni-published", "subnet-db", "10.5.3.9", group_ids=("sg-in",)),
            vpc_id="vpc-5",
        ),
        *hosted(),
        Publication(
            id="eni-published:80",
            vpc_id="vpc-5",
            network_interface_id="eni-published",
            port=80,
            host="127.0.0.1",
            host_port=8080,
            **MINE,
        ),
        replace(
            interface("eni-attached", "subnet-db", "10.5.3.20", group_ids=("sg-in",)),
            vpc_id="vpc-5",
        ),
        ProcessAttachment(
            id="eni-attached",
            vpc_id="vpc-5",
            what="process 1",
            namespace=1,
            device_index=1,
            leads_out=False,
            **MINE,
        ),
        Vpc(id="vpc-6", cidr_associations=(cidr,), **MINE),
        RouteTable(
            id="rtb-fw",
            vpc_id="vpc-6",
            associations=(RouteTableAssociation(id="rtbassoc-fw"),),
            **MINE,
        ),
        Subnet(
            id="subnet-fw",
            vpc_id="vpc-6",
            zone="ap-northeast-1a",
            cidr=IPv4Network("10.5.1.0/24"),
            **MINE,
        ),
        _wide_open("sg-fw", "vpc-6"),
        *_host("fw1", "vpc-6", "subnet-fw", "10.5.1.4", "sg-fw"),
        *_host("fw2", "vpc-6", "subnet-fw", "10.5.1.5", "sg-fw"),
        *_host("other", "vpc-6", "subnet-fw", "10.5.1.6", "sg-fw"),
        replace(
            interface(
                "eni-gwlb",
                "subnet-fw",
                "10.5.1.10",
                group_ids=(),
                interface_type=InterfaceType.GATEWAY_LOAD_BALANCER,
            ),
            vpc_id="vpc-6",
        ),
        *appliances("i-fw1", "i-fw2"),
    ]


FLEET = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/fw/1"


def appliances(*instances: str, **attributes: str) -> list[Resource]:
    """Give a gateway load balancer, its targets and the service that stands on it."""
    arn = balancer("fw", "eni-gwlb").id.replace("/net/", "/gwy/")
    check = HealthCheck(
        protocol="TCP",
        port=80,
        interval=10,
        timeout=5,
        healthy_threshold=5,
        unhealthy_threshold=2,
    )
    set_ = tuple(sorted((key.replace("__", "."), value) for key, value in attributes.items()))
    return [
        replace(
            balancer("fw", "eni-gwlb"),
            id=arn,
            type=LoadBalancerType.GATEWAY,
            vpc_id="vpc-6",
            subnet_ids=("subnet-fw",),
        ),
        TargetGroup(
            id=FLEET,
            target_group_name="fw",
            protocol="GENEVE",
            port=6081,
            vpc_id="vpc-6",
            target_type=TargetType.INSTANCE,
            health_check=check,
            targets=tuple(Target(id=name, port=6081) for name in instances),
            attributes=set_,
            **MINE,
        ),
        Listener(
            id=arn.replace("loadbalancer", "listener") + "/1",
            load_balancer=arn,
            protocol="GENEVE",
            port=6081,
            forwards=(Forward(target_group=FLEET),),
            **MINE,
        ),
        EndpointService(
            id="vpce-svc-6",
            service_type=VpcEndpointType.GATEWAY_LOAD_BALANCER,
            load_balancers=(arn,),
            zones=("ap-northeast-1a",),
            **MINE,
        ),
    ]


def _wide_open(name: str, vpc: str) -> SecurityGroup:
    return SecurityGroup(
        id=name,
        vpc_id=vpc,
        group_name=name,
        description=name,
        rules=(
            rule(f"{name}-in", Direction.INGRESS, CidrPeer(ANYWHERE)),
            rule(f"{name}-out", Direction.EGRESS, CidrPeer(ANYWHERE)),
            rule(f"{name}-in6", Direction.INGRESS, CidrPeer(IPv6Network("::/0"))),
            rule(f"{name}-out6", Direction.EGRESS, CidrPeer(IPv6Network("::/0"))),
        ),
        **MINE,
    )


def _host(
    name: str,
    vpc: str,
    subnet: str,
    address: str,
    group: str,
    ipv6: str | None = None,
    prefixes: tuple[IPv4Network | IPv6Network, ...] = (),
) -> list[Resource]:
    worn = interface(
        f"eni-{name}",
        subnet,
        address,
        group_ids=(group,),
        attachment=attached(f"i-{name}"),
        ipv6_addresses=(IPv6Address(ipv6),) if ipv6 else (),
        prefixes=prefixes,
    )
    return [
        replace(instance(f"i-{name}", subnet), vpc_id=vpc),
        replace(worn, vpc_id=vpc),
    ]


PREFIXES = (IPv4Network("10.5.1.64/28"), IPv6Network("fd05:0:0:1:5::/80"))
OPEN = acl_entry(100, False, "0.0.0.0/0")


def data_alone() -> list[Resource]:
    """Give what is there to be shown and compiles to nothing."""
    return [
        EgressOnlyInternetGateway(id="eigw-1", vpc_id="vpc-1", **MINE),
        DhcpOptions(
            id="dopt-1",
            configurations=(DhcpConfiguration(key="domain-name", values=("corp.example",)),),
            **MINE,
        ),
        CustomerGateway(id="cgw-1", bgp_asn=65001, address=IPv4Address("203.0.113.1"), **MINE),
        VpnGateway(
            id="vgw-1", amazon_asn=64512, vpc_id="vpc-1", propagates_to=("rtb-main",), **MINE
        ),
        VpnConnection(
            id="vpn-1",
            customer_gateway_id="cgw-1",
            vpn_gateway_id="vgw-1",
            state=VpnConnectionState.AVAILABLE,
            created_at=AT,
            tunnels=(),
            static_routes_only=True,
            routes=(IPv4Network("192.0.2.128/25"),),
            **MINE,
        ),
        FlowLog(
            id="fl-1",
            logged="vpc-1",
            traffic_type="ALL",
            destination_type="s3",
            destination="arn:aws:s3:::logs",
            log_group_name=None,
            log_format="${version}",
            aggregation_interval=600,
            created_at=AT,
            **MINE,
        ),
    ]


def resources() -> list[Resource]:
    """A public and a private subnet, an instance in each, a NAT gateway, an endpoint, zones."""
    return [
        *first_account(),
        Vpc(
            id="vpc-1",
            cidr_associations=(CidrAssociation(id="a", cidr=IPv4Network("172.16.0.0/16")),),
            dns_hostnames=True,
            **MINE,
        ),
        *(
            Subnet(
                id=f"subnet-{name}",
                vpc_id="vpc-1",
                zone="ap-northeast-1a",
                cidr=IPv4Network(cidr),
                **MINE,
            )
            for name, cidr in (("front", "172.16.1.0/24"), ("back", "172.16.2.0/24"))
        ),
        InternetGateway(id="igw-1", vpc_id="vpc-1", **MINE),
        RouteTable(
            id="rtb-main",
            vpc_id="vpc-1",
            associations=(RouteTableAssociation(id="rtbassoc-1"),),
            routes=(
                Route(destination=ANYWHERE, target=RouteTarget(TargetKind.NAT_GATEWAY, "nat-1")),
                Route(
                    destination=IPv4Network("10.2.0.0/16"),
                    target=RouteTarget(TargetKind.VPC_PEERING_CONNECTION, "pcx-1"),
                ),
                Route(
                    destination=ListDestination("pl-1"),
                    target=RouteTarget(TargetKind.NETWORK_INTERFACE, "eni-web"),
                ),
            ),
            **MINE,
        ),
        RouteTable(
            id="rtb-front",
            vpc_id="vpc-1",
            associations=(RouteTableAssociation(id="rtbassoc-2", subnet_id="subnet-front"),),
            routes=(
                Route(
                    destination=ANYWHERE, target=RouteTarget(TargetKind.INTERNET_GATEWAY, "igw-1")
                ),
            ),
            **MINE,
        ),
        SecurityGroup(
            id="sg-app",
            vpc_id="vpc-1",
            group_name="app",
            description="app",
            rules=(rule("sgr-1", Direction.EGRESS, CidrPeer(ANYWHERE)),),
            **MINE,
        ),
        SecurityGroup(
            id="sg-vpce",
            vpc_id="vpc-1",
            group_name="vpce",
            description="vpce",
            rules=(
                rule("sgr-2", Direction.INGRESS, GroupPeer("sg-app", MINE["account"]), 443),
                rule("sgr-3", Direction.INGRESS, ListPeer("pl-1"), 443),
            ),
            **MINE,
        ),
        instance("i-web", "subnet-front"),
        instance("i-app", "subnet-back"),
        interface(
            "eni-web",
            "subnet-front",
            "172.16.1.4",
            attachment=attached("i-web"),
            public_ip=IPv4Address("54.65.0.9"),
        ),
        interface("eni-app", "subnet-back", "172.16.2.4", attachment=attached("i-app")),
        interface(
            "eni-nat",
            "subnet-front",
            "172.16.1.5",
            group_ids=(),
            interface_type=InterfaceType.NAT_GATEWAY,
            source_dest_check=False,
        ),
        interface(
            "eni-vpce",
            "subnet-back",
            "172.16.2.5",
            group_ids=("sg-vpce",),
            interface_type=InterfaceType.VPC_ENDPOINT,
        ),
        ElasticIp(
            id="eipalloc-1",
            public_ip=IPv4Address("54.65.0.10"),
            association_id="eipassoc-1",
            network_interface_id="eni-nat",
            private_ip=IPv4Address("172.16.1.5"),
            **MINE,
        ),
        NatGateway(
            id="nat-1",
            vpc_id="vpc-1",
            subnet_id="subnet-front",
            network_interface_id="eni-nat",
            state=NatGatewayState.AVAILABLE,
            created_at=AT,
            allocation_id="eipalloc-1",
            **MINE,
        ),
        endpoint(),
        *far_vpc(),
        *data_alone(),
        gateway_endpoint("rtb-main"),
        prefix_list("203.0.113.0/24"),
        acl("acl-front", "subnet-front", acl_entry(100, True, "0.0.0.0/0"), OPEN),
        *(
            interface(
                name,
                subnet,
                address,
                group_ids=(),
                interface_type=InterfaceType.NETWORK_LOAD_BALANCER,
            )
            for name, subnet, address in (
                ("eni-nlb", "subnet-back", "172.16.2.60"),
                ("eni-web-nlb", "subnet-front", "172.16.1.61"),
                ("eni-soon", "subnet-back", "172.16.2.62"),
            )
        ),
        ElasticIp(
            id="eipalloc-2",
            public_ip=IPv4Address("54.65.0.12"),
            association_id="eipassoc-2",
            network_interface_id="eni-web-nlb",
            private_ip=IPv4Address("172.16.1.61"),
            **MINE,
        ),
        balancer("Orders", "eni-nlb"),
        balancer("Web", "eni-web-nlb", internal=False),
        balancer("Soon", "eni-soon", state=LoadBalancerState.PROVISIONING),
        KeyPair(
            id="key-1",
            key_name="key",
            key_type="rsa",
            fingerprint="00",
            public_key="ssh-rsa AAAA",
            created_at=AT,
            **MINE,
        ),
        NetworkInterfacePermission(
            id="eni-perm-1",
            network_interface_id="eni-app",
            grantee="210987654321",
            permission="INSTANCE-ATTACH",
            **MINE,
        ),
        SubnetCidrReservation(
            id="scr-1",
            subnet_id="subnet-back",
            cidr=IPv4Network("172.16.2.128/28"),
            reservation_type="explicit",
            **MINE,
        ),
        *provided(),
        *inspected(),
        *kept(),
        *zones(),
    ]
