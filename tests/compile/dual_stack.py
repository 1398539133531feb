"""The scenario's network with IPv6 beside IPv4: VPCs, subnets and interfaces that have both.

An interface's IPv6 address ends as its IPv4 one does.
"""

from dataclasses import replace
from ipaddress import IPv6Network

from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet
from genkan.model.vpc import Ipv6Association, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType

ANYWHERE_IPV6 = IPv6Network("::/0")
VPCS = {"vpc-1": IPv6Network("2406:da14:0:100::/56"), "vpc-2": IPv6Network("2406:da14:0:200::/56")}
SUBNETS = {
    f"subnet-{name}": IPv6Network(f"2406:da14:0:{number}::/64")
    for name, number in (("front", 101), ("back", 102), ("side", 103), ("six", 104), ("far", 201))
}
ROUTES = {
    "rtb-front": [(ANYWHERE_IPV6, TargetKind.INTERNET_GATEWAY, "igw-1")],
    "rtb-main": [
        (ANYWHERE_IPV6, TargetKind.EGRESS_ONLY_INTERNET_GATEWAY, "eigw-1"),
        (VPCS["vpc-2"], TargetKind.VPC_PEERING_CONNECTION, "pcx-1"),
    ],
    "rtb-far": [(VPCS["vpc-1"], TargetKind.VPC_PEERING_CONNECTION, "pcx-1")],
}


def rule(
    direction: Direction, block: IPv6Network, protocol: int | None = None, *ports: int
) -> SecurityGroupRule:
    """Give a rule; `ports` are the first and the last, or ICMPv6's type and code."""
    return SecurityGroupRule(
        id=f"sgr-{direction.value}-{block.prefixlen}-{protocol}",
        direction=direction,
        protocol=protocol,
        ports=PortRange(*ports) if ports else None,
        peer=CidrPeer(block),
    )


RULES = {
    "sg-app": [rule(Direction.EGRESS, ANYWHERE_IPV6)],
    "sg-web": [
        rule(Direction.EGRESS, ANYWHERE_IPV6),
        rule(Direction.INGRESS, ANYWHERE_IPV6, 6, 80, 80),
        rule(Direction.INGRESS, SUBNETS["subnet-back"], 58, 128, -1),
        rule(Direction.INGRESS, SUBNETS["subnet-back"], 17, 5000, 5001),
    ],
    "sg-open": [rule(Direction.EGRESS, ANYWHERE_IPV6), rule(Direction.INGRESS, ANYWHERE_IPV6)],
    "sg-far": [
        rule(Direction.EGRESS, ANYWHERE_IPV6),
        rule(Direction.INGRESS, VPCS["vpc-1"], 6, 80, 80),
    ],
}


def dual_stack(resources: list[Resource]) -> list[Resource]:
    """Give every resource of a network again, those that can with IPv6 as well."""
    return [_with_ipv6(one) for one in resources]


def _with_ipv6(one: Resource) -> Resource:
    match one:
        case Vpc() if one.id in VPCS:
            return replace(one, ipv6_associations=(Ipv6Association(id="v", cidr=VPCS[one.id]),))
        case Subnet() if one.id in SUBNETS:
            association = Ipv6Association(id="s", cidr=SUBNETS[one.id])
            return replace(one, ipv6_associations=(association,), dns_aaaa_record=True)
        case NetworkInterface(interface_type=InterfaceType.NAT_GATEWAY):
            return one
        case NetworkInterface() if one.subnet_id in SUBNETS:
            last = str(one.private_ip).rpartition(".")[2]
            address = SUBNETS[one.subnet_id][int(last, 16)]
            return replace(one, ipv6_addresses=(address,))
        case VpcEndpoint(endpoint_type=VpcEndpointType.INTERFACE):
            return replace(one, ip_address_type="dualstack")
        case RouteTable():
            more = (
                Route(destination=block, target=RouteTarget(kind, name))
                for block, kind, name in ROUTES.get(one.id, [])
            )
            return replace(one, routes=(*one.routes, *more))
        case SecurityGroup():
            return replace(one, rules=(*one.rules, *RULES.get(one.id, [])))
    return one
