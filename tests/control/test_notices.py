"""Whom a change to endpoint connections tells of what."""

import json
from dataclasses import replace

import pytest

from genkan.control.notices import Notice, notices
from genkan.model import lifecycle
from genkan.model.network import Change
from tests.api.providers import a_service, an_endpoint
from tests.build import ACCOUNT, AT, REGION, Client

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:connections"
EVERYTHING = ["Accept", "Connect", "Delete", "Reject"]


class Told(Client):
    """A client that keeps what each of its calls tells."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Notice] = []

    def ask(self, operation, **parameters):
        held = self.call.network
        output = super().ask(operation, **parameters)
        self.after(held)
        return output

    def after(self, held) -> None:
        now = self.call.network
        gone = tuple((row.kind, row.id) for row in held if now.find(row.kind, row.id) is None)
        change = Change(puts=tuple(row for row in now if row not in set(held)), deletes=gone)
        self.told += notices(held, now, change, AT)

    def advance(self) -> None:
        while due := list(lifecycle.due(self.call.network, AT)):
            held = self.call.network
            change = lifecycle.complete(held, due[0], AT)
            self.call = replace(self.call, network=held.apply(change))
            self.after(held)

    def events(self) -> list[str]:
        return [json.loads(one.body)["eventType"] for one in self.told]


@pytest.fixture
def client() -> Told:
    return Told()


def notify(client: Told, events=EVERYTHING, **of: str) -> None:
    client.ask(
        "CreateVpcEndpointConnectionNotification",
        ConnectionNotificationArn=TOPIC,
        ConnectionEvents=events,
        **of,
    )


def answer(client: Told, word: str, service: dict, endpoint: dict) -> None:
    asked = {"ServiceId": service["ServiceId"], "VpcEndpointIds": [endpoint["VpcEndpointId"]]}
    client.ask(f"{word}VpcEndpointConnections", **asked)
    client.advance()


def test_a_service_is_told_of_all_that_becomes_of_an_endpoint_once_each(client):
    service = a_service(client)
    notify(client, ServiceId=service["ServiceId"])
    endpoint = an_endpoint(client, service)
    answer(client, "Accept", service, endpoint)
    answer(client, "Reject", service, endpoint)
    client.ask("DeleteVpcEndpoints", VpcEndpointIds=[endpoint["VpcEndpointId"]])
    client.advance()
    assert client.events() == ["Connect", "Accept", "Reject", "Delete"]
    assert {one.topic for one in client.told} == {TOPIC}
    last = json.loads(client.told[-1].body)
    assert last["vpcEndpointId"] == endpoint["VpcEndpointId"]
    assert last["vpcEndpointServiceId"] == service["ServiceId"]
    assert (last["vpcEndpointOwner"], last["vpcEndpointState"]) == (ACCOUNT, "deleted")


def test_only_the_events_that_were_asked_for_are_told(client):
    service = a_service(client)
    notify(client, ["Reject"], ServiceId=service["ServiceId"])
    endpoint = an_endpoint(client, service)
    answer(client, "Accept", service, endpoint)
    answer(client, "Reject", service, endpoint)
    assert client.events() == ["Reject"]


def test_an_endpoints_owner_is_told_of_that_endpoint_alone_until_its_end(client):
    service = a_service(client)
    one, other = (an_endpoint(client, service) for _ in "ab")
    notify(client, VpcEndpointId=one["VpcEndpointId"])
    for endpoint in (other, one):
        answer(client, "Accept", service, endpoint)
    client.ask("DeleteVpcEndpoints", VpcEndpointIds=[one["VpcEndpointId"]])
    client.advance()
    assert client.events() == ["Accept", "Delete"]


def test_nobody_accepts_what_needs_no_acceptance(client):
    service = a_service(client, AcceptanceRequired=False)
    notify(client, ServiceId=service["ServiceId"])
    an_endpoint(client, service)
    client.advance()
    assert client.events() == ["Connect"]
