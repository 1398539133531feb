"""VPNs: customer gateways, virtual private gateways, the connections between them.

There is no far end that packets could reach: a tunnel is down, and a route to it drops. "AWS
Site-to-Site VPN" user guide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import ClassVar

from genkan.model.network import Network
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
    zone: str | None = None  # asked for, and shown


EVERYWHERE = IPv4Network("0.0.0.0/0")


class VpnConnectionState(Enum):
    PENDING = "pending"
    AVAILABLE = "available"
    DELETING = "deleting"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class VpnTunnel:
    """`settings` holds what its owner chose, by the API's names, as JSON text."""

    outside_ip: IPv4Address
    inside_cidr: IPv4Network
    pre_shared_key: str
    changed_at: datetime
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def amazon_inside(self) -> IPv4Address:
        return self.inside_cidr[1]

    @property
    def customer_inside(self) -> IPv4Address:
        return self.inside_cidr[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class VpnConnection(Resource):
    """Two tunnels to a customer gateway; `routes` are static ones, where there is no BGP."""

    kind: ClassVar[str] = "vpn-connection"

    customer_gateway_id: str
    state: VpnConnectionState
    created_at: datetime
    tunnels: tuple[VpnTunnel, ...]
    vpn_gateway_id: str | None = None  # None: associated with nothing
    static_routes_only: bool = False
    routes: tuple[IPv4Network | IPv6Network, ...] = ()
    local_cidr: IPv4Network = EVERYWHERE  # of the customer's side
    remote_cidr: IPv4Network = EVERYWHERE  # of AWS's side
    deleted_at: datetime | None = None


def propagated_routes(
    network: Network, route_table_id: str, vpc_id: str
) -> Iterator[tuple[IPv4Network | IPv6Network, VpnGateway]]:
    """Give the routes that a table takes from the virtual private gateways of its VPC."""
    for gateway in network.where(VpnGateway, vpc_id=vpc_id):
        if route_table_id not in gateway.propagates_to:
            continue
        for connection in network.where(VpnConnection, vpn_gateway_id=gateway.id):
            if connection.state is VpnConnectionState.AVAILABLE:
                yield from ((route, gateway) for route in connection.routes)
