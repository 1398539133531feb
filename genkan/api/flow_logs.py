"""Flow logs as objects: made for VPCs, subnets and interfaces, shown, deleted.

"Logging IP traffic using VPC Flow Logs" in the Amazon VPC user guide. Beside AWS's destinations
there is `file`: a file of the site's home. Firehose and Parquet are refused.
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
    UnsupportedOperation,
)
from genkan.model.flow_log import FlowLog
from genkan.model.flow_log_fields import DEFAULT_FORMAT, UnreadableFormat, fields_of
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
S3, FILE, FIREHOSE = "s3", "file", "kinesis-data-firehose"
DESTINATIONS = (LOGS, S3, FILE)
ARNS = {LOGS: "arn:aws:logs:", S3: "arn:aws:s3:::"}  # what a destination's ARN begins with
INTERVALS = (60, 600)
PLAIN_TEXT, PARQUET = "plain-text", "parquet"

_FILTERS: Mapping[str, Values[FlowLog]] = {
    "deliver-log-status": lambda row: ["FAILED" if row.delivery_error else "SUCCESS"],
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
    _check_format(log_format)
    options = destination_options or {}
    _check_file_format(options.get("FileFormat", PLAIN_TEXT))
    of_s3 = log_destination_type == S3
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
            file_format=PLAIN_TEXT if of_s3 else None,
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
    if destination_type == FIREHOSE:
        raise UnsupportedOperation(
            f"Flow logs are not delivered to {FIREHOSE} here. "
            f"Choose from {', '.join(DESTINATIONS)}."
        )
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


def _check_file_format(file_format: str) -> None:
    if file_format == PARQUET:
        raise UnsupportedOperation(
            "Flow logs are not written as Parquet here. Choose the file format plain-text."
        )
    if file_format != PLAIN_TEXT:
        raise InvalidParameterValue(
            f"Value ({file_format}) for parameter FileFormat is invalid. It is {PLAIN_TEXT}."
        )


def _check_format(log_format: str | None) -> None:
    try:
        fields_of(log_format or DEFAULT_FORMAT)
    except UnreadableFormat as error:
        raise InvalidParameterValue(
            f"Value ({log_format}) for parameter LogFormat is invalid: {error}. "
            "Write fields of a flow log with spaces between them, ${srcaddr} ${dstaddr}."
        ) from error


def _check_destination(
    destination_type: str, destination: str | None, group: str | None, role: str | None
) -> None:
    if destination_type != LOGS:
        if group:
            raise InvalidParameterCombination(
                f"LogGroupName cannot be used with the destination type {destination_type}. "
                "Give LogDestination instead."
            )
        if destination_type == FILE:
            _check_no_destination(destination)
        elif not destination:
            raise MissingParameter("The request must contain the parameter LogDestination.")
        else:
            _check_arn(destination_type, destination)
        return
    if bool(destination) == bool(group):
        refusal = InvalidParameterCombination if group else MissingParameter
        raise refusal("The request must contain either LogDestination or LogGroupName.")
    if not role:
        raise MissingParameter(
            "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."
        )
    if destination:
        _check_arn(LOGS, destination)


def _check_no_destination(destination: str | None) -> None:
    if destination:
        raise InvalidParameterCombination(
            f"LogDestination ({destination}) cannot be used with the destination type {FILE}. "
            "Leave it out: the file is flow-logs/ID.log in the site's home."
        )


def _check_arn(destination_type: str, destination: str) -> None:
    start = ARNS[destination_type]
    if not destination.startswith(start) or not destination.removeprefix(start).strip(":/"):
        raise InvalidParameterValue(
            f"Value ({destination}) for parameter LogDestination is invalid. "
            f"It is an ARN that begins with {start}."
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
    check_quota(
        call, len(there) + 1, FLOW_LOGS, FlowLogsLimitExceeded, f"flow logs of {log.logged}"
    )


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
        DeliverLogsStatus="FAILED" if log.delivery_error else "SUCCESS",
        DeliverLogsErrorMessage=log.delivery_error,
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
