"""Subnets, and which of their addresses may be handed out.

Five addresses of every IPv4 subnet are never assigned: the first four (network, router, DNS, one
kept back) and the last (broadcast). See "Subnet sizing" in the Amazon VPC user guide. The resolver
itself answers at the base of the VPC plus two, not in each subnet: that address belongs to the VPC.
A subnet has an IPv4 CIDR, an IPv6 CIDR, or both; one made without IPv4 never gets any.

Allocation is lowest-free-first. AWS promises no order; a fixed one makes every example in the
documentation, and every failing test, reproducible.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import ClassVar

from genkan.model.errors import AddressInUse, AddressNotInSubnet, AddressReserved, SubnetFull
from genkan.model.resource import Resource
from genkan.model.vpc import Ipv6Association

RESERVED_AT_START = 4
RESERVED_AT_END = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet(Resource):
    kind: ClassVar[str] = "subnet"

    vpc_id: str
    zone: str  # the zone's name, ap-northeast-1a
    cidr: IPv4Network | None  # None: IPv6-only
    map_public_ip_on_launch: bool = False
    default_for_az: bool = False
    ipv6_associations: tuple[Ipv6Association, ...] = ()  # at most one
    assign_ipv6_on_creation: bool = False
    dns64: bool = False
    host_names: str = "ip-name"  # or resource-name: what an instance's private name is made of
    dns_a_record: bool = False  # whether a resource name answers with IPv4
    dns_aaaa_record: bool = False
    lni_device_index: int | None = None

    @property
    def ipv6_native(self) -> bool:
        """Tell whether it has no IPv4 at all."""
        return self.cidr is None

    @property
    def ipv6_cidr(self) -> IPv6Network | None:
        return self.ipv6_associations[0].cidr if self.ipv6_associations else None

    @property
    def blocks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Its CIDRs of both families."""
        return tuple(one for one in (self.cidr, self.ipv6_cidr) if one)

    @property
    def block(self) -> IPv4Network:
        """The IPv4 CIDR, where there is one. Raises AddressNotInSubnet for an IPv6-only subnet."""
        if self.cidr is None:
            raise AddressNotInSubnet(
                f"{self.id} is an IPv6-only subnet and has no IPv4 addresses. "
                "Choose another subnet."
            )
        return self.cidr

    @property
    def router(self) -> IPv4Address:
        """The next hop of every interface in this subnet."""
        return self.block[1]

    @property
    def capacity(self) -> int:
        """How many IPv4 addresses fit, before any is assigned."""
        if self.cidr is None:
            return 0
        return self.cidr.num_addresses - RESERVED_AT_START - RESERVED_AT_END


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetCidrReservation(Resource):
    """A part of a subnet from which nothing is assigned unless it is named. `id` is scr-…."""

    kind: ClassVar[str] = "subnet-cidr-reservation"

    subnet_id: str
    cidr: IPv4Network | IPv6Network
    reservation_type: str  # prefix or explicit
    description: str = ""


def allocate(
    subnet: Subnet, in_use: AbstractSet[IPv4Address], wanted: IPv4Address | None = None
) -> IPv4Address:
    """Choose an address for a new interface: `wanted` if the caller named one.

    Raises AddressNotInSubnet, AddressReserved, AddressInUse for `wanted`, SubnetFull without it.
    """
    if wanted is not None:
        _check_assignable(subnet, in_use, wanted)
        return wanted
    taken = set(map(int, in_use))  # numbers: to look an address up costs ten times as much
    first = int(subnet.block.network_address)
    last = first + subnet.block.num_addresses - RESERVED_AT_END
    for number in range(first + RESERVED_AT_START, last):
        if number not in taken:
            return IPv4Address(number)
    raise SubnetFull(
        f"{subnet.id} has no free address: all {subnet.capacity} of {subnet.cidr} are assigned. "
        "Delete an unused interface, or create the interface in another subnet."
    )


def allocate_ipv6(
    subnet: Subnet, in_use: AbstractSet[IPv6Address], first: int, wanted: IPv6Address | None = None
) -> IPv6Address:
    """Choose an IPv6 address: `wanted` if the caller named one, else the next free one after
    `first`, a number that the caller draws.

    Raises AddressNotInSubnet, AddressReserved, AddressInUse.
    """
    block = subnet.ipv6_cidr
    if block is None or (wanted is not None and wanted not in block):
        raise AddressNotInSubnet(
            f"{wanted or 'An IPv6 address'} is outside {subnet.id}, which covers "
            f"{block or 'no IPv6 addresses'}. Choose an address inside a subnet's IPv6 CIDR."
        )
    usable = block.num_addresses - RESERVED_AT_START - RESERVED_AT_END
    if wanted is None:
        return next(
            address
            for step in range(len(in_use) + 1)
            if (address := block[RESERVED_AT_START + (first + step) % usable]) not in in_use
        )
    if (
        not RESERVED_AT_START
        <= int(wanted) - int(block.network_address)
        < usable + RESERVED_AT_START
    ):
        raise AddressReserved(
            f"{wanted} is one of the five addresses of {block} that are never assigned. "
            f"The first assignable address is {block[RESERVED_AT_START]}."
        )
    if wanted in in_use:
        raise AddressInUse(f"{wanted} is already assigned in {subnet.id}. Choose another address.")
    return wanted


def _check_assignable(
    subnet: Subnet, in_use: AbstractSet[IPv4Address], wanted: IPv4Address
) -> None:
    block = subnet.block
    if wanted not in block:
        raise AddressNotInSubnet(
            f"{wanted} is outside {subnet.id}, which covers {block}. "
            "Choose an address inside it, or leave the address out."
        )
    offset = int(wanted) - int(block.network_address)
    if offset < RESERVED_AT_START or offset >= block.num_addresses - RESERVED_AT_END:
        raise AddressReserved(
            f"{wanted} is one of the five addresses of {block} that are never assigned. "
            f"The first assignable address is {block[RESERVED_AT_START]}."
        )
    if wanted in in_use:
        raise AddressInUse(f"{wanted} is already assigned in {subnet.id}. Choose another address.")
