"""Filters: named lists of rules, and guards, which say where they stand in the packet's way.

`AddressSet` is a name, not a list: membership changes far more often than rules do, and every
engine can update a set without reloading the rules that name it.
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Network
from typing import ClassVar

from genkan.program.address import Address, Block
from genkan.program.entry import Because, Entry, Key


class Stage(Enum):
    """Where in the packet's way something decides. Traces and flow logs show these words."""

    SECURITY_GROUP_EGRESS = "security-group-egress"
    SOURCE_DEST_CHECK = "source-dest-check"
    NETWORK_ACL_EGRESS = "network-acl-egress"
    ROUTE = "route"
    NETWORK_ACL_INGRESS = "network-acl-ingress"
    SECURITY_GROUP_INGRESS = "security-group-ingress"
    ENDPOINT = "endpoint"


class Verdict(Enum):
    ACCEPT = "accept"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSet(Entry):
    """Addresses under one name at one place, and IPv6 blocks that nobody counts out."""

    section: ClassVar[str] = "address-set"

    place: str
    name: str
    members: tuple[Address, ...]  # in order
    blocks: tuple[IPv6Network, ...] = ()  # in order

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.name)


@dataclass(frozen=True, slots=True)
class InSet:
    """Any address of the place's AddressSet of this name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Every field that is not None must match; a Match of Nones matches every packet.

    `remote` is the far side: the source where packets come in, the destination where they go out.
    `ports` are destination ports of TCP and UDP; `icmp` a type and code, -1 for any.
    """

    remote: Block | InSet | None = None
    protocol: int | None = None
    ports: tuple[int, int] | None = None
    icmp: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    match: Match
    verdict: Verdict
    because: Because


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Entry):
    """Ordered rules, first match decides; a packet that matches none leaves the filter
    undecided.

    A `stateful` one is asked about connections, by guards; else it is asked about packets, by
    subnet guards.
    """

    section: ClassVar[str] = "filter"

    place: str
    name: str
    rules: tuple[Rule, ...]
    stateful: bool = False

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(Entry):
    """New connections at `at` ask these filters in turn at `stage`; what none accepts is dropped.

    `at` is an interface of the place (packets that enter from it for SECURITY_GROUP_EGRESS, that
    leave through it for SECURITY_GROUP_INGRESS), or an address that the place delivers (packets to
    it for ENDPOINT, what the place itself sends from it for SECURITY_GROUP_EGRESS). Replies to
    what was accepted, and what is related to it, always pass. An interface without a guard lets all
    pass; the place's own services (`Listener.guarded` false) are asked by no guard.

    `untracked` holds IP versions with protocols of theirs. A connection of one of them that a rule
    from everywhere (0.0.0.0/0, ::/0) accepts here is not tracked at this interface, unless it goes
    over a link that tracks: when guards or stateful filters change, its packets pass from then on
    as the rules let them, whichever way they go. A tracked one goes on whatever changes.
    """

    section: ClassVar[str] = "guard"

    place: str
    stage: Stage
    at: str | Address
    filters: tuple[str, ...]  # sorted
    untracked: tuple[tuple[int, int], ...] = ()  # sorted

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.stage.value, str(self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetGuard(Entry):
    """Every packet that crosses the edge of `subnet` asks `filter` at `stage`, answers too.

    What the filter does not accept is dropped. At NETWORK_ACL_EGRESS packets leave the subnet: they
    enter `place` from one of its interfaces, or come from one of `addresses`, which the place
    delivers. At NETWORK_ACL_INGRESS they enter it, the other way round. What stays in the subnet
    crosses no edge, and the place's own services (`Listener.guarded` false) are beyond all edges.
    """

    section: ClassVar[str] = "subnet-guard"

    place: str
    stage: Stage
    subnet: str
    addresses: tuple[Address, ...]  # in order
    filter: str

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.stage.value, self.subnet)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck(Entry):
    """Packets that enter from `interface` carry one of these source addresses, or one of these
    blocks, or are dropped."""

    section: ClassVar[str] = "source-check"

    place: str
    interface: str
    addresses: tuple[Address, ...]
    blocks: tuple[IPv6Network, ...] = ()

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.interface)
