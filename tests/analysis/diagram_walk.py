"""A third answer to what becomes of flows: decision diagrams over all headers of one sender.

It reads a program by itself, and shares nothing with the walker or the sets of flows but the
entries of programs. A function says of which destination (by its number among those asked about),
protocol, ports, ICMP type and code something is so; there are two of everything, for what surely
passes and for what passes perhaps.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from genkan.program import Program
from genkan.program import balancing as lb
from genkan.program import filter as rules
from genkan.program import route as way
from genkan.program.address import Address
from genkan.program.inspection import Inspection
from genkan.program.place import Link, Place
from genkan.program.service import Listener
from genkan.program.translation import Border, PortTranslation
from tests.analysis.diagrams import ALWAYS, NEVER, Diagrams

PROTOCOL, TO, SERVICE, SOURCE, TYPE, CODE = 0, 8, 20, 36, 52, 60
BITS, TO_WIDTH = 68, 12
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
ANSWERS = {ICMP: {8: 0, 13: 14, 15: 16, 17: 18}, ICMPV6: {128: 129}}
MEANT = "meant"  # the destination, or a port, as the sender wrote it
Some = tuple[int, int]  # surely, perhaps
NOBODY: Some = (NEVER, NEVER)


@dataclass(frozen=True)
class Header:
    """MEANT is whatever was written; ports are an interval where somebody chose them."""

    source: object
    to: object
    source_port: object
    port: object
    answers: bool = False

    def turned(self) -> "Header":
        return Header(self.to, self.source, self.port, self.source_port, not self.answers)


@dataclass(frozen=True)
class Here:
    place: str
    header: Header
    some: Some
    by: str | None = None
    known: bool = False
    crossed: tuple[tuple[str, Header, Header, str | None], ...] = ()
    hops: int = 0
    back: bool = False


class World:
    """A program by its places."""

    def __init__(self, program: Program) -> None:
        self.of: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(list))
        self.ends: dict[tuple[str, str], tuple[Link, object, object]] = {}
        self.places: dict[str, Place] = {}
        for entry in program:
            if isinstance(entry, Link):
                self.ends[entry.left.place, entry.left.name] = (entry, entry.left, entry.right)
                self.ends[entry.right.place, entry.right.name] = (entry, entry.right, entry.left)
                for end in (entry.left, entry.right):
                    self.of[end.place]["owned"] += end.addresses
            elif isinstance(entry, Place):
                self.places[entry.id] = entry
            elif hasattr(entry, "place"):
                self.of[entry.place][type(entry).__name__].append(entry)

    def one(self, place: str, kind: type, **wanted: object) -> object:
        for entry in self.of[place][kind.__name__]:
            if all(getattr(entry, name) == value for name, value in wanted.items()):
                return entry
        return None

    def subnet(self, place: str, interface: str | None) -> str | None:
        found = self.ends.get((place, interface or ""))
        return found[1].subnet if found else None


class DiagramWalk:
    """All flows of one sender to some destinations."""

    def __init__(
        self, world: World, diagrams: Diagrams, destinations: Sequence[Address],
        forwarding: Collection[str],
    ) -> None:  # fmt: skip
        self.world, self.all, self.forwarding = world, diagrams, forwarding
        self.destinations = destinations
        self._routes: dict[tuple[str, str], list] = {}
        self._blocks: dict[object, int] = {}

    # ---- functions

    def number(self, address: Address) -> list[int]:
        at = self.destinations.index(address)
        return [at >> place & 1 for place in reversed(range(TO_WIDTH))]

    def among(self, numbers: list[int]) -> int:
        found = NEVER
        for at in numbers:
            found = self.all.either(found, self.all.between(TO, TO_WIDTH, at, at))
        return found

    def inside(self, address: object, block: object) -> int:
        """Say where an address is in a block, or among addresses."""
        if address is not MEANT:
            if isinstance(block, (tuple, frozenset, list)):
                return ALWAYS if address in block else NEVER
            return ALWAYS if address.version == block.version and address in block else NEVER
        if isinstance(block, list):
            block = tuple(block)
        if block not in self._blocks:
            one = isinstance(block, (tuple, frozenset))
            self._blocks[block] = self.among([
                at for at, to in enumerate(self.destinations)
                if (one or to.version == block.version) and to in block
            ])  # fmt: skip
        return self._blocks[block]

    def within(self, address: object, addresses: tuple, blocks: tuple) -> int:
        found = self.inside(address, tuple(addresses))
        for block in blocks:
            found = self.all.either(found, self.inside(address, block))
        return found

    def within_choice(self, address: object, source: object) -> int:
        return self.inside(address, source if hasattr(source, "prefixlen") else (source,))

    def is_protocol(self, *numbers: int) -> int:
        found = NEVER
        for number in numbers:
            found = self.all.either(found, self.all.between(PROTOCOL, 8, number, number))
        return found

    def port_is(self, header: Header, port: object, first: int, last: int) -> int:
        """Say where a port that nobody chose is in an interval."""
        if port is MEANT:
            # The port of an answer is the source port of what it answers.
            at = SOURCE if (port is header.port) == header.answers else SERVICE
            return self.all.between(at, 16, first, last)
        return ALWAYS if first <= port[0] and port[1] <= last else NEVER

    def cut(self, some: Some, where: int) -> Some:
        return (self.all.both(some[0], where), self.all.both(some[1], where))

    def any_of(self, several) -> Some:
        surely = perhaps = NEVER
        for one in several:
            surely = self.all.either(surely, one[0])
            perhaps = self.all.either(perhaps, one[1])
        return (surely, perhaps)

    def all_of(self, several) -> Some:
        surely = perhaps = ALWAYS
        for one in several:
            surely, perhaps = self.all.both(surely, one[0]), self.all.both(perhaps, one[1])
        return (surely, perhaps)

    # ---- filters

    def ask(self, here: Here, names: Sequence[str], out: bool) -> Here:
        """Take out what filters do not accept."""
        header = here.header
        asked = [
            rule
            for name in names
            for one in [self.world.one(here.place, rules.Filter, name=name)]
            for rule in (one.rules if one else ())
        ]
        remote = header.to if out else header.source
        chosen = header.port is not MEANT and header.port[0] != header.port[1]
        if not chosen:
            accepted = self.accepted(here, asked, remote, header.port)
            return replace(here, some=self.cut(here.some, accepted))
        first, last = header.port
        edges = {first, last + 1}
        for rule in asked:
            for edge in (rule.match.ports[0], rule.match.ports[1] + 1) if rule.match.ports else ():
                if first < edge <= last:
                    edges.add(edge)
        every, any_one = ALWAYS, NEVER
        for low, high in zip(sorted(edges), sorted(edges)[1:], strict=False):
            accepted = self.accepted(here, asked, remote, (low, high - 1))
            every = self.all.both(every, accepted)
            any_one = self.all.either(any_one, accepted)
        surely, perhaps = here.some
        return replace(here, some=(self.all.both(surely, every), self.all.both(perhaps, any_one)))

    def accepted(self, here: Here, asked: list, remote: object, port: object) -> int:
        accepted, left = NEVER, ALWAYS
        for rule in asked:
            hit = self.all.both(left, self.matched(here, rule.match, remote, port))
            left = self.all.minus(left, hit)
            if rule.verdict is rules.Verdict.ACCEPT:
                accepted = self.all.either(accepted, hit)
        return accepted

    def matched(self, here: Here, match: rules.Match, remote: object, port: object) -> int:
        found = ALWAYS
        if isinstance(match.remote, rules.InSet):
            entry = self.world.one(here.place, rules.AddressSet, name=match.remote.name)
            found = self.within(remote, entry.members, entry.blocks) if entry else NEVER
        elif match.remote is not None:
            found = self.inside(remote, match.remote)
        if match.protocol is not None:
            found = self.all.both(found, self.is_protocol(match.protocol))
        if match.ports is not None:
            found = self.all.both(found, self.is_protocol(TCP, UDP))
            if port is MEANT:
                at = SOURCE if here.header.answers else SERVICE
                found = self.all.both(found, self.all.between(at, 16, *match.ports))
            elif not (match.ports[0] <= port[0] and port[1] <= match.ports[1]):
                return NEVER
        if match.icmp is not None:
            found = self.all.both(found, self.icmp(match.icmp, here.header.answers))
        return found

    def icmp(self, wanted: tuple[int, int], answers: bool) -> int:
        kind, code = wanted
        found = NEVER
        for protocol, asked in ANSWERS.items():
            types = ALWAYS if kind == -1 else self.all.between(TYPE, 8, kind, kind)
            codes = ALWAYS if code == -1 else self.all.between(CODE, 8, code, code)
            if answers:
                codes = ALWAYS if code in (-1, 0) else NEVER
                types = NEVER
                for request, answer in asked.items():
                    if kind in (-1, answer):
                        of = self.all.between(TYPE, 8, request, request)
                        types = self.all.either(types, of)
            one = self.all.both(self.is_protocol(protocol), self.all.both(types, codes))
            found = self.all.either(found, one)
        return found

    def begins(self, answers: bool) -> int:
        """Say what can be the first of a connection."""
        icmp = self.is_protocol(ICMP, ICMPV6)
        if answers:
            return self.all.no(self.all.either(icmp, self.is_protocol(TCP)))
        found = self.all.no(icmp)
        for protocol, asked in ANSWERS.items():
            for kind in asked:
                of = self.all.both(
                    self.is_protocol(protocol), self.all.between(TYPE, 8, kind, kind)
                )
                found = self.all.either(found, of)
        return found

    # ---- the way

    def flows(self, origin: str, source: Address) -> Some:
        """Give what arrives and is answered of all that a place sends from an address."""
        self.origin = origin
        header = Header(source, MEANT, MEANT, MEANT)
        return self.send(Here(origin, header, (ALWAYS, ALWAYS)), False)

    def routes(self, place: str, table: str) -> list:
        key = (place, table)
        if key not in self._routes:
            found = [one for one in self.world.of[place]["Route"] if one.table == table]
            found.sort(key=lambda one: -one.destination.prefixlen)
            self._routes[key] = found
        return self._routes[key]

    def routed(self, here: Here, tables: Sequence[str]) -> Iterator[tuple[Here, object]]:
        """Give the parts that routes lead on, each with its action."""
        left = ALWAYS
        for table in (*tables, way.PLACE_TABLE):
            seen = NEVER
            for route in self.routes(here.place, table):
                inside = self.all.minus(self.inside(here.header.to, route.destination), seen)
                if inside == NEVER:
                    continue
                seen = self.all.either(seen, inside)
                if isinstance(route.action, way.Local):
                    continue
                part = self.cut(here.some, self.all.both(inside, left))
                left = self.all.minus(left, inside)
                if part[1] != NEVER:
                    yield replace(here, some=part), route.action

    def delivers(self, place: str, address: object) -> int:
        """Say where an address ends at a place."""
        found = self.inside(address, self.world.of[place]["owned"])
        here = Here(place, Header(None, address, MEANT, MEANT), (ALWAYS, ALWAYS))
        for part, action in self.routed(here, ()):
            if isinstance(action, way.Deliver):
                found = self.all.either(found, part.some[1])
        return found

    def split(self, here: Here, where: int) -> tuple[Here, Here]:
        inside = self.cut(here.some, where)
        outside = self.cut(here.some, self.all.no(where))
        return replace(here, some=inside), replace(here, some=outside)

    def send(self, here: Here, delivered: bool) -> Some:
        mine, others = self.split(here, self.delivers(here.place, here.header.to))
        found = [self.take(mine)] if mine.some[1] != NEVER else []
        choice = self.world.one(here.place, way.AnswerChoice, interface=here.by)
        by_answer = choice and self.routed(others, [choice.table])
        for part, action in by_answer or self.routed_by_source(others):
            if isinstance(action, way.Forward):
                parts = self.sent_back(part, action.interface) if delivered else [part]
                found += [self.cross(one, action.interface) for one in parts]
        return self.any_of(found)

    def routed_by_source(self, here: Here) -> Iterator[tuple[Here, object]]:
        choices = self.world.of[here.place]["SourceChoice"]
        for one in sorted(choices, key=lambda one: hasattr(one.source, "prefixlen")):
            part, here = self.split(here, self.within_choice(here.header.source, one.source))
            yield from self.routed(part, [one.table])
        yield from self.routed(here, ())

    def cross(self, here: Here, interface: str) -> Some:
        end = self.world.ends.get((here.place, interface))
        if end is None or here.hops > 24 or here.some[1] == NEVER:
            return NOBODY
        far = end[2]
        found = []
        left = replace(here, place=far.place, by=far.name, known=False, hops=here.hops + 1)
        for place, came, leaving, by in here.crossed:
            if place != far.place or left.some[1] == NEVER:
                continue
            same = self.same(here.header, leaving.turned())
            known, left = self.split(left, same)
            if known.some[1] != NEVER:
                found.append(self.arrive(replace(known, known=True), came.turned(), by))
        if left.some[1] != NEVER:
            found.append(self.arrive(left, None, None))
        return self.any_of(found)

    def same(self, one: Header, other: Header) -> int:
        found = ALWAYS
        for mine, theirs in ((one.source, other.source), (one.to, other.to)):
            if mine is MEANT or theirs is MEANT:
                fixed = theirs if mine is MEANT else mine
                here = ALWAYS if fixed is MEANT else self.inside(MEANT, (fixed,))
            else:
                here = ALWAYS if mine == theirs else NEVER
            found = self.all.both(found, here)
        for mine, theirs, is_port in (
            (one.source_port, other.source_port, False),
            (one.port, other.port, True),
        ):
            if mine is MEANT and theirs is MEANT:
                # Which of the two ports it is: drawn flows never have two that are the same.
                if one.answers != other.answers:
                    ported = self.is_protocol(TCP, UDP, ICMP, ICMPV6)
                    found = self.all.minus(found, ported)
            elif MEANT in (mine, theirs):
                header, fixed = (one, theirs) if mine is MEANT else (other, mine)
                if fixed[0] != fixed[1]:
                    return NEVER
                at = SOURCE if is_port == header.answers else SERVICE
                found = self.all.both(found, self.all.between(at, 16, *fixed))
            elif mine != theirs:
                return NEVER
        return found

    def arrive(self, here: Here, back_as: Header | None, came_by: str | None) -> Some:
        place = self.world.places.get(here.place)
        if place is None or not place.forwards:
            return self.host(here)
        source = here.header.source
        check = self.world.one(here.place, rules.SourceCheck, interface=here.by)
        where = ALWAYS
        if check is not None:
            where = self.within(source, check.addresses, check.blocks)
        if source is MEANT or source.version == 4:
            own = self.delivers(here.place, source)
            if source is MEANT:
                own = self.all.both(own, self.among(
                    [at for at, one in enumerate(self.destinations) if one.version == 4]
                ))  # fmt: skip
            where = self.all.minus(where, own)
        here = replace(here, some=self.cut(here.some, where))
        came = here.header
        choice = self.world.one(here.place, way.TableChoice, subnet=self._subnet(here))
        tables = [choice.table] if choice else []
        balancer = self.world.one(here.place, lb.Balancer)
        if back_as is not None:
            here = replace(here, header=back_as)
            choice = self.world.one(here.place, way.AnswerChoice, interface=came_by)
            tables = [choice.table] if choice else tables
            return self.inward(here, came, tables)
        if balancer is not None:
            return self.balance(here, balancer)
        found = []
        if self.world.of[here.place]["Border"]:
            for one in self.world.of[here.place]["OneToOne"]:
                part, here = self.split(here, self.inside(here.header.to, (one.public,)))
                if part.some[1] != NEVER:
                    turned = replace(part, header=replace(part.header, to=one.private))
                    found.append(self.inward(turned, came, tables))
        return self.any_of([*found, self.inward(here, came, tables)])

    def _subnet(self, here: Here) -> str | None:
        return self.world.subnet(here.place, here.by)

    def inward(self, here: Here, came: Header, tables: list[str]) -> Some:
        own = self.inside(here.header.to, self.world.of[here.place]["owned"])
        mine, here = self.split(here, own)
        found = [self.delivered(mine)] if mine.some[1] != NEVER else []
        if not here.known:
            here = replace(here, some=self.cut(here.some, self.begins(here.header.answers)))
        for part, action in self.routed(here, tables):
            if isinstance(action, way.Deliver):
                found.append(self.delivered(part))
            elif isinstance(action, way.Forward):
                found.append(self.onward(part, came, action.interface))
        return self.any_of(found)

    def host(self, here: Here) -> Some:
        owned = self.world.of[here.place]["owned"]
        source = here.header.source
        if source is MEANT or source.version == 4:
            four = [one for one in owned if one.version == 4]
            here = self.split(here, self.inside(source, four))[1]
        mine, others = self.split(here, self.inside(here.header.to, owned))
        found = [self.take(mine)] if mine.some[1] != NEVER else []
        looked = self.world.one(here.place, Inspection)
        if looked is not None:
            if looked.fleet is not None:
                found.append(self.cross(others, looked.interface))
        elif here.place in self.forwarding:
            for part, action in self.routed_by_source(others):
                if isinstance(action, way.Forward):
                    found.append(self.cross(part, action.interface))
        return self.any_of(found)

    def guard(self, here: Here, stage: rules.Stage, at: object) -> Here:
        found = self.world.one(here.place, rules.Guard, stage=stage, at=at) if at else None
        if found is None or here.known:
            return here
        return self.ask(here, found.filters, stage is rules.Stage.SECURITY_GROUP_EGRESS)

    def edge(self, here: Here, stage: rules.Stage, subnet: str | None) -> Here:
        one = subnet and self.world.one(here.place, rules.SubnetGuard, stage=stage, subnet=subnet)
        return self.ask(here, (one.filter,), _is_out(stage)) if one else here

    def near(self, here: Here, stage: rules.Stage, address: object) -> Iterator[Here]:
        """Ask at the edge of whichever subnet an address is delivered in."""
        for one in self.world.of[here.place]["SubnetGuard"]:
            if one.stage is stage:
                part, here = self.split(here, self.inside(address, tuple(one.addresses)))
                if part.some[1] != NEVER:
                    yield self.ask(part, (one.filter,), _is_out(stage))
        yield here

    def in_subnet(self, place: str, address: object, subnet: str) -> int:
        found = NEVER
        for one in self.world.of[place]["SubnetGuard"]:
            if one.subnet == subnet:
                found = self.all.either(found, self.inside(address, tuple(one.addresses)))
        return found

    def onward(self, here: Here, came: Header, leaves: str) -> Some:
        here = self.guard(here, rules.Stage.SECURITY_GROUP_EGRESS, here.by)
        inside, beyond = self._subnet(here), self.world.subnet(here.place, leaves)
        if inside is None or inside != beyond:
            here = self.edge(here, rules.Stage.NETWORK_ACL_EGRESS, inside)
            here = self.edge(here, rules.Stage.NETWORK_ACL_INGRESS, beyond)
        here = self.guard(here, rules.Stage.SECURITY_GROUP_INGRESS, leaves)
        if here.known:
            return self.cross(here, leaves)
        here = self.border(here, came)
        return self.any_of(
            self.all_of(self.cross(self.remember(one, here, came), leaves) for one in several)
            for several in self.outside(here)
        )

    def remember(self, leaving: Here, here: Here, came: Header) -> Here:
        note = (here.place, came, leaving.header, here.by)
        return replace(leaving, crossed=(*here.crossed, note))

    def border(self, here: Here, came: Header) -> Here:
        border = self.world.one(here.place, Border)
        if border is None:
            return here
        out = here.by == border.inside
        inner = here.header.source if out else here.header.to
        passes = NEVER
        for block in border.untranslated:
            passes = self.all.either(passes, self.inside(inner, block))
        if out:
            private = tuple(one.private for one in self.world.of[here.place]["OneToOne"])
            passes = self.all.either(passes, self.inside(inner, private))
        elif border.outward:
            passes = NEVER
        elif came.to != inner:
            passes = ALWAYS
        return replace(here, some=self.cut(here.some, passes))

    def outside(self, here: Here) -> Iterator[list[Here]]:
        """Give parts as they leave, each with all that may be chosen."""
        header = here.header
        if self.world.one(here.place, Border):
            for one in self.world.of[here.place]["OneToOne"]:
                part, here = self.split(here, self.inside(header.source, (one.private,)))
                if part.some[1] != NEVER:
                    yield [replace(part, header=replace(header, source=one.public))]
        own = self.world.one(here.place, PortTranslation)
        addresses = (own.address, *own.others) if own else ()
        if own is None or (header.source is not MEANT and header.source.version == 6):
            yield [here]
            return
        already, here = self.split(here, self.inside(header.source, addresses))
        yield [already]
        ported, others = self.split(here, self.is_protocol(TCP, UDP))
        chosen = addresses[:1] if header.answers else addresses
        for part, port in ((ported, own.ports), (others, header.source_port)):
            turned = [replace(header, source=one, source_port=port) for one in chosen]
            yield [replace(part, header=one) for one in turned]

    # ---- load balancers

    def balance(self, here: Here, balancer: lb.Balancer) -> Some:
        if here.by != balancer.interface:
            intake = self.world.one(here.place, lb.Intake, interface=here.by)
            if intake is not None and intake.filters is not None:
                here = self.ask(here, intake.filters, False)
        else:
            here = self.split(here, self.inside(here.header.to, tuple(balancer.addresses)))[0]
        here = replace(here, some=self.cut(here.some, self.begins(here.header.answers)))
        source = here.header.source
        version = self.destinations[0].version if source is MEANT else source.version
        found = []
        for port in self.ports(here.place, version):
            where = self.all.both(self.is_protocol(port.protocol), self.meant(here, port.port))
            part = replace(here, some=self.cut(here.some, where))
            if port.targets and part.some[1] != NEVER:
                targets = port.targets[:1] if here.header.answers else port.targets
                found.append(self.all_of(self.hand_on(part, balancer, one) for one in targets))
        return self.any_of(found)

    def ports(self, place: str, version: int) -> list:
        relayed = [
            one for one in self.world.of[place]["RelayedPort"] if one.address.version == version
        ]
        taken = {(one.protocol, one.port) for one in relayed}
        return relayed + [
            one for one in self.world.of[place]["BalancedPort"]
            if one.version == version and (one.protocol, one.port) not in taken
        ]  # fmt: skip

    def meant(self, here: Here, port: int) -> int:
        if here.header.port is MEANT:
            at = SOURCE if here.header.answers else SERVICE
            return self.all.between(at, 16, port, port)
        return ALWAYS if here.header.port == (port, port) else NEVER

    def hand_on(self, here: Here, balancer: lb.Balancer, target: object) -> Some:
        turned = replace(here.header, to=target.address, port=(target.port, target.port))
        keeps = getattr(target, "keeps_source", False) and here.by == balancer.interface
        found = []
        for part, action in self.routed(replace(here, header=turned), ()):
            if not isinstance(action, way.Forward):
                continue
            parts = [part] if keeps else list(self.as_own(part, balancer, target.address.version))
            found += [
                self.cross(self.remember(one, here, here.header), action.interface) for one in parts
            ]
        return self.any_of(found)

    def as_own(self, here: Here, balancer: lb.Balancer, version: int) -> Iterator[Here]:
        own = next(one for one in balancer.addresses if one.version == version)
        port = here.header.source_port
        for low, high, drawn in ((0, 511, (1, 511)), (512, 1023, (600, 1023)),
                                 (1024, 65535, (1024, 65535))):  # fmt: skip
            if port is MEANT:
                at = SERVICE if here.header.answers else SOURCE
                where = self.all.between(at, 16, low, high)
            else:
                where = ALWAYS if low <= port[0] <= high else NEVER
            header = replace(here.header, source=own, source_port=drawn)
            yield replace(here, header=header, some=self.cut(here.some, where))

    # ---- what is delivered

    def listeners(self, here: Here, address: object, port: object) -> Iterator[tuple[Here, object]]:
        """Give the parts that something listens to, each at its smallest block; then the rest."""
        held = sorted(
            self.world.of[here.place]["Listener"], key=lambda one: -one.addresses.prefixlen
        )
        for one in held:
            where = self.inside(address, one.addresses)
            if where == NEVER:
                continue
            where = self.all.both(where, self.is_protocol(one.protocol))
            if port is MEANT:
                at_source = here.header.answers == (port is here.header.port)
                sent = address is here.header.source
                at = SERVICE if sent == here.header.answers else SOURCE
                assert sent or not at_source or here.header.answers
                where = self.all.both(where, self.all.between(at, 16, one.port, one.port))
            elif port != (one.port, one.port):
                continue
            part, here = self.split(here, where)
            if part.some[1] != NEVER:
                yield part, one
        yield here, None

    def delivered(self, here: Here) -> Some:
        found = []
        address = here.header.to
        for part, one in self.listeners(here, address, here.header.port):
            if one is None:
                continue
            if _is_service(one):
                link = self.world.ends.get((here.place, here.by or ""))
                if not (link and link[0].foreign):
                    found.append(self.take(part))
                continue
            part = self.guard(part, rules.Stage.SECURITY_GROUP_EGRESS, here.by)
            subnet = self._subnet(here)
            stays = self.in_subnet(here.place, address, subnet) if subnet else NEVER
            inside, leaving = self.split(part, stays)
            leaving = self.edge(leaving, rules.Stage.NETWORK_ACL_EGRESS, subnet)
            parts = [inside, *self.near(leaving, rules.Stage.NETWORK_ACL_INGRESS, address)]
            found += [self.entered(each, one) for each in parts]
        return self.any_of(found)

    def entered(self, here: Here, listener: Listener) -> Some:
        if not listener.guarded:
            return self.take(here)
        guards = [
            one for one in self.world.of[here.place]["Guard"] if one.stage is rules.Stage.ENDPOINT
        ]
        found = []
        for one in guards:
            part, here = self.split(here, self.inside(here.header.to, (one.at,)))
            if part.some[1] != NEVER:
                found.append(self.take(part if part.known else self.ask(part, one.filters, False)))
        return self.any_of(found)

    def sent_back(self, here: Here, leaves: str) -> Iterator[Here]:
        address = here.header.source
        subnet = self.world.subnet(here.place, leaves)
        for part, one in self.listeners(here, address, here.header.source_port):
            if one is not None and _is_service(one):
                yield part
                continue
            stays = self.in_subnet(here.place, address, subnet) if subnet else NEVER
            inside, leaving = self.split(part, stays)
            yield inside
            for each in self.near(leaving, rules.Stage.NETWORK_ACL_EGRESS, address):
                yield self.edge(each, rules.Stage.NETWORK_ACL_INGRESS, subnet)

    def take(self, here: Here) -> Some:
        if here.some[1] == NEVER:
            return NOBODY
        if here.back:
            return here.some if here.place == self.origin else NOBODY
        place = self.world.places.get(here.place)
        answer = replace(here, header=here.header.turned(), known=False, hops=0, back=True)
        return self.send(answer, bool(place and place.forwards))


def _is_out(stage: rules.Stage) -> bool:
    return stage is rules.Stage.NETWORK_ACL_EGRESS


def _is_service(listener: Listener) -> bool:
    """Tell whether it is one of the place's own services, which are asked by no guard."""
    block = listener.addresses
    return not listener.guarded and block.prefixlen == block.max_prefixlen


def bits_of(walk: DiagramWalk, packet: object) -> list[int]:
    """Write a packet as bits."""
    kind, code = packet.icmp or (0, 0)
    found = [packet.protocol >> place & 1 for place in reversed(range(8))]
    found += walk.number(packet.destination)
    for port in (packet.destination_port, packet.source_port):
        number = port[0] if port else 0
        found += [number >> place & 1 for place in reversed(range(16))]
    for number in (kind, code):
        found += [number >> place & 1 for place in reversed(range(8))]
    return found
