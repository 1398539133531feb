"""Changes as they stand, limits, and what a zone has of DNSSEC: none."""

from collections.abc import Callable, Sized

from genkan.api.call import Answer, Call
from genkan.api.delegation_sets import MOST_SETS, own_sets
from genkan.api.health_checks import MOST_CHECKS, own_checks
from genkan.api.hosted_zone_lookup import bare_id, change_info, need_zone, own_zones, records_of
from genkan.api.hosted_zone_vpcs import MOST_ASSOCIATIONS
from genkan.api.hosted_zones import MOST_ZONES
from genkan.api.record_changes import MOST_RECORDS
from genkan.api.route53_errors import HostedZoneNotPrivate, InvalidInput, NoSuchChange
from genkan.model.hosted_zone import ZoneChange

IN_FORCE = "INSYNC"
Count = Callable[[Call], Sized]
MOST_OF: dict[str, tuple[int, Count]] = {
    "MAX_HOSTED_ZONES_BY_OWNER": (MOST_ZONES, own_zones),
    "MAX_HEALTH_CHECKS_BY_OWNER": (MOST_CHECKS, own_checks),
    "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER": (MOST_SETS, own_sets),
}
RECORDS, VPCS = "MAX_RRSETS_BY_ZONE", "MAX_VPCS_ASSOCIATED_BY_ZONE"


def get_change(call: Call, *, id: str) -> Answer:
    change = call.network.get(ZoneChange, bare_id(id))
    if change is None or change.account != call.account:
        raise NoSuchChange(f"A change with the specified change ID {bare_id(id)} does not exist.")
    return Answer({"ChangeInfo": change_info(change, IN_FORCE)})


def get_account_limit(call: Call, *, type: str) -> Answer:
    if type not in MOST_OF:
        raise InvalidInput(f"{type} is no limit here. Use one of {', '.join(MOST_OF)}.")
    most, rows = MOST_OF[type]
    return Answer({"Limit": {"Type": type, "Value": most}, "Count": len(rows(call))})


def get_hosted_zone_limit(call: Call, *, hosted_zone_id: str, type: str) -> Answer:
    zone = need_zone(call, hosted_zone_id)
    if type == RECORDS:
        most, count = MOST_RECORDS, len(records_of(call, zone))
    elif type == VPCS:
        if not zone.private:
            raise HostedZoneNotPrivate(f"{zone.id} is public, and no VPC is associated with it.")
        most, count = MOST_ASSOCIATIONS, len(zone.vpcs)
    else:
        raise InvalidInput(f"{type} is no limit of a zone. Use {RECORDS} or {VPCS}.")
    return Answer({"Limit": {"Type": type, "Value": most}, "Count": count})


def get_dnssec(call: Call, *, hosted_zone_id: str) -> Answer:
    need_zone(call, hosted_zone_id)
    return Answer({"Status": {"ServeSignature": "NOT_SIGNING"}, "KeySigningKeys": []})
