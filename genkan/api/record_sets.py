"""Record sets: a batch of changes, and the list in Route 53's own order.

"ListResourceRecordSets" in the Amazon Route 53 API reference: by name with its labels reversed,
then by type.
"""

import json
from collections.abc import Mapping
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.hosted_zone_lookup import (
    change_info,
    need_zone,
    new_change,
    parse_max_items,
    record_order,
    records_of,
)
from genkan.api.output import present
from genkan.api.record_changes import apply_batch
from genkan.api.record_values import CHECKS
from genkan.api.route53_errors import InvalidInput
from genkan.model.domain_names import canonical, sort_key
from genkan.model.hosted_zone import ResourceRecordSet
from genkan.model.network import put

MOST_ITEMS = 300  # of a page


def change_resource_record_sets(
    call: Call, *, hosted_zone_id: str, change_batch: Mapping[str, Any]
) -> Answer:
    zone = need_zone(call, hosted_zone_id)
    if not change_batch["Changes"]:
        raise InvalidInput("The batch has no changes. Give one at least.")
    made = apply_batch(call, zone, change_batch["Changes"])
    change = new_change(call, change_batch.get("Comment"))
    return Answer({"ChangeInfo": change_info(change)}, made + put(change))


def list_resource_record_sets(
    call: Call,
    *,
    hosted_zone_id: str,
    start_record_name: str | None = None,
    start_record_type: str | None = None,
    start_record_identifier: str | None = None,
    max_items: str | None = None,
) -> Answer:
    zone = need_zone(call, hosted_zone_id)
    most = parse_max_items(max_items, MOST_ITEMS)
    start = _start(start_record_name, start_record_type, start_record_identifier)
    rows = [row for row in records_of(call, zone) if record_order(row) >= start]
    more = rows[most] if len(rows) > most else None
    return Answer(
        present(
            ResourceRecordSets=[_shown(row) for row in rows[:most]],
            IsTruncated=more is not None,
            NextRecordName=more.record_name if more else None,
            NextRecordType=more.record_type if more else None,
            NextRecordIdentifier=more.set_identifier if more else None,
            MaxItems=str(most),
        )
    )


def _start(
    name: str | None, of_type: str | None, identifier: str | None
) -> tuple[tuple[str, ...], str, str]:
    if name is None and of_type is not None:
        raise InvalidInput("A type without a name is no place to start. Give name too.")
    if of_type is None and identifier is not None:
        raise InvalidInput("An identifier without a type is no place to start. Give type too.")
    if of_type is not None and of_type not in CHECKS:
        raise InvalidInput(f"{of_type} is no type of record. Use one of {', '.join(CHECKS)}.")
    if name is None:
        return ((), "", "")
    try:
        return (sort_key(canonical(name)), of_type or "", identifier or "")
    except ValueError as error:
        raise InvalidInput(f"{error} in '{name[:300]}'. Give a domain name.") from None


def _shown(row: ResourceRecordSet) -> dict[str, Any]:
    one, target = row.routing, row.alias
    return present(
        Name=row.record_name,
        Type=row.record_type,
        SetIdentifier=row.set_identifier,
        Weight=one.weight if one else None,
        Region=one.latency_region if one else None,
        GeoLocation=json.loads(one.geolocation) if one and one.geolocation else None,
        Failover=one.failover if one else None,
        MultiValueAnswer=one.multivalue if one else None,
        TTL=row.ttl,
        ResourceRecords=[{"Value": value} for value in row.values] or None,
        AliasTarget={
            "HostedZoneId": target.hosted_zone_id,
            "DNSName": target.dns_name,
            "EvaluateTargetHealth": target.evaluate_target_health,
        }
        if target
        else None,
        HealthCheckId=row.health_check_id,
    )
