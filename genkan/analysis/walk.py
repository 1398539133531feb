"""The walk itself: from place to place, until somebody takes the packet, and back again.

The stages stand in the order of the packet's way (docs/design/analysis.md). A walk goes on after
a blocker where it can: a group that would not have let a packet pass does not hide that its route
leads nowhere.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from genkan.analysis import balancing, delivery, edges, guards, inspection, translation
from genkan.analysis.atlas import Atlas
from genkan.analysis.code import Code
from genkan.analysis.connections import Answer, Connections
from genkan.analysis.crossing import Crossing
from genkan.analysis.packet import Packet
from genkan.analysis.trace import Outcome, Step, Trace
from genkan.program.balancing import Balancer
from genkan.program.filter import Stage
from genkan.program.place import PlaceKind
from genkan.program.route import (
    PLACE_TABLE,
    AnswerChoice,
    Blackhole,
    Deliver,
    Forward,
    Route,
    SourceChoice,
    TableChoice,
    Unreachable,
)

HOP = "hop"
MOST = 256  # walks of one packet


@dataclass(slots=True)
class _Way:
    """One direction of a walk: where the packet is, and the steps that it took."""

    atlas: Atlas
    connections: Connections
    forwarding: Collection[str]
    turns: tuple[int, ...] = ()
    met: list[int] = field(default_factory=list)  # how many there were to choose from, each time
    entered: str | None = None  # by which interface it came to who took it
    steps: list[Step] = field(default_factory=list)
    taken_at: str | None = None
    packet: Packet | None = None

    def send(
        self, place: str, packet: Packet, delivered: bool = False, entered: str | None = None
    ) -> None:
        """Follow a packet that `place` sends itself; `delivered`: from what it delivers, in answer
        to what came by `entered`."""
        at = Crossing(self.atlas, place, packet)
        if self.atlas.answers_for(place, packet.destination):
            self._take(at)
            return
        tables = self.atlas.tables_of_source(place, packet.source)
        route = self._route(at, self._answering(place, entered) or tables)
        if route is None:
            return
        at = at.leaving(_interface(route))
        if delivered:
            self.steps.extend(delivery.sent_back(at))
        self._follow(at)

    def _follow(self, at: Crossing) -> None:
        """Go on from whoever is at the far end, until somebody takes it."""
        met: list[tuple[str, str, Packet]] = []  # few, and costly to hash
        while True:
            far = self.atlas.far_ends.get((at.place, at.leaves or ""))
            if far is None:
                said = f"{at.leaves} is not there"
                self.steps.append(at.blocked(HOP, Code.BAD_STATE_ATTACHMENT, said))
                return
            here = (far.place, far.name, at.packet)
            if here in met:
                self.steps.append(at.blocked(HOP, Code.ROUTE_LOOP, "it goes round for ever"))
                return
            met.append(here)
            known = self.connections.answer(far.place, at.packet)
            at = Crossing(self.atlas, far.place, at.packet, far.name, None, known is not None)
            onward = self._arrive(at, known)
            if onward is None:
                return
            at = onward

    def _answering(self, place: str, interface: str | None) -> tuple[str, ...]:
        """Give the table of answers to what came by an interface, where there is one."""
        choice = self.atlas.answer_choice(place, interface)
        return (choice.table,) if choice else ()

    def _arrive(self, at: Crossing, known: Answer | None) -> Crossing | None:
        """Give the packet as it leaves the place again; None where its way ends."""
        place = self.atlas.place(at.place)
        if place is None or not place.forwards:
            return self._at_host(at)
        self.steps.extend(guards.source_check(at))
        self.steps.extend(guards.own_source(at))
        came = at.packet
        tables = self.atlas.tables_for(at.place, at.interface or "")
        balancer = self.atlas.balancer(at.place)
        if known is not None:
            if known.packet != came:
                said = "turned back as the connection was"
                kind = _word(self.atlas, at.place)
                self.steps.append(at.step(kind, Outcome.TRANSLATED, said, None, known.packet))
            at = at.carrying(known.packet)
            tables = self._answering(at.place, known.interface) or tables
        elif balancer is not None:
            return self._hand_on(at, balancer)
        else:
            at = self._translated(at, translation.to_private(at))
        if self.atlas.owns(at.place, at.packet.destination):
            self.steps.extend(delivery.delivered(at))
            self._take(at)
            return None
        self.steps.extend(guards.unknown(at))
        return self._pass_on(at, came, tables)

    def _hand_on(self, at: Crossing, balancer: Balancer) -> Crossing | None:
        """Hand a connection on to the target whose turn it is."""
        came, port = at.packet, balancing.port_at(at)
        self.steps.extend(balancing.taken(at, balancer))
        if port is None or not port.targets:
            return None
        target = port.targets[self._turn(len(port.targets))]
        at = self._translated(at, iter([balancing.handed_on(at, port, target)]))
        route = self._route(at, ())
        if route is None:
            return None
        at = self._translated(at, balancing.given_source(at, balancer, target))
        self.connections.remember(at.place, came, at.packet, at.interface)
        return at.leaving(_interface(route))

    def _turn(self, of: int) -> int:
        """Give which of so many is chosen here: what was said, or the first."""
        if of == 1:
            return 0
        turn = self.turns[len(self.met)] if len(self.met) < len(self.turns) else 0
        self.met.append(of)
        return turn

    def _pass_on(self, at: Crossing, came: Packet, tables: tuple[str, ...]) -> Crossing | None:
        found = self.atlas.route(at.place, tables, at.packet.destination)
        if found is not None and isinstance(found.action, Deliver):
            self.steps.extend(delivery.delivered(at))
            self._take(at)
            return None
        self.steps.extend(guards.egress(at))
        leaving = at.leaving(_interface(found))
        out, into = edges.between_interfaces(leaving)
        self.steps.extend(out)
        if self._led(at, found) is None:
            return None
        self.steps.extend(into)
        self.steps.extend(guards.ingress(leaving))
        self.steps.extend(translation.crosses_border(leaving, came))
        if not leaving.known:
            leaving = self._translated(leaving, translation.to_public(leaving))
            own = translation.own_addresses(leaving)
            if own:
                chosen = own[self._turn(len(own))]
                leaving = self._translated(leaving, translation.to_own(leaving, chosen))
            self.connections.remember(at.place, came, leaving.packet, at.interface)
        return leaving

    def _at_host(self, at: Crossing) -> Crossing | None:
        """Take what is for the host; a program of an instance may pass on what is not."""
        if at.packet.source.version == 4 and self.atlas.owns(at.place, at.packet.source):
            said = f"{at.packet.source} is its own: it came back to its sender"
            self.steps.append(at.blocked("instance", Code.OWN_SOURCE, said))
        if self.atlas.owns(at.place, at.packet.destination):
            self._take(at)
            return None
        appliances = self.atlas.inspection(at.place)
        if appliances is not None:
            self.steps.extend(inspection.inspected(at, appliances))
            return at.leaving(appliances.interface)
        if at.place not in self.forwarding:
            said = f"{at.packet.destination} is not its address, and it passes nothing on"
            self.steps.append(at.blocked("instance", Code.PASSES_NOTHING_ON, said))
            return None
        route = self._route(at, self.atlas.tables_of_source(at.place, at.packet.source))
        return at.leaving(_interface(route)) if route else None

    def _route(self, at: Crossing, tables: tuple[str, ...]) -> Route | None:
        """Give the route that leads on, and note which it is; None where none does."""
        return self._led(at, self.atlas.route(at.place, tables, at.packet.destination))

    def _led(self, at: Crossing, found: Route | None) -> Route | None:
        """Give a route if it leads on, and note where it leads."""
        if found is None:
            said = f"no route leads to {at.packet.destination}"
            code = Code.NO_ROUTE_TO_DESTINATION
            self.steps.append(
                at.blocked(Stage.ROUTE, code, said, told=True, asked=self._chosen_table(at))
            )
            return None
        where = f"{found.destination}{_of_table(found.table)}"
        match found.action:
            case Forward(interface=interface):
                said = f"{where} leads to {interface}"
                step = at.step(Stage.ROUTE, Outcome.PASSED, said, found.because, asked=found)
                self.steps.append(step)
                return found
            case Unreachable():
                said = f"nobody has {at.packet.destination}"
                code, told = Code.NO_ENI_AT_ADDRESS, True
            case Blackhole(why=why) if why and found.table == PLACE_TABLE:
                said, code, told = why, Code.BAD_STATE, False
            case action:
                why = f": {action.why}" if isinstance(action, Blackhole) and action.why else ""
                said = f"{where} leads to what is not there{why}"
                code, told = Code.BAD_STATE_ROUTE, False
        self.steps.append(at.blocked(Stage.ROUTE, code, said, found.because, told, found))
        return None

    def _chosen_table(self, at: Crossing) -> TableChoice | SourceChoice | None:
        """Give what chose the table that was asked first."""
        chosen = self.atlas.table_choice(at.place, at.interface)
        return chosen or self.atlas.source_choice(at.place, at.packet.source)

    def _translated(self, at: Crossing, steps: Iterator[Step]) -> Crossing:
        for step in steps:
            self.steps.append(step)
            at = at.carrying(step.after)
        return at

    def _take(self, at: Crossing) -> None:
        self.taken_at, self.packet, self.entered = at.place, at.packet, at.interface


def walk(
    atlas: Atlas,
    origin: str,
    packet: Packet,
    forwarding: Collection[str] = frozenset(),
    turns: tuple[int, ...] = (),
) -> Trace:
    """Follow the first packet of a connection from `origin`, and what its receiver sends back.

    `forwarding` are the instances whose programs pass on what is not for them; `turns` say which
    of several targets or addresses is taken where a hash chooses; the first, where nothing is said.
    """
    connections = Connections()
    way = _Way(atlas, connections, forwarding, turns)
    way.send(origin, packet)
    back = _Way(atlas, connections, forwarding)
    if way.taken_at is not None and way.packet is not None:
        here = atlas.place(way.taken_at)
        delivered = bool(here and here.forwards)
        back.send(way.taken_at, way.packet.answered(), delivered, way.entered)
        if back.taken_at not in (None, origin):
            where = Crossing(atlas, str(back.taken_at), back.packet or packet)
            said = "somebody else got the answer"
            back.steps.append(where.blocked(HOP, Code.ANSWER_TO_ANOTHER, said))
    return Trace(
        origin,
        packet,
        tuple(way.steps),
        tuple(back.steps),
        way.taken_at,
        way.packet,
        tuple(way.met),
        turns,
    )


def walks(
    atlas: Atlas,
    origin: str,
    packet: Packet,
    forwarding: Collection[str] = frozenset(),
    most: int = MOST,
) -> list[Trace]:
    """Give a walk for all that load balancers and gateways may choose, at most so many."""
    found: list[Trace] = []
    open_turns: list[tuple[int, ...]] = [()]
    while open_turns and len(found) < most:
        turns = open_turns.pop()
        trace = walk(atlas, origin, packet, forwarding, turns)
        found.append(trace)
        for at in range(len(turns), len(trace.turns)):
            before = (*turns, *((0,) * (at - len(turns))))
            open_turns += [(*before, turn) for turn in range(1, trace.turns[at])]
    return found


def _interface(route: Route | None) -> str | None:
    return route.action.interface if route and isinstance(route.action, Forward) else None


def _of_table(table: str) -> str:
    """Say of which table a route is; a place's own goes without a name."""
    if table == PLACE_TABLE:
        return ""
    return ", as the connection came," if table.startswith(AnswerChoice.tables) else f" of {table}"


def _word(atlas: Atlas, place: str) -> str:
    found = atlas.place(place)
    return found.kind.value if found else PlaceKind.VPC.value
