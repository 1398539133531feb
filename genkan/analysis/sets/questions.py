"""What guards of interfaces and edges of subnets are asked, and what they leave of flows."""

from genkan.analysis.atlas import Atlas
from genkan.analysis.sets.at import At
from genkan.analysis.sets.atoms import PORTED, Atoms
from genkan.analysis.sets.held import Field, Held
from genkan.analysis.sets.relation import NOTHING, Relation, join, of_services
from genkan.analysis.sets.rulings import Rulings
from genkan.analysis.sets.senders import Party, Senders
from genkan.program.address import Address
from genkan.program.filter import Stage, SubnetGuard


class Questions:
    """Asks for one party, about these services."""

    def __init__(
        self, atlas: Atlas, atoms: Atoms, rulings: Rulings, senders: Senders, party: Party,
        wanted: int,
    ) -> None:  # fmt: skip
        self._atlas, self._atoms, self._rulings = atlas, atoms, rulings
        self._senders, self._party, self._wanted = senders, party, wanted

    def guarded(self, at: At, stage: Stage, interface: str | None) -> At:
        """Ask the groups of an interface about what begins."""
        if at.known or not interface or not at.held:
            return at
        is_out = stage is Stage.SECURITY_GROUP_EGRESS
        if (at.place, interface) == self._party.attached:
            return self._guarded_each(at, stage, is_out)
        guard = self._atlas.guard(at.place, stage, interface)
        return at if guard is None else self.ask(at, at.place, guard.filters, is_out)

    def _guarded_each(self, at: At, stage: Stage, is_out: bool) -> At:
        """Ask each of the party's own groups."""
        address, gateway = self._remote(at, is_out)
        meant = at.header.destination_port
        if gateway is None:
            live = self._wanted if meant is Field.SERVICE else self._atoms.all
            relation = self._senders.worn(at.place, stage, address, live, self._rulings)
            return at.keeping(self._restricted(at, relation))
        parts: list[tuple[int, int]] = []
        for filters, bits in self._party.guards(stage):
            column = self._senders.column(gateway)
            asked = self._rulings.for_all(at.place, filters, column) if filters else NOTHING
            parts += (
                [(self._atoms.all, bits)]
                if filters is None
                else [(has, who & bits) for has, who in asked]
            )
        return at.keeping(self._restricted(at, join(parts)))

    def edge(self, at: At, guard: SubnetGuard | None) -> At:
        if guard is None or not at.held:
            return at
        is_out = guard.stage is Stage.NETWORK_ACL_EGRESS
        return self.ask(at, at.place, (guard.filter,), is_out)

    def _remote(self, at: At, is_out: bool) -> tuple[Address, str | None]:
        """Give the far side: its address, and whose it is."""
        header = at.header
        if is_out:
            return header.destination, header.destination_gateway
        return header.source, header.source_gateway

    def ask(self, at: At, place: str, filters: tuple[str, ...], is_out: bool) -> At:
        """Take out what filters do not accept."""
        if not at.held:
            return at
        address, gateway = self._remote(at, is_out)
        if gateway is None or self._party.is_single:
            accepted = self._rulings.for_one(place, filters, address)
            relation: Relation = ((accepted, -1),) if accepted else NOTHING
        else:
            relation = self._rulings.for_all(place, filters, self._senders.column(gateway))
        return at.keeping(self._restricted(at, relation))

    def _restricted(self, at: At, relation: Relation) -> Held:
        """Give what is left of it by what is accepted of destination ports."""
        port = at.header.destination_port
        if isinstance(port, Field):
            return at.held.asked(port, relation, relation)
        asked = Field.SOURCE if at.header.is_answer else Field.SERVICE
        surely: list[tuple[int, int]] = []
        perhaps: list[tuple[int, int]] = []
        for protocol in PORTED:
            of_protocol = self._atoms.of_protocol[protocol]
            wanted = self._atoms.ports(protocol, port)
            every, some, left = -1, 0, wanted
            for services, who in of_services(relation, wanted):
                every, some, left = every & who, some | who, left & ~services
            if every and not left:
                surely.append((of_protocol, every))
            if some:
                perhaps.append((of_protocol, some))
        return at.held.asked(asked, tuple(surely), tuple(perhaps))
