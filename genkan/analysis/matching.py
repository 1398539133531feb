"""Does a packet match a rule, and what do filters decide: yes, no, or it depends.

It depends where a port is chosen by somebody else, and a rule takes a part of the choice.
"""

from dataclasses import dataclass
from enum import Enum

from genkan.analysis.atlas import Atlas
from genkan.analysis.packet import ICMP, ICMPV6, Packet, Ports
from genkan.program import Because
from genkan.program.address import Address
from genkan.program.filter import InSet, Match, Verdict


class Truth(Enum):
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What filters decided: `accepted` None where it depends; `because` is the rule, None for
    none."""

    accepted: bool | None
    because: Because | None


def ruling(
    atlas: Atlas, place: str, filters: tuple[str, ...], packet: Packet, remote: Address
) -> Ruling:
    """Ask filters in turn; what none accepts is dropped."""
    perhaps: list[tuple[Verdict, Because]] = []
    decided: tuple[Verdict, Because | None] = (Verdict.DROP, None)
    for name in filters:
        found = atlas.filter(place, name)
        for rule in found.rules if found else ():
            truth = matches(atlas, place, rule.match, packet, remote)
            if truth is Truth.YES:
                decided = (rule.verdict, rule.because)
                break
            if truth is Truth.MAYBE:
                perhaps.append((rule.verdict, rule.because))
        else:
            continue
        break
    verdict, because = decided
    if any(other is not verdict for other, _ in perhaps):
        return Ruling(None, perhaps[0][1])
    return Ruling(verdict is Verdict.ACCEPT, because)


def matches(atlas: Atlas, place: str, match: Match, packet: Packet, remote: Address) -> Truth:
    """Hold a packet, whose far side is `remote`, against a match."""
    if match.protocol is not None and match.protocol != packet.protocol:
        return Truth.NO
    if match.icmp is not None and not _is_icmp(match.icmp, packet):
        return Truth.NO
    truth = Truth.YES if match.ports is None else _among(packet.destination_port, match.ports)
    if truth is Truth.NO or not _is_remote(atlas, place, match, remote):
        return Truth.NO  # the far side last: it costs most
    return truth


def _is_remote(atlas: Atlas, place: str, match: Match, remote: Address) -> bool:
    if match.remote is None:
        return True
    if isinstance(match.remote, InSet):
        return atlas.has_member(place, match.remote.name, remote)
    return remote.version == match.remote.version and remote in match.remote


def _is_icmp(wanted: tuple[int, int], packet: Packet) -> bool:
    if packet.protocol not in (ICMP, ICMPV6) or packet.icmp is None:
        return False
    return all(want in (-1, has) for want, has in zip(wanted, packet.icmp, strict=True))


def _among(has: Ports | None, wanted: Ports) -> Truth:
    if has is None or has[1] < wanted[0] or wanted[1] < has[0]:
        return Truth.NO
    return Truth.YES if wanted[0] <= has[0] and has[1] <= wanted[1] else Truth.MAYBE
