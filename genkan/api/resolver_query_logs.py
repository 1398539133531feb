"""Query log configs of Resolver, and the VPCs whose questions they log. Kept and shown: questions
are not logged.

"Resolver query logging" in the Amazon Route 53 developer guide.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.resolver_lookup import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    Values,
    arn_of,
    check_name,
    filtered,
    need,
    paged,
    time,
)
from genkan.api.resolver_tags import parse_tags
from genkan.model.network import delete, put
from genkan.model.resolver import QueryLogAssociation, QueryLogConfig
from genkan.model.vpc import Vpc

CREATED, ACTIVE = "CREATED", "ACTIVE"
_DESTINATION = re.compile(r"arn:aws:(s3|logs|firehose):.+")
_FILTERS: Mapping[str, Values[QueryLogConfig]] = {
    "Arn": lambda row: [arn_of(row)],
    "CreatorRequestId": lambda row: [row.creator_request_id],
    "DestinationArn": lambda row: [row.destination],
    "Id": lambda row: [row.id],
    "Name": lambda row: [row.config_name],
    "OwnerId": lambda row: [row.account],
    "ShareStatus": lambda row: ["NOT_SHARED"],
    "Status": lambda row: [CREATED],
}
_ASSOCIATION_FILTERS: Mapping[str, Values[QueryLogAssociation]] = {
    "Id": lambda row: [row.id],
    "ResolverQueryLogConfigId": lambda row: [row.config_id],
    "ResourceId": lambda row: [row.vpc_id],
    "Status": lambda row: [ACTIVE],
}


def create_resolver_query_log_config(
    call: Call,
    *,
    name: str,
    destination_arn: str,
    creator_request_id: str,
    tags: Sequence[Mapping[str, str]] | None = None,
) -> Answer:
    check_name(name)
    if not _DESTINATION.fullmatch(destination_arn):
        raise InvalidParameterException(
            f"[RSLVR-01014] '{destination_arn[:200]}' is no ARN of a bucket, a log group or a "
            "delivery stream. Give one."
        )
    for one in call.mine(QueryLogConfig):
        if one.creator_request_id == creator_request_id:
            if (one.config_name, one.destination) == (name, destination_arn):
                return Answer({"ResolverQueryLogConfig": _config(call, one)})
            raise ResourceExistsException(
                f"[RSLVR-01015] The creator request id '{creator_request_id[:64]}' was used for "
                f"{one.id}. Give another."
            )
    config = QueryLogConfig(
        id=call.new_id("rqlc"),
        account=call.account,
        region=call.region,
        tags=parse_tags((), tags),
        config_name=name,
        destination=destination_arn,
        creator_request_id=creator_request_id,
        created_at=call.now,
    )
    return Answer({"ResolverQueryLogConfig": _config(call, config)}, put(config))


def get_resolver_query_log_config(call: Call, *, resolver_query_log_config_id: str) -> Answer:
    row = need(call, QueryLogConfig, resolver_query_log_config_id)
    return Answer({"ResolverQueryLogConfig": _config(call, row)})


def list_resolver_query_log_configs(
    call: Call,
    *,
    max_results: int | None = None,
    next_token: str | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    rows = filtered(call.mine(QueryLogConfig), filters, _FILTERS)
    some, token = paged(rows, max_results, next_token)
    return Answer(
        present(
            ResolverQueryLogConfigs=[_config(call, row) for row in some],
            TotalCount=len(call.mine(QueryLogConfig)),
            TotalFilteredCount=len(rows),
            NextToken=token,
        )
    )


def delete_resolver_query_log_config(call: Call, *, resolver_query_log_config_id: str) -> Answer:
    row = need(call, QueryLogConfig, resolver_query_log_config_id)
    if any(call.network.where(QueryLogAssociation, config_id=row.id)):
        raise InvalidRequestException(
            f"[RSLVR-01016] {row.id} is associated with VPCs. Disassociate them first."
        )
    shown = {**_config(call, row), "Status": "DELETING"}
    return Answer({"ResolverQueryLogConfig": shown}, delete(row))


def associate_resolver_query_log_config(
    call: Call, *, resolver_query_log_config_id: str, resource_id: str
) -> Answer:
    config = need(call, QueryLogConfig, resolver_query_log_config_id)
    vpc = call.find(Vpc, resource_id)
    if vpc is None:
        raise InvalidParameterException(
            f"[RSLVR-01017] The vpc ID '{resource_id[:64]}' does not exist in {call.region}."
        )
    if _association_of(call, config, vpc.id):
        raise ResourceExistsException(
            f"[RSLVR-01018] {config.id} is associated with {vpc.id} already."
        )
    made = QueryLogAssociation(
        id=call.new_id("rqlca"),
        account=call.account,
        region=call.region,
        config_id=config.id,
        vpc_id=vpc.id,
        created_at=call.now,
    )
    return Answer({"ResolverQueryLogConfigAssociation": _association(made)}, put(made))


def disassociate_resolver_query_log_config(
    call: Call, *, resolver_query_log_config_id: str, resource_id: str
) -> Answer:
    config = need(call, QueryLogConfig, resolver_query_log_config_id)
    held = _association_of(call, config, resource_id)
    if held is None:
        raise ResourceNotFoundException(
            f"[RSLVR-01019] {config.id} is not associated with '{resource_id[:64]}'."
        )
    shown = {**_association(held), "Status": "DELETING"}
    return Answer({"ResolverQueryLogConfigAssociation": shown}, delete(held))


def get_resolver_query_log_config_association(
    call: Call, *, resolver_query_log_config_association_id: str
) -> Answer:
    row = need(call, QueryLogAssociation, resolver_query_log_config_association_id)
    return Answer({"ResolverQueryLogConfigAssociation": _association(row)})


def list_resolver_query_log_config_associations(
    call: Call,
    *,
    max_results: int | None = None,
    next_token: str | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    every = call.mine(QueryLogAssociation)
    rows = filtered(every, filters, _ASSOCIATION_FILTERS)
    some, token = paged(rows, max_results, next_token)
    return Answer(
        present(
            ResolverQueryLogConfigAssociations=[_association(row) for row in some],
            TotalCount=len(every),
            TotalFilteredCount=len(rows),
            NextToken=token,
        )
    )


def _association_of(call: Call, config: QueryLogConfig, vpc_id: str) -> QueryLogAssociation | None:
    rows = call.network.where(QueryLogAssociation, config_id=config.id, vpc_id=vpc_id)
    return next(iter(rows), None)


def _config(call: Call, row: QueryLogConfig) -> dict[str, Any]:
    count = sum(1 for _ in call.network.where(QueryLogAssociation, config_id=row.id))
    return {
        "Id": row.id,
        "OwnerId": row.account,
        "Status": CREATED,
        "ShareStatus": "NOT_SHARED",
        "AssociationCount": count,
        "Arn": arn_of(row),
        "Name": row.config_name,
        "DestinationArn": row.destination,
        "CreatorRequestId": row.creator_request_id,
        "CreationTime": time(row.created_at),
    }


def _association(row: QueryLogAssociation) -> dict[str, Any]:
    return {
        "Id": row.id,
        "ResolverQueryLogConfigId": row.config_id,
        "ResourceId": row.vpc_id,
        "Status": ACTIVE,
        "Error": "NONE",
        "ErrorMessage": "",
        "CreationTime": time(row.created_at),
    }
