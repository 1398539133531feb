"""Names: zones, their records, which zones a resolver looks into, and what it sends on.

A question is answered by the attached zone with the longest origin that the name ends in; such a
zone is authoritative, a name that it lacks does not exist. What no zone of the resolver's view
covers is looked up in the zones of EVERY_VIEW in the same way, and what none of those covers in
PUBLIC_ZONE. A record whose name starts with "*." answers for every name below that has no record.
"""

from dataclasses import dataclass
from typing import ClassVar

from genkan.program.address import Address
from genkan.program.entry import Entry, Key

PUBLIC_ZONE = "public"  # its origin is "", every name
ELSEWHERE = "*"  # among the regions of an alternative: every other one, and none
EVERY_VIEW = "*"  # zones attached to it are public ones: every resolver looks into them


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver(Entry):
    """Questions that reach these addresses at `place` see the zones attached to `view`.

    They see those attached to the view `beyond` too, and its forwardings, as if all were attached
    to one view.
    """

    section: ClassVar[str] = "resolver"

    place: str
    addresses: tuple[Address, ...]
    view: str
    beyond: str | None = None
    region: str | None = None  # AWS's, of those who ask here

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.view)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A name server that questions are sent on to."""

    address: Address
    port: int = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding(Entry):
    """In `view`, questions for `domain` (as a zone's origin) and all below go to one of `targets`.

    The longest domain wins among forwardings and the zones attached to the view, a forwarding
    where they are equal; public names, and zones attached to EVERY_VIEW, lose to any. Without
    targets it sends nothing on: what it wins is answered as if no shorter forwarding were there.
    Questions leave `place` from one of `sources`, which the place delivers, by UDP, and by TCP
    where the asker uses it or the answer was cut; the targets are asked in turn until one answers,
    and an answer may be given again while it holds.
    """

    section: ClassVar[str] = "forwarding"

    view: str
    domain: str
    targets: tuple[Target, ...] = ()
    place: str = ""
    sources: tuple[Address, ...] = ()

    @property
    def key(self) -> Key:
        return (self.section, self.view, self.domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone(Entry):
    """`origin` in lower case, without the final dot."""

    section: ClassVar[str] = "zone"

    id: str
    origin: str

    @property
    def key(self) -> Key:
        return (self.section, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneAttachment(Entry):
    """`zone` is looked into by the resolvers of `view`, or of all (EVERY_VIEW) after their own."""

    section: ClassVar[str] = "zone-attachment"

    view: str
    zone: str

    @property
    def key(self) -> Key:
        return (self.section, self.view, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name, written as a RecordSet's is, of a zone that is named."""

    zone: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One of several record sets of a name and type; a RecordSet's own members, and when it
    answers.

    `weight` is its part of all weights' sum, by chance at each question; where all are 0, each
    answers as often as the others. `region`: it answers who asks in this AWS Region. `regions`: it
    answers who asks in one of these, and nobody else; ELSEWHERE among them is whoever no other's
    regions name.
    """

    ttl: int = 0
    values: tuple[str, ...] = ()
    alias: Alias | None = None
    weight: int | None = None
    region: str | None = None
    regions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet(Entry):
    """The records of one name and type. `name` is whole, lower case, no final dot; `values`
    presentation text.

    With an `alias`, the records are those that the alias has of this type at the moment of the
    question, with their TTL and under this record's own name; `ttl` and `values` mean nothing. The
    alias's records may be aliases in their turn. With `alternatives`, one of them stands in for
    `ttl`, `values` and `alias`: by weight where they have weights; by `regions` where they have
    those, and none may answer then; else the one of the asker's Region, or the first.
    """

    section: ClassVar[str] = "record-set"

    zone: str
    name: str
    type: str  # "A", "TXT", …
    ttl: int
    values: tuple[str, ...]
    alias: Alias | None = None
    alternatives: tuple[Alternative, ...] = ()

    @property
    def key(self) -> Key:
        return (self.section, self.zone, self.name, self.type)
