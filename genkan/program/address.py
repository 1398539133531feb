"""Addresses and blocks of either family, in the one order that programs keep them in."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Block = IPv4Network | IPv6Network


def in_order(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Sort addresses, IPv4 first."""
    held: dict[int, list[Address]] = {4: [], 6: []}
    for address in addresses:
        held[address.version].append(address)
    return (*sorted(held[4], key=int), *sorted(held[6], key=int))


@lru_cache(4096)  # the route to an address and what listens there share a block: it is 0.8 kB
def host_block(address: Address) -> Block:
    """Give the block that holds this address alone."""
    if isinstance(address, IPv4Address):
        return IPv4Network((int(address), 32))
    return IPv6Network((int(address), 128))
