"""`Reasons`: by which rule a connection was let through, read from the program's filters.

The kernel says why it drops; that it passes a connection it says without a reason, so the filters
that stood in its way are asked again.
"""

from ipaddress import IPv6Network, ip_address
from typing import NamedTuple

from genkan.engine.traffic import ICMP, Flow
from genkan.program import Because, Entry
from genkan.program.filter import (
    AddressSet,
    Filter,
    Guard,
    InSet,
    Match,
    Stage,
    SubnetGuard,
    Verdict,
)
from genkan.program.record import Interface

MOST_ANSWERS = 10_000  # that are kept


class Reason(NamedTuple):
    """A stage and what decided there."""

    stage: str
    because: str


class Reasons:
    """The filters of the program, by what they guard."""

    def __init__(self) -> None:
        self._filters: dict[tuple[str, str], Filter] = {}
        self._guards: dict[tuple[str, Stage, str], Guard] = {}
        self._sets: dict[tuple[str, str], tuple[frozenset[bytes], tuple[IPv6Network, ...]]] = {}
        self._answers: dict[tuple[str, bool, Flow], Reason | None] = {}

    def take(self, entry: Entry, there: bool) -> None:
        """Take an entry in, or out. Others than those of filters are passed over."""
        match entry:
            case Filter():
                self._filters[entry.place, entry.name] = entry
                if not there:
                    del self._filters[entry.place, entry.name]
            case Guard():
                self._guards[entry.place, entry.stage, str(entry.at)] = entry
                if not there:
                    del self._guards[entry.place, entry.stage, str(entry.at)]
            case AddressSet():
                members = frozenset(address.packed for address in entry.members)
                self._sets[entry.place, entry.name] = (members, entry.blocks)
                if not there:
                    del self._sets[entry.place, entry.name]
            case SubnetGuard() | _:
                pass

    def forget_answers(self) -> None:
        """Ask again from now on: filters have changed."""
        self._answers.clear()

    def of(self, interface: Interface, egress: bool, flow: Flow) -> Reason | None:
        """Give the group's rule that lets a connection pass at an interface, out of it or into it.

        None: no group guards it there, or none allows it. `flow` is the connection's first packet.
        """
        anywhere = flow._replace(source_port=0) if flow.protocol not in ICMP else flow
        key = (interface.id, egress, anywhere)
        if key not in self._answers:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = self._find(interface, egress, flow)
        return self._answers[key]

    def _find(self, interface: Interface, egress: bool, flow: Flow) -> Reason | None:
        guard = self._guard(interface, egress)
        if guard is None:
            return None
        remote = flow.destination if egress else flow.source
        for name in guard.filters:
            found = self._filters.get((guard.place, name))
            for rule in found.rules if found else ():
                if rule.verdict is Verdict.ACCEPT and self._meets(
                    guard.place, rule.match, flow, remote
                ):
                    return Reason(guard.stage.value, _because(rule.because))
        return None

    def _guard(self, interface: Interface, egress: bool) -> Guard | None:
        place = interface.place
        if egress:
            return self._guards.get((place, Stage.SECURITY_GROUP_EGRESS, interface.id))
        delivered = (
            self._guards.get((place, Stage.ENDPOINT, str(address)))
            for address in interface.addresses
        )
        own = self._guards.get((place, Stage.SECURITY_GROUP_INGRESS, interface.id))
        return own or next((guard for guard in delivered if guard), None)

    def _meets(self, place: str, match: Match, flow: Flow, remote: bytes) -> bool:
        if match.protocol is not None and match.protocol != flow.protocol:
            return False
        if match.ports is not None:
            first, last = match.ports
            if not first <= flow.destination_port <= last:
                return False
        if match.icmp is not None:
            asked = (flow.source_port, flow.destination_port)
            if any(
                wanted not in (-1, given) for wanted, given in zip(match.icmp, asked, strict=True)
            ):
                return False
        if match.remote is None:
            return True
        if isinstance(match.remote, InSet):
            members, blocks = self._sets.get((place, match.remote.name), (frozenset(), ()))
            return remote in members or any(ip_address(remote) in one for one in blocks)
        return ip_address(remote) in match.remote


def _because(because: Because) -> str:
    return str(because)
