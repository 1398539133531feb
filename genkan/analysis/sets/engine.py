"""The sets of flows between senders and addresses, as relations that can be asked.

Senders are numbered once; each address is gone to once, with all of them.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from genkan.analysis.atlas import Atlas
from genkan.analysis.packet import Packet
from genkan.analysis.sets.at import Arrival
from genkan.analysis.sets.atoms import Atoms
from genkan.analysis.sets.index import Index
from genkan.analysis.sets.questions import Questions
from genkan.analysis.sets.relation import by_sender
from genkan.analysis.sets.rulings import Rulings
from genkan.analysis.sets.senders import Party, Senders, Source
from genkan.analysis.sets.way import Way
from genkan.program.address import Address


@dataclass(frozen=True, slots=True)
class Flows:
    """All flows of the senders to one address that arrive and are answered, or may be.

    Those of different arrivals differ in their sender or their service or source port.
    """

    arrivals: tuple[Arrival, ...]

    def services(self, sender: int) -> Iterator[tuple[Arrival, int, int, int, int]]:
        """Give what a sender (a bit) can mean: an arrival, with services and source services that
        surely pass, and that may."""
        for one in self.arrivals:
            held = one.held
            perhaps = by_sender(held.there_perhaps, sender)
            answers = by_sender(held.back_perhaps, sender) if perhaps else 0
            if answers:
                surely, back = by_sender(held.there, sender), by_sender(held.back, sender)
                yield one, surely, back, perhaps, answers


class Sets:
    """A program asked for sets. `forwarding` are the hosts whose programs pass on what is not for
    them."""

    def __init__(
        self, atlas: Atlas, sources: Iterable[Source], forwarding: Collection[str] = frozenset()
    ) -> None:
        self.atlas = atlas
        self.atoms = Atoms(atlas.program)
        self._forwarding = forwarding
        self._index = Index(atlas)
        self._rulings = Rulings(atlas, self.atoms)
        self._senders = Senders(atlas, self._index, sources, forwarding)
        self._found: dict[tuple[Address, int, int], Flows] = {}
        self._asked: dict[tuple[int, int], list[Party]] = {}

    @property
    def parties(self) -> list[Party]:
        """The senders by who goes for whom."""
        return self._senders.parties

    def bit(self, source: Source) -> int:
        return self._senders.bits[source]

    def to(self, destination: Address, among: int = -1, services: int = -1) -> Flows:
        """Give the flows to an address of at least the senders `among` which it is asked, of
        these services."""
        key = (destination, among, services)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = Flows(
                tuple(
                    arrival
                    for party in self._parties_of(among, destination.version)
                    for arrival in self._of(party, destination, services & self.atoms.all)
                )
            )
        return found

    def _parties_of(self, among: int, version: int) -> list[Party]:
        """Give the parties with any of these senders; the same are asked about many addresses."""
        found = self._asked.get((among, version))
        if found is None:
            found = self._asked[among, version] = [
                one
                for one in self._senders.parties
                if one.bits & among and one.leader.address.version == version
            ]
        return found

    def _of(self, party: Party, destination: Address, services: int) -> Iterator[Arrival]:
        """Go with a party; those whose hosts are met on the way go by themselves."""
        hosts = self._index.owners(destination)
        while (left := party.without(hosts)) is not None:
            way = self._way(left, services)
            arrivals = way.arrivals(destination)
            met = way.visited & left.hosts
            if left.is_single or not met:
                yield from arrivals
                break
            hosts |= met
        for one in party.alone(hosts):
            yield from self._way(one, services).arrivals(destination)

    def _way(self, party: Party, services: int) -> Way:
        asking = Questions(self.atlas, self.atoms, self._rulings, self._senders, party, services)
        return Way(self.atlas, self.atoms, self._index, asking, party, self._forwarding, services)

    def verdict(self, source: Source, packet: Packet) -> bool | None:
        """Tell what becomes of one flow: it works, it does not, or (None) it depends."""
        service, answer = self.atoms.service(packet), self.atoms.answering(packet)
        told: bool | None = False
        for _, surely, back, perhaps, answers in self.to(packet.destination).services(
            self.bit(source)
        ):
            if surely & service and back & answer:
                return True
            if perhaps & service and answers & answer:
                told = None
        return told
