"""VPC block public access: the account's mode in a Region, and exclusions from it.

Both are in force when their call is answered, so they are shown `update-complete` and
`create-complete` at once. "Block public access to VPCs and subnets" in the Amazon VPC user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, TypeVar

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.quotas import BPA_EXCLUSIONS, ExclusionLimitExceeded, check_quota
from genkan.api.selection import Values, page, select
from genkan.api.tagging import from_specifications, shown
from genkan.model.block_public_access import (
    BlockMode,
    BlockPublicAccessExclusion,
    BlockPublicAccessOptions,
    ExclusionMode,
    options_id,
)
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    Refused,
)
from genkan.model.network import Change, Network, delete, put
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

E = TypeVar("E", bound=Enum)


class ExclusionAlreadyExists(Refused):
    code = "VpcBlockPublicAccessExclusionAlreadyExists"


def describe_vpc_block_public_access_options(call: Call) -> Answer:
    return Answer({"VpcBlockPublicAccessOptions": _options(call, _held(call))})


def modify_vpc_block_public_access_options(
    call: Call, *, internet_gateway_block_mode: str
) -> Answer:
    options = BlockPublicAccessOptions(
        id=options_id(call.account, call.region),
        account=call.account,
        region=call.region,
        mode=_chosen(BlockMode, internet_gateway_block_mode, "InternetGatewayBlockMode"),
        updated_at=call.now,
    )
    return Answer({"VpcBlockPublicAccessOptions": _options(call, options)}, put(options))


def create_vpc_block_public_access_exclusion(
    call: Call,
    *,
    internet_gateway_exclusion_mode: str,
    vpc_id: str | None = None,
    subnet_id: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    if bool(vpc_id) == bool(subnet_id):
        raise InvalidParameterCombination(
            "The request must contain exactly one of VpcId and SubnetId."
        )
    mode = _chosen(ExclusionMode, internet_gateway_exclusion_mode, "InternetGatewayExclusionMode")
    excluded = need(call, Vpc, vpc_id) if vpc_id else need(call, Subnet, subnet_id or "")
    there = call.mine(BlockPublicAccessExclusion)
    for one in there:
        if excluded.id in (one.vpc_id, one.subnet_id):
            raise ExclusionAlreadyExists(
                f"{excluded.id} has the exclusion {one.id} already. "
                "ModifyVpcBlockPublicAccessExclusion changes its mode."
            )
    check_quota(call, len(there) + 1, BPA_EXCLUSIONS, ExclusionLimitExceeded, "exclusions")
    exclusion = BlockPublicAccessExclusion(
        id=call.new_id("vpcbpa-exclude"),
        account=call.account,
        region=call.region,
        tags=from_specifications(BlockPublicAccessExclusion.kind, tag_specifications),
        mode=mode,
        created_at=call.now,
        vpc_id=vpc_id,
        subnet_id=subnet_id,
    )
    return Answer(_one(exclusion), put(exclusion))


def describe_vpc_block_public_access_exclusions(
    call: Call,
    *,
    exclusion_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(
        call, BlockPublicAccessExclusion, ids=exclusion_ids, filters=filters, table=_FILTERS
    )
    some, token = page(rows, max_results, next_token)
    exclusions = [_exclusion(row) for row in some]
    return Answer(present(VpcBlockPublicAccessExclusions=exclusions, NextToken=token))


def modify_vpc_block_public_access_exclusion(
    call: Call, *, exclusion_id: str, internet_gateway_exclusion_mode: str
) -> Answer:
    held = need(call, BlockPublicAccessExclusion, exclusion_id)
    mode = _chosen(ExclusionMode, internet_gateway_exclusion_mode, "InternetGatewayExclusionMode")
    after = replace(held, mode=mode, updated_at=call.now)
    return Answer(_one(after), put(after))


def delete_vpc_block_public_access_exclusion(call: Call, *, exclusion_id: str) -> Answer:
    held = need(call, BlockPublicAccessExclusion, exclusion_id)
    gone = {**_exclusion(held), "State": "delete-complete", "DeletionTimestamp": call.now}
    return Answer({"VpcBlockPublicAccessExclusion": gone}, delete(held))


def without_exclusions(network: Network, **excluded: str) -> Change:
    """Give the change that drops the exclusions of a VPC or a subnet that goes."""
    return delete(*network.where(BlockPublicAccessExclusion, **excluded))


def _chosen(of: type[E], asked: str, parameter: str) -> E:
    try:
        return of(asked)
    except ValueError:
        raise InvalidParameterValue(
            f"Value ({asked}) for parameter {parameter} is invalid. "
            f"Choose from {', '.join(str(one.value) for one in of)}."
        ) from None


def _held(call: Call) -> BlockPublicAccessOptions | None:
    return call.network.get(BlockPublicAccessOptions, options_id(call.account, call.region))


def _options(call: Call, held: BlockPublicAccessOptions | None) -> dict[str, Any]:
    return present(
        AwsAccountId=call.account,
        AwsRegion=call.region,
        State="update-complete" if held else "default-state",
        InternetGatewayBlockMode=(held.mode if held else BlockMode.OFF).value,
        LastUpdateTimestamp=held.updated_at if held else None,
        ManagedBy="account",
        ExclusionsAllowed="allowed",
    )


def _arn(row: BlockPublicAccessExclusion) -> str:
    """Give the ARN of what is excluded."""
    named = f"vpc/{row.vpc_id}" if row.vpc_id else f"subnet/{row.subnet_id}"
    return f"arn:aws:ec2:{row.region}:{row.account}:{named}"


def _state(row: BlockPublicAccessExclusion) -> str:
    return "update-complete" if row.updated_at else "create-complete"


_FILTERS: Mapping[str, Values[BlockPublicAccessExclusion]] = {
    "internet-gateway-exclusion-mode": lambda row: [row.mode.value],
    "resource-arn": lambda row: [_arn(row)],
    "state": lambda row: [_state(row)],
    "tag-value": lambda row: [value for _, value in row.tags],
}


def _exclusion(row: BlockPublicAccessExclusion) -> dict[str, Any]:
    return present(
        ExclusionId=row.id,
        InternetGatewayExclusionMode=row.mode.value,
        ResourceArn=_arn(row),
        State=_state(row),
        CreationTimestamp=row.created_at,
        LastUpdateTimestamp=row.updated_at or row.created_at,
        Tags=shown(row.tags),
    )


def _one(row: BlockPublicAccessExclusion) -> dict[str, Any]:
    return {"VpcBlockPublicAccessExclusion": _exclusion(row)}
