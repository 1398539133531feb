"""The interfaces of an endpoint: at most one a zone, each with an address of its subnet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from genkan.api.address_types import FAMILIES, IPV4, IPV6
from genkan.api.call import Call
from genkan.api.ids import need
from genkan.api.interface_ipv6 import choose_ipv6, ipv6_in_use, parse_ipv6_address
from genkan.api.interface_making import addresses_in_use, new_interface, parse_address, worn_by_aws
from genkan.model.errors import InvalidParameter, Malformed, MissingParameter, Refused
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet


class DuplicateSubnetsInSameZone(Refused):
    code = "DuplicateSubnetsInSameZone"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The addresses that a request names for an interface; None leaves one to us."""

    ipv4: IPv4Address | None = None
    ipv6: IPv6Address | None = None


ANY = Fixed()


def named_subnets(names: Sequence[str] | None, fixed: Iterable[str]) -> list[str]:
    """Give the subnets that SubnetIds and SubnetConfigurations name: both may name one."""
    return [*(names or ()), *(name for name in fixed if name not in (names or ()))]


def choose_subnets(call: Call, vpc_id: str, names: Iterable[str]) -> list[Subnet]:
    """Give the subnets of an endpoint's interfaces.

    Raises Malformed, NotFound, InvalidParameter for another VPC's, DuplicateSubnetsInSameZone also
    for one that is named twice.
    """
    subnets = [_need_subnet(call, name) for name in names]
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


def _need_subnet(call: Call, name: str) -> Subnet:
    """Give a subnet by its id; a malformed one is refused in words of endpoints' own."""
    try:
        return need(call, Subnet, name)
    except Malformed:
        raise Malformed(
            "InvalidSubnetId.Malformed",
            f"Invalid Subnet Id: '{name}' (expecting 'subnet-...; the Id may only contain lowercase"
            " alphanumeric characters and a single dash)",
        ) from None


def fixed_addresses(
    configurations: Sequence[Mapping[str, Any]] | None,
) -> dict[str, Fixed]:
    """Give the addresses that SubnetConfigurations ask for in each subnet they name.

    Raises MissingParameter, InvalidParameter for a subnet that is named twice,
    InvalidParameterValue.
    """
    fixed: dict[str, Fixed] = {}
    for one in configurations or ():
        if not one.get("SubnetId"):
            raise MissingParameter("A subnet configuration must contain the parameter SubnetId.")
        if one["SubnetId"] in fixed:
            raise InvalidParameter(
                f"SubnetConfigurations names {one['SubnetId']} twice. An endpoint has one "
                "interface in a subnet: name each once."
            )
        four, six = one.get("Ipv4"), one.get("Ipv6")
        fixed[one["SubnetId"]] = Fixed(
            parse_address(four, "ipv4") if four else None,
            parse_ipv6_address(six, "ipv6") if six else None,
        )
    return fixed


def ipv6_of(call: Call, subnet: Subnet, wanted: Fixed) -> tuple[IPv6Address, ...]:
    """Give the IPv6 address of an endpoint's interface. Raises what `choose_ipv6` raises."""
    named = [wanted.ipv6] if wanted.ipv6 else []
    count = None if named else 1
    return choose_ipv6(call, subnet, ipv6_in_use(call, subnet), named, count)


def endpoint_interface(
    call: Call,
    endpoint_id: str,
    subnet: Subnet,
    group_ids: tuple[str, ...],
    wanted: Fixed = ANY,
    address_type: str = IPV4,
) -> NetworkInterface:
    """Make an endpoint's interface in a subnet.

    Raises what `new_interface` and `choose_ipv6` raise, InvalidParameter for an address that is
    named and not of the endpoint's type.
    """
    families = FAMILIES[address_type]
    for family, named in ((IPV4, wanted.ipv4), (IPV6, wanted.ipv6)):
        if named and family not in families:
            raise InvalidParameter(
                f"{named} cannot be had in {subnet.id}: the endpoint's IP address type is "
                f"{address_type}. Leave it out."
            )
    interface = new_interface(
        call,
        subnet,
        group_ids,
        in_use=addresses_in_use(call, subnet),
        wanted=wanted.ipv4,
        ipv6=ipv6_of(call, subnet, wanted) if IPV6 in families else (),
        description=f"VPC Endpoint Interface {endpoint_id}",
        interface_type=InterfaceType.VPC_ENDPOINT,
    )
    return replace(interface, attachment=worn_by_aws(call))
