"""Groups of equal interfaces: what happens to one of a group happens to all of it.

Equal are those of one subnet (its table, its ACL, its VPC's attributes) that wear the same groups,
have or have not a public address, are checked alike, and whose addresses are in the same blocks of
all that tells addresses apart.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from genkan.impact.blocks import Blocks
from genkan.impact.state import State
from genkan.model.network_interface import NetworkInterface
from genkan.program import Program
from genkan.program.address import Address, in_order
from genkan.program.place import INTERNET, OUTSIDE, Link, PlaceKind

NOTHING = Blocks(Program())
SENDERS = (PlaceKind.INSTANCE, PlaceKind.ATTACHED)


class Member(NamedTuple):
    """An interface, and the place that sends by it."""

    interface: NetworkInterface
    place: str


@dataclass(frozen=True)
class Group:
    """`members` are never none; the first stands for all. `vpc` is also the view of its names;
    `public`: it can be meant from outside, by a public address or one of IPv6."""

    vpc: str
    subnet: str
    zone: str
    group_ids: tuple[str, ...]
    public: bool
    members: tuple[Member, ...]

    @property
    def origin(self) -> str:
        return self.members[0].place

    def address(self, version: int) -> Address | None:
        return self._addresses.get(version)

    @cached_property
    def _addresses(self) -> dict[int, Address]:
        """The first address of each family that there is."""
        first = self.members[0].interface.first_address
        return {version: found for version in (4, 6) if (found := first(version)) is not None}

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(self._addresses)

    @property
    def id(self) -> str:
        return self.members[0].interface.id


@dataclass(frozen=True)
class Outside:
    """The host outside every VPC, as the one who sends."""

    addresses: tuple[Address, ...]
    vpc: str = INTERNET
    subnet: str = ""
    zone: str = ""
    group_ids: tuple[str, ...] = ()
    public: bool = True
    members: tuple[Member, ...] = ()
    origin: str = OUTSIDE
    id: str = INTERNET

    def address(self, version: int) -> Address | None:
        return next((one for one in self.addresses if one.version == version), None)

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(version for version in (4, 6) if self.address(version))


Sender = Group | Outside


def outside(state: State) -> Outside:
    return Outside(in_order(state.atlas.addresses(OUTSIDE)))


def sender_at(state: State, origin: str) -> Sender | None:
    """Give who sends at a place, by its first interface; None where nobody does."""
    if origin == OUTSIDE:
        return outside(state)
    links = (one for one in state.program.of(Link) if one.right.place == origin)
    first = min(links, key=lambda one: one.right.name, default=None)
    if first is None:
        return None
    interface = state.network.get(NetworkInterface, first.left.name)
    if interface is None:
        return None
    return _group(first.left.place, [Member(interface, origin)], state, state)


def groups_of(
    before: State,
    after: State,
    blocks: Blocks,
    vpc_id: str,
    beyond: Blocks = NOTHING,
    caller: Callable[[str], object] = lambda place: None,
) -> list[Group]:
    """Give the groups of a VPC, of those that send before or after. `beyond`: what tells public
    addresses apart; `caller`: what tells who calls from a place apart."""
    held: dict[tuple[object, ...], list[Member]] = {}
    publics_of = [state.index.public_of for state in (before, after)]
    same = publics_of[0] is publics_of[1] or publics_of[0] == publics_of[1]
    for member in _members(before, after, vpc_id):
        interface = member.interface
        publics = _publics(before, interface, beyond)
        key = (
            interface.subnet_id,
            tuple(sorted(interface.group_ids)),
            publics,
            publics if same else _publics(after, interface, beyond),
            interface.source_dest_check,
            tuple(blocks.of(one) for one in interface.addresses),
            caller(member.place),
        )
        held.setdefault(key, []).append(member)
    return [_group(vpc_id, members, before, after) for members in held.values()]


def _group(vpc_id: str, members: list[Member], before: State, after: State) -> Group:
    first = members[0].interface
    return Group(
        vpc_id,
        first.subnet_id,
        first.zone,
        tuple(sorted(first.group_ids)),
        any(_publics(state, first, NOTHING) for state in (before, after))
        or bool(first.ipv6_addresses),
        tuple(members),
    )


def _members(before: State, after: State, vpc_id: str) -> Iterator[Member]:
    known: set[str] = set()
    for state in (after, before):
        for interface in state.network.where(NetworkInterface, vpc_id=vpc_id):
            if interface.id in known:
                continue
            far = state.atlas.far_ends.get((vpc_id, interface.id))
            place = state.atlas.place(far.place) if far else None
            if far and place and place.kind in SENDERS:
                known.add(interface.id)
                yield Member(interface, far.place)


def _publics(state: State, interface: NetworkInterface, beyond: Blocks) -> tuple[object, ...]:
    """Give what the public addresses of an interface are in."""
    public = state.index.public_of
    if not public:
        return ()
    held = (public.get((interface.vpc_id, one)) for one in interface.private_addresses)
    return tuple(beyond.of(one) for one in held if one is not None)
