"""Inspection: packets that enter a place are handed to a fleet of appliances, and come back."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address
from typing import ClassVar

from genkan.program.entry import Entry, Key


class Stickiness(Enum):
    """What of a packet decides its appliance; both directions of a flow decide alike."""

    FIVE_TUPLE = "source_ip_dest_ip_proto_ports"
    THREE_TUPLE = "source_ip_dest_ip_proto"
    TWO_TUPLE = "source_ip_dest_ip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(Entry):
    """Every packet that enters `place` by `interface` goes to an appliance of the fleet at `fleet`.

    It travels in GENEVE (RFC 8926) and comes back the same way; then it leaves by `interface`, to
    `router`, the MAC at the far end. `endpoint` and `attachment` are the numbers that the packet's
    options carry. What is larger than `mtu` is dropped without a word, and no TCP segment is agreed
    on that would be. `fleet` None: nobody inspects, everything is dropped.
    """

    section: ClassVar[str] = "inspection"

    place: str
    interface: str
    router: str
    endpoint: int
    attachment: int
    fleet: str | None  # the place of a Fleet
    mtu: int

    @property
    def key(self) -> Key:
        return (self.section, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appliance:
    """Takes packets at `address`; new flows go to it as long as it is `healthy`."""

    address: IPv4Address
    healthy: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet(Entry):
    """The appliances that `address` of `place` talks to, in GENEVE over UDP at `port`.

    A new flow goes to a healthy one by its stickiness, to any where none is healthy, and stays.
    With `rebalance` flows leave an appliance that is unhealthy, or gone for `delay` seconds;
    without, they stay until nothing was sent for `idle` seconds (a TCP flow), 120 (any other).
    """

    section: ClassVar[str] = "fleet"

    place: str
    address: IPv4Address
    port: int
    appliances: tuple[Appliance, ...]  # by address
    stickiness: Stickiness = Stickiness.FIVE_TUPLE
    rebalance: bool = False
    delay: int
    idle: int

    @property
    def key(self) -> Key:
        return (self.section, self.place)
