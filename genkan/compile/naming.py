"""Names and addresses that AWS derives: host names, the resolver, MACs of what has no interface."""

import hashlib
from ipaddress import IPv4Address, IPv6Address

from genkan.model.host_names import internal_domain, private_host, public_domain, public_host
from genkan.model.vpc import Vpc
from genkan.program.address import Address, Block
from genkan.program.address import host_block as host_network

__all__ = [
    "LINK_HOP",
    "LINK_LOCAL_RESOLVER",
    "UNIQUE_LOCAL_RESOLVER",
    "has_private_names",
    "host_network",
    "internal_domain",
    "link_hop",
    "mac_of",
    "private_host",
    "public_domain",
    "public_host",
    "resolver_address",
    "resolver_addresses",
]

RESOLVER_OFFSET = 2  # "the base of the VPC network range, plus two"
LINK_LOCAL_RESOLVER = IPv4Address("169.254.169.253")
UNIQUE_LOCAL_RESOLVER = IPv6Address("fd00:ec2::253")
LINK_HOP = IPv4Address("169.254.0.1")  # whoever is at the far end of a gateway's link
LINK_HOP_IPV6 = IPv6Address("fe80::1")  # also the router, for an interface


def has_private_names(vpc: Vpc) -> bool:
    """Tell whether a VPC's private names are answered: both of its DNS attributes are on."""
    return vpc.dns_support and vpc.dns_hostnames


def resolver_address(vpc: Vpc) -> IPv4Address:
    """Give the VPC's own resolver address. "DNS attributes for your VPC"."""
    return vpc.cidr[RESOLVER_OFFSET]


def resolver_addresses(vpc: Vpc) -> tuple[Address, ...]:
    """Give every address that the VPC's resolver answers at."""
    known: tuple[Address, ...] = (resolver_address(vpc), LINK_LOCAL_RESOLVER)
    return (*known, UNIQUE_LOCAL_RESOLVER) if vpc.ipv6_cidrs else known


def inbound_view(vpc_id: str) -> str:
    """Give the name of what is seen through a VPC's inbound Resolver endpoints."""
    return f"{vpc_id}/inbound"


def mac_of(*owner: str) -> str:
    """Derive a locally administered MAC, the same for the same owner on every machine."""
    digest = hashlib.blake2s("/".join(owner).encode(), digest_size=5).hexdigest()
    return "06:" + ":".join(digest[at : at + 2] for at in range(0, 10, 2))


def link_hop(destination: Block) -> Address:
    """Give the next hop over a link for a destination of either family."""
    return LINK_HOP if destination.version == 4 else LINK_HOP_IPV6
