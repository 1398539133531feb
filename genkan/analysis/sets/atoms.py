"""Services that nothing in a program tells apart, numbered: a set of services is bits of a number.

An atom is an interval of ports of TCP or UDP between two numbers that some rule, listener or
translation names; a type and code of ICMP that begins something or answers it; or a protocol.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain

from genkan.analysis.packet import DRAWN, ICMP, ICMP_ANSWERS, ICMPV6, TCP, UDP, Packet, Ports
from genkan.program import Program
from genkan.program.balancing import BalancedPort, RelayedPort
from genkan.program.filter import Filter, Match
from genkan.program.service import Listener
from genkan.program.translation import PortTranslation

LAST_PORT = 65_535
LENT = (32_768, 60_999)  # Linux's net.ipv4.ip_local_port_range: ports that programs are lent
PORTED = (TCP, UDP)
REST = -1  # a code that no rule names
Icmp = tuple[int, int, int]  # protocol, type, code


class Atoms:
    """The universe of one program; numbers from the lowest bit on: TCP, UDP, ICMP, protocols."""

    def __init__(self, program: Program) -> None:
        starts: dict[int, set[int]] = {one: set(_fixed_starts()) for one in PORTED}
        codes: dict[tuple[int, int], set[int]] = {
            (protocol, kind): {0, REST} for protocol, kind in ICMP_ANSWERS
        }
        protocols: set[int] = set()
        for match in {rule.match for one in program.of(Filter) for rule in one.rules}:
            for protocol in PORTED:
                if match.ports and match.protocol in (None, protocol):
                    starts[protocol].update((match.ports[0], match.ports[1] + 1))
            for (protocol, kind), named in codes.items():
                if match.icmp and match.icmp[0] in (-1, kind) and match.protocol == protocol:
                    named.add(match.icmp[1])
            if match.protocol is not None:
                protocols.add(match.protocol)
        for protocol, port in _single(program):
            starts[protocol].update((port, port + 1))
        self._starts = {
            protocol: sorted(one for one in held if 0 <= one <= LAST_PORT)
            for protocol, held in starts.items()
        }
        self._icmp: dict[Icmp, int] = {}
        self._number(codes, protocols)
        self._answers: dict[int, int] = {}
        self._of: dict[tuple[int | None, Ports | None, tuple[int, int] | None], int] = {}

    def _number(self, codes: dict[tuple[int, int], set[int]], protocols: set[int]) -> None:
        at = 0
        self._first: dict[int, int] = {}
        self.of_protocol: dict[int, int] = {}
        for protocol, held in self._starts.items():
            self._first[protocol] = at
            self.of_protocol[protocol] = ((1 << len(held)) - 1) << at
            at += len(held)
        answers = {(protocol, kind) for (protocol, _), kind in ICMP_ANSWERS.items()}
        numbered = [(*of, code) for of, several in sorted(codes.items()) for code in several]
        for one in (*sorted(numbered), *((*of, 0) for of in sorted(answers))):
            self._icmp[one] = at
            at += 1
        for protocol in (ICMP, ICMPV6):
            numbers = [bit for one, bit in self._icmp.items() if one[0] == protocol]
            self.of_protocol[protocol] = sum(1 << bit for bit in numbers)
        for protocol in sorted(protocols - {*PORTED, ICMP, ICMPV6}):
            self.of_protocol[protocol] = 1 << at
            at += 1
        self._others = 1 << at  # every protocol that no rule names
        self.all = (1 << (at + 1)) - 1
        unasked = [(p, k, 0) for p, k in answers if (p, k) not in codes]
        self.beginning = self.all & ~sum(1 << self._icmp[one] for one in unasked)
        self.ported = self.of_protocol[TCP] | self.of_protocol[UDP]
        asked = self.of_protocol[ICMP] | self.of_protocol[ICMPV6]
        self.portless = self.all & ~self.ported & ~asked  # but for ICMP, which has types

    def ports(self, protocol: int, ports: Ports) -> int:
        """Give the bits of an interval of ports, whose ends are ends of atoms."""
        starts, at = self._starts[protocol], self._first[protocol]
        low = bisect_right(starts, max(ports[0], 0)) - 1
        high = bisect_right(starts, min(ports[1], LAST_PORT)) - 1
        return ((1 << (high + 1)) - (1 << low)) << at if high >= low else 0

    def matched(self, match: Match) -> int:
        """Give the services that a match takes, whatever the far side."""
        key = (match.protocol, match.ports, match.icmp)
        found = self._of.get(key)
        if found is None:
            found = self._of[key] = self._matched(match)
        return found

    def _matched(self, match: Match) -> int:
        if match.icmp is not None:
            kind, code = match.icmp
            return sum(
                1 << bit
                for (protocol, has_kind, has_code), bit in self._icmp.items()
                if match.protocol in (None, protocol)
                and kind in (-1, has_kind)
                and code in (-1, has_code)
            )
        if match.ports is not None:
            meant = [one for one in PORTED if match.protocol in (None, one)]
            return sum(self.ports(one, match.ports) for one in meant)
        if match.protocol is None:
            return self.all
        return self.of_protocol.get(match.protocol, 0)

    def service(self, packet: Packet) -> int:
        """Give the atom that a packet is meant for; 0 for an ICMP message that begins nothing."""
        return self._one(packet.protocol, packet.destination_port, packet.icmp)

    def answering(self, packet: Packet) -> int:
        """Give the atom of what a packet's receiver sends back."""
        answer = packet.answered()
        return self._one(answer.protocol, answer.destination_port, answer.icmp)

    def _one(self, protocol: int, ports: Ports | None, icmp: tuple[int, int] | None) -> int:
        if protocol in PORTED:
            return self.ports(protocol, (ports[0], ports[0])) if ports else 0
        if protocol in (ICMP, ICMPV6):
            kind, code = icmp or (REST, REST)
            bit = self._icmp.get((protocol, kind, code), self._icmp.get((protocol, kind, REST)))
            return 0 if bit is None else 1 << bit
        return self.of_protocol.get(protocol, self._others)

    def answers(self, services: int) -> int:
        """Give every service that an answer to one of these can be meant for."""
        known = self._answers.get(services)
        if known is None:
            known = self._answers[services] = self._answered(services)
        return known

    def _answered(self, services: int) -> int:
        found = services & (self.all & ~self.of_protocol[ICMP] & ~self.of_protocol[ICMPV6])
        for protocol in PORTED:
            if services & self.of_protocol[protocol]:
                found |= self.of_protocol[protocol]
        for (protocol, kind, _), bit in self._icmp.items():
            answer = ICMP_ANSWERS.get((protocol, kind))
            if services >> bit & 1 and answer is not None:
                found |= 1 << self._icmp[protocol, answer, 0]
        return found

    def intervals(self, protocol: int, services: int) -> Iterator[Ports]:
        """Give the ports of a protocol in a set, as intervals that do not touch."""
        starts, at = self._starts[protocol], self._first[protocol]
        open_at: int | None = None
        for number, start in enumerate(starts):
            held = services >> (at + number) & 1
            if held and open_at is None:
                open_at = start
            elif not held and open_at is not None:
                yield (open_at, start - 1)
                open_at = None
        if open_at is not None:
            yield (open_at, LAST_PORT)

    def echo(self, version: int) -> int:
        """Give the atom of an echo request."""
        return 1 << self._icmp[(ICMP, 8, 0) if version == 4 else (ICMPV6, 128, 0)]


def _fixed_starts() -> Iterator[int]:
    yield from (0, 1, LENT[0], LENT[1] + 1)
    for _, (first, last) in DRAWN:
        yield from (first, last + 1)
    for below, _ in DRAWN:
        yield below


def _single(program: Program) -> Iterable[tuple[int, int]]:
    """Give the ports that decide by themselves, with their protocol."""
    for listener in program.of(Listener):
        if listener.protocol in PORTED:
            yield listener.protocol, listener.port
    handed: Iterable[BalancedPort | RelayedPort] = chain(
        program.of(BalancedPort), program.of(RelayedPort)
    )
    for balanced in handed:
        for port in (balanced.port, *(one.port for one in balanced.targets)):
            yield balanced.protocol, port
    for drawn in program.of(PortTranslation):
        first, last = drawn.ports
        for protocol in PORTED:
            yield protocol, first
            if last < LAST_PORT:
                yield protocol, last + 1
