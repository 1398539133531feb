"""Subnets, and which of their addresses may be handed out.

Five addresses of every IPv4 subnet are never assigned: the first four (network, router, DNS, one
kept back) and the last (broadcast). See "Subnet sizing" in the Amazon VPC user guide. The resolver
itself answers at the base of the VPC plus two, not in each subnet: that address belongs to the VPC.

Allocation is lowest-free-first. AWS promises no order; a fixed one makes every example in the
documentation, and every failing test, reproducible.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import ClassVar

from genkan.model.errors import AddressInUse, AddressNotInSubnet, AddressReserved, SubnetFull
from genkan.model.resource import Resource

RESERVED_AT_START = 4
RESERVED_AT_END = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet(Resource):
    kind: ClassVar[str] = "subnet"

    vpc_id: str
    zone: str  # the zone's name, ap-northeast-1a
    cidr: IPv4Network
    map_public_ip_on_launch: bool = False
    default_for_az: bool = False

    @property
    def router(self) -> IPv4Address:
        """The next hop of every interface in this subnet."""
        return self.cidr[1]

    @property
    def capacity(self) -> int:
        """How many addresses fit, before any is assigned."""
        return self.cidr.num_addresses - RESERVED_AT_START - RESERVED_AT_END

    def assignable(self) -> Iterator[IPv4Address]:
        """Every address an interface may hold, lowest first."""
        for offset in range(RESERVED_AT_START, self.cidr.num_addresses - RESERVED_AT_END):
            yield self.cidr[offset]


def allocate(
    subnet: Subnet, in_use: AbstractSet[IPv4Address], wanted: IPv4Address | None = None
) -> IPv4Address:
    """Choose an address for a new interface: `wanted` if the caller named one.

    Raises AddressNotInSubnet, AddressReserved, AddressInUse for `wanted`, SubnetFull without it.
    """
    if wanted is not None:
        _check_assignable(subnet, in_use, wanted)
        return wanted
    for address in subnet.assignable():
        if address not in in_use:
            return address
    raise SubnetFull(
        f"{subnet.id} has no free address: all {subnet.capacity} of {subnet.cidr} are assigned. "
        "Delete an unused interface, or create the interface in another subnet."
    )


def _check_assignable(
    subnet: Subnet, in_use: AbstractSet[IPv4Address], wanted: IPv4Address
) -> None:
    if wanted not in subnet.cidr:
        raise AddressNotInSubnet(
            f"{wanted} is outside {subnet.id}, which covers {subnet.cidr}. "
            "Choose an address inside it, or leave the address out."
        )
    offset = int(wanted) - int(subnet.cidr.network_address)
    if offset < RESERVED_AT_START or offset >= subnet.cidr.num_addresses - RESERVED_AT_END:
        raise AddressReserved(
            f"{wanted} is one of the five addresses of {subnet.cidr} that are never assigned. "
            f"The first assignable address is {subnet.cidr[RESERVED_AT_START]}."
        )
    if wanted in in_use:
        raise AddressInUse(f"{wanted} is already assigned in {subnet.id}. Choose another address.")
