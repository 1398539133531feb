"""Managed prefix lists: sets of CIDR blocks under one id, kept in versions.

A security group's rule or a route that names a list stands for its entries, and counts against
quotas with the list's `max_entries`, whatever it holds. "Consolidate and manage network CIDR blocks
with managed prefix lists" in the Amazon VPC user guide. AWS's own lists are in the catalogue.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar

from genkan.model.catalogue.prefix_lists import find_aws_list
from genkan.model.network import Network
from genkan.model.resource import Resource

Block = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixListEntry:
    cidr: IPv4Network | IPv6Network
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixListVersion:
    number: int
    entries: tuple[PrefixListEntry, ...] = ()  # sorted by CIDR


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPrefixList(Resource):
    """`versions` holds every version there was, oldest first; the last one counts."""

    kind: ClassVar[str] = "prefix-list"

    prefix_list_name: str
    address_family: str  # "IPv4" or "IPv6"
    max_entries: int
    state: str  # create-complete, modify-complete, restore-complete
    versions: tuple[PrefixListVersion, ...]

    @property
    def current(self) -> PrefixListVersion:
        return self.versions[-1]

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(entry.cidr for entry in self.current.entries)


def blocks_of(network: Network, prefix_list_id: str) -> tuple[Block, ...]:
    """Give the blocks of a list, an account's or AWS's; none for one that is not there."""
    held = network.get(ManagedPrefixList, prefix_list_id)
    if held:
        return held.blocks
    aws = find_aws_list(prefix_list_id)
    return aws.blocks if aws else ()


def weight_of(network: Network, prefix_list_id: str) -> int:
    """Give what a reference to a list counts against quotas."""
    held = network.get(ManagedPrefixList, prefix_list_id)
    if held:
        return held.max_entries
    aws = find_aws_list(prefix_list_id)
    return aws.weight if aws else 1
