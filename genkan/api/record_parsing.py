"""A record set as a request gives it: what it must say, what it may not say together.

Whatever is wrong with its form refuses the request (InvalidInput); what is wrong with its content
is one message of the batch's. "ResourceRecordSet" in the Amazon Route 53 API reference.
"""

import json
from collections.abc import Mapping
from typing import Any

from genkan.api.geo_locations import need_location
from genkan.api.hosted_zone_lookup import bare_id
from genkan.api.record_values import CHECKS, wrong_value
from genkan.api.route53_errors import InvalidInput
from genkan.model.domain_names import canonical, is_at_or_below
from genkan.model.hosted_zone import (
    GLOBAL,
    AliasTarget,
    HostedZone,
    ResourceRecordSet,
    Routing,
    record_set_id,
)

POLICIES = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer")
ABSENT = ("TrafficPolicyInstanceId", "CidrRoutingConfig", "GeoProximityLocation", "AZAffinity")
HEAVIEST, LONGEST_TTL, LONGEST_IDENTIFIER = 255, 2**31 - 1, 128
MOST_VALUES = 400
FAILOVERS = ("PRIMARY", "SECONDARY")


class WrongRecord(ValueError):
    """What is wrong with a record set's content: messages for the batch's refusal."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def parse_record_set(zone: HostedZone, given: Mapping[str, Any], action: str) -> ResourceRecordSet:
    """Read a record set. Raises InvalidInput, NoSuchHealthCheck, WrongRecord."""
    of_type = given["Type"]
    if of_type not in CHECKS:
        raise InvalidInput(f"{of_type} is no type of record. Use one of {', '.join(CHECKS)}.")
    where = (
        f"Change with [Action={action}, Name={given['Name']}, Type={of_type}, "
        f"SetIdentifier={given.get('SetIdentifier', 'null')}]"
    )
    _check_absent(given)
    alias, ttl = given.get("AliasTarget"), given.get("TTL")
    values = tuple(one["Value"] for one in given.get("ResourceRecords") or ())
    _check_one_answer(alias, ttl, values, where)
    routing = _routing(given, where)
    name = _parse_record_name(zone, given["Name"])
    row = ResourceRecordSet(
        id=record_set_id(zone.id, name, of_type, given.get("SetIdentifier")),
        account=zone.account,
        region=GLOBAL,
        zone_id=zone.id,
        record_name=name,
        record_type=of_type,
        ttl=ttl,
        values=values,
        alias=_parse_alias(alias) if alias else None,
        routing=routing,
        health_check_id=given.get("HealthCheckId"),
    )
    _check_content(zone, row)
    return row


def _check_absent(given: Mapping[str, Any]) -> None:
    for name in ABSENT:
        if given.get(name) is not None:
            raise InvalidInput(f"{name} is not offered here yet, and is not ignored. Leave it out.")


def _check_one_answer(
    alias: Mapping[str, Any] | None, ttl: int | None, values: tuple[str, ...], where: str
) -> None:
    records = ttl is not None and bool(values)
    some = ttl is not None or bool(values)
    if bool(alias) == records or (alias and some) or (some and not records):
        found = "more than one" if alias else "none"
        raise InvalidInput(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
            f"ResourceRecords], or TrafficPolicyInstanceId], but found {found} in {where}"
        )
    if ttl is not None and not 0 <= ttl <= LONGEST_TTL:
        raise InvalidInput(f"TTL {ttl} is not from 0 to {LONGEST_TTL} in {where}")


def _routing(given: Mapping[str, Any], where: str) -> Routing | None:
    identifier = given.get("SetIdentifier")
    used = [name for name in POLICIES if given.get(name) is not None]
    if not used and identifier is None:
        return None
    if len(used) != 1:
        raise InvalidInput(
            f"Invalid request: Expected exactly one of [{', '.join(POLICIES)}], but found "
            f"{'none' if not used else 'more than one'} in {where}"
        )
    if identifier is None:
        raise InvalidInput(f"Invalid request: Missing field 'SetIdentifier' in {where}")
    if not 1 <= len(identifier) <= LONGEST_IDENTIFIER:
        raise InvalidInput(f"SetIdentifier has 1 to {LONGEST_IDENTIFIER} characters in {where}")
    weight, failover = given.get("Weight"), given.get("Failover")
    if weight is not None and not 0 <= weight <= HEAVIEST:
        raise InvalidInput(f"Weight {weight} is not from 0 to {HEAVIEST} in {where}")
    if failover is not None and failover not in FAILOVERS:
        raise InvalidInput(f"Failover {failover} is none of {', '.join(FAILOVERS)} in {where}")
    location = given.get("GeoLocation")
    if location is not None:
        need_location(location, InvalidInput)
    return Routing(
        set_identifier=identifier,
        weight=weight,
        latency_region=given.get("Region"),
        failover=failover,
        multivalue=given.get("MultiValueAnswer"),
        geolocation=None if location is None else json.dumps(location, sort_keys=True),
    )


def _parse_record_name(zone: HostedZone, text: str) -> str:
    try:
        name = canonical(text)
    except ValueError as error:
        raise WrongRecord(
            f"Invalid Resource Record: 'FATAL problem: DomainName ({error}) encountered with "
            f"'{text[:200]}''"
        ) from None
    if not is_at_or_below(name, zone.zone_name):
        raise WrongRecord(f"RRSet with DNS name {name} is not permitted in zone {zone.zone_name}")
    return name


def _parse_alias(target: Mapping[str, Any]) -> AliasTarget:
    try:
        name = canonical(target["DNSName"])
    except ValueError as error:
        raise WrongRecord(f"{error} in the alias target '{target['DNSName'][:200]}'") from None
    return AliasTarget(
        hosted_zone_id=bare_id(target["HostedZoneId"]),
        dns_name=name,
        evaluate_target_health=target["EvaluateTargetHealth"],
    )


def _check_content(zone: HostedZone, row: ResourceRecordSet) -> None:
    """Raise WrongRecord for what such a record set cannot be, whatever else the zone holds."""
    faults = [fault for value in row.values if (fault := wrong_value(row.record_type, value))]
    seen: set[str] = set()
    for value in row.values:
        if value in seen:
            faults.append(f"Duplicate Resource Record: '{value}'")
        seen.add(value)
    at_apex = row.record_name == zone.zone_name
    what = f"RRSet of type {row.record_type} with DNS name {row.record_name}"
    if row.record_type == "CNAME" and at_apex:
        faults.append(f"{what} is not permitted at apex in zone {zone.zone_name}")
    if row.record_type == "SOA" and not at_apex:
        faults.append(f"{what} is permitted at the apex of zone {zone.zone_name} alone")
    if row.record_type in ("CNAME", "SOA") and len(row.values) > 1:
        faults.append(f"{what} has one value, not {len(row.values)}")
    if row.record_type in ("NS", "SOA") and (row.alias or row.routing):
        faults.append(f"{what} cannot be an alias or have a routing policy")
    if len(row.values) > MOST_VALUES:
        faults.append(f"{what} has {len(row.values)} values; {MOST_VALUES} is the limit")
    if row.routing and row.routing.multivalue and (row.alias or row.record_type == "CNAME"):
        faults.append(f"{what} cannot be a multivalue answer: those are neither alias nor CNAME")
    if faults:
        raise WrongRecord(*faults)
