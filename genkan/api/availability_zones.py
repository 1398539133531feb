"""Regions and their Availability Zones.

Every Region of the catalogue can be used at once, so one that has to be opted into says `opted-in`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from genkan.api.call import Answer, Call
from genkan.api.selection import Values, absent, matching
from genkan.model.catalogue.regions import REGIONS, Region, Zone
from genkan.model.errors import InvalidParameterValue
from genkan.model.resource import Resource

ZONE_OPT_IN = "opt-in-not-required"
STATE = "available"
ZONE_TYPE = "availability-zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ZoneRow(Resource):
    """A zone as a row that filters can read."""

    kind: ClassVar[str] = "availability-zone"

    zone: Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class _RegionRow(Resource):
    kind: ClassVar[str] = "region"

    found: Region


_ZONE_FILTERS: Mapping[str, Values[_ZoneRow]] = {
    "group-name": lambda row: [row.region],
    **absent("group-long-name"),
    "message": lambda row: [],
    "network-border-group": lambda row: [row.region],
    "opt-in-status": lambda row: [ZONE_OPT_IN],
    "parent-zone-id": lambda row: [],
    "parent-zone-name": lambda row: [],
    "region-name": lambda row: [row.region],
    "state": lambda row: [STATE],
    "zone-id": lambda row: [row.zone.id],
    "zone-name": lambda row: [row.zone.name],
    "zone-type": lambda row: [ZONE_TYPE],
}

_REGION_FILTERS: Mapping[str, Values[_RegionRow]] = {
    "endpoint": lambda row: [_endpoint(row.found)],
    "opt-in-status": lambda row: [_opt_in_status(row.found)],
    "region-name": lambda row: [row.found.name],
}


def describe_availability_zones(
    call: Call,
    *,
    zone_names: Sequence[str] | None = None,
    zone_ids: Sequence[str] | None = None,
    all_availability_zones: bool = False,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    region = REGIONS.get(call.region)
    rows = [
        _ZoneRow(id=zone.id, account=call.account, region=call.region, zone=zone)
        for zone in (region.zones if region else ())
    ]
    _check_known(zone_names, (row.zone.name for row in rows), "availability zone")
    _check_known(zone_ids, (row.zone.id for row in rows), "availability zone-id")
    named = [
        row
        for row in rows
        if (not zone_names or row.zone.name in zone_names)
        and (not zone_ids or row.zone.id in zone_ids)
    ]
    return Answer(
        {"AvailabilityZones": [_shown_zone(row) for row in matching(named, filters, _ZONE_FILTERS)]}
    )


def describe_regions(
    call: Call,
    *,
    region_names: Sequence[str] | None = None,
    all_regions: bool = False,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    _check_known(region_names, REGIONS, "region")
    rows = [
        _RegionRow(id=name, account=call.account, region=call.region, found=region)
        for name, region in sorted(REGIONS.items())
        if not region_names or name in region_names
    ]
    return Answer(
        {"Regions": [_shown_region(row.found) for row in matching(rows, filters, _REGION_FILTERS)]}
    )


def modify_availability_zone_group(call: Call, *, group_name: str, opt_in_status: str) -> Answer:
    """Opt in to a zone group: Availability Zones are the only kind here, and nobody opts out."""
    if group_name != call.region:
        raise InvalidParameterValue(
            f"The zone group '{group_name}' is not valid. The one here is {call.region}: its "
            "Availability Zones."
        )
    if opt_in_status != "opted-in":
        raise InvalidParameterValue(
            f"Value ({opt_in_status}) for parameter optInStatus is invalid: Availability Zones "
            "cannot be opted out of. Use opted-in."
        )
    return Answer({"Return": True})


def _check_known(asked: Sequence[str] | None, known: Iterable[str], what: str) -> None:
    unknown = sorted(set(asked or ()) - set(known))
    if unknown:
        raise InvalidParameterValue(
            f"Invalid {what}: [{', '.join(unknown)}]. Leave it out to see which there are."
        )


def _shown_zone(row: _ZoneRow) -> dict[str, Any]:
    return {
        "State": STATE,
        "OptInStatus": ZONE_OPT_IN,
        "Messages": [],
        "RegionName": row.region,
        "ZoneName": row.zone.name,
        "ZoneId": row.zone.id,
        "GroupName": row.region,
        "NetworkBorderGroup": row.region,
        "ZoneType": ZONE_TYPE,
    }


def _shown_region(region: Region) -> dict[str, Any]:
    return {
        "OptInStatus": _opt_in_status(region),
        "RegionName": region.name,
        "Endpoint": _endpoint(region),
    }


def _opt_in_status(region: Region) -> str:
    return "opted-in" if region.opt_in else ZONE_OPT_IN


def _endpoint(region: Region) -> str:
    return f"ec2.{region.name}.amazonaws.com"
