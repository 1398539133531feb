"""Tags of hosted zones and health checks.

"Tagging Amazon Route 53 resources" in the Amazon Route 53 developer guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.health_checks import need_check
from genkan.api.hosted_zone_lookup import need_zone
from genkan.api.route53_errors import InvalidInput
from genkan.api.tagging import TagLimitExceeded, merged, shown
from genkan.model.errors import InvalidParameterValue
from genkan.model.hosted_zone import HealthCheck, HostedZone
from genkan.model.network import put

HOSTED_ZONE, HEALTH_CHECK = "hostedzone", "healthcheck"
MOST_AT_ONCE = 10  # tags of a change, zones of a list


def change_tags_for_resource(
    call: Call,
    *,
    resource_type: str,
    resource_id: str,
    add_tags: Sequence[Mapping[str, str]] | None = None,
    remove_tag_keys: Sequence[str] | None = None,
) -> Answer:
    zone = _need(call, resource_type, resource_id)
    if not add_tags and not remove_tag_keys:
        raise InvalidInput("Neither AddTags nor RemoveTagKeys is given. Give one of them.")
    if max(len(add_tags or ()), len(remove_tag_keys or ())) > MOST_AT_ONCE:
        raise InvalidInput(f"A call changes {MOST_AT_ONCE} tags at most. Use several.")
    gone = set(remove_tag_keys or ())
    kept = tuple((key, value) for key, value in zone.tags if key not in gone)
    try:
        tags = merged(kept, add_tags or ())
    except (InvalidParameterValue, TagLimitExceeded) as error:
        raise InvalidInput(str(error)) from None
    return Answer({}, put(replace(zone, tags=tags)))


def list_tags_for_resource(call: Call, *, resource_type: str, resource_id: str) -> Answer:
    return Answer({"ResourceTagSet": _tag_set(_need(call, resource_type, resource_id))})


def list_tags_for_resources(
    call: Call, *, resource_type: str, resource_ids: Sequence[str]
) -> Answer:
    if not 1 <= len(resource_ids) <= MOST_AT_ONCE:
        raise InvalidInput(f"Name 1 to {MOST_AT_ONCE} resources, not {len(resource_ids)}.")
    zones = [_need(call, resource_type, name) for name in resource_ids]
    return Answer({"ResourceTagSets": [_tag_set(zone) for zone in zones]})


def _need(call: Call, resource_type: str, name: str) -> HostedZone | HealthCheck:
    if "/" in name:
        raise InvalidInput(
            f"1 validation error detected: Value '{name[:100]}' at 'resourceId' failed to satisfy "
            "constraint: Member must have length less than or equal to 32. Give the id alone, "
            "without its path."
        )
    if resource_type == HEALTH_CHECK:
        return need_check(call, name)
    if resource_type != HOSTED_ZONE:
        raise InvalidInput(
            f"{resource_type} is no kind of resource here. Use {HOSTED_ZONE} or {HEALTH_CHECK}."
        )
    return need_zone(call, name)


def _tag_set(row: HostedZone | HealthCheck) -> dict[str, Any]:
    return {"ResourceType": row.kind, "ResourceId": row.id, "Tags": shown(row.tags)}
