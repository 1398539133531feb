"""A provider's VPC with a load balancer before two targets, and consumers with the same CIDR."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from genkan.model.endpoint_service import EndpointConnection, EndpointService
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
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable, RouteTableAssociation
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet
from genkan.model.vpc import CidrAssociation, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from tests.compile.scenario import AT, MINE, attached, instance

CIDR = IPv4Network("10.0.0.0/16")
ANYWHERE = CidrPeer(IPv4Network("0.0.0.0/0"))
ZONES = ("a", "b")
ARN = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:"
BALANCER = f"{ARN}loadbalancer/net/orders/0123"
GROUP = f"{ARN}targetgroup/orders/1"
NLB_A, NLB_B = "10.0.1.60", "10.0.2.60"
ENDPOINT = "10.0.1.60"  # the same as the load balancer's: networks may overlap in every address
TARGET_A, TARGET_B = "10.0.1.10", "10.0.2.10"
CLIENT = "10.0.1.10"  # the same as a target's


def allow(
    name: str, direction: Direction, peer: CidrPeer | GroupPeer, protocol: int | None, *ports: int
) -> SecurityGroupRule:
    return SecurityGroupRule(
        id=name,
        direction=direction,
        protocol=protocol,
        ports=PortRange(ports[0], ports[-1]) if ports else None,
        peer=peer,
    )


def group(vpc: str, name: str, *rules: SecurityGroupRule) -> SecurityGroup:
    return SecurityGroup(
        id=f"sg-{vpc}-{name}",
        vpc_id=f"vpc-{vpc}",
        group_name=name,
        description=name,
        rules=rules,
        **MINE,
    )


def interface(vpc: str, name: str, address: str, *groups: str, **more) -> NetworkInterface:
    zone = "a" if address.startswith("10.0.1.") else "b"
    digits = [f"{int(part):02x}" for part in address.split(".")]
    return NetworkInterface(
        id=f"eni-{vpc}-{name}",
        vpc_id=f"vpc-{vpc}",
        subnet_id=f"subnet-{vpc}-{zone}",
        zone=f"ap-northeast-1{zone}",
        mac=":".join(["02", f"{sum(map(ord, vpc)) % 256:02x}", *digits]),
        private_addresses=(IPv4Address(address),),
        group_ids=tuple(f"sg-{vpc}-{one}" for one in groups),
        **more,
        **MINE,
    )


def host(vpc: str, name: str, address: str, *groups: str) -> list[Resource]:
    worn = interface(vpc, name, address, *groups, attachment=attached(f"i-{vpc}-{name}"))
    made = replace(instance(f"i-{vpc}-{name}", worn.subnet_id), vpc_id=worn.vpc_id, zone=worn.zone)
    return [worn, made]


def vpc(name: str) -> list[Resource]:
    """Give a VPC with a subnet in each zone, all of them with the same addresses."""
    inside = {"vpc_id": f"vpc-{name}", **MINE}
    cidr = CidrAssociation(id=name, cidr=CIDR)
    return [
        Vpc(id=f"vpc-{name}", cidr_associations=(cidr,), **MINE),
        *(
            Subnet(
                id=f"subnet-{name}-{zone}",
                zone=f"ap-northeast-1{zone}",
                cidr=IPv4Network(f"10.0.{number}.0/24"),
                **inside,
            )
            for number, zone in enumerate(ZONES, 1)
        ),
        RouteTable(
            id=f"rtb-{name}",
            associations=(RouteTableAssociation(id=f"rtbassoc-{name}"),),
            **inside,
        ),
        group(name, "open", *OPEN),
    ]


OPEN = (
    allow("sgr-in", Direction.INGRESS, ANYWHERE, None),
    allow("sgr-out", Direction.EGRESS, ANYWHERE, None),
)
CHECK = HealthCheck(
    protocol="TCP", port=None, interval=5, timeout=2, healthy_threshold=2, unhealthy_threshold=2
)


def target_group(name: str = "orders", **more) -> TargetGroup:
    return TargetGroup(
        **{
            "id": GROUP.replace("orders", name),
            "target_group_name": name,
            "protocol": "TCP",
            "port": 8080,
            "vpc_id": "vpc-p",
            "target_type": TargetType.INSTANCE,
            "health_check": CHECK,
            "targets": (Target(id="i-p-one", port=8080), Target(id="i-p-two", port=8080)),
            **MINE,
            **more,
        }
    )


def listener(port: int, group: str = GROUP, protocol: str = "TCP", **more) -> Listener:
    return Listener(
        id=f"{BALANCER.replace('loadbalancer', 'listener')}/{port}",
        load_balancer=BALANCER,
        protocol=protocol,
        port=port,
        forwards=(Forward(target_group=group),),
        **more,
        **MINE,
    )


def balancer(**more) -> LoadBalancer:
    return LoadBalancer(
        id=BALANCER,
        load_balancer_name="orders",
        type=LoadBalancerType.NETWORK,
        internal=True,
        vpc_id="vpc-p",
        state=LoadBalancerState.ACTIVE,
        created_at=AT,
        subnet_ids=("subnet-p-a", "subnet-p-b"),
        network_interface_ids=("eni-p-nlb-a", "eni-p-nlb-b"),
        **more,
        **MINE,
    )


def node(name: str, address: str, *groups: str) -> NetworkInterface:
    return interface(
        "p", name, address, *groups, interface_type=InterfaceType.NETWORK_LOAD_BALANCER
    )


def provider() -> list[Resource]:
    """Give the provider's side: only the load balancer's addresses may reach the targets."""
    from_balancer = [
        allow(f"sgr-{zone}", Direction.INGRESS, CidrPeer(IPv4Network(address)), None)
        for zone, address in (("a", NLB_A), ("b", NLB_B))
    ]
    clocks = (Target(id="i-p-one", port=5000), Target(id="i-p-two", port=5000))
    udp = target_group("clock", protocol="UDP", port=5000, targets=clocks)
    return [
        *vpc("p"),
        group("p", "target", *from_balancer),
        *host("p", "one", TARGET_A, "target"),
        *host("p", "two", TARGET_B, "target"),
        *host("p", "neighbour", "10.0.1.20", "open"),
        node("nlb-a", NLB_A),
        node("nlb-b", NLB_B),
        balancer(),
        target_group(),
        udp,
        target_group("empty", targets=()),
        listener(443),
        listener(5000, udp.id, "UDP"),
        listener(81, GROUP.replace("orders", "empty")),
        EndpointService(
            id="vpce-svc-1",
            service_type=VpcEndpointType.INTERFACE,
            load_balancers=(BALANCER,),
            zones=("ap-northeast-1a", "ap-northeast-1b"),
            **MINE,
        ),
    ]


def endpoint(vpc: str, state: VpcEndpointState = VpcEndpointState.AVAILABLE) -> VpcEndpoint:
    return VpcEndpoint(
        id=f"vpce-{vpc}",
        vpc_id=f"vpc-{vpc}",
        service_name="com.amazonaws.vpce.ap-northeast-1.vpce-svc-1",
        endpoint_type=VpcEndpointType.INTERFACE,
        state=state,
        created_at=AT,
        dns_suffix="abcd1234",
        subnet_ids=(f"subnet-{vpc}-a",),
        group_ids=(f"sg-{vpc}-door",),
        network_interface_ids=(f"eni-{vpc}-vpce",),
        **MINE,
    )


def consumer(name: str) -> list[Resource]:
    """Give a consumer's VPC: a client, a stranger whom the endpoint's group does not let in."""
    of_clients = GroupPeer(f"sg-{name}-client", MINE["account"])
    return [
        *vpc(name),
        group(name, "client", allow("sgr-out", Direction.EGRESS, ANYWHERE, None)),
        group(
            name,
            "door",
            allow("sgr-tcp", Direction.INGRESS, of_clients, 6, 80, 10_000),
            allow("sgr-udp", Direction.INGRESS, of_clients, 17, 5000),
        ),
        *host(name, "client", CLIENT, "client"),
        *host(name, "other", "10.0.2.30", "client"),
        *host(name, "stranger", "10.0.1.40", "open"),
        interface(name, "vpce", ENDPOINT, "door", interface_type=InterfaceType.VPC_ENDPOINT),
        endpoint(name),
        EndpointConnection(
            id=f"vpce-con-{name}",
            service_id="vpce-svc-1",
            endpoint_id=f"vpce-{name}",
            endpoint_account=MINE["account"],
            created_at=AT,
            **MINE,
        ),
    ]


def everything() -> list[Resource]:
    return [*provider(), *consumer("c"), *consumer("d")]
