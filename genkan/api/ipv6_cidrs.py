"""IPv6 CIDRs of VPCs and subnets: read, drawn, checked, shown.

A VPC's are /56 blocks that Amazon provides. A subnet's is between /44 and /64 in steps of four, in
one of its VPC's. "IPv6 VPC CIDR blocks" and "IPv6 subnet sizing" in the Amazon VPC user guide.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv6Network
from typing import Any

from genkan.api.call import Call
from genkan.api.cidrs import parse_block
from genkan.api.quotas import IPV6_CIDRS, CidrLimitExceeded, check_quota
from genkan.model.catalogue.ipv6_addresses import ipv6_block
from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.subnet import Subnet
from genkan.model.vpc import Ipv6Association, Vpc

POOL = "Amazon"
STEP = 4
LARGEST_SUBNET = 44
SMALLEST_SUBNET = 64
ASSOCIATED = "associated"


class InvalidSubnetConflict(Refused):
    code = "InvalidSubnet.Conflict"


class InvalidSubnetRange(Refused):
    code = "InvalidSubnet.Range"


def provided_association(call: Call, held: int, owner: str) -> Ipv6Association:
    """Draw a block that no VPC has, for a VPC that holds `held` blocks already.

    Raises CidrLimitExceeded.
    """
    check_quota(call, held + 1, IPV6_CIDRS, CidrLimitExceeded, f"IPv6 CIDR blocks of {owner}")
    taken = {cidr for vpc in call.network.all(Vpc) for cidr in vpc.ipv6_cidrs}
    first = int(call.token(8, "0123456789abcdef"), 16)
    block = next(
        block
        for step in range(len(taken) + 1)
        if (block := ipv6_block(call.region, first + step)) not in taken
    )
    return Ipv6Association(id=call.new_id("vpc-cidr-assoc"), cidr=block)


def check_border_group(call: Call, name: str | None) -> None:
    """Raise InvalidParameterValue for a network border group that is not the Region itself."""
    if name not in (None, call.region):
        raise InvalidParameterValue(
            f"Value ({name}) for parameter ipv6CidrBlockNetworkBorderGroup is invalid. "
            f"There is {call.region} alone; leave it out."
        )


def parse_ipv6_cidr(text: str, parameter: str = "ipv6CidrBlock") -> IPv6Network:
    """Read an IPv6 block. Raises InvalidParameterValue."""
    block = parse_block(IPv6Network, text)
    if block is None:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. "
            "This is not a valid IPv6 CIDR block. Write it as 2001:db8:1234:1a00::/64."
        )
    return block


def subnet_association(
    call: Call, vpc: Vpc, text: str, siblings: Iterable[Subnet]
) -> Ipv6Association:
    """Give the association of a subnet with the block that `text` names.

    Raises InvalidParameterValue, InvalidSubnetRange, InvalidSubnetConflict.
    """
    block = parse_ipv6_cidr(text)
    sized = LARGEST_SUBNET <= block.prefixlen <= SMALLEST_SUBNET and block.prefixlen % STEP == 0
    if not sized or not any(block.subnet_of(cidr) for cidr in vpc.ipv6_cidrs):
        inside = ", ".join(map(str, vpc.ipv6_cidrs)) or f"an IPv6 CIDR, which {vpc.id} has not yet"
        raise InvalidSubnetRange(
            f"The CIDR '{block}' is invalid. Choose a block between /{LARGEST_SUBNET} and "
            f"/{SMALLEST_SUBNET}, in steps of {STEP}, inside {inside}."
        )
    for sibling in siblings:
        if sibling.ipv6_cidr and block.overlaps(sibling.ipv6_cidr):
            raise InvalidSubnetConflict(
                f"The CIDR '{block}' conflicts with another subnet: {sibling.id} has "
                f"{sibling.ipv6_cidr}. Choose a block that is free."
            )
    return Ipv6Association(id=call.new_id("subnet-cidr-assoc"), cidr=block)


def shown_vpc_ipv6(vpc: Vpc) -> list[dict[str, Any]]:
    """Give a VPC's IPv6 associations as the API lists them."""
    return [shown_vpc_association(vpc, one, ASSOCIATED) for one in vpc.ipv6_associations]


def shown_vpc_association(vpc: Vpc, one: Ipv6Association, state: str) -> dict[str, Any]:
    return {
        "AssociationId": one.id,
        "Ipv6CidrBlock": str(one.cidr),
        "Ipv6CidrBlockState": {"State": state},
        "NetworkBorderGroup": vpc.region,
        "Ipv6Pool": POOL,
        "Ipv6AddressAttribute": "public",
        "IpSource": "amazon",
    }


def shown_subnet_ipv6(
    associations: Sequence[Ipv6Association], state: str = ASSOCIATED
) -> list[dict[str, Any]]:
    """Give a subnet's IPv6 associations as the API lists them."""
    return [
        {
            "AssociationId": one.id,
            "Ipv6CidrBlock": str(one.cidr),
            "Ipv6CidrBlockState": {"State": state},
            "Ipv6AddressAttribute": "public",
            "IpSource": "amazon",
        }
        for one in associations
    ]
