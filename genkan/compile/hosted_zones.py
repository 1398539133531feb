"""Hosted zones of Route 53 → zones that answer: private ones in their VPCs, public ones everywhere.

A private zone answers in a VPC that has both DNS attributes ("Considerations when working with a
private hosted zone"). An alias stays one, for whoever answers: its target may be an endpoint's or a
load balancer's name, which comes and goes by itself. Of several record sets with one name and type
those that are healthy answer, and all where none is ("How Amazon Route 53 chooses records when
health checking is configured"):

* multivalue: the values of the first eight, by identifier
* failover: the primary one, else the secondary one
* weighted, by latency and by location: all of them, and who answers chooses
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from genkan.compile.part import Part
from genkan.compile.record_health import record_is_healthy
from genkan.compile.record_locations import answered_regions
from genkan.model.domain_names import zone_file_name, zone_file_text
from genkan.model.hosted_zone import HostedZone, ResourceRecordSet, ZoneVpc
from genkan.model.network import Network
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.names import (
    EVERY_VIEW,
    PUBLIC_ZONE,
    Alias,
    Alternative,
    RecordSet,
    Zone,
    ZoneAttachment,
)

MOST_MULTIVALUES = 8  # "Multivalue answer routing"
ADDRESSES = ("A", "AAAA")  # values without escapes


def parts(network: Network, zone: HostedZone) -> Iterator[Part]:
    """Give the parts of a hosted zone but for its records."""
    yield Part(("zone",), _compile_zone, (zone.id, zone.zone_name, zone.private))
    for named in zone.vpcs:
        vpc = network.get(Vpc, named.vpc_id)
        if vpc and vpc.region == named.region and vpc.dns_support and vpc.dns_hostnames:
            yield Part(("attachment", vpc.id), _compile_attachment, (zone.id, vpc.id))


def record_parts(network: Network, owner: str) -> Iterator[Part]:
    """Give the parts of a name in a zone, one a type; they do not ask whether the zone is there."""
    sets: dict[str, list[ResourceRecordSet]] = {}
    for row in network.where(ResourceRecordSet, owner=owner):
        sets.setdefault(row.record_type, []).append(row)
    for of_type, found in sets.items():
        rows = tuple(sorted(found, key=_identifier))
        healthy = tuple(record_is_healthy(network, row) for row in rows)
        yield Part(("records", of_type), _compile_records, (rows, healthy))


def zones_of(network: Network, vpc: Vpc) -> Iterator[HostedZone]:
    """Give the private zones that name a VPC."""
    named = ZoneVpc(region=vpc.region, vpc_id=vpc.id)
    for zone in network.where(HostedZone, private=True):
        if named in zone.vpcs:
            yield zone


def _compile_zone(zone_id: str, name: str, private: bool) -> Iterator[Entry]:
    because = Because("hosted-zone", zone_id)
    yield Zone(because=because, id=zone_id, origin=zone_file_name(name))
    if not private:
        yield ZoneAttachment(because=because, view=EVERY_VIEW, zone=zone_id)


def _compile_attachment(zone_id: str, vpc_id: str) -> Iterator[Entry]:
    because = Because("hosted-zone", zone_id, vpc_id)
    yield ZoneAttachment(because=because, view=vpc_id, zone=zone_id)


def _compile_records(
    rows: tuple[ResourceRecordSet, ...], healthy: tuple[bool, ...]
) -> Iterator[Entry]:
    places = [row.routing.geolocation for row in rows if row.routing and row.routing.geolocation]
    well = tuple(row for row, is_well in zip(rows, healthy, strict=True) if is_well)
    chosen = rows if places else _chosen(well or rows)
    first = chosen[0]
    single = len(chosen) == 1 and not places
    whole = _record(chosen) if single or _multivalue(first) else None
    held: dict[str, Any] = {"ttl": 0, "values": ()}
    if places:
        held["alternatives"] = tuple(
            replace(_record((row,)), regions=regions)
            for row, regions in zip(chosen, answered_regions(places, healthy), strict=True)
        )
    elif whole is None:
        held["alternatives"] = tuple(_record((row,)) for row in chosen)
    else:
        held = {"ttl": whole.ttl, "values": whole.values, "alias": whole.alias}
    yield RecordSet(
        because=Because("hosted-zone", first.zone_id),
        zone=first.zone_id,
        name=zone_file_name(first.record_name),
        type=first.record_type,
        **held,
    )


def _record(rows: tuple[ResourceRecordSet, ...]) -> Alternative:
    """Give what record sets answer together: one, or the values of several."""
    first, routing = rows[0], rows[0].routing
    how: dict[str, Any] = {
        "weight": routing.weight if routing else None,
        "region": routing.latency_region if routing else None,
    }
    if first.alias:
        inside = first.alias.hosted_zone_id == first.zone_id
        zone, name = first.zone_id if inside else PUBLIC_ZONE, zone_file_name(first.alias.dns_name)
        return Alternative(alias=Alias(zone=zone, name=name), **how)
    ttl = min(row.ttl or 0 for row in rows)
    return Alternative(ttl=ttl, values=tuple(dict.fromkeys(_values(rows))), **how)


def _multivalue(row: ResourceRecordSet) -> bool:
    return bool(row.routing and row.routing.multivalue)


def _chosen(rows: tuple[ResourceRecordSet, ...]) -> tuple[ResourceRecordSet, ...]:
    """Give the record sets that can answer, of the healthy ones of one name and type."""
    if all(map(_multivalue, rows)):
        return rows[:MOST_MULTIVALUES]
    if all(row.routing and (row.routing.weight is not None) for row in rows):
        return rows
    if all(row.routing and row.routing.latency_region for row in rows):
        return rows
    return (min(rows, key=_rank),)


def _rank(row: ResourceRecordSet) -> bool:
    return bool(row.routing and row.routing.failover == "SECONDARY")


def _values(rows: Iterable[ResourceRecordSet]) -> Iterator[str]:
    for row in rows:
        for value in row.values:
            yield value if row.record_type in ADDRESSES else zone_file_text(value)


def _identifier(row: ResourceRecordSet) -> str:
    return row.set_identifier or ""
