"""The difference of two kernel states, in the order in which it can be made so. Pure.

First goes what leads packets to what is gone; then namespaces come, then rules, then devices and
what depends on them, so that no packet meets an interface before its rules. A device that changes
its far end or its address is made anew, and takes with it everything that hangs on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from genkan.engine.linux.objects import (
    Address,
    Device,
    KernelObject,
    KernelRoute,
    KernelState,
    Namespace,
    Neighbour,
    NftChain,
    NftElement,
    NftSet,
    NftTimeout,
)
from genkan.engine.linux.ruleset import EGRESS, INGRESS

NFT = (NftSet, NftTimeout, NftChain, NftElement)


@dataclass
class Plan:
    """What to remove and what to put, by kind. `replacing` are those put that stand for others."""

    removed: list[KernelObject] = field(default_factory=list)
    put: list[KernelObject] = field(default_factory=list)
    replacing: list[KernelObject] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.removed) + len(self.put)

    def removing(self, *kinds: type) -> list[KernelObject]:
        return [one for one in self.removed if isinstance(one, kinds)]

    def putting(self, *kinds: type) -> list[KernelObject]:
        return [one for one in self.put if isinstance(one, kinds)]

    def places(self) -> set[str]:
        """Give the places where anything is to change."""
        return {one.place for one in (*self.removed, *self.put)}

    def places_asking_anew(self) -> list[str]:
        """Give the places where filters, or what asks them about connections, have changed."""
        return list(
            dict.fromkeys(
                one.place
                for one in self.replacing
                if (isinstance(one, NftChain) and not one.hook)
                or (isinstance(one, NftElement) and one.container in (EGRESS, INGRESS))
            )
        )

    def nft_places(self) -> list[str]:
        return list(
            dict.fromkeys(one.place for one in (*self.removed, *self.put) if isinstance(one, NFT))
        )


def plan(before: KernelState, after: KernelState, whole: KernelState | None = None) -> Plan:
    """Give what turns `before` into `after`.

    Both may be cut down to what a change touches; `whole` is then everything that is to be there,
    from which comes what hangs on devices that are made anew.
    """
    made = Plan()
    for key, old in before.items():
        new = after.get(key)
        if new is None or _anew(old, new):
            made.removed.append(old)
    for key, new in after.items():
        known = before.get(key)
        if known != new:
            made.put.append(new)
            if known is not None:
                made.replacing.append(new)
    _follow_namespaces(made)
    _follow_devices(made, whole if whole is not None else after)
    return made


def _anew(old: KernelObject, new: KernelObject) -> bool:
    if isinstance(old, Device) and isinstance(new, Device):
        return (old.peer_place, old.peer, old.mac) != (new.peer_place, new.peer, new.mac)
    if isinstance(old, KernelRoute) and isinstance(new, KernelRoute):
        # An IPv6 route that is replaced by one of another kind may stay beside it.
        return old.destination.version == 6 and old.kind != new.kind
    return isinstance(old, (NftElement, NftSet)) and old != new


def _follow_namespaces(made: Plan) -> None:
    """What is in a namespace that goes, goes with it."""
    gone = {one.place for one in made.removing(Namespace)}
    if gone:
        made.removed = [
            one for one in made.removed if one.place not in gone or isinstance(one, Namespace)
        ]


def _follow_devices(made: Plan, whole: KernelState) -> None:
    """What hangs on a device that is made anew has to be put again; on one that goes, it is
    gone."""
    new = {(one.place, one.name) for one in made.putting(Device) if isinstance(one, Device)}
    old = {(one.place, one.name) for one in made.removing(Device) if isinstance(one, Device)}
    ends = old | {
        (one.peer_place, one.peer) for one in made.removing(Device) if isinstance(one, Device)
    }
    if not ends:  # and not a look at the whole site for it
        return
    made.removed = [one for one in made.removed if _hangs_on(one) not in ends]
    anew = {end for end in ends if end in new or ("device", *end) in whole}
    if not anew:
        return
    there = {one.key for one in made.put}
    for key, one in whole.items():
        again = _hangs_on(one) in anew or (
            isinstance(one, Device) and (one.place, one.name) in anew
        )
        if again and key not in there:
            made.put.append(one)


def _hangs_on(one: KernelObject) -> tuple[str, str] | None:
    if isinstance(one, (Address, Neighbour, KernelRoute)) and one.device:
        return (one.place, one.device)
    return None


def objects_of(objects: Iterable[KernelObject]) -> KernelState:
    return {one.key: one for one in objects}
