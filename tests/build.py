"""Calls and networks for tests: what a request would bring, with the same ids each time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from genkan import wire
from genkan.api import registry
from genkan.api.call import Answer, Call
from genkan.compile import compile_network
from genkan.control.ways import find_access, find_way, supposing
from genkan.model import lifecycle
from genkan.model.errors import Refused
from genkan.model.network import Network, put
from genkan.model.resource import Resource

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
AT = datetime(2026, 1, 1, tzinfo=UTC)


class Tokens:
    """`Call.token` that counts: the nth token is n, written in the alphabet."""

    def __init__(self, given: int = 0) -> None:
        self.given = given

    def __call__(self, length: int, alphabet: str) -> str:
        self.given += 1
        rest, digits = self.given, []
        for _ in range(length):
            rest, digit = divmod(rest, len(alphabet))
            digits.append(alphabet[digit])
        return "".join(reversed(digits))


def a_call(network: Network | None = None, **overrides: Any) -> Call:
    """Give a call of the default account on `network`."""
    given = {
        "network": network or Network(),
        "account": ACCOUNT,
        "region": REGION,
        "principal": f"arn:aws:iam::{ACCOUNT}:root",
        "now": AT,
        "request_id": "00000000-0000-0000-0000-000000000001",
        "token": Tokens(),
        "has_certificate": lambda arn: not arn.endswith("/none"),
        "find_way": lambda network, supposed, flow: find_way(
            supposing(compile_network(network), network, supposed), flow
        ),
        "find_access": lambda network, content: find_access(
            compile_network(network), network, content
        ),
    }
    return Call(**{**given, **overrides})


def after(call: Call, answer: Answer) -> Call:
    """Give the call that comes next: on the network that `answer` leaves, with ids that go on."""
    return replace(call, network=call.network.apply(answer.change))


class Client:
    """A client in one account: each call meets the network that the last one left.

    An operation is EC2's, or "service:Operation". Every answer is also written on the wire, so a
    member that the service does not have fails the test.
    """

    def __init__(self, network: Network | None = None, **overrides: Any) -> None:
        self.call = a_call(network, **overrides)

    def ask(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Run an operation under AWS's names and give its output."""
        service, name = _parts_of(operation)
        answer = registry.run(self.call, service, name, parameters)
        model = wire.service_model(service)
        protocol = model.metadata["protocol"]
        wire.serialize_answer(model, name, protocol, answer.output, self.call.request_id)
        self.call = after(self.call, answer)
        return answer.output

    def refusal(self, operation: str, **parameters: Any) -> str:
        """Give the code that an operation is refused with."""
        with pytest.raises(Refused) as caught:
            registry.run(self.call, *_parts_of(operation), parameters)
        return caught.value.code

    def become(self, account: str) -> None:
        """Go on as another account's root user."""
        self.call = replace(self.call, account=account, principal=f"arn:aws:iam::{account}:root")

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and take the lifecycle steps that are due then."""
        now = self.call.now + timedelta(seconds=seconds)
        network = self.call.network
        for row in list(lifecycle.due(network, now)):
            network = network.apply(lifecycle.complete(network, row, now))
        self.call = replace(self.call, network=network, now=now)

    def put(self, *resources: Resource) -> None:
        """Put resources there that no operation made."""
        self.call = replace(self.call, network=self.call.network.apply(put(*resources)))


def _parts_of(operation: str) -> tuple[str, str]:
    service, _, name = operation.rpartition(":")
    return service or "ec2", name
