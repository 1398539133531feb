"""Translations: what a place makes of a new connection's first packet, before its route and after.

At a border, what is meant for a public address is turned to the private one before a route is
chosen, from whichever side it comes; what leaves for a private address that has a public one is
given that; untranslated blocks pass as they are. A place with a PortTranslation gives all it
passes on an address and a port of its own.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from genkan.analysis.code import Code
from genkan.analysis.crossing import Crossing
from genkan.analysis.packet import TCP, UDP, Packet
from genkan.analysis.trace import Outcome, Step
from genkan.program.translation import Border

BORDER = "internet-gateway"
NAT = "nat-gateway"
IPV6 = 6


def to_private(at: Crossing) -> Iterator[Step]:
    """Turn a public destination to the private one it stands for."""
    if at.atlas.border(at.place) is None:
        return
    found = at.atlas.private_of.get((at.place, at.packet.destination))
    if found is not None:
        after = at.packet.to_destination(found.private)
        said = f"{found.public} is {found.private} inside"
        yield at.step(BORDER, Outcome.TRANSLATED, said, found.because, after)


def crosses_border(at: Crossing, meant: Packet) -> Iterator[Step]:
    """Drop what no translation takes across a border; `meant` is the packet as it came."""
    border = at.atlas.border(at.place)
    if border is None or at.known:
        return
    out = at.interface == border.inside
    inner = at.packet.source if out else at.packet.destination
    untranslated = any(inner in block for block in border.untranslated)
    if out and (untranslated or at.atlas.public_of(at.place, inner)):
        return
    if not out and (untranslated or meant.destination != inner) and not border.outward:
        return
    code, said = _why_not(at, meant, out, border)
    yield at.blocked(BORDER, code, said, border.because, asked=border)


def _why_not(at: Crossing, meant: Packet, out: bool, border: Border) -> tuple[Code, str]:
    if out:
        code = Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS
        return code, f"{at.packet.source} has no public address"
    if border.outward:
        return Code.EGRESS_ONLY, "nothing begins outside an egress-only gateway"
    code = Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS
    return code, f"{meant.destination} is nobody's public address"


def to_public(at: Crossing) -> Iterator[Step]:
    """Give what leaves a border its source outside."""
    found = at.atlas.public_of(at.place, at.packet.source) if at.atlas.border(at.place) else None
    if found is not None:
        after = at.packet.from_source(found.public, at.packet.source_port)
        said = f"{found.private} is {found.public} outside"
        yield at.step(BORDER, Outcome.TRANSLATED, said, found.because, after)


def own_addresses(at: Crossing) -> tuple[IPv4Address, ...]:
    """Give the addresses of which a gateway gives one to what it passes on; none where it gives
    none to this packet."""
    own = at.atlas.port_translation(at.place)
    addresses = (own.address, *own.others) if own else ()
    source = at.packet.source
    return () if source.version == IPV6 or source in addresses else addresses


def to_own(at: Crossing, address: IPv4Address) -> Iterator[Step]:
    """Give what a NAT gateway passes on one of its addresses, and a port."""
    own = at.atlas.port_translation(at.place)
    drawn = at.packet.source_port
    if own and drawn and at.packet.protocol in (TCP, UDP):
        drawn = own.ports
    after = at.packet.from_source(address, drawn)
    said = f"leaves as {address}, with a port of the gateway's choice"
    yield at.step(NAT, Outcome.TRANSLATED, said, own.because if own else None, after)
