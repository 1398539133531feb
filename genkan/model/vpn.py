"""VPNs: customer gateways and virtual private gateways.

Data alone: there is no far end that packets could reach.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGateway(Resource):
    kind: ClassVar[str] = "customer-gateway"

    bgp_asn: int
    address: IPv4Address | None
    device_name: str | None = None
    certificate_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VpnGateway(Resource):
    """`propagates_to` holds the route tables that take its routes."""

    kind: ClassVar[str] = "vpn-gateway"

    amazon_asn: int
    vpc_id: str | None = None  # None: detached
    propagates_to: tuple[str, ...] = ()
