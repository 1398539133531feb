"""The interfaces of an endpoint: at most one a zone, each with an address of its subnet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Call
from genkan.api.ids import need
from genkan.api.interface_making import addresses_in_use, new_interface, parse_address, worn_by_aws
from genkan.model.errors import InvalidParameter, MissingParameter, Refused
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet


class DuplicateSubnetsInSameZone(Refused):
    code = "DuplicateSubnetsInSameZone"


def choose_subnets(call: Call, vpc_id: str, names: Iterable[str]) -> list[Subnet]:
    """Give the subnets of an endpoint's interfaces.

    Raises Malformed, NotFound, InvalidParameter for another VPC's, DuplicateSubnetsInSameZone.
    """
    subnets = [need(call, Subnet, name) for name in dict.fromkeys(names)]
    zones: set[str] = set()
    for subnet in subnets:
        if subnet.vpc_id != vpc_id:
            raise InvalidParameter(
                f"The subnet {subnet.id} belongs to {subnet.vpc_id} and the endpoint to {vpc_id}. "
                "Name subnets of the endpoint's VPC."
            )
        if subnet.zone in zones:
            raise DuplicateSubnetsInSameZone(
                f"Found another VPC endpoint subnet in the availability zone of {subnet.id}. VPC "
                "endpoint subnets should be in different availability zones supported by the VPC "
                "endpoint service."
            )
        zones.add(subnet.zone)
    return subnets


def fixed_addresses(
    configurations: Sequence[Mapping[str, Any]] | None,
) -> dict[str, IPv4Address | None]:
    """Give the address that SubnetConfigurations ask for in each subnet they name.

    Raises MissingParameter, InvalidParameter for an IPv6 address, InvalidParameterValue.
    """
    fixed: dict[str, IPv4Address | None] = {}
    for one in configurations or ():
        if not one.get("SubnetId"):
            raise MissingParameter("A subnet configuration must contain the parameter SubnetId.")
        if one.get("Ipv6"):
            raise InvalidParameter(
                f"{one['SubnetId']} has no IPv6 CIDR block, so {one['Ipv6']} is not in it. "
                "Leave Ipv6 out."
            )
        text = one.get("Ipv4")
        fixed[one["SubnetId"]] = parse_address(text, "ipv4") if text else None
    return fixed


def endpoint_interface(
    call: Call,
    endpoint_id: str,
    subnet: Subnet,
    group_ids: tuple[str, ...],
    wanted: IPv4Address | None,
) -> NetworkInterface:
    """Make an endpoint's interface in a subnet. Raises what `new_interface` raises."""
    interface = new_interface(
        call,
        subnet,
        group_ids,
        in_use=addresses_in_use(call, subnet),
        wanted=wanted,
        description=f"VPC Endpoint Interface {endpoint_id}",
        interface_type=InterfaceType.VPC_ENDPOINT,
    )
    return replace(interface, attachment=worn_by_aws(call))
