"""Places where packets live, and the links between them."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from genkan.program.address import Address
from genkan.program.entry import Entry, Key

INTERNET = "internet"  # the backbone outside every VPC: public addresses, public names
OUTSIDE = "outside"  # a host on it, which people call `internet` when they run programs there


class PlaceKind(Enum):
    VPC = "vpc"
    INSTANCE = "instance"
    INTERNET_GATEWAY = "internet-gateway"
    NAT_GATEWAY = "nat-gateway"
    EGRESS_ONLY_INTERNET_GATEWAY = "egress-only-internet-gateway"
    GATEWAY_ENDPOINT = "gateway-endpoint"
    GATEWAY_LOAD_BALANCER_ENDPOINT = "gateway-load-balancer-endpoint"
    LOAD_BALANCER_NODE = "load-balancer-node"
    NETWORK_LOAD_BALANCER_NODE = "network-load-balancer-node"
    PUBLISHED = "published"
    ATTACHED = "attached"  # a network namespace that somebody else made; it is only held
    INTERNET = "internet"
    HOST = "host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Entry):
    """A network stack of its own. `id` is the model's id, or INTERNET or OUTSIDE.

    `forwards`: packets that are not for the place itself are passed on by its routes. `idle`: a
    connection through it on which nothing was sent for so many seconds is forgotten; what is sent
    on it later is answered with a reset.
    """

    section: ClassVar[str] = "place"

    id: str
    kind: PlaceKind
    forwards: bool
    idle: int | None = None

    @property
    def key(self) -> Key:
        return (self.section, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a link: an interface in a place.

    `name` is unique in the place; `addresses` are assigned to it as host addresses; `subnet` groups
    the interfaces of a router that share a subnet (None: not in one).
    """

    place: str
    name: str
    mac: str
    addresses: tuple[Address, ...] = ()
    subnet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Entry):
    """Two interfaces joined back to back. Nobody else is on a link, so nobody is looked for on
    it.

    `whole`: what the left end sends arrives as packets that are complete, none larger than `mtu`
    and each with its checksums, as on a wire. Other links may carry aggregates. `tracks`: the left
    end's place tracks every connection over it (`Guard.untracked`). `foreign`: the own services of
    its ends' places (`Listener.guarded` false) are not answered over it. `passes_on`: packets that
    leave over it may come back over it as they were, for who is at the right end passes them on.
    """

    section: ClassVar[str] = "link"

    id: str
    left: End
    right: End
    mtu: int = 9001
    whole: bool = False
    tracks: bool = False
    foreign: bool = False
    passes_on: bool = False

    @property
    def key(self) -> Key:
        return (self.section, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot(Entry):
    """Programs run at this place: what they find there when they start.

    `number` counts boots: another number is a reboot. `first_boot_script` (base64) runs at the
    first. `search` and `nameserver` make resolv.conf; `access_key` names the `Credential` in the
    environment; empty: none is there.
    """

    section: ClassVar[str] = "boot"

    place: str
    number: int
    hostname: str
    nameserver: Address
    search: str
    account: str
    region: str
    access_key: str
    name: str | None = None  # the Name tag, by which people call it
    first_boot_script: str | None = None

    @property
    def key(self) -> Key:
        return (self.section, self.place)
