"""Subnets: a block of a VPC's addresses in one Availability Zone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from genkan.api.block_public_access import without_exclusions
from genkan.api.call import Answer, Call
from genkan.api.cidrs import fits_a_network, parse_cidr
from genkan.api.ids import need
from genkan.api.ipv6_cidrs import (
    InvalidSubnetConflict,
    InvalidSubnetRange,
    shown_subnet_ipv6,
    subnet_association,
)
from genkan.api.network_acls import without_subnet
from genkan.api.output import present
from genkan.api.quotas import SUBNETS, SubnetLimitExceeded, check_quota
from genkan.api.selection import Values, absent, page, select, yes_no
from genkan.api.tagging import from_specifications, shown
from genkan.model.block_public_access import mode_of
from genkan.model.catalogue.regions import REGIONS, Zone
from genkan.model.errors import (
    DependencyViolation,
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
)
from genkan.model.network import Change, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import RouteTable
from genkan.model.subnet import Subnet, SubnetCidrReservation
from genkan.model.vpc import Vpc


def create_subnet(
    call: Call,
    *,
    vpc_id: str,
    cidr_block: str | None = None,
    ipv6_cidr_block: str | None = None,
    availability_zone: str | None = None,
    availability_zone_id: str | None = None,
    ipv6_native: bool = False,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    _check_families(cidr_block, ipv6_cidr_block, ipv6_native)
    vpc = need(call, Vpc, vpc_id)
    block = parse_cidr(cidr_block, "cidrBlock") if cidr_block else None
    zone = choose_zone(call.region, availability_zone, availability_zone_id)
    siblings = list(call.network.where(Subnet, vpc_id=vpc.id))
    if block:
        _check_block(vpc, block, siblings)
    ipv6 = subnet_association(call, vpc, ipv6_cidr_block, siblings) if ipv6_cidr_block else None
    check_quota(call, len(siblings) + 1, SUBNETS, SubnetLimitExceeded, f"subnets in {vpc.id}")
    subnet = Subnet(
        id=call.new_id("subnet"),
        account=call.account,
        region=call.region,
        tags=from_specifications("subnet", tag_specifications),
        vpc_id=vpc.id,
        zone=zone,
        cidr=block,
        ipv6_associations=(ipv6,) if ipv6 else (),
        assign_ipv6_on_creation=ipv6_native,
        host_names="resource-name" if ipv6_native else "ip-name",
    )
    return Answer({"Subnet": shown_subnet(call, subnet)}, put(subnet))


def describe_subnets(
    call: Call,
    *,
    subnet_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    subnets = select(call, Subnet, ids=subnet_ids, filters=filters, table=_filters(call))
    rows, token = page(subnets, max_results, next_token, ids=subnet_ids)
    return Answer(present(Subnets=[shown_subnet(call, subnet) for subnet in rows], NextToken=token))


def delete_subnet(call: Call, *, subnet_id: str) -> Answer:
    subnet = need(call, Subnet, subnet_id)
    inside = [row.id for row in call.network.where(NetworkInterface, subnet_id=subnet.id)]
    if inside:
        raise DependencyViolation(
            f"The subnet '{subnet.id}' has dependencies and cannot be deleted. "
            f"Delete what holds {', '.join(inside)} first."
        )
    tables = (
        replace(
            table, associations=tuple(a for a in table.associations if a.subnet_id != subnet.id)
        )
        for table in call.network.where(RouteTable, vpc_id=subnet.vpc_id)
        if any(association.subnet_id == subnet.id for association in table.associations)
    )
    reservations = call.network.where(SubnetCidrReservation, subnet_id=subnet.id)
    change = Change(tuple(tables), delete(subnet, *reservations).deletes)
    change += without_exclusions(call.network, subnet_id=subnet.id)
    return Answer(change=change + without_subnet(call.network, subnet.vpc_id, subnet.id))


def _check_families(cidr: str | None, ipv6_cidr: str | None, ipv6_native: bool) -> None:
    """Raise when the blocks are not those that the kind of subnet has."""
    if not ipv6_native and cidr is None:
        raise MissingParameter(
            "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided; Genkan takes cidrBlock."
        )
    if ipv6_native and cidr is not None:
        raise InvalidParameterCombination(
            "The parameters cidrBlock and ipv6Native cannot be used together: an IPv6-only subnet "
            "has no IPv4 CIDR block. Leave one of them out."
        )
    if ipv6_native and ipv6_cidr is None:
        raise MissingParameter(
            "The request must contain the parameter ipv6CidrBlock: an IPv6-only subnet has one."
        )


def choose_zone(region: str, name: str | None, zone_id: str | None) -> str:
    """Give the named zone; the Region's first when none is named, where AWS takes any.

    Raises InvalidParameterCombination, InvalidParameterValue.
    """
    zones = zones_of(region)
    if name and zone_id:
        raise InvalidParameterCombination(
            "The parameters availabilityZone and availabilityZoneId cannot be used together. "
            "Leave one of them out."
        )
    if not name and not zone_id:
        return zones[0].name
    for zone in zones:
        if name == zone.name or zone_id == zone.id:
            return zone.name
    parameter = "availabilityZone" if name else "availabilityZoneId"
    known = ", ".join(zone.name if name else zone.id for zone in zones)
    raise InvalidParameterValue(
        f"Value ({name or zone_id}) for parameter {parameter} is invalid. "
        f"Subnets can currently only be created in the following availability zones: {known}."
    )


def _check_block(vpc: Vpc, block: IPv4Network, siblings: Sequence[Subnet]) -> None:
    if not fits_a_network(block) or not any(block.subnet_of(cidr) for cidr in vpc.cidrs):
        raise InvalidSubnetRange(
            f"The CIDR '{block}' is invalid. "
            f"Choose a block between /16 and /28 inside {', '.join(map(str, vpc.cidrs))}."
        )
    for sibling in siblings:
        if sibling.cidr and block.overlaps(sibling.cidr):
            raise InvalidSubnetConflict(
                f"The CIDR '{block}' conflicts with another subnet: {sibling.id} has "
                f"{sibling.cidr}. Choose a block that is free."
            )


def _filters(call: Call) -> Mapping[str, Values[Subnet]]:
    return {
        "availability-zone": lambda subnet: [subnet.zone],
        "availabilityZone": lambda subnet: [subnet.zone],
        "availability-zone-id": lambda subnet: [zone_id(subnet.region, subnet.zone)],
        "map-customer-owned-ip-on-launch": lambda subnet: ["false"],
        **absent("customer-owned-ipv4-pool", "outpost-arn"),
        "available-ip-address-count": lambda subnet: [str(_free_addresses(call, subnet))],
        "cidr": _cidr_values,
        "cidr-block": _cidr_values,
        "cidrBlock": _cidr_values,
        "default-for-az": lambda subnet: [yes_no(subnet.default_for_az)],
        "defaultForAz": lambda subnet: [yes_no(subnet.default_for_az)],
        "enable-dns64": lambda subnet: [yes_no(subnet.dns64)],
        "enable-lni-at-device-index": lambda subnet: _text(subnet.lni_device_index),
        "ipv6-cidr-block-association.association-id": lambda subnet: [
            one.id for one in subnet.ipv6_associations
        ],
        "ipv6-cidr-block-association.ipv6-cidr-block": lambda subnet: _text(subnet.ipv6_cidr),
        "ipv6-cidr-block-association.state": lambda subnet: [
            "associated" for _ in subnet.ipv6_associations
        ],
        "ipv6-native": lambda subnet: [yes_no(subnet.ipv6_native)],
        "map-public-ip-on-launch": lambda subnet: [yes_no(subnet.map_public_ip_on_launch)],
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": lambda subnet: [
            yes_no(subnet.dns_a_record)
        ],
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": lambda subnet: [
            yes_no(subnet.dns_aaaa_record)
        ],
        "private-dns-name-options-on-launch.hostname-type": lambda subnet: [subnet.host_names],
        "state": lambda subnet: ["available"],
        "subnet-arn": lambda subnet: [_arn(subnet)],
        "subnet-id": lambda subnet: [subnet.id],
        "vpc-id": lambda subnet: [subnet.vpc_id],
    }


def _cidr_values(subnet: Subnet) -> list[str]:
    return _text(subnet.cidr)


def _text(value: object) -> list[str]:
    return [] if value is None else [str(value)]


def _free_addresses(call: Call, subnet: Subnet) -> int:
    interfaces = call.network.where(NetworkInterface, subnet_id=subnet.id)
    return subnet.capacity - sum(
        len(one.private_addresses) + sum(prefix.num_addresses for prefix in one.ipv4_prefixes)
        for one in interfaces
    )


def zone_id(region: str, name: str) -> str | None:
    """Give the id of a Region's zone."""
    return next((zone.id for zone in zones_of(region) if zone.name == name), None)


def zones_of(region: str) -> tuple[Zone, ...]:
    """Give the Region's Availability Zones. Raises InvalidParameterValue for an unknown Region."""
    if region not in REGIONS:
        raise InvalidParameterValue(
            f"The Region {region} has no Availability Zones. DescribeRegions lists those that do."
        )
    return REGIONS[region].zones


def _arn(subnet: Subnet) -> str:
    return f"arn:aws:ec2:{subnet.region}:{subnet.account}:subnet/{subnet.id}"


def _block_mode(call: Call, subnet: Subnet) -> str:
    where = (subnet.account, subnet.region, subnet.vpc_id, subnet.id)
    return mode_of(call.network, *where).value


def shown_subnet(call: Call, subnet: Subnet) -> dict[str, Any]:
    """Give a subnet as the API lists it."""
    return present(
        AvailabilityZoneId=zone_id(subnet.region, subnet.zone),
        MapCustomerOwnedIpOnLaunch=False,
        OwnerId=subnet.account,
        AssignIpv6AddressOnCreation=subnet.assign_ipv6_on_creation,
        Ipv6CidrBlockAssociationSet=shown_subnet_ipv6(subnet.ipv6_associations),
        Tags=shown(subnet.tags),
        SubnetArn=_arn(subnet),
        EnableDns64=subnet.dns64,
        EnableLniAtDeviceIndex=subnet.lni_device_index,
        Ipv6Native=subnet.ipv6_native,
        PrivateDnsNameOptionsOnLaunch={
            "HostnameType": subnet.host_names,
            "EnableResourceNameDnsARecord": subnet.dns_a_record,
            "EnableResourceNameDnsAAAARecord": subnet.dns_aaaa_record,
        },
        SubnetId=subnet.id,
        State="available",
        VpcId=subnet.vpc_id,
        BlockPublicAccessStates={"InternetGatewayBlockMode": _block_mode(call, subnet)},
        CidrBlock=str(subnet.cidr) if subnet.cidr else None,
        AvailableIpAddressCount=_free_addresses(call, subnet),
        AvailabilityZone=subnet.zone,
        DefaultForAz=subnet.default_for_az,
        MapPublicIpOnLaunch=subnet.map_public_ip_on_launch,
    )
