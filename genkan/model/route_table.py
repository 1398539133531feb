"""Route tables: where the packets of a subnet go.

The `local` routes of a VPC's CIDRs are not stored: they follow from the VPC (see "Route table
concepts" in the Amazon VPC user guide), and the API shows them first. A subnet without an
association of its own uses the VPC's main table.
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar

from genkan.model.resource import Resource


class TargetKind(Enum):
    """The kinds of thing a route can point at; the value is the API's parameter for it.

    Virtual private gateways and endpoints are shown under `GatewayId` too: `member` tells it.
    """

    INTERNET_GATEWAY = "GatewayId"
    VPN_GATEWAY = "VpnGatewayId"
    EGRESS_ONLY_INTERNET_GATEWAY = "EgressOnlyInternetGatewayId"
    NAT_GATEWAY = "NatGatewayId"
    NETWORK_INTERFACE = "NetworkInterfaceId"
    VPC_PEERING_CONNECTION = "VpcPeeringConnectionId"
    VPC_ENDPOINT = "VpcEndpointId"  # of type GatewayLoadBalancer

    @property
    def member(self) -> str:
        shared = (TargetKind.VPN_GATEWAY, TargetKind.VPC_ENDPOINT)
        return "GatewayId" if self in shared else self.value


@dataclass(frozen=True, slots=True)
class RouteTarget:
    kind: TargetKind
    id: str


@dataclass(frozen=True, slots=True)
class ListDestination:
    """Every entry of a prefix list; the route counts with the length of the entry that matches."""

    prefix_list_id: str

    def __str__(self) -> str:
        return self.prefix_list_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    destination: IPv4Network | IPv6Network | ListDestination
    target: RouteTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTableAssociation:
    """With a subnet, with a gateway at the VPC's edge, or with neither: the VPC's main table."""

    id: str
    subnet_id: str | None = None
    gateway_id: str | None = None

    @property
    def main(self) -> bool:
        return self.subnet_id is None and self.gateway_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable(Resource):
    kind: ClassVar[str] = "route-table"

    vpc_id: str
    routes: tuple[Route, ...] = ()
    associations: tuple[RouteTableAssociation, ...] = ()

    @property
    def is_main(self) -> bool:
        return any(association.main for association in self.associations)
