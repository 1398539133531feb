"""Entries for the name server's tests, written short."""

from ipaddress import IPv4Address

import dns.message
import dns.rdatatype
import dns.rrset

from genkan.dns.fast import Responder
from genkan.program import Because
from genkan.program.names import Alias, RecordSet, Resolver, Zone, ZoneAttachment

BECAUSE = Because("fixed", "test")
VIEW = "vpc-1"


def resolver(place: str, *addresses: str, view: str = VIEW) -> Resolver:
    held = tuple(IPv4Address(address) for address in addresses)
    return Resolver(because=BECAUSE, place=place, addresses=held, view=view)


def zone(id: str, origin: str) -> Zone:
    return Zone(because=BECAUSE, id=id, origin=origin)


def attached(zone: str, view: str = VIEW) -> ZoneAttachment:
    return ZoneAttachment(because=BECAUSE, view=view, zone=zone)


def record(zone: str, name: str, type: str, *values: str, ttl: int = 60) -> RecordSet:
    return RecordSet(because=BECAUSE, zone=zone, name=name, type=type, ttl=ttl, values=values)


def alias(zone: str, name: str, type: str, to_zone: str, to: str) -> RecordSet:
    target = Alias(zone=to_zone, name=to)
    return RecordSet(
        because=BECAUSE, zone=zone, name=name, type=type, ttl=0, values=(), alias=target
    )


def ask(
    responder: Responder, name: str, type: str = "A", view: str = VIEW, **options: object
) -> dns.message.Message:
    """Ask by bytes and read the answer by dnspython, which checks that it belongs to the query."""
    query = dns.message.make_query(name, type, **options)
    wire = responder.reply(query.to_wire(), responder.view(view))
    assert wire is not None
    answer = dns.message.from_wire(wire)
    assert query.is_response(answer)
    return answer


def records(rrsets: list[dns.rrset.RRset]) -> list[tuple[str, int, str]]:
    """Give owner, TTL, and type with value of each record."""
    return [
        (str(rrset.name), rrset.ttl, f"{dns.rdatatype.to_text(rrset.rdtype)} {one.to_text()}")
        for rrset in rrsets
        for one in rrset
    ]
