"""CIDRs that a VPC gets after it was made, and loses again.

Which IPv4 blocks may join depends on the range of the primary one, and no block may cover where a
route of the VPC leads. "VPC CIDR blocks" in the Amazon VPC user guide, its table of restrictions.
"""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.group_rules import with_ipv6_egress
from genkan.api.ids import need
from genkan.api.ipv6_cidrs import (
    check_border_group,
    provided_association,
    shown_vpc_association,
)
from genkan.api.quotas import IPV4_CIDRS, CidrLimitExceeded, check_quota
from genkan.api.vpcs import InvalidVpcRange, parse_range
from genkan.model.errors import (
    CidrBlockInUse,
    InvalidParameterCombination,
    MissingParameter,
    NotFound,
    OperationNotPermitted,
)
from genkan.model.network import put
from genkan.model.route_table import RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import CidrAssociation, Ipv6Association, Vpc

PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
OF_AWS = IPv4Network("198.19.0.0/16")
DEFAULT_VPCS = IPv4Network("172.31.0.0/16")
FIRST_OF_TEN = IPv4Network("10.0.0.0/16")
FIRST_TWO_OF_TEN = IPv4Network("10.0.0.0/15")


def associate_vpc_cidr_block(
    call: Call,
    *,
    vpc_id: str,
    cidr_block: str | None = None,
    amazon_provided_ipv6_cidr_block: bool = False,
    ipv6_cidr_block_network_border_group: str | None = None,
) -> Answer:
    vpc = need(call, Vpc, vpc_id)
    if cidr_block and amazon_provided_ipv6_cidr_block:
        raise InvalidParameterCombination(
            "cidrBlock and amazonProvidedIpv6CidrBlock cannot be used together. "
            "Associate one block a call."
        )
    if cidr_block:
        return _associate_ipv4(call, vpc, cidr_block)
    if not amazon_provided_ipv6_cidr_block:
        raise MissingParameter(
            "Either 'cidrBlock' or 'amazonProvidedIpv6CidrBlock' should be provided."
        )
    check_border_group(call, ipv6_cidr_block_network_border_group)
    made = provided_association(call, len(vpc.ipv6_associations), vpc.id)
    changed = replace(vpc, ipv6_associations=(*vpc.ipv6_associations, made))
    shown = shown_vpc_association(vpc, made, "associating")
    return Answer(
        {"VpcId": vpc.id, "Ipv6CidrBlockAssociation": shown},
        put(changed, *_with_ipv6_rules(call, vpc)),
    )


def disassociate_vpc_cidr_block(call: Call, *, association_id: str) -> Answer:
    """Take a block off a VPC; the primary one stays, as does one that subnets are in."""
    for vpc in call.mine(Vpc):
        for ipv4 in vpc.cidr_associations:
            if ipv4.id == association_id:
                return _disassociate_ipv4(call, vpc, ipv4)
        for ipv6 in vpc.ipv6_associations:
            if ipv6.id == association_id:
                return _disassociate_ipv6(call, vpc, ipv6)
    raise NotFound(
        "InvalidVpcCidrBlockAssociationID.NotFound",
        f"The vpc CIDR block association ID '{association_id}' does not exist",
    )


def _associate_ipv4(call: Call, vpc: Vpc, text: str) -> Answer:
    block = parse_range(text)
    _check_restrictions(vpc, block)
    _check_routes(call, vpc, block)
    count = len(vpc.cidr_associations) + 1
    check_quota(call, count, IPV4_CIDRS, CidrLimitExceeded, f"IPv4 CIDR blocks of {vpc.id}")
    made = CidrAssociation(id=call.new_id("vpc-cidr-assoc"), cidr=block)
    changed = replace(vpc, cidr_associations=(*vpc.cidr_associations, made))
    shown = shown_association(made, "associating")
    return Answer({"VpcId": vpc.id, "CidrBlockAssociation": shown}, put(changed))


def _check_restrictions(vpc: Vpc, block: IPv4Network) -> None:
    for held in vpc.cidrs:
        if block.overlaps(held):
            raise InvalidVpcRange(
                f"The CIDR '{block}' conflicts with '{held}', which {vpc.id} has already. "
                "Choose a block that does not overlap."
            )
    for never in _restricted(vpc):
        if block.subnet_of(never):
            raise InvalidVpcRange(
                f"The CIDR '{block}' is restricted. It is of {never}, which cannot join a VPC with "
                f"{vpc.cidr}. Use a CIDR of the same private address range as the VPC's, a public "
                "one, or one of 100.64.0.0/10."
            )


def _restricted(vpc: Vpc) -> Sequence[IPv4Network]:
    """Give the ranges that cannot join a VPC, by the range that its primary CIDR is of."""
    own = next((ours for ours in PRIVATE if vpc.cidr.subnet_of(ours)), None)
    others = [theirs for theirs in PRIVATE if theirs != own]
    if vpc.cidr.subnet_of(OF_AWS):
        return others
    never = [*others, OF_AWS]
    if own == PRIVATE[0] and any(cidr.subnet_of(FIRST_TWO_OF_TEN) for cidr in vpc.cidrs):
        never.append(FIRST_OF_TEN)
    if own == PRIVATE[1]:
        never.append(DEFAULT_VPCS)
    return never


def _check_routes(call: Call, vpc: Vpc, block: IPv4Network) -> None:
    for table in call.network.where(RouteTable, vpc_id=vpc.id):
        for route in table.routes:
            leads = route.destination
            if isinstance(leads, IPv4Network) and leads.prefixlen and leads.subnet_of(block):
                raise InvalidVpcRange(
                    f"The CIDR '{block}' is the same as or larger than the destination {leads} of "
                    f"a route in {table.id}. Choose a smaller block, or delete the route first."
                )


def _disassociate_ipv4(call: Call, vpc: Vpc, association: CidrAssociation) -> Answer:
    if association == vpc.cidr_associations[0]:
        raise OperationNotPermitted(
            f"The vpc CIDR block with association ID {association.id} may not be disassociated. "
            f"It is the primary IPv4 CIDR block of {vpc.id}."
        )
    _check_unused(call, vpc, association.cidr)
    left = tuple(one for one in vpc.cidr_associations if one.id != association.id)
    shown = shown_association(association, "disassociating")
    return Answer(
        {"VpcId": vpc.id, "CidrBlockAssociation": shown}, put(replace(vpc, cidr_associations=left))
    )


def _disassociate_ipv6(call: Call, vpc: Vpc, association: Ipv6Association) -> Answer:
    _check_unused(call, vpc, association.cidr)
    left = tuple(one for one in vpc.ipv6_associations if one.id != association.id)
    shown = shown_vpc_association(vpc, association, "disassociating")
    return Answer(
        {"VpcId": vpc.id, "Ipv6CidrBlockAssociation": shown},
        put(replace(vpc, ipv6_associations=left)),
    )


def _check_unused(call: Call, vpc: Vpc, block: IPv4Network | IPv6Network) -> None:
    for subnet in call.network.where(Subnet, vpc_id=vpc.id):
        for held in (subnet.cidr, subnet.ipv6_cidr):
            if held and held.version == block.version and held.overlaps(block):
                raise CidrBlockInUse(
                    f"The vpc {vpc.id} currently has a subnet within CIDR block {block}: "
                    f"{subnet.id} has {held}. Delete it first."
                )


def _with_ipv6_rules(call: Call, vpc: Vpc) -> list[SecurityGroup]:
    """Give the default group with the outbound rule that a first IPv6 CIDR brings along."""
    if vpc.ipv6_associations:
        return []
    return [
        with_ipv6_egress(group, call.new_id("sgr"))
        for group in call.network.where(SecurityGroup, vpc_id=vpc.id)
        if group.is_default
    ]


def shown_association(one: CidrAssociation, state: str) -> dict[str, Any]:
    """Give an IPv4 association as the API shows it."""
    return {
        "AssociationId": one.id,
        "CidrBlock": str(one.cidr),
        "CidrBlockState": {"State": state},
    }
