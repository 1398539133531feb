"""`Apis`: a call of an API of API Gateway answered, whichever kind of API it is.

What goes wrong behind an API is an answer of its own: API Gateway's, or what a REST API has for it
("Gateway responses for REST APIs"); the log of this process says why, and a stage's execution log
where the stage logs.
"""

import base64
import json
import logging
from pathlib import Path
from typing import Any

from genkan.services.gateway import execution_log, http_api, rest, web_socket_api
from genkan.services.gateway.calls import Call, Failed, Reply, status_of, told
from genkan.services.gateway.context import context_of
from genkan.services.gateway.templates import rendered
from genkan.services.gateway.upstreams import Upstreams
from genkan.services.gateway.velocity import TemplateUnusable
from genkan.services.identities import Question
from genkan.services.reach import Reach

LOG = logging.getLogger(__name__)
CALL = "HTTP_X_GENKAN_CALL"
LARGEST = 10 << 20  # bytes of a request
WEBSOCKET = "WEBSOCKET"


class Apis:
    """The APIs of the embedded API Gateway."""

    def __init__(self, reach: Reach, authority: Path) -> None:
        """`authority` is the certificate by which servers of the site are known."""
        self._upstreams = Upstreams(reach, authority)

    def answer(self, question: Question, call: Call) -> Reply:
        """Answer a call: its path begins with the stage."""
        name = api_of(question)
        found = rest.find(name, call.region)
        if found is not None:
            return self._of_rest(question, call, *found)
        second = http_api.find(name, call.region)
        if second is None:
            return told("FORBIDDEN")
        owner, api = second
        is_socket = api.protocol_type == WEBSOCKET
        answer = web_socket_api.answer if is_socket else http_api.answer
        try:
            _check_size(call)
            return answer(question, call, owner, api, self._upstreams)
        except (Failed, TemplateUnusable) as error:
            failure = error
            if isinstance(failure, TemplateUnusable):
                failure = Failed("API_CONFIGURATION_ERROR", f"Unable to transform: {error}")
            _note(failure, call, api.api_id)
            return told(failure.kind, failure.message, second=True)

    def _of_rest(self, question: Question, call: Call, owner: str, api: Any) -> Reply:  # noqa: ANN401
        try:
            _check_size(call)
            return rest.answer(question, call, owner, api, self._upstreams)
        except Failed as failure:
            _note(failure, call, api.id)
            status = status_of(failure.kind)
            execution_log.write(owner, call, api, f"{failure.kind}: {failure}", status)
            return _worded(failure, call, owner, api)


def api_of(question: Question) -> str:
    """Give the API that is asked: what the resource of the action begins with."""
    resource = str(question["asked"][0][1])
    return resource.split(":", 5)[5].partition("/")[0].partition("-vpce-")[0]


def _check_size(call: Call) -> None:
    if len(call.body) > LARGEST:
        raise Failed("REQUEST_TOO_LARGE")


def _note(failure: Failed, call: Call, name: str) -> None:
    level = logging.ERROR if status_of(failure.kind) >= 500 else logging.INFO
    told = (call.method, call.path, name, failure.kind, failure)
    LOG.log(level, "%s %s of %s: %s: %s", *told)


def _worded(failure: Failed, call: Call, owner: str, api: Any) -> Reply:  # noqa: ANN401 - moto's
    """Give the API's own gateway response for what failed, or API Gateway's."""
    plain = told(failure.kind, failure.message)
    default = "DEFAULT_4XX" if plain.status < 500 else "DEFAULT_5XX"
    kind = "INTEGRATION_FAILURE" if failure.kind == "BAD_GATEWAY" else failure.kind
    own = api.gateway_responses.get(kind) or api.gateway_responses.get(default)
    if own is None:
        return plain
    message = json.loads(plain.body)["message"]
    context = context_of(call, owner, api.id, call.path.lstrip("/").partition("/")[0])
    context["error"] = {
        "message": message,
        "messageString": json.dumps(message),
        "responseType": kind,
    }
    template = (own.response_templates or {}).get("application/json")
    try:
        body = rendered(template, "", context, {}).encode() if template else plain.body
    except TemplateUnusable as error:
        LOG.error("the gateway response %s of %s: %s", kind, api.id, error)
        body = plain.body
    headers = dict(plain.headers)
    for name, value in (own.response_parameters or {}).items():
        if name.startswith("gatewayresponse.header.") and value[:1] == value[-1:] == "'":
            headers[name.removeprefix("gatewayresponse.header.")] = value[1:-1]
    return Reply(int(own.status_code or plain.status), body, tuple(headers.items()))


def call_of(question: Question, environ: dict[str, Any]) -> Call:
    """Put a call together of a WSGI request and what the front told of it."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    said = json.loads(base64.b64decode(environ.pop(CALL, "e30=")))
    context = {name: tuple(held) for name, held in question["context"].items()}
    path, _, query = environ.get("REQUEST_URI", environ.get("PATH_INFO", "/")).partition("?")
    return Call(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=query,
        headers=tuple((name, value) for name, value in said.get("headers", ())),
        body=body,
        host=environ.get("HTTP_HOST", ""),
        source=said.get("source", ""),
        request_id=said.get("id", ""),
        region=str(question["asked"][0][1]).split(":")[3],
        account=question.get("account") or "",
        principal=question.get("principal") or "",
        endpoint=(context.get("aws:SourceVpce") or (None,))[0],
        context=context,
        socket=said.get("socket"),
    )
