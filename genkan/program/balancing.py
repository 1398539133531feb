"""Load balancing: connections that reach a place are handed on, each to one target.

A place with a `Balancer` passes on nothing else. What comes by an `Intake` comes from a network of
its own, whose addresses may be those of the balancer's side: connections that differ by nothing but
the intake are different ones.
"""

from dataclasses import dataclass
from typing import ClassVar

from genkan.program.address import Address
from genkan.program.entry import Entry, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancer(Entry):
    """`place` takes connections and hands them on to targets, which it reaches by `interface`.

    It takes what comes by `interface` for one of `addresses`, of which it has one of an IP version
    at most, and what comes by its Intakes for any address; the BalancedPort of the version, the
    protocol and the port that are meant decides. What is meant for another port is dropped without
    a word, and so is what belongs to no connection and begins none, but for TCP to a BalancedPort,
    which is reset. Answers go back as from the address that was meant.

    A target sees the one of `addresses` that is of its version as the source, with a port of the
    place's choice; but it sees the client's own address and port where the connection came by
    `interface` and the target `keeps_source`.
    """

    section: ClassVar[str] = "balancer"

    place: str
    interface: str
    addresses: tuple[Address, ...]  # IPv4 first

    @property
    def key(self) -> Key:
        return (self.section, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake(Entry):
    """Connections reach the balancer at `place` by `interface` too, from a network of its own.

    New ones ask these `filters` in turn, with the client's address and the port that is meant, and
    what none accepts is dropped; None: all are taken. Their answers leave by an AnswerChoice of the
    interface. When it goes, its connections end, and are not taken up again when it comes back.
    """

    section: ClassVar[str] = "intake"

    place: str
    interface: str
    filters: tuple[str, ...] | None = None  # sorted
    endpoint: str | None = None  # the VPC endpoint that it is, which a PROXY header names

    @property
    def key(self) -> Key:
        return (self.section, self.place, self.interface)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedTarget:
    """Who takes connections, `weight` of all the weights of its port."""

    address: Address
    port: int
    weight: int = 1
    keeps_source: bool = False


Held = tuple[Address, int]  # a target, by its address and port


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedPort(Entry):
    """At the balancer of `place`, new connections of an IP version to this port go to one of
    `targets`, whose addresses are of that version too.

    A hash of addresses and ports of both ends chooses; `by_source`: of the client's address alone.
    With no targets, TCP is reset and anything else dropped. A connection on which nothing passes
    for `idle` seconds is forgotten.

    A connection stays with its target when that takes new ones no more, as long as it is among
    those that are `draining`; when it is in no list any more, the connection goes on, but with
    `ends_with_target` it ends. Those to the `ended` end at once. What ended is reset at the
    client's next packet.
    """

    section: ClassVar[str] = "balanced-port"

    place: str
    protocol: int
    port: int
    targets: tuple[BalancedTarget, ...]
    idle: int
    version: int = 4
    by_source: bool = False
    draining: tuple[Held, ...] = ()  # sorted
    ended: tuple[Held, ...] = ()  # sorted
    ends_with_target: bool = False

    @property
    def key(self) -> Key:
        return (self.section, self.place, *map(str, (self.version, self.protocol, self.port)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayedTarget:
    """Who takes streams; `tells_source` by a PROXY header of version 2, `tls` inside TLS."""

    address: Address
    port: int
    weight: int = 1
    tells_source: bool = False
    tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsEnd:
    """Clients' TLS ends here, with one of `certificates`, which are named by ARN.

    The first one is the default; another is shown to a client that asks for a name which it has
    and the ones before it do not. `versions` ("TLSv1.2") and `ciphers` under OpenSSL's names are
    all that is taken; who comes first in `alpn` and is offered is chosen. A certificate that is
    not there is passed over; without the default one there is no TLS, and clients are reset.
    """

    certificates: tuple[str, ...]
    versions: tuple[str, ...]
    ciphers: tuple[str, ...]
    alpn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayedPort(Entry):
    """At the balancer of `place`, TCP connections to this port of `address`, which is one of its
    own, end, and their streams go on over connections of the balancer's own to one of `targets`,
    of whichever IP version that is. With UDP for `protocol`, datagrams go on from it so, each
    client's from a port of its own, and answers go back.

    Groups, answers and the choice are as of a BalancedPort, and so are `draining`, `ended` and
    `ends_with_target`. A target sees the one of `sources` that is of its version; a PROXY header,
    the first that it reads, tells the client's own address and port, this one as the destination,
    and, of a client that came by an Intake, its endpoint (type 0xEA: 0x01 and the id). `tls` None:
    the stream is passed on as it is. A target inside TLS is offered what the client was given by
    ALPN.
    """

    section: ClassVar[str] = "relayed-port"

    place: str
    address: Address
    sources: tuple[Address, ...]  # the balancer's addresses, IPv4 first
    protocol: int = 6
    port: int
    targets: tuple[RelayedTarget, ...]
    idle: int
    tls: TlsEnd | None = None
    by_source: bool = False
    draining: tuple[Held, ...] = ()
    ended: tuple[Held, ...] = ()
    ends_with_target: bool = False

    @property
    def key(self) -> Key:
        return (self.section, self.place, *map(str, (self.version, self.protocol, self.port)))

    @property
    def version(self) -> int:
        """The IP version of its clients."""
        return self.address.version
