"""Flow logs as objects: made for VPCs, subnets and interfaces, shown, deleted.

What they ask for is kept; nothing is delivered to the destination. "Flow log records" in the Amazon
VPC user guide.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import FORMS, need
from genkan.api.output import present
from genkan.api.quotas import FLOW_LOGS, FlowLogsLimitExceeded, check_quota
from genkan.api.selection import Values, page, select
from genkan.api.tagging import from_specifications, shown
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    Refused,
)
from genkan.model.flow_log import FlowLog
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

LOGGED: Mapping[str, type[Resource]] = {
    "VPC": Vpc,
    "Subnet": Subnet,
    "NetworkInterface": NetworkInterface,
}
TRAFFIC = ("ACCEPT", "REJECT", "ALL")
LOGS = "cloud-watch-logs"
DESTINATIONS = (LOGS, "s3", "kinesis-data-firehose")
INTERVALS = (60, 600)
FILE_FORMATS = ("plain-text", "parquet")
DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)

_FILTERS: Mapping[str, Values[FlowLog]] = {
    "deliver-log-status": lambda row: ["SUCCESS"],
    "log-destination-type": lambda row: [row.destination_type],
    "flow-log-id": lambda row: [row.id],
    "log-group-name": lambda row: [row.log_group_name],
    "resource-id": lambda row: [row.logged],
    "traffic-type": lambda row: [row.traffic_type],
}


class FlowLogAlreadyExists(Refused):
    code = "FlowLogAlreadyExists"


def _made(logs: Sequence[FlowLog]) -> dict[str, Any]:
    return {"FlowLogIds": [log.id for log in logs], "Unsuccessful": []}


@idempotent(FlowLog, lambda call, logs: _made(logs))
def create_flow_logs(
    call: Call,
    *,
    resource_ids: Sequence[str],
    resource_type: str,
    traffic_type: str | None = None,
    log_destination_type: str = LOGS,
    log_destination: str | None = None,
    log_group_name: str | None = None,
    log_format: str | None = None,
    max_aggregation_interval: int = 600,
    deliver_logs_permission_arn: str | None = None,
    deliver_cross_account_role: str | None = None,
    destination_options: Mapping[str, Any] | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    """Make a log for each resource."""
    _check_choices(resource_type, traffic_type, log_destination_type, max_aggregation_interval)
    _check_destination(
        log_destination_type, log_destination, log_group_name, deliver_logs_permission_arn
    )
    options = destination_options or {}
    if options.get("FileFormat", FILE_FORMATS[0]) not in FILE_FORMATS:
        raise InvalidParameterValue(f"FileFormat is one of {', '.join(FILE_FORMATS)}.")
    of_s3 = log_destination_type == "s3"
    logs = [
        FlowLog(
            id=call.new_id("fl"),
            account=call.account,
            region=call.region,
            tags=from_specifications("vpc-flow-log", tag_specifications),
            logged=need(call, LOGGED[resource_type], name).id,
            traffic_type=traffic_type,
            destination_type=log_destination_type,
            destination=log_destination or _group_arn(call, log_group_name),
            log_group_name=log_group_name,
            log_format=log_format or DEFAULT_FORMAT,
            aggregation_interval=max_aggregation_interval,
            created_at=call.now,
            deliver_role=deliver_logs_permission_arn,
            cross_account_role=deliver_cross_account_role,
            file_format=options.get("FileFormat", FILE_FORMATS[0]) if of_s3 else None,
            hive_partitions=bool(options.get("HiveCompatiblePartitions")),
            hourly_partitions=bool(options.get("PerHourPartition")),
        )
        for name in dict.fromkeys(resource_ids)
    ]
    for log in logs:
        _check_new(call, log)
    return Answer(_made(logs), put(*logs))


def describe_flow_logs(
    call: Call,
    *,
    flow_log_ids: Sequence[str] | None = None,
    filter: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    found = select(call, FlowLog, ids=flow_log_ids, filters=filter, table=_FILTERS)
    rows, token = page(found, max_results, next_token, ids=flow_log_ids)
    return Answer(present(FlowLogs=[_shown(row) for row in rows], NextToken=token))


def delete_flow_logs(call: Call, *, flow_log_ids: Sequence[str]) -> Answer:
    """Delete logs; one that is not there is an item of the answer, no error."""
    found = {name: call.find(FlowLog, name) for name in flow_log_ids}
    form = FORMS[FlowLog]
    unsuccessful = [
        {
            "ResourceId": name,
            "Error": {"Code": form.not_found, "Message": form.sentence.format(name)},
        }
        for name, row in found.items()
        if row is None
    ]
    gone = delete(*(row for row in found.values() if row))
    return Answer({"Unsuccessful": unsuccessful}, gone)


def _check_choices(
    resource_type: str, traffic: str | None, destination_type: str, interval: int
) -> None:
    if traffic is None:
        raise MissingParameter("The request must contain the parameter TrafficType.")
    for name, value, choices in (
        ("ResourceType", resource_type, tuple(LOGGED)),
        ("TrafficType", traffic, TRAFFIC),
        ("LogDestinationType", destination_type, DESTINATIONS),
        ("MaxAggregationInterval", interval, INTERVALS),
    ):
        if value not in choices:
            raise InvalidParameterValue(
                f"Value ({value}) for parameter {name} is invalid. "
                f"Choose from {', '.join(map(str, choices))}."
            )


def _check_destination(
    destination_type: str, destination: str | None, group: str | None, role: str | None
) -> None:
    if destination_type != LOGS:
        if group:
            raise InvalidParameterCombination(
                f"LogGroupName cannot be used with the destination type {destination_type}. "
                "Give LogDestination instead."
            )
        if not destination:
            raise MissingParameter("The request must contain the parameter LogDestination.")
        return
    if bool(destination) == bool(group):
        refusal = InvalidParameterCombination if group else MissingParameter
        raise refusal("The request must contain either LogDestination or LogGroupName.")
    if not role:
        raise MissingParameter(
            "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."
        )


def _group_arn(call: Call, group: str | None) -> str | None:
    return f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}" if group else None


def _check_new(call: Call, log: FlowLog) -> None:
    there = list(call.network.where(FlowLog, logged=log.logged))
    for other in there:
        if (other.traffic_type, other.destination) == (log.traffic_type, log.destination):
            raise FlowLogAlreadyExists(
                f"There is an existing Flow Log with the same configuration and log destination: "
                f"{other.id} of {log.logged}."
            )
    check_quota(len(there) + 1, FLOW_LOGS, FlowLogsLimitExceeded, f"flow logs of {log.logged}")


def _shown(log: FlowLog) -> dict[str, Any]:
    options = {
        "FileFormat": log.file_format,
        "HiveCompatiblePartitions": log.hive_partitions,
        "PerHourPartition": log.hourly_partitions,
    }
    return present(
        CreationTime=log.created_at,
        DeliverLogsPermissionArn=log.deliver_role,
        DeliverCrossAccountRole=log.cross_account_role,
        DeliverLogsStatus="SUCCESS",
        FlowLogId=log.id,
        FlowLogStatus="ACTIVE",
        LogGroupName=log.log_group_name,
        ResourceId=log.logged,
        TrafficType=log.traffic_type,
        LogDestinationType=log.destination_type,
        LogDestination=log.destination,
        LogFormat=log.log_format,
        Tags=shown(log.tags),
        MaxAggregationInterval=log.aggregation_interval,
        DestinationOptions=options if log.file_format else None,
    )
