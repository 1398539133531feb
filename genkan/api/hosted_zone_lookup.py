"""Finding hosted zones, showing them, and the change that every answer of Route 53's names."""

from collections.abc import Mapping
from typing import Any

from genkan.api.call import Call
from genkan.api.output import present
from genkan.api.route53_errors import InvalidInput, InvalidVpcId, NoSuchHostedZone
from genkan.model.domain_names import sort_key
from genkan.model.hosted_zone import GLOBAL, HostedZone, ResourceRecordSet, ZoneChange, ZoneVpc
from genkan.model.vpc import Vpc

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
ID_LENGTH = 20  # characters behind the first letter; Route 53 takes 32 in all
ZONE_PATH, CHANGE_PATH = "/hostedzone/", "/change/"


def new_zone_id(call: Call) -> str:
    """Make an id as Route 53 does."""
    return f"Z{call.token(ID_LENGTH, UPPER)}"


def new_name_servers(call: Call) -> tuple[str, ...]:
    """Give the names of a public zone's servers: one in each of four domains, as Route 53 does."""
    numbers = call.token(4, "0123456789")
    return tuple(
        f"ns-{512 * quarter + int(numbers[:3]) % 512}.awsdns-{int(numbers[2:]) % 64:02d}.{top}"
        for quarter, top in ((0, "com"), (1, "net"), (2, "org"), (3, "co.uk"))
    )


def own_zones(call: Call) -> list[HostedZone]:
    """Give the caller's zones, by id."""
    zones = call.network.where(HostedZone, account=call.account)
    return sorted(zones, key=lambda zone: zone.id)


def need_zone(call: Call, name: str) -> HostedZone:
    """Give the caller's zone with this id, its path before it or not. Raises NoSuchHostedZone."""
    zone = any_zone(call, name)
    if zone.account != call.account:
        raise _no_zone(name)
    return zone


def any_zone(call: Call, name: str) -> HostedZone:
    """Give the zone with this id, whoever owns it. Raises NoSuchHostedZone."""
    zone = call.network.get(HostedZone, bare_id(name))
    if zone is None:
        raise _no_zone(name)
    return zone


def bare_id(name: str) -> str:
    """Give an id without the path that answers put before it."""
    return name.rpartition("/")[2]


def records_of(call: Call, zone: HostedZone) -> list[ResourceRecordSet]:
    """Give a zone's record sets in Route 53's order: name from its top, type, identifier."""
    rows = call.network.where(ResourceRecordSet, zone_id=zone.id)
    return sorted(rows, key=record_order)


def record_order(row: ResourceRecordSet) -> tuple[tuple[str, ...], str, str]:
    return (sort_key(row.record_name), row.record_type, row.set_identifier or "")


def parse_vpc(call: Call, vpc: Mapping[str, Any]) -> tuple[ZoneVpc, Vpc]:
    """Give the VPC that a request names, whoever owns it. Raises InvalidInput, InvalidVPCId."""
    region, vpc_id = vpc.get("VPCRegion"), vpc.get("VPCId")
    if not region or not vpc_id:
        raise InvalidInput("A VPC is named by VPCId and VPCRegion. Give both.")
    found = call.network.get(Vpc, vpc_id)
    if found is None or found.region != region:
        raise _unknown_vpc(vpc_id, region)
    return ZoneVpc(region=region, vpc_id=vpc_id), found


def parse_own_vpc(call: Call, vpc: Mapping[str, Any]) -> ZoneVpc:
    """Give the caller's VPC that a request names. Raises InvalidInput, InvalidVPCId."""
    named, found = parse_vpc(call, vpc)
    if found.account != call.account:
        raise _unknown_vpc(named.vpc_id, named.region)
    return named


def parse_max_items(text: str | None, most: int) -> int:
    """Read the size of a page. Raises InvalidInput."""
    if text is None:
        return most
    if not (text.isascii() and text.isdigit()) or not int(text[:9]) >= 1:
        raise InvalidInput(f"The value {text[:40]} for maxitems is no number from 1 to {most}.")
    return min(int(text[:9]), most)


def new_change(call: Call, comment: str | None = None) -> ZoneChange:
    """Make the record of a change, to be put with what it changes."""
    return ZoneChange(
        id=f"C{call.token(ID_LENGTH, UPPER)}",
        account=call.account,
        region=GLOBAL,
        submitted_at=call.now,
        comment=comment,
    )


def change_info(change: ZoneChange, status: str = "PENDING") -> dict[str, Any]:
    """Show a change: PENDING in the answer that makes it, as AWS has it, and INSYNC ever after."""
    return present(
        Id=f"{CHANGE_PATH}{change.id}",
        Status=status,
        SubmittedAt=change.submitted_at,
        Comment=change.comment,
    )


def shown_zone(call: Call, zone: HostedZone) -> dict[str, Any]:
    """Show a zone."""
    count = sum(1 for _ in call.network.where(ResourceRecordSet, zone_id=zone.id))
    return {
        "Id": f"{ZONE_PATH}{zone.id}",
        "Name": zone.zone_name,
        "CallerReference": zone.caller_reference,
        "Config": present(Comment=zone.comment, PrivateZone=zone.private),
        "ResourceRecordSetCount": count,
    }


def shown_vpc(vpc: ZoneVpc) -> dict[str, str]:
    return {"VPCRegion": vpc.region, "VPCId": vpc.vpc_id}


def _no_zone(name: str) -> NoSuchHostedZone:
    return NoSuchHostedZone(f"No hosted zone found with ID: {bare_id(name)}")


def _unknown_vpc(vpc_id: str, region: str) -> InvalidVpcId:
    return InvalidVpcId(
        f"The VPC: {vpc_id} you provided is not authorized to make the association, or there is "
        f"no such VPC in {region}. Name a VPC of this account with its own Region."
    )
