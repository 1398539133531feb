"""Names and addresses that AWS derives: host names, the resolver, MACs of what has no interface."""

import hashlib
from ipaddress import IPv4Address, IPv4Network

from genkan.model.host_names import internal_domain, private_host, public_domain, public_host
from genkan.model.vpc import Vpc

__all__ = [
    "LINK_HOP",
    "LINK_LOCAL_RESOLVER",
    "host_network",
    "internal_domain",
    "mac_of",
    "private_host",
    "public_domain",
    "public_host",
    "resolver_address",
]

RESOLVER_OFFSET = 2  # "the base of the VPC network range, plus two"
LINK_LOCAL_RESOLVER = IPv4Address("169.254.169.253")
LINK_HOP = IPv4Address("169.254.0.1")  # whoever is at the far end of a gateway's link


def resolver_address(vpc: Vpc) -> IPv4Address:
    """Give the VPC's own resolver address. "DNS attributes for your VPC"."""
    return vpc.cidr[RESOLVER_OFFSET]


def mac_of(*owner: str) -> str:
    """Derive a locally administered MAC, the same for the same owner on every machine."""
    digest = hashlib.blake2s("/".join(owner).encode(), digest_size=5).hexdigest()
    return "06:" + ":".join(digest[at : at + 2] for at in range(0, 10, 2))


def host_network(address: IPv4Address) -> IPv4Network:
    return IPv4Network((address, 32))
