"""What a change tells the topics of connection notifications: endpoints that connected, were
accepted, rejected or deleted.

The body is JSON. AWS documents the events and not the body's members, so these are named as the
API names the same things. "Receive alerts for endpoint service events" in the AWS PrivateLink
guide.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from genkan.model.endpoint_service import ConnectionNotification, service_id_of
from genkan.model.network import Change, Network
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState

CONNECT, ACCEPT, REJECT, DELETE = "Connect", "Accept", "Reject", "Delete"
UNANSWERED = (VpcEndpointState.PENDING_ACCEPTANCE, VpcEndpointState.REJECTED)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to an SNS topic, by its ARN."""

    topic: str
    subject: str
    body: str


def notices(before: Network, after: Network, change: Change, at: datetime) -> list[Notice]:
    """Give what has to be told of `change`, which led from `before` to `after`."""
    return [
        Notice(row.topic, f"VPC endpoint {event}: {endpoint.id}", _body(event, endpoint, at))
        for event, endpoint in _events(before, change)
        for row in _told(before, after, endpoint)
        if event in row.events
    ]


def _events(before: Network, change: Change) -> Iterator[tuple[str, VpcEndpoint]]:
    for endpoint in change.puts:
        if isinstance(endpoint, VpcEndpoint) and service_id_of(endpoint.service_name):
            event = _event(before.get(VpcEndpoint, endpoint.id), endpoint)
            if event:
                yield event, endpoint
    for kind, name in change.deletes:
        gone = before.get(VpcEndpoint, name) if kind == VpcEndpoint.kind else None
        if gone and service_id_of(gone.service_name):
            yield DELETE, gone


def _event(held: VpcEndpoint | None, endpoint: VpcEndpoint) -> str | None:
    if held is None:
        return CONNECT
    if held.state == endpoint.state:
        return None
    if endpoint.state is VpcEndpointState.REJECTED:
        return REJECT
    accepted = held.state in UNANSWERED and endpoint.state is VpcEndpointState.PENDING
    return ACCEPT if accepted else None


def _told(
    before: Network, after: Network, endpoint: VpcEndpoint
) -> Iterator[ConnectionNotification]:
    """Give the notifications of the service and of the endpoint; those that end with it too."""
    service_id = service_id_of(endpoint.service_name)
    yield from after.where(ConnectionNotification, service_id=service_id)
    yield from before.where(ConnectionNotification, endpoint_id=endpoint.id)


def _body(event: str, endpoint: VpcEndpoint, at: datetime) -> str:
    return json.dumps(
        {
            "eventType": event,
            "eventTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "vpcEndpointServiceId": service_id_of(endpoint.service_name),
            "serviceName": endpoint.service_name,
            "vpcEndpointId": endpoint.id,
            "vpcEndpointOwner": endpoint.account,
            "vpcEndpointState": "deleted" if event == DELETE else endpoint.state.value,
            "vpcEndpointRegion": endpoint.region,
        }
    )
