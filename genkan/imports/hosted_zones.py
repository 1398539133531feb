"""Hosted zones of Route 53 with their VPCs and record sets."""

import json
from collections.abc import Iterator

from genkan.imports.dump import Told
from genkan.imports.members import Row, Unusable, inner, number, optional, rows, text, texts, truth
from genkan.imports.notes import NoteCode
from genkan.imports.reading import MALFORMED, UNSAID_ACCOUNT, Reading
from genkan.model.domain_names import canonical
from genkan.model.hosted_zone import (
    GLOBAL,
    AliasTarget,
    HostedZone,
    ResourceRecordSet,
    Routing,
    ZoneVpc,
    record_set_id,
)
from genkan.model.network import Network
from genkan.model.resource import Resource
from genkan.model.vpc import Vpc

ID_PREFIX = "/hostedzone/"


def read_hosted_zones(reading: Reading, network: Network) -> Iterator[Resource]:
    """Give zones and their record sets."""
    for zone in reading.each("HostedZones", lambda told: _zone(reading, network, told)):
        yield zone
        yield from _record_sets(reading, zone)


def _zone(reading: Reading, network: Network, told: Told) -> HostedZone:
    row = told.row
    name = _zone_id(text(row, "Id"))
    private = truth(inner(row, "Config"), "PrivateZone")
    vpcs, servers = _details(reading, name)
    if private and not vpcs:
        reading.note(
            name,
            NoteCode.UNKNOWN_RESOURCE,
            f"It is private ({row.get('Name')}), and in which VPCs it answers is nowhere. Add "
            "get-hosted-zone.",
        )
    owner = next((vpc.account for one in vpcs if (vpc := network.get(Vpc, one.vpc_id))), None)
    account = told.account or owner or next((one.account for one in network.all(Vpc)), None)
    return HostedZone(
        id=name,
        account=account or UNSAID_ACCOUNT,
        region=GLOBAL,
        zone_name=canonical(text(row, "Name")),
        caller_reference=optional(row, "CallerReference") or name,
        private=private,
        name_servers=servers,
        comment=optional(inner(row, "Config"), "Comment"),
        vpcs=vpcs,
    )


def _details(reading: Reading, zone_id: str) -> tuple[tuple[ZoneVpc, ...], tuple[str, ...]]:
    """Give a zone's VPCs and name servers, of GetHostedZone and of ListHostedZonesByVPC."""
    vpcs: list[ZoneVpc] = []
    servers: tuple[str, ...] = ()
    for document in reading.dump.answers("HostedZone"):
        if _zone_id(str(inner(document.response, "HostedZone").get("Id"))) == zone_id:
            servers = texts(inner(document.response, "DelegationSet"), "NameServers") or servers
            vpcs += [
                ZoneVpc(region=text(one, "VPCRegion"), vpc_id=text(one, "VPCId"))
                for one in rows(document.response, "VPCs")
            ]
    for document in reading.dump.answers("HostedZoneSummaries"):
        zones = rows(document.response, "HostedZoneSummaries")
        said = document.parameters
        if any(one.get("HostedZoneId") == zone_id for one in zones) and said.get("VPCId"):
            vpcs.append(
                ZoneVpc(
                    region=str(said.get("VPCRegion") or document.region), vpc_id=str(said["VPCId"])
                )
            )
    return tuple(dict.fromkeys(vpcs)), servers


def _zone_id(shown: str) -> str:
    return shown.removeprefix(ID_PREFIX)


def _record_sets(reading: Reading, zone: HostedZone) -> Iterator[ResourceRecordSet]:
    found = _rows(reading, zone)
    if found is None:
        reading.note(
            zone.id,
            NoteCode.UNKNOWN_RESOURCE,
            f"The record sets of {zone.zone_name} are nowhere, so it was taken to be empty. Add "
            "list-resource-record-sets, with the zone's id beside the answer.",
        )
    for row in found or ():
        try:
            yield _record_set(zone, row)
        except (Unusable, *MALFORMED) as error:
            about = f"{zone.id} {row.get('Name')}"
            reading.note(about, NoteCode.UNREADABLE, f"This record set was left out: {error}.")


def _rows(reading: Reading, zone: HostedZone) -> list[Row] | None:
    """Give a zone's record sets. An answer that does not say whose it is, is the zone's whose SOA
    record it has, if there is only one zone of that name."""
    held = reading.dump.about("ResourceRecordSets", zone.id)
    if held is not None:
        return held
    alike = [
        told for told in reading.dump.of("HostedZones") if told.row.get("Name") == zone.zone_name
    ]
    for document in reading.dump.answers("ResourceRecordSets"):
        sets = list(rows(document.response, "ResourceRecordSets"))
        start = next((one.get("Name") for one in sets if one.get("Type") == "SOA"), None)
        if not document.parameters and len(alike) == 1 and start == zone.zone_name:
            return sets
    return None


def _record_set(zone: HostedZone, row: Row) -> ResourceRecordSet:
    name, of_type = canonical(text(row, "Name")), text(row, "Type")
    alias = inner(row, "AliasTarget")
    values = tuple(text(one, "Value") for one in rows(row, "ResourceRecords"))
    if not values and not alias:
        raise Unusable("it has neither values nor an alias target")
    return ResourceRecordSet(
        id=record_set_id(zone.id, name, of_type, optional(row, "SetIdentifier")),
        account=zone.account,
        region=GLOBAL,
        zone_id=zone.id,
        record_name=name,
        record_type=of_type,
        ttl=number(row, "TTL"),
        values=values,
        alias=_alias(alias) if alias else None,
        routing=_routing(row),
        health_check_id=optional(row, "HealthCheckId"),
    )


def _alias(row: Row) -> AliasTarget:
    return AliasTarget(
        hosted_zone_id=text(row, "HostedZoneId"),
        dns_name=canonical(text(row, "DNSName")),
        evaluate_target_health=truth(row, "EvaluateTargetHealth"),
    )


def _routing(row: Row) -> Routing | None:
    identifier = optional(row, "SetIdentifier")
    if identifier is None:
        return None
    place = inner(row, "GeoLocation")
    found = Routing(
        set_identifier=identifier,
        weight=number(row, "Weight"),
        latency_region=optional(row, "Region"),
        failover=optional(row, "Failover"),
        multivalue=row.get("MultiValueAnswer"),
        geolocation=json.dumps(place, sort_keys=True) if place else None,
    )
    given = (found.weight, found.latency_region, found.failover, found.multivalue)
    if place or any(one is not None for one in given):
        return found
    raise Unusable("its routing policy is not in the model")
