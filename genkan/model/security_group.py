"""Security groups: stateful allow-lists attached to interfaces.

A group only ever allows. Traffic is admitted when any rule of any attached group matches, and
replies to admitted traffic are always admitted.
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar

from genkan.model.resource import Resource, Tags


class Direction(Enum):
    INGRESS = "ingress"
    EGRESS = "egress"

    @property
    def opposite(self) -> "Direction":
        return Direction.EGRESS if self is Direction.INGRESS else Direction.INGRESS


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports `first` to `last` of TCP and UDP; for ICMP, the type and the code, where -1 is any."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class CidrPeer:
    cidr: IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class GroupPeer:
    """Every interface that wears this group."""

    group_id: str
    account: str


@dataclass(frozen=True, slots=True)
class ListPeer:
    """Every entry of a prefix list."""

    prefix_list_id: str


Peer = CidrPeer | GroupPeer | ListPeer


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroupRule:
    """`protocol` is an IP protocol number, or None for every protocol."""

    id: str
    direction: Direction
    protocol: int | None
    ports: PortRange | None  # None: every port, or a protocol without ports
    peer: CidrPeer | GroupPeer | ListPeer
    description: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup(Resource):
    kind: ClassVar[str] = "security-group"

    vpc_id: str
    group_name: str
    description: str
    rules: tuple[SecurityGroupRule, ...] = ()
    associated_vpcs: tuple[str, ...] = ()  # beside its own, whose interfaces may wear it

    @property
    def is_default(self) -> bool:
        return self.group_name == "default"

    @property
    def vpcs(self) -> tuple[str, ...]:
        """Every VPC whose interfaces may wear it, its own first."""
        return (self.vpc_id, *self.associated_vpcs)

    @property
    def named_groups(self) -> tuple[str, ...]:
        """The groups that its rules name."""
        peers = (rule.peer for rule in self.rules)
        return tuple(peer.group_id for peer in peers if isinstance(peer, GroupPeer))
