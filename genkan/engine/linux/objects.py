"""Kernel objects as values: what `lower` wants, what `observe` sees, what `plan` compares.

Each has a key that is unique in the kernel of a site; two objects with one key are the same thing
in two states. Every one belongs to a place.
"""

from dataclasses import dataclass, field
from ipaddress import IPv6Network

from genkan.program.address import Address as IpAddress
from genkan.program.address import Block

Key = tuple[str, ...]

AGGREGATE = 262_144  # bytes: four times what a device takes that nobody told


@dataclass(frozen=True, slots=True)
class Namespace:
    """`settings`: what it is told when it is made, as `settings.wanted` gives it. `adopted`: it is
    somebody else's, held under the place's name before the program has it."""

    place: str
    forwards: bool = field(compare=False, default=False)
    settings: tuple[tuple[str, str], ...] = field(compare=False, default=())
    adopted: bool = field(compare=False, default=False)

    @property
    def key(self) -> Key:
        return ("namespace", self.place)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a place that forwards is told of itself, as `settings.wanted` gives it."""

    place: str
    values: tuple[tuple[str, str], ...]

    @property
    def key(self) -> Key:
        return ("settings", self.place)


@dataclass(frozen=True, slots=True)
class Loopback:
    """The loopback of a place that forwards: up, and with the address that the router's own word
    comes from."""

    place: str

    @property
    def key(self) -> Key:
        return ("loopback", self.place)


@dataclass(frozen=True, slots=True)
class Device:
    """One end of a veth pair. `peer_place` and `peer` are its other end.

    `whole`: the kernel cuts and sums what is sent here itself, and leaves nothing to the device.
    `plain`: nobody has put a queue before it, or told it not to forward. `aggregate`: how many
    bytes of TCP segments by IPv4 go through it as one packet ("BIG TCP"), for what a place costs is
    by packets. All devices on a way take the same, or the kernel cuts before one that takes less.
    By IPv6 it would put an option before the segments (as of Linux 6.18), so there it stays as it
    is.
    """

    place: str
    name: str
    mac: str
    mtu: int
    group: int
    alias: str
    peer_place: str
    peer: str
    up: bool = True
    plain: bool = True
    aggregate: int = AGGREGATE
    whole: bool = field(compare=False, default=False)

    @property
    def key(self) -> Key:
        return ("device", self.place, self.name)


@dataclass(frozen=True, slots=True)
class Address:
    place: str
    device: str
    address: IpAddress

    @property
    def key(self) -> Key:
        return ("address", self.place, self.device, str(self.address))


@dataclass(frozen=True, slots=True)
class Neighbour:
    place: str
    device: str
    address: IpAddress
    mac: str

    @property
    def key(self) -> Key:
        return ("neighbour", self.place, self.device, str(self.address))


@dataclass(frozen=True, slots=True)
class KernelRoute:
    """`kind` is rtnetlink's: unicast, local, throw, unreachable, blackhole."""

    place: str
    table: int
    destination: Block
    kind: str
    device: str | None = None
    via: IpAddress | None = None
    source: IpAddress | None = None

    @property
    def key(self) -> Key:
        return ("route", self.place, str(self.table), str(self.destination))


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """`mark` and `source` None: every packet of the IP version. Rules that differ by nothing but
    the table are two, of which the older one is asked first."""

    place: str
    priority: int
    mark: int | None
    table: int
    source: IpAddress | IPv6Network | None = None
    version: int = 4

    @property
    def key(self) -> Key:
        wanted = (self.priority, self.version, self.mark, self.source, self.table)
        return ("rule", self.place, *map(str, wanted))


@dataclass(frozen=True, slots=True)
class NftSet:
    """A named set or map; its declaration is compared by what nft says back of it."""

    place: str
    name: str
    declaration: str

    @property
    def key(self) -> Key:
        return ("set", self.place, self.name)


@dataclass(frozen=True, slots=True)
class NftElement:
    """An element of a set, or of a map with its value."""

    place: str
    container: str
    element: str
    value: str = ""

    @property
    def key(self) -> Key:
        return ("element", self.place, self.container, self.element)


@dataclass(frozen=True, slots=True)
class NftTimeout:
    """After how many silent seconds a connection is forgotten; what it says is in its name."""

    place: str
    protocol: str
    seconds: int
    version: int = 4

    @property
    def name(self) -> str:
        return f"idle_{self.protocol}_{self.seconds}_{self.version}"

    @property
    def key(self) -> Key:
        return ("timeout", self.place, self.name)


@dataclass(frozen=True, slots=True)
class NftChain:
    """A chain. Rules are known again by their comments, which carry a hash of the rule's text."""

    place: str
    name: str
    comments: tuple[str, ...]
    rules: tuple[str, ...] = field(compare=False)
    hook: str = field(compare=False, default="")

    @property
    def key(self) -> Key:
        return ("chain", self.place, self.name)


KernelObject = (
    Namespace
    | Settings
    | Loopback
    | Device
    | Address
    | Neighbour
    | KernelRoute
    | PolicyRule
    | NftSet
    | NftElement
    | NftTimeout
    | NftChain
)
KernelState = dict[Key, KernelObject]
