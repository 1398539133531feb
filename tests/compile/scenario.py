"""One network with some of everything, as resources to put in any order."""

from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

from genkan.model.account import AccessKey, Account
from genkan.model.elastic_ip import ElasticIp
from genkan.model.instance import Instance, InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import (
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
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet
from genkan.model.vpc import CidrAssociation, InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

AT = datetime(2026, 1, 1, tzinfo=UTC)
MINE = {"account": "123456789012", "region": "ap-northeast-1"}
ANYWHERE = IPv4Network("0.0.0.0/0")


def rule(name: str, direction: Direction, peer: CidrPeer | GroupPeer, port: int | None = None):
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


def attached(instance_id: str) -> Attachment:
    return Attachment(
        id="eni-attach-1",
        instance_id=instance_id,
        instance_owner=MINE["account"],
        device_index=0,
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


def resources() -> list[Resource]:
    """A public and a private subnet, an instance in each, a NAT gateway and an endpoint."""
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
            rules=(rule("sgr-2", Direction.INGRESS, GroupPeer("sg-app", MINE["account"]), 443),),
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
    ]
