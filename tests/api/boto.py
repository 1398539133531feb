"""A network that botocore's own clients ask: real requests and answers as bytes, no socket between.

What a client sends is parsed, run on the snapshot and answered as a site does, and the answer's
bytes go back to the client. The snapshot is a value: `fork` gives a site that goes on from here and
leaves this one as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import jmespath
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from genkan import wire
from genkan.api import endpoint, registry
from genkan.api.call import Call
from genkan.control.accounts import DEFAULT_ACCOUNT, first_account
from genkan.control.key_pairs import new_key_pair
from genkan.model import lifecycle
from genkan.model.account import Account
from genkan.model.network import Network, put
from genkan.model.resource import Resource
from tests.build import AT, REGION, Tokens, a_call

OTHER_ACCOUNT = "210987654321"
MOST_STEPS = 50  # of lifecycles, until nothing is due
NAMED = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a client was refused with, and the line of ours that refused."""

    code: str
    message: str
    status: int
    raised_at: tuple[str, int]


class Site:
    """A network, who asks it, and the names by which what was made is called: `<vpc>`."""

    def __init__(self, call: Call, names: Mapping[str, Any]) -> None:
        self.call = call
        self.names = dict(names)
        self.raised_at = ("", 0)

    def fork(self) -> "Site":
        """Give a site that begins as this one is."""
        return Site(self.call, self.names)

    def ask(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request ("CreateVpc", or "route53:GetChange"), with names filled in."""
        service, name = parts_of(operation)
        filled = fill(parameters, self.names)
        with _answering(self):
            return _client(service)._make_api_call(name, filled)

    def refusal(self, operation: str, parameters: Mapping[str, Any]) -> Refusal:
        """Send one request that has to be refused and to leave everything as it is."""
        before = self.call.network
        try:
            answer = self.ask(operation, parameters)
        except ClientError as error:
            assert self.call.network is before, "a refused call changed the network"
            told, meta = error.response["Error"], error.response["ResponseMetadata"]
            status = meta["HTTPStatusCode"]
            return Refusal(told["Code"], told.get("Message", ""), status, self.raised_at)
        raise AssertionError(f"{operation} was answered: {answer}")

    def keep(
        self, answer: Mapping[str, Any], names: Mapping[str, str | Callable[[Any], str]]
    ) -> None:
        """Call parts of an answer, by JMESPath or as a function takes them, by these names."""
        for name, path in names.items():
            found = (
                jmespath.search(fill(path, self.names), answer)
                if isinstance(path, str)
                else path(answer)
            )
            assert found is not None, f"{path} is not in {answer}"
            self.names[name] = found

    def become(self, account: str = DEFAULT_ACCOUNT, region: str = REGION) -> None:
        """Go on as another account's root user, or in another Region."""
        principal = f"arn:aws:iam::{account}:root"
        self.call = replace(self.call, account=account, region=region, principal=principal)

    def put(self, *resources: Resource) -> None:
        """Put resources there that no call made."""
        self.call = replace(self.call, network=self.call.network.apply(put(*resources)))

    def settle(self) -> None:
        """Take every lifecycle as far as it goes by itself."""
        for _ in range(MOST_STEPS):
            network = self.call.network
            due = list(lifecycle.due(network, self.call.now))
            if not due:
                return
            for row in due:
                network = network.apply(lifecycle.complete(network, row, self.call.now))
            self.call = replace(self.call, network=network)
        raise AssertionError("lifecycles do not end")

    def answer(self, service: str, request: wire.HttpRequest) -> wire.HttpAnswer:
        """Answer one request as a site does, its change taken into the network."""
        self.call = replace(self.call, now=self.call.now + timedelta(seconds=1))
        request_id, protocol = self.call.request_id, None
        try:
            question = endpoint.parse(service, request, request_id)
            protocol = question.parsed.protocol
            answer = registry.run(
                self.call, service, question.operation, question.parsed.parameters
            )
            written = endpoint.serialize(question, answer)
        except Exception as error:
            self.raised_at = _raised_at(error)
            return endpoint.refuse(service, protocol, error, request_id)
        self.call = replace(self.call, network=self.call.network.apply(answer.change))
        return written


def a_site(now: datetime = AT) -> Site:
    """Give a site with its first account and one more, that holds nothing yet."""
    network = Network().apply(first_account(REGION, Tokens()))
    other = Account(id=OTHER_ACCOUNT, account=OTHER_ACCOUNT, region=REGION, account_name="partner")
    network = network.apply(put(other))
    token = Tokens(1000)
    call = a_call(network, account=DEFAULT_ACCOUNT, now=now, token=token, new_key_pair=new_key_pair)
    return Site(call, {"account": DEFAULT_ACCOUNT, "other": OTHER_ACCOUNT, "region": REGION})


def fill(value: Any, names: Mapping[str, Any]) -> Any:
    """Give `value` with every `<name>` in its strings replaced by what is called so."""
    match value:
        case str() if (found := NAMED.fullmatch(value)) and not isinstance(
            names[found[1]], str | int
        ):
            return names[found[1]]
        case str():
            return NAMED.sub(lambda found: str(names[found[1]]), value)
        case Mapping():
            return {key: fill(one, names) for key, one in value.items()}
        case list() | tuple():
            return [fill(one, names) for one in value]
    return value


def parts_of(operation: str) -> tuple[str, str]:
    """Give the service (botocore's name) and the operation: EC2's where no service is named."""
    service, _, name = operation.rpartition(":")
    return service or "ec2", name


_asked: list[Site] = []


@contextmanager
def _answering(site: Site) -> Iterator[None]:
    _asked.append(site)
    try:
        yield
    finally:
        _asked.pop()


@cache
def _client(service: str) -> Any:
    """Give botocore's client, without its own checks: what is wrong has to arrive."""
    client = botocore.session.Session().create_client(
        service,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        written = _asked[-1].answer(service, _received(request))
        return _Answered(request.url, written)

    client.meta.events.register("before-send", answer)
    return client


class _Answered(AWSResponse):
    """An answer whose body is there already."""

    def __init__(self, url: str, written: wire.HttpAnswer) -> None:
        super().__init__(url, written.status, _Headers(written.headers), None)
        self._content = written.body


class _Headers(dict[str, str]):
    """Headers whose names are asked for in any case."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def _received(request: AWSPreparedRequest) -> wire.HttpRequest:
    url = urlsplit(request.url)
    body = request.body or b""
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    return wire.HttpRequest(
        method=request.method,
        path=url.path,
        query=url.query,
        headers=headers,
        body=body.encode() if isinstance(body, str) else body,
    )


def _raised_at(error: Exception) -> tuple[str, int]:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ("", 0)
    return (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
