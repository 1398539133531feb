"""Hosted zones: made with their NS and SOA records, listed, described, deleted when empty.

"Working with hosted zones" in the Amazon Route 53 developer guide.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.delegation_sets import need_room, shown_set
from genkan.api.hosted_zone_lookup import (
    change_info,
    need_zone,
    new_change,
    new_name_servers,
    new_zone_id,
    own_zones,
    parse_own_vpc,
    records_of,
    shown_vpc,
    shown_zone,
)
from genkan.api.hosted_zone_vpcs import check_domain_is_free
from genkan.api.output import present
from genkan.api.route53_errors import (
    HostedZoneAlreadyExists,
    HostedZoneNotEmpty,
    InvalidDomainName,
    InvalidInput,
    TooManyHostedZones,
)
from genkan.model.domain_names import canonical, is_at_or_below, parse_name
from genkan.model.hosted_zone import (
    GLOBAL,
    DelegationSet,
    HostedZone,
    QueryLoggingConfig,
    ResourceRecordSet,
    ZoneVpc,
    record_set_id,
)
from genkan.model.network import delete, put

URL = "https://route53.amazonaws.com/2013-04-01"
MOST_ZONES = 10_000  # of an account; AWS's default is 500
LONGEST_REFERENCE, LONGEST_COMMENT = 128, 256
RESERVED = "amazonaws.com."  # public names that AWS answers itself
PRIVATE_SERVERS = (  # every private zone's
    "ns-1536.awsdns-00.co.uk",
    "ns-0.awsdns-00.com",
    "ns-1024.awsdns-00.org",
    "ns-512.awsdns-00.net",
)
NS_TTL, SOA_TTL = 172_800, 900
SOA_REST = "awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"


def create_hosted_zone(
    call: Call,
    *,
    name: str,
    caller_reference: str,
    vpc: Mapping[str, Any] | None = None,
    hosted_zone_config: Mapping[str, Any] | None = None,
    delegation_set_id: str | None = None,
) -> Answer:
    config = hosted_zone_config or {}
    _check_config(config, vpc)
    zone_name = _parse_zone_name(name, private=vpc is not None)
    _check_reference(call, caller_reference)
    named = parse_own_vpc(call, vpc) if vpc else None
    shared = _shared_set(call, delegation_set_id, named)
    servers = shared.name_servers if shared else new_name_servers(call)
    if named:
        check_domain_is_free(call, named, zone_name)
    zone = HostedZone(
        id=new_zone_id(call),
        account=call.account,
        region=GLOBAL,
        zone_name=zone_name,
        caller_reference=caller_reference,
        private=named is not None,
        name_servers=PRIVATE_SERVERS if named else servers,
        comment=config.get("Comment") or None,
        vpcs=(named,) if named else (),
        delegation_set_id=shared.id if shared else None,
    )
    change = new_change(call)
    made = put(zone, *_own_records(zone), change)
    seen = replace(call, network=call.network.apply(made))
    output = present(
        HostedZone=shown_zone(seen, zone),
        ChangeInfo=change_info(change),
        DelegationSet=None if named else _delegation_set(seen, zone),
        VPC=shown_vpc(named) if named else None,
        Location=f"{URL}/hostedzone/{zone.id}",
    )
    return Answer(output, made)


def get_hosted_zone(call: Call, *, id: str) -> Answer:
    zone = need_zone(call, id)
    vpcs = [shown_vpc(vpc) for vpc in zone.vpcs] if zone.private else None
    servers = None if zone.private else _delegation_set(call, zone)
    return Answer(present(HostedZone=shown_zone(call, zone), DelegationSet=servers, VPCs=vpcs))


def update_hosted_zone_comment(call: Call, *, id: str, comment: str | None = None) -> Answer:
    zone = need_zone(call, id)
    _check_comment(comment)
    commented = replace(zone, comment=comment or None)
    return Answer({"HostedZone": shown_zone(call, commented)}, put(commented))


def delete_hosted_zone(call: Call, *, id: str) -> Answer:
    zone = need_zone(call, id)
    records = records_of(call, zone)
    others = [row for row in records if not is_zones_own(zone, row)]
    if others:
        raise HostedZoneNotEmpty(
            "The specified hosted zone contains non-required resource record sets and so cannot "
            f"be deleted: {others[0].record_name} {others[0].record_type} is one of "
            f"{len(others)}. Delete them first."
        )
    change = new_change(call)
    logged = call.network.where(QueryLoggingConfig, zone_id=zone.id)
    gone = delete(zone, *records, *logged)
    return Answer({"ChangeInfo": change_info(change)}, gone + put(change))


def get_hosted_zone_count(call: Call) -> Answer:
    return Answer({"HostedZoneCount": len(own_zones(call))})


def is_zones_own(zone: HostedZone, row: ResourceRecordSet) -> bool:
    """Tell whether a record set is one that the zone was made with and always has."""
    return row.record_name == zone.zone_name and row.record_type in ("NS", "SOA")


def _parse_zone_name(text: str, *, private: bool) -> str:
    try:
        name = canonical(text)
    except ValueError as error:
        raise InvalidDomainName(f"{error} in '{text[:300]}'. Give a domain name.") from None
    labels = parse_name(name)
    if not labels or labels[0] == "*":
        raise InvalidDomainName(f"'{text}' cannot be the name of a hosted zone. Name a domain.")
    if private:
        return name
    if len(labels) == 1:
        raise InvalidDomainName(
            f"{name} is a top-level domain, and Route 53 makes no public zone for one. Name a "
            "domain below it, or a VPC for a private zone."
        )
    if is_at_or_below(name, RESERVED):
        raise InvalidDomainName(f"{name} is reserved by AWS! Name another, or a VPC.")
    return name


def _check_config(config: Mapping[str, Any], vpc: Mapping[str, Any] | None) -> None:
    _check_comment(config.get("Comment"))
    if config.get("PrivateZone") and not vpc:
        raise InvalidInput(
            "When you're creating a private hosted zone (when you specify true for PrivateZone), "
            "you must also specify values for VPCId and VPCRegion."
        )
    tier = config.get("HostedZoneTier", "STANDARD")
    if tier != "STANDARD":
        raise InvalidInput(f"HostedZoneTier {tier} is not offered here. Use STANDARD.")


def _check_comment(comment: str | None) -> None:
    if comment and len(comment) > LONGEST_COMMENT:
        raise InvalidInput(
            f"The comment has {len(comment)} characters; {LONGEST_COMMENT} is the limit."
        )


def _check_reference(call: Call, reference: str) -> None:
    if not 1 <= len(reference) <= LONGEST_REFERENCE:
        raise InvalidInput(
            f"CallerReference has {len(reference)} characters. Give 1 to {LONGEST_REFERENCE}."
        )
    zones = own_zones(call)
    for zone in zones:
        if zone.caller_reference == reference:
            raise HostedZoneAlreadyExists(
                "A hosted zone has already been created with the specified caller reference: "
                f"{zone.id} was, with {reference}. Give another for another zone."
            )
    if len(zones) >= MOST_ZONES:
        raise TooManyHostedZones(f"This account has {MOST_ZONES} hosted zones, the limit.")


def _shared_set(call: Call, name: str | None, vpc: ZoneVpc | None) -> DelegationSet | None:
    """Give the reusable set that a zone is to have."""
    if name is None:
        return None
    if vpc:
        raise InvalidInput("A private zone has no delegation set. Leave DelegationSetId out.")
    return need_room(call, name)


def _delegation_set(call: Call, zone: HostedZone) -> dict[str, Any]:
    shared = zone.delegation_set_id and call.network.get(DelegationSet, zone.delegation_set_id)
    return shown_set(shared) if shared else {"NameServers": list(zone.name_servers)}


def _own_records(zone: HostedZone) -> tuple[ResourceRecordSet, ...]:
    servers = tuple(f"{server}." for server in zone.name_servers)
    rows = (("NS", NS_TTL, servers), ("SOA", SOA_TTL, (f"{servers[0]} {SOA_REST}",)))
    return tuple(
        ResourceRecordSet(
            id=record_set_id(zone.id, zone.zone_name, of_type, None),
            account=zone.account,
            region=GLOBAL,
            zone_id=zone.id,
            record_name=zone.zone_name,
            record_type=of_type,
            ttl=ttl,
            values=values,
        )
        for of_type, ttl, values in rows
    )
