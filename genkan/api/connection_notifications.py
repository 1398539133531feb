"""Connection notifications: which topic is told of which events, of a service or of an endpoint.

Topics are taken as they are named. "Receive alerts for endpoint service events" in the AWS
PrivateLink guide.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import FORMS, need
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.model.endpoint_service import ConnectionNotification, EndpointService
from genkan.model.errors import InvalidParameter, InvalidParameterCombination
from genkan.model.network import Change, delete, put
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType

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


@idempotent(ConnectionNotification, lambda call, rows: _created(rows[0]))
def create_vpc_endpoint_connection_notification(
    call: Call,
    *,
    connection_notification_arn: str,
    connection_events: Sequence[str],
    service_id: str | None = None,
    vpc_endpoint_id: str | None = None,
) -> Answer:
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
    return Answer(_created(notification), put(notification))


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
        rows = [need(call, ConnectionNotification, connection_notification_id)]
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
    held = need(call, ConnectionNotification, connection_notification_id)
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
            form = FORMS[ConnectionNotification]
            error = {"Code": form.not_found, "Message": form.sentence.format(name)}
            unsuccessful.append({"ResourceId": name, "Error": error})
    return Answer({"Unsuccessful": unsuccessful}, change)


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


def _created(row: ConnectionNotification) -> dict[str, Any]:
    return {"ConnectionNotification": _notification(row)}
