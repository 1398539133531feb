"""Connection notifications: which topic is told of which events, of a service or of an endpoint.

Topics are taken as they are named. "Receive alerts for endpoint service events" in the AWS
PrivateLink guide.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import remembered, replayed
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.model.endpoint_service import ConnectionNotification, EndpointService
from genkan.model.errors import InvalidParameter, InvalidParameterCombination, Refused
from genkan.model.network import Change, delete, put
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType

CREATE = "CreateVpcEndpointConnectionNotification"
EVENTS = ("Accept", "Connect", "Delete", "Reject")
ENABLED, TOPIC = "Enabled", "Topic"
_TOPIC_ARN = "arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}"
_FILTERS: Mapping[str, Values[ConnectionNotification]] = {
    "connection-notification-arn": lambda row: [row.topic],
    "connection-notification-id": lambda row: [row.id],
    "connection-notification-state": lambda row: [ENABLED],
    "connection-notification-type": lambda row: [TOPIC],
    "service-id": lambda row: [row.service_id],
    "vpc-endpoint-id": lambda row: [row.endpoint_id],
}


class InvalidConnectionNotification(Refused):
    code = "InvalidConnectionNotification"


def create_vpc_endpoint_connection_notification(
    call: Call,
    *,
    connection_notification_arn: str,
    connection_events: Sequence[str],
    service_id: str | None = None,
    vpc_endpoint_id: str | None = None,
    client_token: str | None = None,
) -> Answer:
    parameters = dict(locals(), call=None, client_token=None)
    made = replayed(call, CREATE, client_token, parameters)
    if made:
        return Answer(_created(_need(call, made[0]), client_token))
    _check_subject(call, service_id, vpc_endpoint_id)
    notification = ConnectionNotification(
        id=call.new_id("vpce-nfn"),
        account=call.account,
        region=call.region,
        topic=_topic(connection_notification_arn),
        events=_events(connection_events),
        service_id=service_id,
        endpoint_id=vpc_endpoint_id,
    )
    change = put(notification)
    if client_token:
        change += put(remembered(call, CREATE, client_token, parameters, (notification.id,)))
    return Answer(_created(notification, client_token), change)


def describe_vpc_endpoint_connection_notifications(
    call: Call,
    *,
    connection_notification_id: str | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = call.mine(ConnectionNotification)
    if connection_notification_id:
        rows = [_need(call, connection_notification_id)]
    some, token = page(matching(rows, filters, _FILTERS), max_results, next_token)
    shown = [_notification(row) for row in some]
    return Answer(present(ConnectionNotificationSet=shown, NextToken=token))


def modify_vpc_endpoint_connection_notification(
    call: Call,
    *,
    connection_notification_id: str,
    connection_notification_arn: str | None = None,
    connection_events: Sequence[str] | None = None,
) -> Answer:
    held = _need(call, connection_notification_id)
    arn, events = connection_notification_arn, connection_events
    after = replace(
        held,
        topic=held.topic if arn is None else _topic(arn),
        events=held.events if events is None else _events(events),
    )
    return Answer({"ReturnValue": True}, put(after))


def delete_vpc_endpoint_connection_notifications(
    call: Call, *, connection_notification_ids: Sequence[str]
) -> Answer:
    """Delete notifications; one that is not there is an item of the answer."""
    unsuccessful, change = [], Change()
    for name in dict.fromkeys(connection_notification_ids):
        held = call.find(ConnectionNotification, name)
        if held:
            change += delete(held)
        else:
            error = {"Code": InvalidConnectionNotification.code, "Message": _absent(name)}
            unsuccessful.append({"ResourceId": name, "Error": error})
    return Answer({"Unsuccessful": unsuccessful}, change)


def _need(call: Call, name: str) -> ConnectionNotification:
    held = call.find(ConnectionNotification, name)
    if held is None:
        raise InvalidConnectionNotification(_absent(name))
    return held


def _absent(name: str) -> str:
    return f"The connection notification '{name}' does not exist"


def _check_subject(call: Call, service_id: str | None, endpoint_id: str | None) -> None:
    if bool(service_id) == bool(endpoint_id):
        raise InvalidParameterCombination(
            "The request must contain exactly one of ServiceId and VpcEndpointId."
        )
    kind = (
        need(call, EndpointService, service_id).service_type
        if service_id
        else need(call, VpcEndpoint, endpoint_id or "").endpoint_type
    )
    if kind is not VpcEndpointType.INTERFACE:
        raise InvalidParameter(
            f"Connection notifications are for endpoints of type Interface, and "
            f"{service_id or endpoint_id} is of type {kind.value}."
        )


def _topic(arn: str) -> str:
    if not re.fullmatch(_TOPIC_ARN, arn):
        raise InvalidParameter(f"'{arn}' is not the ARN of an SNS topic. Give one.")
    return arn


def _events(names: Sequence[str]) -> tuple[str, ...]:
    unknown = sorted(set(names) - set(EVENTS))
    if unknown or not names:
        raise InvalidParameter(
            f"The connection events '{', '.join(unknown)}' are not valid. Give at least one of "
            f"{', '.join(EVENTS)}."
        )
    return tuple(dict.fromkeys(names))


def _notification(row: ConnectionNotification) -> dict[str, Any]:
    return present(
        ConnectionNotificationId=row.id,
        ServiceId=row.service_id,
        VpcEndpointId=row.endpoint_id,
        ConnectionNotificationType=TOPIC,
        ConnectionNotificationArn=row.topic,
        ConnectionEvents=list(row.events),
        ConnectionNotificationState=ENABLED,
        ServiceRegion=row.region,
    )


def _created(row: ConnectionNotification, token: str | None) -> dict[str, Any]:
    return present(ConnectionNotification=_notification(row), ClientToken=token)
