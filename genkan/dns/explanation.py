"""Why a name answers what it answers: each name on the way, and what decided it.

The way is the resolution's own, so what is explained is what is answered. What others answer, by a
forwarding, is not asked here.
"""

from dataclasses import dataclass, replace

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from genkan.dns import domain_name, rdata
from genkan.dns.firewall import FirewallIndex, instead
from genkan.dns.resolution import Answered, Rcode, resolve
from genkan.dns.zones import ZoneIndex, ZoneRecords
from genkan.program.firewall import FirewallRule
from genkan.program.names import PUBLIC_ZONE, Forwarding, Resolver
from genkan.program.place import INTERNET


@dataclass(frozen=True, slots=True)
class Step:
    """One name, and what had the longest domain for it: a zone by its id, or a forwarding.

    `records` are the name's own, or the CNAME that leads on, in presentation form.
    """

    name: str
    zone: str | None
    forwarding: Forwarding | None
    domain: str
    records: tuple[str, ...]
    ttl: int | None
    firewall: FirewallRule | None = None  # what blocked the question, and nobody else decided


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a question goes; without steps' records the last zone denies the name, as `rcode` says.

    `ends_elsewhere`: the answer is somebody else's, whom a forwarding asks.
    """

    rcode: str
    steps: tuple[Step, ...]
    ends_elsewhere: bool


def explain(
    index: ZoneIndex, firewalls: FirewallIndex, resolver: Resolver | None, name: str, kind: str
) -> Explanation:
    """Explain a question to a resolver; None: the internet's. Raises ValueError for what is no name
    or type."""
    of_type = rdata.type_number(kind)
    view = resolver.view if resolver else INTERNET
    views = (view, resolver.beyond if resolver else None)
    found = resolve(index, view, domain_name.parse(name).lower(), of_type)
    blocked = firewalls.ruling(views, found.names, of_type).blocked
    if blocked is not None:
        found = instead(index, view, blocked, found.names, of_type)
    steps = []
    for number, asked in enumerate(found.names):
        answered = found.steps[number] if number < len(found.steps) else None
        step = _step(index, view, asked, answered)
        steps.append(step if number or blocked is None else _by_firewall(step, blocked))
    return Explanation(Rcode(found.rcode).name, tuple(steps), found.onward is not None)


def _step(index: ZoneIndex, view: str, name: bytes, answered: Answered | None) -> Step:
    decided = index.select(view, name)
    records = tuple(_shown(answered.type, data) for data in answered.data) if answered else ()
    ttl = answered.ttl if answered else None
    text = _text(name)
    if isinstance(decided, Forwarding):
        return Step(text, None, decided, decided.domain, records, ttl)
    zone = index.id_of(decided) or PUBLIC_ZONE
    return Step(text, zone, None, _origin(decided), records, ttl)


def _by_firewall(step: Step, rule: FirewallRule) -> Step:
    return replace(step, zone=None, forwarding=None, domain="", firewall=rule)


def _origin(zone: ZoneRecords) -> str:
    return _text(zone.origin or domain_name.ROOT)


def _text(name: bytes) -> str:
    return dns.name.from_wire(name, 0)[0].to_text(omit_final_dot=True)


def _shown(of_type: int, data: bytes) -> str:
    kind = dns.rdatatype.RdataType.make(of_type)
    record = dns.rdata.from_wire(dns.rdataclass.IN, kind, data, 0, len(data))
    return str(record.to_text())
