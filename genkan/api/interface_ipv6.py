"""The IPv6 addresses of an interface: named, counted, or as its subnet gives them by itself."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address
from typing import Any

from genkan.api.call import Call
from genkan.api.interface_limits import check_asked_count
from genkan.model.errors import (
    AddressInUse,
    InvalidParameterCombination,
    InvalidParameterValue,
    SubnetFull,
)
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet, allocate_ipv6

MOST_DRAWS = 100


def ipv6_in_use(call: Call, subnet: Subnet) -> set[IPv6Address]:
    """Give every IPv6 address of a subnet that an interface holds."""
    return {
        address
        for interface in call.network.where(NetworkInterface, subnet_id=subnet.id)
        for address in interface.ipv6_addresses
    }


def choose_ipv6(
    call: Call,
    subnet: Subnet,
    in_use: set[IPv6Address],
    named: Sequence[IPv6Address] = (),
    count: int | None = None,
) -> tuple[IPv6Address, ...]:
    """Give the IPv6 addresses of a new interface, and add them to `in_use`.

    Without a name and a count it gets one where the subnet assigns them on creation. Raises
    InvalidParameterCombination, InvalidParameterValue, AddressNotInSubnet, AddressReserved,
    AddressInUse.
    """
    if named and count:
        raise InvalidParameterCombination(
            "IPv6 addresses can be named or counted, not both. Leave ipv6AddressCount out."
        )
    if count is not None and count < 0:
        raise InvalidParameterValue(
            f"Value ({count}) for parameter ipv6AddressCount is invalid. Give 0 or more."
        )
    check_asked_count(count or 0)
    if count is None:
        count = int(subnet.assign_ipv6_on_creation and not named)
    chosen = []
    for wanted in (*named, *(None for _ in range(count))):
        chosen.append(_allocated(call, subnet, in_use, wanted))
        in_use.add(chosen[-1])
    return tuple(chosen)


def _allocated(
    call: Call, subnet: Subnet, in_use: set[IPv6Address], wanted: IPv6Address | None
) -> IPv6Address:
    """Allocate an address that is of nobody's prefix."""
    prefixes = [
        block
        for interface in call.network.where(NetworkInterface, subnet_id=subnet.id)
        for block in interface.ipv6_prefixes
    ]
    for _ in range(MOST_DRAWS):
        first = int(call.token(15, "0123456789abcdef"), 16) if wanted is None else 0
        found = allocate_ipv6(subnet, in_use, first, wanted)
        block = next((one for one in prefixes if found in one), None)
        if block is None:
            return found
        if wanted is not None:
            raise AddressInUse(
                f"{wanted} is of the prefix {block}, which an interface of {subnet.id} has."
            )
    raise SubnetFull(f"{subnet.id} has hardly an IPv6 address that is of no interface's prefix.")


def parse_ipv6_addresses(several: Sequence[Mapping[str, Any]] | None) -> list[IPv6Address]:
    """Read the entries that launches and new interfaces name addresses by."""
    return [parse_ipv6_address(one.get("Ipv6Address", "")) for one in several or ()]


def parse_ipv6_address(text: str, parameter: str = "ipv6Addresses") -> IPv6Address:
    """Read an address of a request. Raises InvalidParameterValue."""
    try:
        return IPv6Address(text)
    except ValueError:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. Give an IPv6 address."
        ) from None
