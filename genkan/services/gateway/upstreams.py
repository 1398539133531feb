"""What stands behind an API: an HTTP server that the site reaches, or a Lambda function.

Servers are reached from the internet, or by a VPC link as its load balancer reaches targets; what
TLS shows is checked against the site's authority and those of the machine. A function has to let
API Gateway in by its own policy, unless the integration goes by a role: "Grant permissions using
resource-based policies" in the developer guide.
"""

import http.client
import json
import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from genkan.policy import PolicyUnreadable, Principal, Request, evaluate
from genkan.services import functions
from genkan.services.gateway.calls import Failed, Headers
from genkan.services.identities import read_policy
from genkan.services.reach import Reach, Unreachable

FUNCTION = re.compile(r"arn:[\w-]+:apigateway:[\w-]+:lambda:path/[\d-]+/functions/(.+)/invocations")
ELEMENTS = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")
SERVICE = "apigateway.amazonaws.com"
LARGEST = 10 << 20  # bytes of an answer: "Payload size" of API Gateway
MOST = 24  # integrations under way; others are told to come again: the service has more to do
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer"}
    | {"upgrade", "host", "content-length", "proxy-authenticate", "proxy-authorization"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP server answered."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Server:
    """A server to ask: the URL that is meant; `balancer`: by which load balancer (its ARN, or its
    listener's)."""

    url: str
    balancer: str | None = None
    checks_certificate: bool = True
    server_name: str | None = None


class Upstreams:
    """Asks what stands behind APIs, of many threads at once."""

    def __init__(self, reach: Reach, authority: Path) -> None:
        self._reach = reach
        self._authority = authority
        self._free = threading.BoundedSemaphore(MOST)

    def ask(
        self, server: Server, method: str, headers: Headers, body: bytes, patience: float
    ) -> Answer:
        """Ask a server. Raises Failed."""
        with self._turn():
            try:
                return self._ask(server, method, headers, body, patience)
            except TimeoutError as error:
                raise Failed("INTEGRATION_TIMEOUT", f"{server.url}: no answer in time") from error
            except Unreachable as error:
                raise Failed("INTEGRATION_FAILURE", f"{server.url}: {error}") from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                why = f"{server.url}: {type(error).__name__}: {error}"
                raise Failed("INTEGRATION_FAILURE", why) from error

    def invoke(self, arn: str, event: object, source: str, *, by_role: bool) -> functions.Outcome:
        """Invoke a function. `source` is the ARN of what invokes it. Raises Failed."""
        function = functions.find_function(arn)
        if function is None or not (by_role or _lets_in(function, arn, source)):
            raise Failed(
                "API_CONFIGURATION_ERROR", f"Invalid permissions on Lambda function: {arn}"
            )
        with self._turn():
            return functions.invoke(function, event, self._reach)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._free.acquire(blocking=False):
            raise Failed("THROTTLED", f"more than {MOST} integrations are under way")
        try:
            yield
        finally:
            self._free.release()

    def _ask(
        self, server: Server, method: str, headers: Headers, body: bytes, patience: float
    ) -> Answer:
        url = urlsplit(server.url)
        host, secure = url.hostname or "", url.scheme == "https"
        port = url.port or (443 if secure else 80)
        if server.balancer is None:
            opened = self._reach.connect(host, port, patience)
        else:
            opened = self._reach.connect_by_balancer(server.balancer, port, patience)
        connection = http.client.HTTPConnection(host, port, timeout=patience)
        with opened:
            if secure:
                context = self._trusting if server.checks_certificate else _blind()
                opened = context.wrap_socket(opened, server_hostname=server.server_name or host)
            connection.sock = opened
            target = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", url.netloc.rpartition("@")[2])
            for name, value in headers:
                connection.putheader(name, value.encode("utf-8"))
            connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Connection", "close")
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read(LARGEST + 1)
            opened.close()
        if len(content) > LARGEST:
            raise ValueError(f"the answer has more than {LARGEST} bytes")
        kept = tuple(one for one in answer.getheaders() if one[0].lower() not in HOP_BY_HOP)
        return Answer(answer.status, kept, content)

    @cached_property
    def _trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.load_verify_locations(self._authority)
        return context


def function_of(uri: str) -> str | None:
    """Give the ARN of the function that an integration's URI means; None for any other."""
    found = FUNCTION.fullmatch(uri)
    return found[1] if found else None


def hostname_usable(url: str) -> bool:
    """Tell whether a URL is one that can be asked."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _lets_in(function: Any, arn: str, source: str) -> bool:  # noqa: ANN401 - moto's
    """Tell whether a function's policy lets API Gateway invoke it for this method."""
    statements = [
        {name: value for name, value in one.items() if name in ELEMENTS}
        for one in function.policy.statements  # there is more in them, as the call had it
    ]
    if not statements:
        return False
    account = source.split(":")[4]
    keys: Mapping[str, tuple[str, ...]] = {
        "aws:SourceArn": (source,),
        "aws:SourceAccount": (account,),
    }
    principal = Principal(account, (), service=SERVICE)
    request = Request.of("lambda:InvokeFunction", arn, principal, dict(keys))
    try:
        return evaluate(read_policy(json.dumps({"Statement": statements})), request).allows
    except PolicyUnreadable:
        return False


def _blind() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
