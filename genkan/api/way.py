"""`Way`: what whoever knows the network program tells an operation of a packet's way."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from genkan.model.network import Change, Network

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Flow:
    """The first packet of a connection: who sends it, and to what."""

    origin: str  # an instance's id, or `outside`: the host outside every VPC
    source: Address
    destination: Address
    protocol: str  # tcp or udp
    port: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a way: `kind` and `id` of what decided, where something of the model did.

    `code` says why a stage blocks, in Reachability Analyzer's words where it has one.
    """

    name: str
    blocks: bool
    said: str
    kind: str | None
    id: str | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A packet's stages, and those of its answer; `taken_by` is where it arrived, or would."""

    reached: bool
    forward: tuple[Stage, ...]
    back: tuple[Stage, ...]
    taken_by: str | None


FindWay = Callable[[Network, Change, Flow], Way]


@dataclass(frozen=True, slots=True)
class Access:
    """What an access scope finds: ways that begin at an interface or a gateway, by its id.

    `interfaces` is how many were looked at; `refused` why it was not answered.
    """

    ways: tuple[tuple[str, Way], ...] = ()
    interfaces: int = 0
    refused: str | None = None


FindAccess = Callable[[Network, str], Access]
