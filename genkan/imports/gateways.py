"""NAT gateways and peering connections, as their describe calls have them."""

from collections.abc import Iterator
from typing import Any

from genkan.imports.dump import Told
from genkan.imports.members import (
    Row,
    choice,
    inner,
    instant,
    optional,
    optional_ipv4,
    rows,
    tags,
    text,
    truth,
)
from genkan.imports.reading import Reading
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.peering import PeeringSide, PeeringState, VpcPeeringConnection
from genkan.model.resource import Resource

PRIVATE = "private"
REMOTE_DNS = "AllowDnsResolutionFromRemoteVpc"


def read_gateways(reading: Reading) -> Iterator[Resource]:
    """Give NAT gateways and peering connections."""
    yield from reading.each("NatGateways", lambda told: _nat_gateway(reading, told))
    yield from reading.each("VpcPeeringConnections", lambda told: _peering(reading, told))


def _nat_gateway(reading: Reading, told: Told) -> NatGateway:
    row = told.row
    account, region = reading.where(told)
    addresses = sorted(
        rows(row, "NatGatewayAddresses"), key=lambda one: not truth(one, "IsPrimary")
    )
    primary: Row = addresses[0] if addresses else {}
    failure = optional(row, "FailureCode")
    return NatGateway(
        id=text(row, "NatGatewayId"),
        account=account,
        region=region,
        tags=tags(row),
        vpc_id=text(row, "VpcId"),
        subnet_id=text(row, "SubnetId"),
        network_interface_id=optional(primary, "NetworkInterfaceId") or "",
        state=choice(NatGatewayState, row, "State"),
        created_at=instant(row, "CreateTime"),
        public=optional(row, "ConnectivityType") != PRIVATE,
        allocation_id=optional(primary, "AllocationId"),
        private_ip=optional_ipv4(primary, "PrivateIp"),
        public_ip=optional_ipv4(primary, "PublicIp"),
        failure=(failure, optional(row, "FailureMessage") or "") if failure else None,
    )


def _peering(reading: Reading, told: Told) -> VpcPeeringConnection:
    row = told.row
    _, region = reading.where(told)
    requester = _side(inner(row, "RequesterVpcInfo"), region)
    accepter = _side(inner(row, "AccepterVpcInfo"), region)
    status = inner(row, "Status")
    return VpcPeeringConnection(
        id=text(row, "VpcPeeringConnectionId"),
        account=requester.account,
        region=requester.region,
        tags=tags(row),
        requester=requester,
        accepter=accepter,
        state=choice(PeeringState, status, "Code"),
        message=optional(status, "Message") or "",
        expires_at=instant(row, "ExpirationTime"),
    )


def _side(row: Row, region: str) -> PeeringSide:
    options: dict[str, Any] = dict(inner(row, "PeeringOptions"))
    return PeeringSide(
        account=text(row, "OwnerId"),
        region=optional(row, "Region") or region,
        vpc=text(row, "VpcId"),
        remote_dns=truth(options, REMOTE_DNS),
    )
