"""Senders, and parties of them that go the same way wherever they send.

One of a party goes for all. Of one party are senders in one subnet of which a program says the
same wherever a packet of theirs can come with the address that they show: the same routes hold it,
the same gateways translate it, their hosts have the same routes. Their groups may differ, and the
blocks and sets of rules that they are in: those are asked about each. Whoever is in any way unlike
that is a party of one.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from genkan.analysis.atlas import Atlas
from genkan.analysis.sets.accepting import Accepting
from genkan.analysis.sets.index import Index
from genkan.analysis.sets.relation import Relation, join
from genkan.analysis.sets.rulings import Column, Rulings
from genkan.program.address import Address
from genkan.program.filter import SourceCheck, Stage
from genkan.program.place import INTERNET, PlaceKind

Guards = list[tuple[tuple[str, ...] | None, int]]  # filters (None: no guard), senders


def is_own(check: SourceCheck, address: Address) -> bool:
    """Tell whether a source check lets an address pass."""
    blocks = check.blocks if address.version == 6 else ()
    return address in check.addresses or any(address in block for block in blocks)


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends: a place, by one of its addresses."""

    origin: str
    address: Address


@dataclass(frozen=True, slots=True)
class Member:
    """A sender, its bit, and the router's interface that it is at (None: no host like most)."""

    bit: int
    source: Source
    attached: tuple[str, str] | None


@dataclass
class Party:
    """`bits` are its senders'; the first of them goes for all."""

    atlas: Atlas
    members: list[Member]
    bits: int = field(init=False)
    hosts: frozenset[str] = field(init=False)
    _guards: dict[Stage, Guards] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bits = 0
        for one in self.members:
            self.bits |= one.bit
        self.hosts = frozenset(one.source.origin for one in self.members)

    @property
    def leader(self) -> Source:
        return self.members[0].source

    @property
    def attached(self) -> tuple[str, str] | None:
        return self.members[0].attached

    @property
    def is_single(self) -> bool:
        return len(self.members) == 1

    def guards(self, stage: Stage) -> Guards:
        """Give what the members' own interfaces ask at a stage, with who asks it."""
        found = self._guards.get(stage)
        if found is None:
            held: dict[tuple[str, ...] | None, int] = {}
            for one in self.members:
                router, interface = one.attached or ("", "")
                guard = self.atlas.guard(router, stage, interface)
                asked = guard.filters if guard else None
                held[asked] = held.get(asked, 0) | one.bit
            found = self._guards[stage] = list(held.items())
        return found

    def without(self, places: Collection[str]) -> "Party | None":
        """Give the party of those whose hosts are not among some places; None: of nobody."""
        if self.hosts.isdisjoint(places):
            return self
        left = [one for one in self.members if one.source.origin not in places]
        return Party(self.atlas, left) if left else None

    def alone(self, places: Collection[str]) -> Iterator["Party"]:
        """Give a party for each of those whose hosts are among some places."""
        for one in () if self.hosts.isdisjoint(places) else self.members:
            if one.source.origin in places:
                yield Party(self.atlas, [one])


class Senders:
    """All that are asked about, numbered, in parties."""

    def __init__(
        self, atlas: Atlas, index: Index, sources: Iterable[Source], forwarding: Collection[str]
    ) -> None:
        self._atlas, self._index, self._forwarding = atlas, index, forwarding
        self.bits = {source: 1 << number for number, source in enumerate(dict.fromkeys(sources))}
        self._columns: dict[str, Column] = {}
        self._components: dict[str, frozenset[str]] = {}
        self._everywhere = frozenset((*index.blocks, *index.places_beside))
        self._lengths: dict[tuple[frozenset[str], int], list[tuple[int, set[int]]]] = {}
        self._worn: dict[tuple[str, Stage, Address, int], Relation] = {}
        self._worn_by: dict[
            tuple[str, Stage], tuple[Accepting, dict[tuple[str, ...] | None, int]]
        ] = {}
        held: dict[tuple[object, ...], list[Member]] = {}
        for source, bit in self.bits.items():
            attached = self._attached(source)
            key = ("alone", source) if attached is None else self._key(source, *attached)
            held.setdefault(key, []).append(Member(bit, source, attached))
        self.parties = [Party(atlas, members) for members in held.values()]

    def column(self, gateway: str) -> Column:
        """Give what senders show: their own addresses (""), or those that a gateway gives."""
        found = self._columns.get(gateway)
        if found is None:
            shown: dict[int, Address] = {}
            for source, bit in self.bits.items():
                address: Address | None = source.address
                if gateway:
                    translated = self._atlas.public_of(gateway, source.address)
                    address = translated.public if translated else None
                if address is not None:
                    shown[bit] = address
            found = self._columns[gateway] = Column(shown)
        return found

    def worn(
        self, place: str, stage: Stage, remote: Address, services: int, rulings: Rulings
    ) -> Relation:
        """Give what the groups of the senders at a router accept, of some services with one far
        side."""
        key = (place, stage, remote, services)
        found = self._worn.get(key)
        if found is None:
            accepting, others = self._wearers(place, stage, rulings)
            parts = [(has & services, bits) for has, bits in accepting.of(remote)]
            for filters, bits in others.items():
                accepted = services
                if filters is not None:
                    accepted &= rulings.for_one(place, filters, remote)
                parts.append((accepted, bits))
            found = self._worn[key] = join(part for part in parts if part[0])
        return found

    def _wearers(
        self, place: str, stage: Stage, rulings: Rulings
    ) -> tuple[Accepting, dict[tuple[str, ...] | None, int]]:
        """Give the rules of the filters that only add to each other, and who asks the others."""
        found = self._worn_by.get((place, stage))
        if found is None:
            added: dict[str, int] = {}
            others: dict[tuple[str, ...] | None, int] = {}
            for party in self.parties:
                if not party.attached or party.attached[0] != place:
                    continue
                for filters, bits in party.guards(stage):
                    if filters and all(rulings.only_accepts(place, one) for one in filters):
                        for one in filters:
                            added[one] = added.get(one, 0) | bits
                    else:
                        others[filters] = others.get(filters, 0) | bits
            worn = [
                (far, services, bits)
                for name, bits in added.items()
                for far, services, _ in rulings.read(place, (name,))
            ]
            found = self._worn_by[place, stage] = (Accepting(worn), others)
        return found

    def _attached(self, source: Source) -> tuple[str, str] | None:
        """Give the router's interface of a host like most: one interface, and nothing passed on;
        None for another one."""
        place, ends = self._atlas.place(source.origin), self._index.ends.get(source.origin, ())
        if place is None or place.forwards or len(ends) != 1:
            return None
        if place.kind not in (PlaceKind.INSTANCE, PlaceKind.ATTACHED):
            return None
        if source.origin in self._forwarding or source.address not in ends[0].addresses:
            return None
        if self._atlas.inspection(source.origin):
            return None
        far = self._atlas.far_ends[source.origin, ends[0].name]
        return (far.place, far.name)

    def _key(self, source: Source, router: str, interface: str) -> tuple[object, ...]:
        check = self._atlas.source_check(router, interface)
        near = self._component(router)
        translated = [
            one for one in self._index.gateways_of.get(source.address, ()) if one.place in near
        ]
        own = source.address.version == 4
        shown = [(source.address, near if own else self._everywhere)]
        shown += [(one.public, self._everywhere) for one in translated]
        return (
            router,
            self._atlas.subnet(router, interface),
            self._atlas.is_foreign(router, interface),
            check is None or is_own(check, source.address),
            frozenset(self._index.shape_of.get(source.origin, ())),
            tuple(self._facts(*one, source.origin, interface) for one in shown),
            tuple(self._held(*one) for one in shown),
            self._atlas.answer_choice(router, interface) and interface,
        )

    def _facts(
        self, address: Address, component: frozenset[str], origin: str, interface: str
    ) -> frozenset[tuple[str, ...]]:
        """Give what is said of an address where it can be met, in words that are alike for all."""
        own = {origin: "its host", interface: "its interface"}
        return frozenset(
            tuple([own.get(word, word) for word in fact])
            for fact in self._index.facts.get(address, ())
            if fact[0] in component or fact[0] == origin
        )

    def _held(self, address: Address, component: frozenset[str]) -> tuple[int, ...]:
        """Give the blocks of routes that hold an address where it can be met: their numbers, one
        for each length that there is."""
        lengths = self._lengths.get((component, address.version))
        if lengths is None:
            numbers: dict[int, set[int]] = {}
            for place in component:
                blocks = self._index.blocks.get(place, {}).get(address.version, {})
                for shift, held in blocks.items():
                    numbers.setdefault(shift, set()).update(held)
            lengths = self._lengths[component, address.version] = sorted(numbers.items())
        number = int(address)
        return tuple([at if (at := number >> shift) in held else -1 for shift, held in lengths])

    def _component(self, router: str) -> frozenset[str]:
        """Give the routers that packets come to from a router as who they are from: beyond a load
        balancer and a NAT gateway they are those', beyond the internet gateway they are public."""
        found = self._components.get(router)
        if found is None:
            met, open_places = {router, INTERNET}, [router]
            while open_places:
                for beside in self._index.places_beside.get(open_places.pop(), ()):
                    place = self._atlas.place(beside)
                    if place is None or not place.forwards or beside in met:
                        continue
                    met.add(beside)
                    hides = self._atlas.balancer(beside) or self._atlas.port_translation(beside)
                    open_places += () if hides else (beside,)
            found = self._components[router] = frozenset(met)
        return found
