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
    """The kinds of thing a route can point at; the value is the API's parameter for it."""

    INTERNET_GATEWAY = "GatewayId"
    EGRESS_ONLY_INTERNET_GATEWAY = "EgressOnlyInternetGatewayId"
    NAT_GATEWAY = "NatGatewayId"
    NETWORK_INTERFACE = "NetworkInterfaceId"


@dataclass(frozen=True, slots=True)
class RouteTarget:
    kind: TargetKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    destination: IPv4Network | IPv6Network
    target: RouteTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTableAssociation:
    id: str
    subnet_id: str | None = None  # None: this is the VPC's main table

    @property
    def main(self) -> bool:
        return self.subnet_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable(Resource):
    kind: ClassVar[str] = "route-table"

    vpc_id: str
    routes: tuple[Route, ...] = ()
    associations: tuple[RouteTableAssociation, ...] = ()

    @property
    def is_main(self) -> bool:
        return any(association.main for association in self.associations)
