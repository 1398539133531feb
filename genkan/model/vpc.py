"""VPCs, and the gateways that hang off a whole VPC."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class CidrAssociation:
    """A CIDR of a VPC. The first association is the VPC's primary CIDR."""

    id: str
    cidr: IPv4Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipv6Association:
    """An IPv6 CIDR of a VPC (a /56 that Amazon provides) or of a subnet."""

    id: str
    cidr: IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc(Resource):
    kind: ClassVar[str] = "vpc"

    cidr_associations: tuple[CidrAssociation, ...]
    dhcp_options_id: str | None = None  # None: those that the account has from the beginning
    dns_support: bool = True
    dns_hostnames: bool = False
    network_address_usage_metrics: bool = False
    is_default: bool = False
    instance_tenancy: str = "default"
    ipv6_associations: tuple[Ipv6Association, ...] = ()

    @property
    def cidr(self) -> IPv4Network:
        """The primary CIDR, which places the resolver (base plus two)."""
        return self.cidr_associations[0].cidr

    @property
    def cidrs(self) -> tuple[IPv4Network, ...]:
        return tuple(association.cidr for association in self.cidr_associations)

    @property
    def blocks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Its CIDRs of both families."""
        return (*self.cidrs, *self.ipv6_cidrs)

    @property
    def ipv6_cidrs(self) -> tuple[IPv6Network, ...]:
        return tuple(association.cidr for association in self.ipv6_associations)


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetGateway(Resource):
    kind: ClassVar[str] = "internet-gateway"

    vpc_id: str | None = None  # None: detached


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressOnlyInternetGateway(Resource):
    """IPv6 out, and answers in."""

    kind: ClassVar[str] = "egress-only-internet-gateway"

    vpc_id: str
