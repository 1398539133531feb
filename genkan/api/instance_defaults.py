"""What an account's instances are launched with unless a launch says otherwise: the options of
instance metadata. There are no capacity reservations beside them.

"Configure the instance metadata options" in the Amazon EC2 user guide.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.model.account import InstanceMetadataDefaults
from genkan.model.errors import InvalidParameterValue, NotFound, Refused
from genkan.model.network import put
from genkan.model.resource import Resource

NO_PREFERENCE = "no-preference"
CAPACITY_FILTERS = (
    *("instance-type", "owner-id", "instance-platform", "availability-zone", "tenancy"),
    *("outpost-arn", "state", "start-date", "end-date", "end-date-type"),
    *("instance-match-criteria", "placement-group-arn"),
)
_FILTERS: Mapping[str, Values[Resource]] = {name: lambda row: [] for name in CAPACITY_FILTERS}
LONGEST_WAY = 64
RESERVATION_ID = re.compile("cr-([0-9a-f]{8}|[0-9a-f]{17})")
CHOICES = {
    "HttpTokens": ("optional", "required"),
    "HttpEndpoint": ("disabled", "enabled"),
    "InstanceMetadataTags": ("disabled", "enabled"),
}


class MalformedReservationId(Refused):
    code = "InvalidCapacityReservationId.Malformed"


def get_instance_metadata_defaults(call: Call) -> Answer:
    return Answer({"AccountLevel": {**metadata_defaults(call), "ManagedBy": "account"}})


def modify_instance_metadata_defaults(
    call: Call,
    *,
    http_tokens: str | None = None,
    http_put_response_hop_limit: int | None = None,
    http_endpoint: str | None = None,
    instance_metadata_tags: str | None = None,
) -> Answer:
    """Set what is named; `no-preference`, of the hop limit -1, takes a setting away."""
    held = metadata_defaults(call)
    asked = {
        "HttpTokens": http_tokens,
        "HttpEndpoint": http_endpoint,
        "InstanceMetadataTags": instance_metadata_tags,
    }
    for name, value in asked.items():
        if value is not None:
            _check(name, value)
            held[name] = value
    if http_put_response_hop_limit is not None:
        if (
            http_put_response_hop_limit != -1
            and not 1 <= http_put_response_hop_limit <= LONGEST_WAY
        ):
            raise InvalidParameterValue(
                f"Value ({http_put_response_hop_limit}) for parameter HttpPutResponseHopLimit is "
                f"invalid. Give 1 to {LONGEST_WAY}, or -1 for no preference."
            )
        held["HttpPutResponseHopLimit"] = http_put_response_hop_limit
    kept = {name: value for name, value in held.items() if value not in (NO_PREFERENCE, -1)}
    after = InstanceMetadataDefaults(
        id=f"{call.account}/{call.region}",
        account=call.account,
        region=call.region,
        options=json.dumps(kept, sort_keys=True),
    )
    return Answer({"Return": True}, put(after))


def metadata_defaults(call: Call) -> dict[str, Any]:
    """Give what the account has set in the Region, by the API's names."""
    held = call.network.get(InstanceMetadataDefaults, f"{call.account}/{call.region}")
    return dict(json.loads(held.options)) if held else {}


def with_defaults(call: Call, asked: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Give a launch's metadata options with the account's where it names none."""
    return {**metadata_defaults(call), **(asked or {})} or None


def describe_capacity_reservations(
    call: Call,
    *,
    capacity_reservation_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    """Give the reservations, of which there are none."""
    for name in capacity_reservation_ids or ():
        if not RESERVATION_ID.fullmatch(name):
            raise MalformedReservationId(
                f"Invalid id: {name[:64]!r}. A capacity reservation's is cr-xxxxxxxxxxxxxxxxx."
            )
        raise NotFound(
            "InvalidCapacityReservationId.NotFound",
            f"The capacity reservation ID '{name[:64]}' does not exist",
        )
    none: list[Resource] = []
    some, token = page(matching(none, filters, _FILTERS), max_results, next_token)
    return Answer(present(CapacityReservations=list(some), NextToken=token))


def _check(name: str, value: str) -> None:
    if value not in (*CHOICES[name], NO_PREFERENCE):
        raise InvalidParameterValue(
            f"Value ({value}) for parameter {name} is invalid. "
            f"Choose from {', '.join((*CHOICES[name], NO_PREFERENCE))}."
        )
