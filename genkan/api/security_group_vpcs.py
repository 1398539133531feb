"""Security groups in VPCs beside their own: associated, listed, and those that a VPC may use.

Interfaces of an associated VPC wear the group as those of its own do. "Associate security groups
with multiple VPCs" in the Amazon VPC user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.group_lookup import need_group
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import shown
from genkan.model.errors import DependencyViolation, InvalidParameterValue, NotFound
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.security_group import SecurityGroup
from genkan.model.vpc import Vpc

ASSOCIATING, ASSOCIATED, DISASSOCIATING = "associating", "associated", "disassociating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Association(Resource):
    """A group in a VPC that is not its own; `account` is the group's."""

    vpc_id: str
    vpc_account: str


_FILTERS: Mapping[str, Values[Association]] = {
    "group-id": lambda row: [row.id],
    "group-owner-id": lambda row: [row.account],
    "state": lambda row: [ASSOCIATED],
    "vpc-id": lambda row: [row.vpc_id],
    "vpc-owner-id": lambda row: [row.vpc_account],
}
_GROUP_FILTERS: Mapping[str, Values[SecurityGroup]] = {
    "description": lambda row: [row.description],
    "group-id": lambda row: [row.id],
    "group-name": lambda row: [row.group_name],
    "primary-vpc-id": lambda row: [row.vpc_id],
}


def associate_security_group_vpc(call: Call, *, group_id: str, vpc_id: str) -> Answer:
    """Let interfaces of a VPC wear a group of another one."""
    group, vpc = need_group(call, group_id, None), need(call, Vpc, vpc_id)
    if group.is_default or vpc.is_default:
        which = f"{group.id} is a default group" if group.is_default else f"{vpc.id} is a default"
        raise InvalidParameterValue(
            "A default security group cannot be associated with a VPC, and no group with a default "
            f"VPC: {which}. Make another."
        )
    if vpc.id == group.vpc_id:
        raise InvalidParameterValue(f"{group.id} is a group of {vpc.id} itself. Name another VPC.")
    joined = tuple(dict.fromkeys((*group.associated_vpcs, vpc.id)))
    return Answer({"State": ASSOCIATING}, put(replace(group, associated_vpcs=joined)))


def disassociate_security_group_vpc(call: Call, *, group_id: str, vpc_id: str) -> Answer:
    group, vpc = need_group(call, group_id, None), need(call, Vpc, vpc_id)
    if vpc.id not in group.associated_vpcs:
        raise NotFound(
            "InvalidVpcID.NotFound", f"The vpc ID '{vpc.id}' is not associated with {group.id}."
        )
    worn = [
        one.id
        for one in call.network.holding(NetworkInterface, group_ids=group.id)
        if one.vpc_id == vpc.id
    ]
    if worn:
        raise DependencyViolation(
            f"{group.id} is used in {vpc.id} and cannot be disassociated: {', '.join(sorted(worn))}"
            " have it. Give them other groups."
        )
    left = tuple(name for name in group.associated_vpcs if name != vpc.id)
    return Answer({"State": DISASSOCIATING}, put(replace(group, associated_vpcs=left)))


def describe_security_group_vpc_associations(
    call: Call,
    *,
    filters: Sequence[Mapping[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    rows, token = page(matching(_associations(call), filters, _FILTERS), max_results, next_token)
    associations = [
        {
            "GroupId": row.id,
            "VpcId": row.vpc_id,
            "VpcOwnerId": row.vpc_account,
            "State": ASSOCIATED,
            "GroupOwnerId": row.account,
        }
        for row in rows
    ]
    return Answer(present(SecurityGroupVpcAssociations=associations, NextToken=token))


def get_security_groups_for_vpc(
    call: Call,
    *,
    vpc_id: str,
    next_token: str | None = None,
    max_results: int | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    """List what interfaces of a VPC may wear: its own groups and those associated with it."""
    vpc = need(call, Vpc, vpc_id)
    groups = [
        *call.network.where(SecurityGroup, vpc_id=vpc.id),
        *call.network.holding(SecurityGroup, associated_vpcs=vpc.id),
    ]
    rows, token = page(matching(groups, filters, _GROUP_FILTERS), max_results, next_token)
    shown_groups = [
        {
            "Description": row.description,
            "GroupName": row.group_name,
            "OwnerId": row.account,
            "GroupId": row.id,
            "Tags": shown(row.tags),
            "PrimaryVpcId": row.vpc_id,
        }
        for row in rows
    ]
    return Answer(present(SecurityGroupForVpcs=shown_groups, NextToken=token))


def _associations(call: Call) -> list[Association]:
    return [
        Association(
            id=group.id,
            account=group.account,
            region=group.region,
            vpc_id=vpc.id,
            vpc_account=vpc.account,
        )
        for group in call.mine(SecurityGroup)
        for name in group.associated_vpcs
        if (vpc := call.network.get(Vpc, name))
    ]
