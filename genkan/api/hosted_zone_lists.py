"""Lists of hosted zones: by id, by name, and by the VPC they answer in."""

from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.delegation_sets import need_set
from genkan.api.endpoint_private_dns import enabled_names
from genkan.api.hosted_zone_lookup import (
    bare_id,
    own_zones,
    parse_max_items,
    parse_own_vpc,
    shown_zone,
)
from genkan.api.output import present
from genkan.api.route53_errors import InvalidDomainName, InvalidInput
from genkan.model.domain_names import canonical, sort_key
from genkan.model.endpoint_names import zone_origin
from genkan.model.hosted_zone import HostedZone, ZoneVpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState

MOST_ITEMS = 100  # of a page of zones
PRIVATE_TYPE = "PrivateHostedZone"
ENDPOINTS = "vpce.amazonaws.com"  # the service that owns the hidden zones of endpoints


def list_hosted_zones(
    call: Call,
    *,
    marker: str | None = None,
    max_items: str | None = None,
    hosted_zone_type: str | None = None,
    delegation_set_id: str | None = None,
) -> Answer:
    if hosted_zone_type not in (None, PRIVATE_TYPE):
        raise InvalidInput(f"{hosted_zone_type} is no hostedzonetype. Give {PRIVATE_TYPE}.")
    most = parse_max_items(max_items, MOST_ITEMS)
    first = bare_id(marker or "")
    shared = need_set(call, delegation_set_id).id if delegation_set_id else None
    rows = [
        zone
        for zone in own_zones(call)
        if zone.id >= first
        and (zone.private or hosted_zone_type is None)
        and shared in (None, zone.delegation_set_id)
    ]
    return Answer(
        present(
            HostedZones=[shown_zone(call, zone) for zone in rows[:most]],
            Marker=marker,
            IsTruncated=len(rows) > most,
            NextMarker=rows[most].id if len(rows) > most else None,
            MaxItems=str(most),
        )
    )


def list_hosted_zones_by_name(
    call: Call,
    *,
    dns_name: str | None = None,
    hosted_zone_id: str | None = None,
    max_items: str | None = None,
) -> Answer:
    if hosted_zone_id and not dns_name:
        raise InvalidInput("hostedzoneid goes with dnsname alone. Give dnsname too.")
    most = parse_max_items(max_items, MOST_ITEMS)
    first = (sort_key(_parse(dns_name)), bare_id(hosted_zone_id or "")) if dns_name else ((), "")
    rows = sorted(own_zones(call), key=_by_name)
    rows = [zone for zone in rows if _by_name(zone) >= first]
    more = rows[most] if len(rows) > most else None
    return Answer(
        present(
            HostedZones=[shown_zone(call, zone) for zone in rows[:most]],
            DNSName=dns_name,
            HostedZoneId=hosted_zone_id,
            IsTruncated=more is not None,
            NextDNSName=more.zone_name if more else None,
            NextHostedZoneId=more.id if more else None,
            MaxItems=str(most),
        )
    )


def list_hosted_zones_by_vpc(
    call: Call,
    *,
    vpc_id: str,
    vpc_region: str,
    max_items: str | None = None,
    next_token: str | None = None,
) -> Answer:
    """List every zone that the VPC sees, other accounts' and hidden ones too."""
    vpc = parse_own_vpc(call, {"VPCId": vpc_id, "VPCRegion": vpc_region})
    most = parse_max_items(max_items, MOST_ITEMS)
    rows = _seen_by(call, vpc)
    start = int(next_token or 0)
    end = start + most
    return Answer(
        present(
            HostedZoneSummaries=rows[start:end],
            MaxItems=str(most),
            NextToken=str(end) if end < len(rows) else None,
        )
    )


def _seen_by(call: Call, vpc: ZoneVpc) -> list[dict[str, Any]]:
    private = call.network.where(HostedZone, private=True)
    rows = [
        (zone.zone_name, zone.id, {"OwningAccount": zone.account})
        for zone in private
        if vpc in zone.vpcs
    ]
    for endpoint in call.network.where(VpcEndpoint, vpc_id=vpc.vpc_id):
        rows += [
            (f"{origin}.", endpoint.hosted_zone_id, {"OwningService": ENDPOINTS})
            for origin in _hidden_origins(call, endpoint)
        ]
    return [
        {"HostedZoneId": zone_id, "Name": name, "Owner": owner}
        for name, zone_id, owner in sorted(rows, key=lambda row: (sort_key(row[0]), row[1]))
    ]


def _hidden_origins(call: Call, endpoint: VpcEndpoint) -> list[str]:
    """Give the domains of an endpoint's hidden zones, while they answer."""
    if endpoint.state is not VpcEndpointState.AVAILABLE:
        return []
    return sorted({zone_origin(name) for name in enabled_names(call, endpoint)})


def _by_name(zone: HostedZone) -> tuple[tuple[str, ...], str]:
    return (sort_key(zone.zone_name), zone.id)


def _parse(dns_name: str) -> str:
    try:
        return canonical(dns_name)
    except ValueError as error:
        raise InvalidDomainName(f"{error} in '{dns_name[:300]}'.") from None
