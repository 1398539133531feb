"""Reusable delegation sets: four name servers that several public zones have in common.

A zone that is made with one has its name servers in its NS and SOA records. "Using reusable
delegation sets" and "CreateReusableDelegationSet" in the Amazon Route 53 API reference.
"""

from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.hosted_zone_lookup import (
    ID_LENGTH,
    UPPER,
    bare_id,
    new_name_servers,
    own_zones,
    parse_max_items,
)
from genkan.api.output import present
from genkan.api.route53_errors import (
    DelegationSetAlreadyCreated,
    DelegationSetAlreadyReusable,
    DelegationSetInUse,
    HostedZoneNotFound,
    InvalidInput,
    LimitsExceeded,
    NoSuchDelegationSet,
)
from genkan.model.hosted_zone import GLOBAL, DelegationSet, HostedZone
from genkan.model.network import delete, put

URL = "https://route53.amazonaws.com/2013-04-01"
PATH = "/delegationset/"
MOST_SETS = 100  # of an account
MOST_ZONES_OF_A_SET = 100
MOST_ITEMS = 100
LONGEST_REFERENCE = 128
ZONES = "MAX_ZONES_BY_REUSABLE_DELEGATION_SET"


def create_reusable_delegation_set(
    call: Call, *, caller_reference: str, hosted_zone_id: str | None = None
) -> Answer:
    """Make a set, or make the name servers that a public zone has one."""
    if not 1 <= len(caller_reference) <= LONGEST_REFERENCE:
        raise InvalidInput(
            f"CallerReference has {len(caller_reference)} characters. Give 1 to "
            f"{LONGEST_REFERENCE}."
        )
    sets = own_sets(call)
    for one in sets:
        if one.caller_reference == caller_reference:
            raise DelegationSetAlreadyCreated(
                "A delegation set with the same owner and caller reference has already been "
                f"created: {one.id} was, with {caller_reference}. Give another."
            )
    if len(sets) >= MOST_SETS:
        raise LimitsExceeded(f"This account has {MOST_SETS} reusable delegation sets, the limit.")
    zone = _zone(call, hosted_zone_id) if hosted_zone_id else None
    made = DelegationSet(
        id=f"N{call.token(ID_LENGTH, UPPER)}",
        account=call.account,
        region=GLOBAL,
        caller_reference=caller_reference,
        name_servers=zone.name_servers if zone else new_name_servers(call),
    )
    change = put(made, replace(zone, delegation_set_id=made.id)) if zone else put(made)
    location = f"{URL}{PATH}{made.id}"
    return Answer({"DelegationSet": shown_set(made), "Location": location}, change)


def get_reusable_delegation_set(call: Call, *, id: str) -> Answer:
    return Answer({"DelegationSet": shown_set(need_set(call, id))})


def list_reusable_delegation_sets(
    call: Call, *, marker: str | None = None, max_items: str | None = None
) -> Answer:
    most = parse_max_items(max_items, MOST_ITEMS)
    rows = [one for one in own_sets(call) if one.id >= bare_id(marker or "")]
    return Answer(
        present(
            DelegationSets=[shown_set(row) for row in rows[:most]],
            Marker=marker or "",
            IsTruncated=len(rows) > most,
            NextMarker=rows[most].id if len(rows) > most else None,
            MaxItems=str(most),
        )
    )


def delete_reusable_delegation_set(call: Call, *, id: str) -> Answer:
    held = need_set(call, id)
    zones = zones_of(call, held)
    if zones:
        raise DelegationSetInUse(
            f"The reusable delegation set {held.id} is used by {len(zones)} hosted zones, of which "
            f"{zones[0].id} is one. Delete them first."
        )
    return Answer(change=delete(held))


def get_reusable_delegation_set_limit(call: Call, *, delegation_set_id: str, type: str) -> Answer:
    held = need_set(call, delegation_set_id)
    if type != ZONES:
        raise InvalidInput(f"{type} is no limit of a reusable delegation set. Use {ZONES}.")
    limit = {"Type": type, "Value": MOST_ZONES_OF_A_SET}
    return Answer({"Limit": limit, "Count": len(zones_of(call, held))})


def own_sets(call: Call) -> list[DelegationSet]:
    """Give the caller's sets, by id."""
    return sorted(call.network.where(DelegationSet, account=call.account), key=lambda row: row.id)


def need_set(call: Call, name: str) -> DelegationSet:
    """Give the caller's set with this id, its path before it or not. Raises NoSuchDelegationSet."""
    row = call.network.get(DelegationSet, bare_id(name))
    if row is None or row.account != call.account:
        raise NoSuchDelegationSet(f"No reusable delegation set found with ID: {bare_id(name)[:64]}")
    return row


def need_room(call: Call, name: str) -> DelegationSet:
    """Give the caller's set for one more zone. Raises NoSuchDelegationSet, LimitsExceeded."""
    held = need_set(call, name)
    if len(zones_of(call, held)) >= MOST_ZONES_OF_A_SET:
        raise LimitsExceeded(f"{held.id} has {MOST_ZONES_OF_A_SET} hosted zones, the limit.")
    return held


def zones_of(call: Call, held: DelegationSet) -> list[HostedZone]:
    """Give the zones that have a set, by id."""
    return [zone for zone in own_zones(call) if zone.delegation_set_id == held.id]


def shown_set(row: DelegationSet) -> dict[str, Any]:
    return {
        "Id": f"{PATH}{row.id}",
        "CallerReference": row.caller_reference,
        "NameServers": list(row.name_servers),
    }


def _zone(call: Call, name: str) -> HostedZone:
    zone = call.network.get(HostedZone, bare_id(name))
    if zone is None or zone.account != call.account:
        raise HostedZoneNotFound(f"The specified HostedZone {bare_id(name)[:64]} cannot be found.")
    if zone.private:
        raise InvalidInput(f"{zone.id} is private, and has no delegation set. Name a public zone.")
    if zone.delegation_set_id:
        raise DelegationSetAlreadyReusable(
            f"The delegation set of {zone.id} is reusable already: {zone.delegation_set_id}."
        )
    return zone
