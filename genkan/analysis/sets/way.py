"""The way of many flows at once: from a party of senders to one address, and back to them.

What tells flows apart parts the way: a listener, a load balancer's port, the ports that a
translation draws. What stops some of them takes those out; what would have come after is not
looked at. Where a hash chooses, each choice has to pass.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from genkan.analysis.atlas import Atlas, is_single
from genkan.analysis.packet import DRAWN, TCP, UDP
from genkan.analysis.sets.at import Arrival, At, Crossed
from genkan.analysis.sets.atoms import PORTED, Atoms
from genkan.analysis.sets.held import Field, Header, Held, Port
from genkan.analysis.sets.index import Index
from genkan.analysis.sets.questions import Questions
from genkan.analysis.sets.relation import NOTHING, Relation
from genkan.analysis.sets.senders import Party, is_own
from genkan.program.address import Address
from genkan.program.balancing import (
    BalancedPort,
    BalancedTarget,
    Balancer,
    RelayedPort,
    RelayedTarget,
)
from genkan.program.filter import Stage
from genkan.program.route import Deliver, Forward, Local, Route
from genkan.program.service import Listener

NOBODY = Held(NOTHING, NOTHING, NOTHING, NOTHING)
Balanced = BalancedPort | RelayedPort
Target = BalancedTarget | RelayedTarget
MOST_PLACES = 64


@dataclass
class Way:
    """One walk of a party, with the services that are `wanted`. `visited` are the hosts that it
    came to, but for its leader's where the answer ends."""

    atlas: Atlas
    atoms: Atoms
    index: Index
    questions: Questions
    party: Party
    forwarding: Collection[str]
    wanted: int  # services
    visited: set[str] = field(default_factory=set)

    def arrivals(self, destination: Address) -> list[Arrival]:
        """Give all flows of the party to an address that arrive and are answered."""
        services, party = self.atoms.beginning & self.wanted, self.party
        there: Relation = ((services, party.bits),)
        back: Relation = ((self.atoms.answers(services), party.bits),)
        source = party.leader.address
        header = Header(source, destination, Field.SOURCE, Field.SERVICE, "", None)
        held = Held(there, there, back, back)
        return self._send(At(party.leader.origin, header, held))

    # ---- sending, and from place to place

    def _send(self, at: At, delivered: bool = False, entered: str | None = None) -> list[Arrival]:
        """Go on from a place that sends; `delivered`, `entered`: it answers what it delivered."""
        if self.index.answers_for(at.place, at.header.destination):
            return self._take(at)
        choice = self.atlas.answer_choice(at.place, entered)
        source = self.atlas.source_choice(at.place, at.header.source)
        tables = tuple(one.table for one in (choice or source,) if one)
        leaving = self._leaving(at, tables)
        if leaving is None:
            return []
        parts = self._sent_back(leaving) if delivered else [leaving]
        return [arrival for part in parts for arrival in self._cross(part)]

    def _cross(self, at: At) -> list[Arrival]:
        """Go over a link to whoever is at the far end."""
        if not at.held:
            return []
        far = self.atlas.far_ends.get((at.place, at.leaves or ""))
        if far is None or len(at.met) > MOST_PLACES:
            return []
        here = (far.place, far.name, at.header)
        if here in at.met:
            return []
        at = at._replace(
            place=far.place, interface=far.name, leaves=None, known=False, met=(*at.met, here)
        )
        found: list[Arrival] = []
        for one in at.crossed:
            services = self._same(at, one.left.answered()) if one.place == at.place else 0
            held = at.held.where(Field.SERVICE, services) if services else NOBODY
            if held:
                found += self._arrive(at._replace(held=held, known=True), one)
                at = at.keeping(at.held.where(Field.SERVICE, ~services))
        return found + (self._arrive(at, None) if at.held else [])

    def _same(self, at: At, other: Header) -> int:
        """Give the services whose packets have the addresses and ports of another header."""
        one = at.header
        if (one.source, one.destination) != (other.source, other.destination):
            return 0
        if self._same_port(at, one.source_port, other.source_port) and self._same_port(
            at, one.destination_port, other.destination_port
        ):
            return self.atoms.all
        return self.atoms.portless

    def _same_port(self, at: At, one: Port, other: Port) -> bool:
        if one == other:
            return True
        if isinstance(one, Field) == isinstance(other, Field):
            return False
        field_of, ports = (one, other) if isinstance(one, Field) else (other, one)
        if not isinstance(field_of, Field) or isinstance(ports, Field) or ports[0] != ports[1]:
            return False
        held = at.held.services(field_of)
        return any(held == self.atoms.ports(protocol, ports) for protocol in PORTED)

    def _arrive(self, at: At, known: Crossed | None) -> list[Arrival]:
        place = self.atlas.place(at.place)
        if place is None or not place.forwards:
            return self._at_host(at)
        if not self._is_own_source(at) or self._pretends(at):
            return []
        came = at.header
        choice = self.atlas.table_choice(at.place, at.interface)
        tables = (choice.table,) if choice else ()
        if known is not None:
            at = at._replace(header=known.came.answered())
            answering = self.atlas.answer_choice(at.place, known.interface)
            tables = (answering.table,) if answering else tables
        elif balancer := self.atlas.balancer(at.place):
            return self._balance(at, balancer)
        elif self.atlas.border(at.place):
            private = self.atlas.private_of.get((at.place, at.header.destination))
            if private is not None:
                at = at._replace(header=at.header.to(private.private))
        if self.atlas.owns(at.place, at.header.destination):
            return self._delivered(at)
        at = self._beginning(at)
        return self._pass_on(at, came, tables) if at.held else []

    def _beginning(self, at: At) -> At:
        """Take out what belongs to no connection and begins none."""
        if at.known or not at.header.is_answer:
            return at
        ported = self.atoms.of_protocol
        icmp = ported[1] | ported[58]
        begins = self.atoms.beginning & ~ported[TCP]
        # An answer's service is its source's field: of ICMP, none of them begins anything.
        return at.keeping(at.held.where_both(self.atoms.all & ~ported[TCP] & ~icmp, begins & ~icmp))

    def _is_own_source(self, at: At) -> bool:
        check = self.atlas.source_check(at.place, at.interface) if at.interface else None
        return check is None or is_own(check, at.header.source)

    def _pretends(self, at: At) -> bool:
        source = at.header.source
        return source.version == 4 and self.index.answers_for(at.place, source)

    def _at_host(self, at: At) -> list[Arrival]:
        if at.arrival is None or at.place != self._origin:
            self.visited.add(at.place)
        header = at.header
        if header.source.version == 4 and self.atlas.owns(at.place, header.source):
            return []
        if self.atlas.owns(at.place, header.destination):
            return self._take(at)
        appliances = self.atlas.inspection(at.place)
        if appliances is not None:
            if appliances.fleet is None:
                return []
            passages = (*at.passages, (at.place, None))
            return self._cross(at._replace(leaves=appliances.interface, passages=passages))
        if at.place not in self.forwarding:
            return []
        choice = self.atlas.source_choice(at.place, header.source)
        tables = (choice.table,) if choice else ()
        leaving = self._leaving(at, tables)
        return self._cross(leaving) if leaving else []

    # ---- through a router

    def _pass_on(self, at: At, came: Header, tables: tuple[str, ...]) -> list[Arrival]:
        found = self._found(at.place, tables, at.header.destination)
        if found is not None and isinstance(found.action, Deliver):
            return self._delivered(at)
        if found is None or not isinstance(found.action, Forward):
            return []
        at = at._replace(leaves=found.action.interface, passages=(*at.passages, (at.place, found)))
        at = self.questions.guarded(at, Stage.SECURITY_GROUP_EGRESS, at.interface)
        inside = self.atlas.subnet(at.place, at.interface)
        beyond = self.atlas.subnet(at.place, at.leaves)
        if inside is None or inside != beyond:
            for stage, subnet in (
                (Stage.NETWORK_ACL_EGRESS, inside),
                (Stage.NETWORK_ACL_INGRESS, beyond),
            ):
                at = self.questions.edge(at, self.atlas.edge(at.place, stage, subnet))
        at = self.questions.guarded(at, Stage.SECURITY_GROUP_INGRESS, at.leaves)
        if not at.held or not self._crosses_border(at, came):
            return []
        if at.known:
            return self._cross(at)
        return [
            arrival
            for several in self._translated(at)
            for arrival in _all_of(self._cross(one.remembering(at, came)) for one in several)
        ]

    def _crosses_border(self, at: At, came: Header) -> bool:
        border = self.atlas.border(at.place)
        if border is None or at.known:
            return True
        out = at.interface == border.inside
        inner = at.header.source if out else at.header.destination
        if any(inner in block for block in border.untranslated):
            return out or not border.outward
        if out:
            return self.atlas.public_of(at.place, inner) is not None
        return came.destination != inner and not border.outward

    def _translated(self, at: At) -> Iterator[list[At]]:
        """Give what leaves with its source outside: parts, and for each all that may be chosen."""
        if self.atlas.border(at.place):
            public = self.atlas.public_of(at.place, at.header.source)
            if public is not None:
                gateway = at.place if at.header.source_gateway == "" else None
                port = at.header.source_port
                at = at._replace(header=at.header.as_from(public.public, port, gateway))
        own = self.atlas.port_translation(at.place)
        source = at.header.source
        if own is None or source.version != 4 or source in (own.address, *own.others):
            yield [at]
            return
        chosen = (own.address, *own.others)
        if at.header.is_answer:
            chosen = chosen[:1]
        ported = self.atoms.ported
        for services, port in ((ported, own.ports), (~ported, at.header.source_port)):
            held = at.held.where_both(services, services)
            if held:
                part = at.keeping(held)
                yield [part._replace(header=at.header.as_from(one, port, None)) for one in chosen]

    # ---- load balancers

    def _balance(self, at: At, balancer: Balancer) -> list[Arrival]:
        if at.interface != balancer.interface:
            intake = self.atlas.intake(at.place, at.interface or "")
            if intake is not None and intake.filters is not None:
                at = self.questions.ask(at, at.place, intake.filters, is_out=False)
        elif at.header.destination not in balancer.addresses:
            return []
        at = self._beginning(at)
        return [
            arrival
            for port, held in self._balanced(at)
            for arrival in _all_of(
                self._hand_on(at.keeping(held), balancer, target)
                for target in (port.targets[:1] if at.header.is_answer else port.targets)
            )
        ]

    def _balanced(self, at: At) -> Iterator[tuple[Balanced, Held]]:
        """Give the listeners that take something of it, with what they take."""
        version = at.header.source.version
        for protocol, port in self.index.balanced.get((at.place, version), ()):
            where = (at.place, version, protocol, port)
            found: Balanced | None = self.atlas.relayed_port(*where)
            found = found or self.atlas.balanced_port(*where)
            held = self._meant_for(at, protocol, port)
            if found is not None and found.targets and held:
                yield found, held

    def _hand_on(self, at: At, balancer: Balancer, to: Target) -> list[Arrival]:
        turned = at._replace(header=at.header.to(to.address, (to.port, to.port)))
        leaving = self._leaving(turned, ())
        if leaving is None:
            return []
        leaving = leaving._replace(passages=(*at.passages, (at.place, None)))
        keeps = isinstance(to, BalancedTarget) and to.keeps_source
        if keeps and at.interface == balancer.interface:
            parts: Iterable[At] = [leaving]
        else:
            parts = self._given_source(leaving, balancer)
        return [arrival for one in parts for arrival in self._cross(one.remembering(at, at.header))]

    def _given_source(self, at: At, balancer: Balancer) -> Iterator[At]:
        version = at.header.destination.version
        own = next(one for one in balancer.addresses if one.version == version)
        port, low = at.header.source_port, 0
        for below, ports in DRAWN:
            if isinstance(port, Field):
                held = at.held.where(port, self._ports((low, below - 1)))
            else:
                held = at.held if low <= port[0] < below else NOBODY
            if held:
                yield at._replace(held=held, header=at.header.as_from(own, ports, None))
            low = below

    def _ports(self, ports: tuple[int, int]) -> int:
        return self.atoms.ports(TCP, ports) | self.atoms.ports(UDP, ports)

    def _meant_for(self, at: At, protocol: int, port: int) -> Held:
        """Give what of it is meant for a port."""
        meant = at.header.destination_port
        if isinstance(meant, Field):
            held = at.held.where(meant, self.atoms.ports(protocol, (port, port)))
        else:
            held = at.held if meant == (port, port) else NOBODY
        of_protocol = self.atoms.of_protocol[protocol]
        return held.where_both(of_protocol, of_protocol)

    # ---- what a router delivers to itself

    def _delivered(self, at: At) -> list[Arrival]:
        at = at._replace(passages=(*at.passages, (at.place, None)))
        found: list[Arrival] = []
        for one in self.index.listening(at.place, at.header.destination):
            held = self._meant_for(at, one.protocol, one.port)
            if held:
                found += self._listened(at.keeping(held), one)
        return found

    def _listened(self, at: At, found: Listener) -> list[Arrival]:
        if not found.guarded and is_single(found.addresses):
            foreign = at.interface and self.atlas.is_foreign(at.place, at.interface)
            return [] if foreign else self._take(at, found)
        at = self.questions.guarded(at, Stage.SECURITY_GROUP_EGRESS, at.interface)
        inside = self.atlas.subnet(at.place, at.interface)
        address = at.header.destination
        if not inside or not self.atlas.delivers_in(at.place, address, inside):
            at = self.questions.edge(
                at, self.atlas.edge(at.place, Stage.NETWORK_ACL_EGRESS, inside)
            )
            near = self.atlas.near_edge(at.place, Stage.NETWORK_ACL_INGRESS, address)
            at = self.questions.edge(at, near)
        if found.guarded:
            guard = self.atlas.guard(at.place, Stage.ENDPOINT, address)
            if guard is None:
                return []
            if not at.known:
                at = self.questions.ask(at, at.place, guard.filters, is_out=False)
        return self._take(at, found)

    def _sent_back(self, at: At) -> Iterator[At]:
        """Give answers of what a place delivers, where they leave it: its own services' answers
        cross no edge."""
        rest = at.held
        address = at.header.source
        for one in self.index.listening(at.place, address):
            if one.guarded or not is_single(one.addresses):
                continue
            held = self._sent_from(at, one.protocol, one.port)
            if held:
                yield at.keeping(held)
                services = self.atoms.ports(one.protocol, (one.port, one.port))
                rest = rest.where(Field.SERVICE, ~services)
        at = at.keeping(rest)
        beyond = self.atlas.subnet(at.place, at.leaves)
        if at.held and not (beyond and self.atlas.delivers_in(at.place, address, beyond)):
            near = self.atlas.near_edge(at.place, Stage.NETWORK_ACL_EGRESS, address)
            at = self.questions.edge(at, near)
            at = self.questions.edge(
                at, self.atlas.edge(at.place, Stage.NETWORK_ACL_INGRESS, beyond)
            )
        yield at

    def _sent_from(self, at: At, protocol: int, port: int) -> Held:
        flipped = at._replace(header=at.header.answered())
        return self._meant_for(flipped, protocol, port)

    # ---- its end, and the way back

    def _take(self, at: At, listener: Listener | None = None) -> list[Arrival]:
        if not at.held:
            return []
        if at.arrival is not None:
            return [at.arrival._replace(held=at.held)] if at.place == self._origin else []
        place = self.atlas.place(at.place)
        arrival = Arrival(at.held, at.place, at.header, at.passages, listener)
        back = At(
            at.place, at.header.answered(), at.held, crossed=at.crossed, arrival=arrival,
        )  # fmt: skip
        return self._send(back, bool(place and place.forwards), at.interface)

    @property
    def _origin(self) -> str:
        return self.party.leader.origin

    # ---- routes

    def _leaving(self, at: At, tables: tuple[str, ...]) -> At | None:
        """Give it as it leaves by its route; None where no route leads on."""
        found = self._found(at.place, tables, at.header.destination)
        if found is None or not isinstance(found.action, Forward):
            return None
        return at._replace(leaves=found.action.interface)

    def _found(self, place: str, tables: tuple[str, ...], to: Address) -> Route | None:
        for table in tables:
            found = self.index.longest(place, table, to)
            if found is not None and not isinstance(found.action, Local):
                return found
        found = self.index.longest(place, "place", to)
        return None if found is None or isinstance(found.action, Local) else found


def _all_of(several: Iterable[list[Arrival]]) -> list[Arrival]:
    """Give the flows that arrive whatever is chosen; they are told as of the first choice."""
    found: list[Arrival] | None = None
    for arrivals in several:
        if found is None:
            found = arrivals
            continue
        found = [
            one._replace(held=both)
            for one in found
            for other in arrivals
            if (both := one.held.and_also(other.held))
        ]
    return found or []
