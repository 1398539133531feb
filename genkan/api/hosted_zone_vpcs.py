"""Which VPCs a private zone answers in, also those of other accounts.

The zone's owner authorises, the VPC's owner associates: "Associating an Amazon VPC and a private
hosted zone that you created with different AWS accounts" in the Amazon Route 53 developer guide.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.endpoint_private_dns import enabled_names
from genkan.api.hosted_zone_lookup import (
    any_zone,
    change_info,
    need_zone,
    new_change,
    parse_own_vpc,
    parse_vpc,
    shown_vpc,
)
from genkan.api.output import present
from genkan.api.route53_errors import (
    ConflictingDomainExists,
    InvalidInput,
    InvalidVpcId,
    LastVpcAssociation,
    LimitsExceeded,
    NotAuthorized,
    PublicZoneVpcAssociation,
    TooManyVpcAssociationAuthorizations,
    VpcAssociationAuthorizationNotFound,
    VpcAssociationNotFound,
)
from genkan.model.endpoint_names import zone_origin
from genkan.model.hosted_zone import HostedZone, ZoneVpc
from genkan.model.network import put
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint

MOST_ASSOCIATIONS = 300  # of a zone
MOST_AUTHORIZATIONS = 1000  # of a zone
MOST_RESULTS = 50  # of a page of authorisations


def associate_vpc_with_hosted_zone(
    call: Call, *, hosted_zone_id: str, vpc: Mapping[str, Any], comment: str | None = None
) -> Answer:
    zone = any_zone(call, hosted_zone_id)
    if not zone.private:
        raise PublicZoneVpcAssociation(
            "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 doesn't "
            f"support associating a VPC with a public hosted zone, and {zone.id} is one."
        )
    named = _parse_authorized_vpc(call, zone, vpc)
    check_domain_is_free(call, named, zone.zone_name)
    if len(zone.vpcs) >= MOST_ASSOCIATIONS:
        raise LimitsExceeded(f"{zone.id} has {MOST_ASSOCIATIONS} VPCs, the limit.")
    change = new_change(call, comment)
    associated = replace(zone, vpcs=(*zone.vpcs, named))
    return Answer({"ChangeInfo": change_info(change)}, put(associated, change))


def disassociate_vpc_from_hosted_zone(
    call: Call, *, hosted_zone_id: str, vpc: Mapping[str, Any], comment: str | None = None
) -> Answer:
    zone = any_zone(call, hosted_zone_id)
    named, found = _find_association(call, zone, vpc)
    if call.account not in (zone.account, found):
        raise InvalidVpcId(
            f"Neither {zone.id} nor {named.vpc_id} is of this account {call.account}."
        )
    if len(zone.vpcs) == 1:
        raise LastVpcAssociation(
            f"{named.vpc_id} is the last VPC of {zone.id}, and a private zone has one at least. "
            "Associate another first, or delete the zone."
        )
    change = new_change(call, comment)
    left = replace(zone, vpcs=tuple(one for one in zone.vpcs if one != named))
    return Answer({"ChangeInfo": change_info(change)}, put(left, change))


def create_vpc_association_authorization(
    call: Call, *, hosted_zone_id: str, vpc: Mapping[str, Any]
) -> Answer:
    zone = need_zone(call, hosted_zone_id)
    if not zone.private:
        raise InvalidInput(
            f"{zone.id} is public: no VPC is associated with it. Name a private one."
        )
    named, _ = parse_vpc(call, vpc)
    output = {"HostedZoneId": zone.id, "VPC": shown_vpc(named)}
    if named in zone.authorized:
        return Answer(output)
    if len(zone.authorized) >= MOST_AUTHORIZATIONS:
        raise TooManyVpcAssociationAuthorizations(
            f"{zone.id} has {MOST_AUTHORIZATIONS} authorisations, the limit. Delete some."
        )
    return Answer(output, put(replace(zone, authorized=(*zone.authorized, named))))


def list_vpc_association_authorizations(
    call: Call,
    *,
    hosted_zone_id: str,
    next_token: str | None = None,
    max_results: str | None = None,
) -> Answer:
    zone = need_zone(call, hosted_zone_id)
    start = int(next_token or 0)
    end = start + min(_parse_size(max_results) or MOST_RESULTS, MOST_RESULTS)
    return Answer(
        present(
            HostedZoneId=zone.id,
            VPCs=[shown_vpc(vpc) for vpc in zone.authorized[start:end]],
            NextToken=str(end) if end < len(zone.authorized) else None,
        )
    )


def delete_vpc_association_authorization(
    call: Call, *, hosted_zone_id: str, vpc: Mapping[str, Any]
) -> Answer:
    """Take an authorisation back; an association that was made by it stays."""
    zone = need_zone(call, hosted_zone_id)
    named = _parse_pair(vpc)
    if named not in zone.authorized:
        raise VpcAssociationAuthorizationNotFound(
            f"{named.vpc_id} in {named.region} is not authorised to be associated with {zone.id}."
        )
    left = tuple(one for one in zone.authorized if one != named)
    return Answer({}, put(replace(zone, authorized=left)))


def check_domain_is_free(call: Call, vpc: ZoneVpc, zone_name: str) -> None:
    """Raise ConflictingDomainExists when the VPC has this domain, from a zone or an endpoint."""
    taken = {
        zone.zone_name: zone.id
        for zone in call.network.where(HostedZone, private=True)
        if vpc in zone.vpcs
    }
    for endpoint in call.network.where(VpcEndpoint, vpc_id=vpc.vpc_id):
        for name in enabled_names(call, endpoint):
            taken[f"{zone_origin(name)}."] = endpoint.hosted_zone_id
    if zone_name in taken:
        raise ConflictingDomainExists(
            f"The VPC {vpc.vpc_id} in region {vpc.region} has already been associated with the "
            f"hosted zone {taken[zone_name]} with the same domain name."
        )


def _parse_authorized_vpc(call: Call, zone: HostedZone, vpc: Mapping[str, Any]) -> ZoneVpc:
    if zone.account == call.account:
        return parse_own_vpc(call, vpc)
    named, found = parse_vpc(call, vpc)
    if found.account != call.account or named not in zone.authorized:
        raise NotAuthorized(
            f"Associating the VPC {named.vpc_id} with the hosted zone {zone.id} has not been "
            "authorized. The zone's owner does so by CreateVPCAssociationAuthorization."
        )
    return named


def _find_association(
    call: Call, zone: HostedZone, vpc: Mapping[str, Any]
) -> tuple[ZoneVpc, str | None]:
    """Give the associated VPC that is named, its id is enough, and its owner; one that is gone has
    none."""
    alone = [one for one in zone.vpcs if one.vpc_id == vpc.get("VPCId")]
    named = alone[0] if alone and not vpc.get("VPCRegion") else _parse_pair(vpc)
    if named not in zone.vpcs:
        raise VpcAssociationNotFound(
            f"The VPC: {named.vpc_id} in {named.region} is not associated with the hosted zone "
            f"{zone.id}."
        )
    found = call.network.get(Vpc, named.vpc_id)
    return named, found.account if found else None


def _parse_pair(vpc: Mapping[str, Any]) -> ZoneVpc:
    region, vpc_id = vpc.get("VPCRegion"), vpc.get("VPCId")
    if not region or not vpc_id:
        raise InvalidInput("A VPC is named by VPCId and VPCRegion. Give both.")
    return ZoneVpc(region=region, vpc_id=vpc_id)


def _parse_size(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(f"MaxResults {text[:40]} is no number. Give 1 to {MOST_RESULTS}.")
    return int(text[:9])
