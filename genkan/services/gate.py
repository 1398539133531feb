"""The gate before the embedded services: calls that come with a question are let in when it is
answered, and questions alone are answered.

A call says in `x-genkan-question` what the front knows of it; a denial leaves as 403 with
`x-genkan-denied`, and what cannot be done in the site's network as 400 with `x-genkan-refused`:
the front words both. `x-genkan-ask` makes a question of its own of a request. The first is JSON in
ASCII, the next two are JSON in base64, and none is a client's to send.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

from genkan.services import large_objects
from genkan.services.decisions import complete, decide, granted_by_resource
from genkan.services.gateway.apis import Apis, call_of
from genkan.services.gateway.calls import Reply
from genkan.services.identities import Question, every_role, key_of
from genkan.services.network_mirror import NetworkMirror, Refusal, not_made
from genkan.services.registry import tokens
from genkan.services.registry.distribution import Registry
from genkan.services.resource_policies import every_policy
from genkan.services.unknown_ids import unknown

QUESTION, ASK = "HTTP_X_GENKAN_QUESTION", "HTTP_X_GENKAN_ASK"
DENIED, REFUSED = "x-genkan-denied", "x-genkan-refused"
OWNS_INTERFACES = frozenset(  # what does is refused before anything of it is there
    {"elasticfilesystem:CreateMountTarget", "ds:CreateDirectory", "ds:CreateMicrosoftAD"}
    | {"ds:ConnectDirectory", "osis:CreatePipeline"}
)
REGISTRY = "dkr.ecr."  # in every name of one
OF_APIS = ("execute-api:Invoke", "execute-api:ManageConnections")
READS = ("Describe", "List", "Get", "Head", "BatchGet")
APART = frozenset(  # services whose calls look nothing up of a network
    {"s3", "sqs", "sns", "dynamodb", "kms", "logs", "cloudwatch", "iam", "sts", "secretsmanager"}
    | {"ssm", "events", "kinesis", "firehose", "states", "execute-api", "apigateway", "ecr"}
    | {"acm", "cognito-idp", "cognito-identity", "ses", "tag", "organizations", "route53"}
)
Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]

_now = threading.local()  # what the gate knows of the call that a thread is at


class Gate:
    """The gate before an application."""

    def __init__(self, app: App, control: str, apis: Apis) -> None:
        """`control` is the socket where control tells of the network."""
        self._app = app
        self._apis = apis
        self._registry = Registry()
        self._mirror = NetworkMirror(control, _note)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        asked = environ.get(ASK)
        if asked is not None:
            return _answer(ASKED[asked](json.load(environ["wsgi.input"])), start)
        given = environ.pop(QUESTION, None)
        _now.granted, _now.refusal = False, None
        if given is None:
            return self._app(environ, start)
        question = json.loads(given)
        if question["asked"] and question["asked"][0][0] in OF_APIS:
            return _replied(self._apis.answer(question, call_of(question, environ)), start)
        _now.question = question
        is_registry = _is_registry(question, environ)
        if is_registry and not question.get("principal"):
            return _replied(self._registry.answer(question, environ), start)
        denial = decide(question)
        if denial is not None:
            return _tell(start, "403 Forbidden", DENIED, denial)
        if is_registry:
            return _replied(self._registry.answer(question, environ), start)
        _now.granted = granted_by_resource(question)
        service = _networked(question)
        if service is None:
            return self._pass_on(question, environ, start)
        return self._in_the_network(service, question, environ, start)

    def _pass_on(self, question: Question, environ: Environ, start: Start) -> Iterable[bytes]:
        if len(question["asked"]) != 1:
            return self._app(environ, start)
        ((action, resource),) = question["asked"]
        try:
            if large_objects.is_large_upload(action, environ):
                large_objects.spill(environ)
                return list(self._app(environ, start))
            found = large_objects.read_large(action, resource, question["account"], environ)
            if found is not None:
                return self._read(*found, environ, start)
        except Refusal as refusal:
            return _tell_refusal(start, refusal)
        finally:
            large_objects.forget()
        return self._app(environ, start)

    def _read(self, key: Any, size: int, environ: Environ, start: Start) -> Iterable[bytes]:  # noqa: ANN401
        """Answer with an object from its file, under the headers that the service has for it."""
        held: list[Any] = []
        body = list(self._app(large_objects.as_head(environ), lambda *given: held.append(given)))
        status, headers, *_ = held[-1]
        if not status.startswith("200"):
            start(status, headers)
            return body
        span = large_objects.span_of(environ.get("HTTP_RANGE"), size)
        first, after = span or (0, size)
        headers = large_objects.read_headers(key, environ, headers)
        headers.append(("Content-Length", str(after - first)))
        if span is not None:
            status = "206 Partial Content"
            headers = [one for one in headers if not one[0].lower().startswith("x-amz-checksum")]
            headers.append(("Content-Range", f"bytes {first}-{after - 1}/{size}"))
        start(status, headers)
        return large_objects.parts_of(key, first, after)

    def _in_the_network(
        self, service: str, question: Question, environ: Environ, start: Start
    ) -> Iterable[bytes]:
        """Have a call meet the network as it is now, and nothing that is not there."""
        (region,) = question["context"]["aws:RequestedRegion"]
        there = self._mirror.bring(question["account"], region)
        missing = next((name for name in question.get("ids", ()) if name not in there), None)
        if missing is not None:
            return _tell_refusal(start, unknown(service, missing))
        if question["asked"][0][0] in OWNS_INTERFACES:
            return _tell_refusal(start, not_made("network interface"))
        held: list[Any] = []
        try:
            body = b"".join(self._app(environ, lambda *given: held.append(given)))
        except Exception:
            if _now.refusal is None:
                raise
        if _now.refusal is not None:
            return _tell_refusal(start, _now.refusal)
        start(*held[-1])
        return [body]


def _replied(reply: Reply, start: Start) -> Iterable[bytes]:
    """Answer as an API of API Gateway does."""
    if reply.denial is not None:
        return _tell(start, "403 Forbidden", DENIED, dict(reply.denial))
    headers = list(reply.headers)
    if reply.header("content-length") is None:
        headers.append(("Content-Length", str(len(reply.body))))
    start(f"{reply.status} {responses.get(reply.status, '-')}", headers)
    return [reply.body]


def _is_registry(question: Question, environ: Environ) -> bool:
    """Tell whether a call is one of the registry's protocol, which ECR's API has no path of."""
    path = str(environ.get("PATH_INFO", ""))
    about = all(action.startswith("ecr:") for action, _ in question["asked"])
    return about and REGISTRY in str(environ.get("HTTP_HOST")) and f"{path}/".startswith("/v2/")


def asking() -> Question:
    """Give the call that this thread is at, as the front told of it."""
    found: Question = _now.question
    return found


def _networked(question: Question) -> str | None:
    """Give the service of a call that may look something up of the network and change by it."""
    service, _, name = question["asked"][0][0].partition(":") if question["asked"] else ("", "", "")
    if not question.get("account") or service in APART or name.startswith(READS):
        return None
    return str(service)


def _note(refusal: Refusal) -> None:
    _now.refusal = refusal


def _tell_refusal(start: Start, refusal: Refusal) -> Iterable[bytes]:
    told = {"code": refusal.code, "message": str(refusal)}
    return _tell(start, "400 Bad Request", REFUSED, told)


def _tell(start: Start, status: str, header: str, told: dict[str, Any]) -> Iterable[bytes]:
    text = base64.b64encode(json.dumps(told).encode()).decode()
    start(status, [(header, text), ("Content-Length", "0")])
    return [b""]


def leave_buckets_policies_to_the_gate() -> None:
    """Have S3 not decide by bucket policies itself; what nobody signed needs its word."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    def decided(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
        granted = getattr(_now, "granted", False)
        return PermissionResult.PERMITTED if granted else PermissionResult.NEUTRAL

    FakeBucket.get_permission = decided  # type: ignore[method-assign, assignment]


def _answer(found: Any, start: Start) -> Iterable[bytes]:  # noqa: ANN401 - JSON
    body = json.dumps(found).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


ASKED: dict[str, Callable[[Any], Any]] = {
    "key": lambda asked: key_of(asked["id"]),
    "decision": decide,
    "registry-token": lambda asked: tokens.read(asked["token"]),
    "whole": complete,
    "policies": lambda asked: {"resources": list(every_policy()), "roles": list(every_role())},
}
