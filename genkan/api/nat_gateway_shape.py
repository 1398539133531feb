"""A NAT gateway as the API shows it, with each of its addresses."""

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Call
from genkan.api.output import present
from genkan.api.public_addresses import elastic_ip_of
from genkan.api.tagging import shown
from genkan.model.nat_gateway import NatGateway
from genkan.model.network_interface import NetworkInterface

PUBLIC, PRIVATE = "public", "private"
STANDS = "succeeded"  # the status of an address that is in use


def shown_nat_gateway(call: Call, gateway: NatGateway) -> dict[str, Any]:
    """Give a gateway as DescribeNatGateways does."""
    code, message = gateway.failure or (None, None)
    return present(
        NatGatewayId=gateway.id,
        ConnectivityType=PUBLIC if gateway.public else PRIVATE,
        CreateTime=gateway.created_at,
        DeleteTime=gateway.deleted_at,
        FailureCode=code,
        FailureMessage=message,
        NatGatewayAddresses=_all_addresses(call, gateway),
        State=gateway.state.value,
        SubnetId=gateway.subnet_id,
        Tags=shown(gateway.tags),
        VpcId=gateway.vpc_id,
    )


def shown_addresses(
    call: Call, interface: NetworkInterface, addresses: Iterable[IPv4Address], status: str
) -> list[dict[str, Any]]:
    """Give some addresses of a gateway's interface, with the Elastic IPs that stand there."""
    return [_shown_address(call, interface, address, status) for address in addresses]


def _all_addresses(call: Call, gateway: NatGateway) -> list[dict[str, Any]]:
    interface = call.network.get(NetworkInterface, gateway.network_interface_id)
    if interface is not None:
        return shown_addresses(call, interface, interface.private_addresses, STANDS)
    # It ended, or never began: what it had, as it was.
    return [
        present(
            AllocationId=gateway.allocation_id,
            NetworkInterfaceId=gateway.network_interface_id or None,
            PrivateIp=str(gateway.private_ip) if gateway.private_ip else None,
            PublicIp=str(gateway.public_ip) if gateway.public_ip else None,
            IsPrimary=True,
            Status="failed" if gateway.failure else "disassociating",
        )
    ]


def _shown_address(
    call: Call, interface: NetworkInterface, address: IPv4Address, status: str
) -> dict[str, Any]:
    elastic = elastic_ip_of(call.network, interface, address)
    return present(
        AllocationId=elastic.id if elastic else None,
        AssociationId=elastic.association_id if elastic else None,
        NetworkInterfaceId=interface.id,
        PrivateIp=str(address),
        PublicIp=str(elastic.public_ip) if elastic else None,
        IsPrimary=address == interface.private_ip,
        Status=status,
    )
