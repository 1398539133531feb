"""Query logging configs of public zones: kept and shown, and no question is logged.

Whether the log group is there, and lets Route 53 write, is the embedded emulator's to know and is
not asked. "Public DNS query logging" in the Amazon Route 53 developer guide.
"""

import re
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.hosted_zone_lookup import bare_id, need_zone, parse_max_items
from genkan.api.output import present
from genkan.api.route53_errors import (
    InvalidInput,
    NoSuchLogGroup,
    NoSuchQueryLoggingConfig,
    QueryLoggingConfigAlreadyExists,
)
from genkan.model.hosted_zone import GLOBAL, QueryLoggingConfig
from genkan.model.network import delete, put

URL = "https://route53.amazonaws.com/2013-04-01/queryloggingconfig"
HEX = "0123456789abcdef"
MOST_RESULTS = 100
LOG_REGION = "us-east-1"  # where public zones log
_LOG_GROUP = re.compile(
    r"arn:aws:logs:([a-z0-9-]+):(\d{12}):log-group:[\w./#-]{1,512}(:\*)?", re.ASCII
)


def create_query_logging_config(
    call: Call, *, hosted_zone_id: str, cloud_watch_logs_log_group_arn: str
) -> Answer:
    zone = need_zone(call, hosted_zone_id)
    if zone.private:
        raise InvalidInput(
            f"{zone.id} is private: the questions of VPCs are logged by Resolver. Name a public "
            "zone, or use CreateResolverQueryLogConfig."
        )
    _check_log_group(call, cloud_watch_logs_log_group_arn)
    if any(call.network.where(QueryLoggingConfig, zone_id=zone.id)):
        raise QueryLoggingConfigAlreadyExists(
            f"A query logging configuration already exists for the hosted zone {zone.id}. Delete "
            "it first."
        )
    digits = call.token(32, HEX)
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    made = QueryLoggingConfig(
        id="-".join(parts),
        account=call.account,
        region=GLOBAL,
        zone_id=zone.id,
        log_group_arn=cloud_watch_logs_log_group_arn,
    )
    return Answer({"QueryLoggingConfig": _shown(made), "Location": f"{URL}/{made.id}"}, put(made))


def get_query_logging_config(call: Call, *, id: str) -> Answer:
    return Answer({"QueryLoggingConfig": _shown(_need(call, id))})


def delete_query_logging_config(call: Call, *, id: str) -> Answer:
    return Answer(change=delete(_need(call, id)))


def list_query_logging_configs(
    call: Call,
    *,
    hosted_zone_id: str | None = None,
    next_token: str | None = None,
    max_results: str | None = None,
) -> Answer:
    zone = need_zone(call, hosted_zone_id) if hosted_zone_id else None
    most = parse_max_items(max_results, MOST_RESULTS)
    every = sorted(
        call.network.where(QueryLoggingConfig, account=call.account), key=lambda row: row.id
    )
    rows = [row for row in every if zone is None or row.zone_id == zone.id]
    start = int(next_token or 0)
    end = start + most
    return Answer(
        present(
            QueryLoggingConfigs=[_shown(row) for row in rows[start:end]],
            NextToken=str(end) if end < len(rows) else None,
        )
    )


def _check_log_group(call: Call, arn: str) -> None:
    found = _LOG_GROUP.fullmatch(arn)
    if found is None or found[1] != LOG_REGION:
        raise InvalidInput(
            f"'{arn[:200]}' is no ARN of a log group in {LOG_REGION}, where public zones log: "
            f"arn:aws:logs:{LOG_REGION}:ACCOUNT:log-group:NAME."
        )
    if found[2] != call.account:
        raise NoSuchLogGroup(
            f"The log group {arn[:200]} is not this account's, {call.account}. Name one of it."
        )


def _need(call: Call, name: str) -> QueryLoggingConfig:
    row = call.network.get(QueryLoggingConfig, bare_id(name))
    if row is None or row.account != call.account:
        raise NoSuchQueryLoggingConfig(
            f"The query logging configuration {bare_id(name)[:64]} does not exist."
        )
    return row


def _shown(row: QueryLoggingConfig) -> dict[str, Any]:
    return {
        "Id": row.id,
        "HostedZoneId": row.zone_id,
        "CloudWatchLogsLogGroupArn": row.log_group_arn,
    }
