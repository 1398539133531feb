"""Prefixes of interfaces: /28 blocks of the subnet whose addresses are all an interface's.

What runs in the instance puts the addresses on itself. IPv4 alone: IPv6 prefixes are refused by
name. "Assign prefixes to network interfaces" in the Amazon EC2 user guide.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from genkan.api.call import Call
from genkan.api.cidrs import parse_block
from genkan.api.interface_making import addresses_in_use
from genkan.model.errors import (
    AddressInUse,
    InvalidParameterCombination,
    InvalidParameterValue,
    Refused,
)
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import RESERVED_AT_START, Subnet, SubnetCidrReservation

LENGTH = 28
MOST = 50  # that a call may ask for
EXPLICIT = "explicit"


class InsufficientCidrBlocks(Refused):
    code = "InsufficientCidrBlocks"


def choose_prefixes(
    call: Call, subnet: Subnet, named: Sequence[str] | None, count: int | None
) -> tuple[IPv4Network, ...]:
    """Give the prefixes that are named, or `count` free ones. Raises InvalidParameterValue,
    AddressInUse, InsufficientCidrBlocks."""
    if named and count:
        raise InvalidParameterCombination(
            "The parameters ipv4Prefixes and ipv4PrefixCount cannot be used together. Leave one of "
            "them out."
        )
    taken = addresses_in_use(call, subnet)
    chosen = [_named(subnet, taken, text) for text in dict.fromkeys(named or ())]
    if count is not None and not 0 <= count <= MOST:
        raise InvalidParameterValue(
            f"Value ({count}) for parameter ipv4PrefixCount is invalid. Give 1 to {MOST}."
        )
    if count:
        free = _free(call, subnet, taken)
        if len(free) < count:
            raise InsufficientCidrBlocks(
                f"The specified subnet does not have enough free cidr blocks to satisfy the "
                f"request: {count} are asked for, and {subnet.id} has {len(free)} of /{LENGTH}."
            )
        chosen += free[:count]
    return tuple(chosen)


def without_prefixes(interface: NetworkInterface, named: Sequence[str]) -> NetworkInterface:
    """Give an interface that has these no more. Raises InvalidParameterValue."""
    gone = {_parse(text) for text in named}
    strangers = gone - set(interface.prefixes)
    if strangers:
        raise InvalidParameterValue(
            f"Some of {', '.join(map(str, sorted(strangers)))} are not assigned to interface "
            f"{interface.id}. Name prefixes that it has."
        )
    return replace(interface, prefixes=tuple(one for one in interface.prefixes if one not in gone))


def shown_prefixes(prefixes: Sequence[IPv4Network]) -> list[dict[str, str]]:
    return [{"Ipv4Prefix": str(one)} for one in prefixes]


def _named(subnet: Subnet, taken: AbstractSet[IPv4Address], text: str) -> IPv4Network:
    block = _parse(text)
    if not _is_assignable(subnet, block):
        raise InvalidParameterValue(
            f"{block} is no prefix that {subnet.id} assigns: it is of {subnet.cidr}, without the "
            "addresses that are never assigned."
        )
    if not taken.isdisjoint(block):
        raise AddressInUse(f"Addresses of {block} are assigned in {subnet.id} already.")
    return block


def _parse(text: str) -> IPv4Network:
    block = parse_block(IPv4Network, text)
    if block is None or block.prefixlen != LENGTH:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter ipv4Prefixes is invalid. Give a block of /{LENGTH}."
        )
    return block


def _is_assignable(subnet: Subnet, block: IPv4Network) -> bool:
    first, last = subnet.block[RESERVED_AT_START], subnet.block[-2]
    return first <= block[0] and block[-1] <= last


def _free(call: Call, subnet: Subnet, taken: AbstractSet[IPv4Address]) -> list[IPv4Network]:
    """Give the prefixes of which nothing is taken or kept to be named."""
    if subnet.block.prefixlen > LENGTH:
        return []
    kept = [
        row.cidr
        for row in call.network.where(SubnetCidrReservation, subnet_id=subnet.id)
        if isinstance(row.cidr, IPv4Network) and row.reservation_type == EXPLICIT
    ]
    return [
        block
        for block in subnet.block.subnets(new_prefix=LENGTH)
        if _is_assignable(subnet, block)
        and taken.isdisjoint(block)
        and not any(block.overlaps(one) for one in kept)
    ]
