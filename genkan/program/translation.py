"""Translations: whose address a packet carries on the other side."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network
from typing import ClassVar

from genkan.program.entry import Entry, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Border(Entry):
    """`place` passes between `inside` and `outside` only what a OneToOne there translates, and
    what carries an address of `untranslated` on its inner side.

    With `outward`, what does not start inside is dropped: only answers come in.
    """

    section: ClassVar[str] = "border"

    place: str
    inside: str  # interfaces of the place
    outside: str
    untranslated: tuple[IPv6Network, ...] = ()
    outward: bool = False

    @property
    def key(self) -> Key:
        return (self.section, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneToOne(Entry):
    """At a border, `private` inside is `public` outside, both ways, port for port."""

    section: ClassVar[str] = "one-to-one"

    place: str
    private: IPv4Address
    public: IPv4Address

    @property
    def key(self) -> Key:
        return (self.section, self.place, str(self.private))


@dataclass(frozen=True, slots=True, kw_only=True)
class PortTranslation(Entry):
    """What `place` passes on leaves as `address`, or one of `others`, with a port of the place's
    choice: of TCP and UDP, one of `ports`.

    No two connections to one destination have the same address and port; what none is left for is
    dropped. Only answers come back: what was not started from inside is dropped.
    """

    section: ClassVar[str] = "port-translation"

    place: str
    address: IPv4Address
    others: tuple[IPv4Address, ...] = ()  # in order
    ports: tuple[int, int] = (1024, 65535)  # the first and the last

    @property
    def key(self) -> Key:
        return (self.section, self.place)
