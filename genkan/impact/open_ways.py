"""What is open to many senders at once: sets of flows, told as ways from a sender to a target.

A way works where every address of its target takes the flow, whatever a hash chooses, from every
port that a program is lent; it depends where it may, from some port at least.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from genkan.analysis import Trace
from genkan.analysis.packet import ICMP, TCP, UDP
from genkan.analysis.sets import Arrival, Sets, Source
from genkan.analysis.sets.atoms import LENT
from genkan.analysis.sets.held import Field, Held
from genkan.analysis.sets.relation import (
    Relation,
    by_sender,
    join,
    meet,
    minus,
    of_services,
    senders_of,
)
from genkan.impact.code import Why
from genkan.impact.groups import Sender
from genkan.impact.outlook import (
    MOST_ADDRESSES,
    Flow,
    Outlook,
    Verdict,
    named,
    packet_of,
    policy_of,
    via,
)
from genkan.impact.state import State
from genkan.impact.target import HTTPS, Kind, Ports, Target, joined
from genkan.program.address import Address

Via = tuple[str, ...]
LISTENING = (Kind.NAME, Kind.BALANCER, Kind.ENDPOINT)


@dataclass(frozen=True, slots=True)
class Reached:
    """A way that is open (or may be), at ports that are alike, to addresses of one IP version.

    `via` are the things on the way that have an id; `sees` is the source that who takes it sees;
    `to` the address of the target that its witness is sent to, None where nobody here knows one.
    `source_ports`: it passes from these alone; none are told where it passes from every one that a
    program is lent.
    """

    sender: Sender
    target: Target
    version: int
    ports: tuple[Ports, ...]
    verdict: Verdict
    codes: tuple[str, ...]
    via: Via
    sees: str | None
    to: Address | None
    source_ports: tuple[Ports, ...] = ()

    @property
    def flow(self) -> Flow:
        """The witness: the first of its flows."""
        return Flow(self.version, self.ports[0].protocol, self.ports[0].first)

    def replayed(self, state: State) -> list[Trace]:
        """Give the walks of its witness, from the first source port that it passes from."""
        packet = packet_of(self.sender, self.to, self.flow) if self.to else None
        if packet is None:
            return []
        for one in self.source_ports:
            if one.protocol == packet.protocol and one.first is not None:
                packet = packet.from_source(packet.source, (one.first, one.first))
                break
        return state.walks(self.sender.origin, packet)


@dataclass(frozen=True, slots=True)
class Among:
    """Senders of one VPC that are asked together, and their bits for each IP version.

    Made once for a VPC: a target that is one of them leaves one out and counts no one anew.
    """

    senders: Sequence[Sender]
    bits: Mapping[int, int]
    left_out: str | None = None

    def __iter__(self) -> Iterator[Sender]:
        return (one for one in self.senders if one.id != self.left_out)


@dataclass(frozen=True, slots=True)
class _Opening:
    """Services that senders reach over one arrival, surely and perhaps."""

    arrival: Arrival
    surely: Relation
    perhaps: Relation
    back: Relation
    senders: int


_Alike = tuple[Verdict, Via, str]  # and whose address is seen
_Sent = tuple[_Opening, int, int]  # services, and source services where it depends


class OpenWays:
    """Ways from senders, which are all known before the first is asked for."""

    def __init__(self, state: State, senders: Sequence[Sender]) -> None:
        self._state = state
        self._senders = [(one, version) for one in senders for version in one.versions]
        sources = []
        for sender, version in self._senders:
            address = sender.address(version)
            sources.append(Source(sender.origin, address) if address else None)
        self._sets = Sets(state.atlas, [one for one in sources if one], state.boxes)
        self._bits: dict[tuple[str, int], int] = {}
        self._at: dict[int, int] = {}
        for number, ((sender, version), source) in enumerate(
            zip(self._senders, sources, strict=True)
        ):
            if source is not None:
                bit = self._sets.bit(source)
                self._bits[sender.id, version] = bit
                self._at[bit.bit_length() - 1] = number
        self._ports: dict[int, tuple[Ports, ...]] = {}
        self._routes: dict[int, tuple[Via, Why | None]] = {}

    def among(self, senders: Sequence[Sender]) -> Among:
        """Give senders of one VPC, all known already, as those who are asked."""
        bits = {4: 0, 6: 0}
        for sender in senders:
            for version in bits:
                bits[version] |= self._bits.get((sender.id, version), 0)
        return Among(senders, bits)

    def without(self, among: Among, sender: Sender) -> Among:
        """Give those who are asked, all but one."""
        bits = {
            version: held & ~self._bits.get((sender.id, version), 0)
            for version, held in among.bits.items()
        }
        return replace(among, bits=bits, left_out=sender.id)

    def to(self, target: Target, senders: Among) -> Iterator[Reached]:
        """Give the open ways of these senders to a target."""
        first = next(iter(senders), None)
        if first is None:
            return
        addresses = target.addresses_in(self._state)
        if target.name is not None:
            told = named(self._state, first.vpc, target.name)
            if isinstance(told, Outlook):
                yield from self._unnamed(told, target, senders)
                return
            addresses = told.addresses
        for version in (4, 6):
            meant = [one for one in addresses if one.version == version][:MOST_ADDRESSES]
            if meant and senders.bits[version]:
                yield from self._open(target, version, meant, senders.bits[version])

    def _unnamed(self, told: Outlook, target: Target, senders: Among) -> Iterator[Reached]:
        """Give the ways to a name that somebody else answers, of which nothing is known."""
        if told.verdict is Verdict.BLOCKED:
            return
        ports = joined(Ports(protocol, port, port) for protocol, port in target.listens or (HTTPS,))
        for sender in senders:
            for version in sender.versions:
                yield Reached(
                    sender, target, version, ports, told.verdict, told.codes, (), None, None
                )

    def _open(
        self, target: Target, version: int, addresses: Sequence[Address], among: int
    ) -> Iterator[Reached]:
        wanted = self._wanted(target, version)
        openings: list[_Opening] | None = None
        for address in addresses:
            flows = self._sets.to(address, among, wanted)
            found = [
                one
                for arrival in flows.arrivals
                if (one := self._opening(arrival, wanted, among)) is not None
            ]
            openings = found if openings is None else _both(openings, found)
        for bit, ways in sorted(self._by_sender(openings or []).items()):
            sender, _ = self._senders[self._at[bit]]
            for (verdict, _, _), (one, services, back) in ways.items():
                yield self._way(sender, target, version, verdict, one, services, back, addresses[0])

    def _by_sender(self, openings: Sequence[_Opening]) -> dict[int, dict[_Alike, _Sent]]:
        """Give what is open by sender: the ways that are alike, with their services."""
        every = join(part for one in openings for part in one.surely)
        held: dict[int, dict[_Alike, _Sent]] = {}
        for one in openings:
            header = one.arrival.header
            seen = str(header.source) if header.source_gateway is None else header.source_gateway
            passed, _ = self._told(one.arrival)
            for verdict, relation in (
                (Verdict.WORKS, one.surely),
                (Verdict.DEPENDS, minus(one.perhaps, every)),
            ):
                for services, who in relation:
                    for bit in _bits(who):
                        ways = held.setdefault(bit, {})
                        first, has, back = ways.get((verdict, passed, seen), (one, 0, 0))
                        if verdict is Verdict.DEPENDS:
                            back |= by_sender(one.back, 1 << bit)
                        ways[verdict, passed, seen] = (first, has | services, back)
        return held

    def _way(
        self,
        sender: Sender,
        target: Target,
        version: int,
        verdict: Verdict,
        one: _Opening,
        services: int,
        back: int,
        to: Address,
    ) -> Reached:
        passed, said = self._told(one.arrival)
        codes: tuple[str, ...] = ()
        if verdict is Verdict.WORKS and said is not None:
            verdict = Verdict.DEPENDS if said is Why.VPCE_POLICY_DEPENDS else Verdict.DENIED
            codes = (said.value,)
        sees = self._sees(sender, version, one.arrival)
        ports = self._told_ports(services)
        lent = self._sets.atoms.answers(services) & self._lent_ports
        source_ports = self._told_ports(back) if lent & ~back and back else ()
        return Reached(
            sender, target, version, ports, verdict, codes, passed, sees, to, source_ports
        )

    def _wanted(self, target: Target, version: int) -> int:
        """Give the services that a target is asked for."""
        atoms = self._sets.atoms
        if target.kind not in LISTENING:
            return atoms.ported & ~self._port_zero | atoms.echo(version)
        found = 0
        for protocol, port in target.listens or (HTTPS,):
            found |= atoms.ports(protocol, (port, port))
        return found

    @property
    def _lent_ports(self) -> int:
        atoms = self._sets.atoms
        return atoms.ports(TCP, LENT) | atoms.ports(UDP, LENT)

    @property
    def _port_zero(self) -> int:
        atoms = self._sets.atoms
        return atoms.ports(TCP, (0, 0)) | atoms.ports(UDP, (0, 0))

    def _opening(self, arrival: Arrival, wanted: int, among: int) -> _Opening | None:
        held = arrival.held.where(Field.SERVICE, wanted)
        surely: list[tuple[int, int]] = []
        perhaps: list[tuple[int, int]] = []
        for of_protocol, lent in self._lent():
            asked = of_services(held.there_perhaps, of_protocol)
            if not asked:
                continue
            every = _every(held, lent)
            surely += [
                (has, who)
                for has, all_of in of_services(held.there, of_protocol)
                if (who := all_of & every & among)
            ]
            some = senders_of(of_services(held.back_perhaps, self._sets.atoms.answers(of_protocol)))
            perhaps += [(has, who) for has, all_of in asked if (who := all_of & some & among)]
        if not perhaps:
            return None
        senders = senders_of(tuple(perhaps))
        return _Opening(arrival, tuple(surely), tuple(perhaps), held.back_perhaps, senders)

    def _lent(self) -> Iterator[tuple[int, int]]:
        """Give services of each protocol, with the source services that are held to be lent."""
        atoms = self._sets.atoms
        for protocol in (TCP, UDP):
            yield atoms.of_protocol[protocol], atoms.ports(protocol, LENT)
        for version in (4, 6):
            yield atoms.echo(version), atoms.answers(atoms.echo(version))

    def _told(self, arrival: Arrival) -> tuple[Via, Why | None]:
        """Give what is on a way, and what a policy says at its end."""
        found = self._routes.get(id(arrival))
        if found is None:
            passed = via(self._state, arrival.passages, arrival.taken_at, arrival.listener)
            found = self._routes[id(arrival)] = (
                passed, policy_of(self._state, arrival.listener),
            )  # fmt: skip
        return found

    def _sees(self, sender: Sender, version: int, arrival: Arrival) -> str:
        header = arrival.header
        if header.source_gateway is None:
            return str(header.source)
        own = sender.address(version) or header.source
        public = self._state.atlas.public_of(header.source_gateway, own)
        return str(public.public if header.source_gateway and public else own)

    def _told_ports(self, services: int) -> tuple[Ports, ...]:
        found = self._ports.get(services)
        if found is None:
            atoms = self._sets.atoms
            parts = [
                Ports(protocol, *interval)
                for protocol in (TCP, UDP)
                for interval in atoms.intervals(protocol, services)
            ]
            if services & (atoms.echo(4) | atoms.echo(6)):
                parts.append(Ports(ICMP, None, None))
            found = self._ports[services] = joined(parts)
        return found


def _every(held: Held, lent: int) -> int:
    """Give the senders whose answers come back to every port that is lent."""
    every, left = -1, lent
    for services, who in of_services(held.back, lent):
        every, left = every & who, left & ~services
    return 0 if left else every


def _both(one: Iterable[_Opening], other: Sequence[_Opening]) -> list[_Opening]:
    """Give what is open to both of two addresses; it is told as of the first."""
    return [
        _Opening(
            first.arrival,
            meet(first.surely, also.surely),
            perhaps,
            meet(first.back, also.back),
            senders_of(perhaps),
        )
        for first in one
        for also in other
        if first.senders & also.senders and (perhaps := meet(first.perhaps, also.perhaps))
    ]


def _bits(senders: int) -> Iterator[int]:
    """Give the numbers of the bits that are set."""
    while senders:
        lowest = senders & -senders
        yield lowest.bit_length() - 1
        senders ^= lowest
