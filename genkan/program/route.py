"""Routes: longest prefix first, in the tables that a packet's subnet leads to.

A packet that enters a router from an interface of a subnet asks that subnet's table first
(`TableChoice`); what a place sends itself asks the table of its source address, if that has one
(`SourceChoice`). Where it finds `Local`, or nothing, the place's own table (`PLACE_TABLE`) answers;
a packet from an interface without a subnet asks that table alone. Nothing there: unreachable.
"""

from dataclasses import dataclass
from ipaddress import IPv6Network
from typing import ClassVar

from genkan.program.address import Address, Block
from genkan.program.entry import Entry, Key

PLACE_TABLE = "place"


@dataclass(frozen=True, slots=True)
class Forward:
    """Out of `interface`; `next_hop` is who is meant at its far end, None the destination
    itself."""

    interface: str
    next_hop: Address | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """The place itself takes it: an endpoint's address, a resolver's, a public service's."""


@dataclass(frozen=True, slots=True)
class Local:
    """Leave this table: the place's own decides."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nobody has this address; the sender is told."""


@dataclass(frozen=True, slots=True)
class Blackhole:
    """Dropped without a word: the route's target is gone. `why`: in which state what is, for
    people; "" where there is nothing to say."""

    why: str = ""


Action = Forward | Deliver | Local | Unreachable | Blackhole


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Entry):
    section: ClassVar[str] = "route"

    place: str
    table: str  # a route table's id, or PLACE_TABLE
    destination: Block
    action: Action

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.table, str(self.destination))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChoice(Entry):
    """Packets that enter `place` from interfaces of `subnet` ask `table` first."""

    section: ClassVar[str] = "table-choice"

    place: str
    subnet: str  # or whatever else stands as `End.subnet`
    table: str

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.subnet)


PREFIX_LENGTH = 80  # of an IPv6 prefix that an interface has


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChoice(Entry):
    """What `place` itself sends from `source` asks `table` first: an address of an interface that
    is not the primary one is answered through that interface. A block is an IPv6 prefix of it."""

    section: ClassVar[str] = "source-choice"

    place: str
    source: Address | IPv6Network
    table: str

    @property
    def key(self) -> Key:
        return (self.section, self.place, str(self.source))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChoice(Entry):
    """Answers to connections that entered `place` from `interface` ask `table` first, by whatever
    interface they come in: they go back the way the connection came."""

    section: ClassVar[str] = "answer-choice"
    tables: ClassVar[str] = "answers/"  # what their names begin with

    place: str
    interface: str
    table: str

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.interface)
