"""WebSocket APIs: what is invoked when a client connects, says something and leaves, and who
manages its connection.

"Working with WebSocket APIs" in the API Gateway developer guide. The front holds the connections;
here routes are chosen and integrations asked, of each event by itself. What a message's integration
answers goes back to the client where its route has a response.
"""

import json
import re
from typing import Any

from genkan.policy import NOT_GRANTED, Source, authorize
from genkan.services.decisions import denial_of, request_of
from genkan.services.gateway import http_authorizers, proxy_events
from genkan.services.gateway.calls import JSON, Call, Failed, Headers, Reply, grouped
from genkan.services.gateway.context import CLF, context_of
from genkan.services.gateway.json_path import PathUnusable, find
from genkan.services.gateway.mappings import Request, map_request, with_variables
from genkan.services.gateway.templates import document_of, rendered
from genkan.services.gateway.upstreams import Server, Upstreams, function_of, hostname_usable
from genkan.services.identities import Question, identity_of

INVOKE, MANAGE = "execute-api:Invoke", "execute-api:ManageConnections"
CONNECT, MESSAGE, DISCONNECT = "CONNECT", "MESSAGE", "DISCONNECT"
ROUTES = {CONNECT: "$connect", DISCONNECT: "$disconnect"}
DEFAULT = "$default"
MANAGED = "x-genkan-managed"
SELECTED = re.compile(r"\$\{?request\.body\.([\w.$\[\]'-]+)\}?")
LONGEST = 29.0  # seconds


def answer(
    question: Question,
    call: Call,
    owner: str,
    api: Any,  # noqa: ANN401 - moto's
    upstreams: Upstreams,
) -> Reply:
    """Answer what happened on a connection, or who would manage one. Raises Failed,
    TemplateUnusable."""
    name, _, rest = call.path.lstrip("/").partition("/")
    stage = api.stages.get(name)
    if stage is None or call.endpoint is not None:
        raise Failed("FORBIDDEN")
    if question["asked"][0][0] == MANAGE:
        return _managed(question, owner, api.api_id, name)
    if call.socket is None or rest:
        raise Failed("FORBIDDEN")
    key = _route_key(api, call)
    route = _route(api, key)
    if route is None and key in ROUTES.values():
        return Reply(200)
    if route is None:
        raise Failed("FORBIDDEN")
    variables = {one: str(value) for one, value in (stage.stage_variables or {}).items()}
    context = _context(call, owner, api.api_id, name, route.route_key)
    request = Request(call, {}, context, variables)
    arn = f"arn:aws:execute-api:{call.region}:{owner}:{api.api_id}/{name}/{route.route_key}"
    if call.socket["event"] == CONNECT:
        denial = _admitted(question, api, route, request, arn, owner, upstreams)
        if denial:
            return Reply(403, denial=denial)
    return _integrated(api, route, request, arn, upstreams)


def _route_key(api: Any, call: Call) -> str:  # noqa: ANN401 - moto's
    """Give the key that an event or a message selects."""
    assert call.socket is not None  # noqa: S101 - `answer` looked
    event = call.socket["event"]
    if event != MESSAGE:
        return ROUTES[event]
    document = None if call.socket.get("binary") else document_of(call.body.decode())

    def put(found: "re.Match[str]") -> str:
        try:
            value = find(document, f"$.{found[1]}") if isinstance(document, dict) else None
        except PathUnusable:
            value = None
        return value if isinstance(value, str) else "" if value is None else json.dumps(value)

    return SELECTED.sub(put, api.route_selection_expression or "") or DEFAULT


def _route(api: Any, key: str) -> Any:  # noqa: ANN401 - moto's
    routes = {one.route_key: one for one in list(api.routes.values())}
    found = routes.get(key)
    if found is None and key not in ROUTES.values():
        return routes.get(DEFAULT)
    return found


def _context(call: Call, owner: str, api: str, stage: str, key: str) -> dict[str, Any]:
    assert call.socket is not None  # noqa: S101 - `answer` looked
    said = call.socket
    context = context_of(call, owner, api, stage)
    context |= {
        "connectionId": said["connection"],
        "connectedAt": said["connectedAt"],
        "eventType": said["event"],
        "messageDirection": "IN",
        "messageId": said.get("message"),
        "routeKey": key,
        "requestTime": call.at.strftime(CLF),
        "disconnectStatusCode": said.get("code"),
        "disconnectReason": said.get("reason"),
    }
    return {name: value for name, value in context.items() if value is not None}


def _admitted(
    question: Question,
    api: Any,  # noqa: ANN401 - moto's
    route: Any,  # noqa: ANN401 - moto's
    request: Request,
    arn: str,
    owner: str,
    upstreams: Upstreams,
) -> dict[str, Any] | None:
    """Give the denial of a client that may not connect. Raises Failed."""
    if route.authorization_type == "AWS_IAM":
        return _denial(question, owner, INVOKE, arn)
    http_authorizers.admit(api, route, request, arn, upstreams)
    return None


def _denial(question: Question, owner: str, action: str, arn: str) -> dict[str, Any] | None:
    account = question.get("account") or ""
    if not question.get("principal"):
        raise Failed("MISSING_AUTHENTICATION_TOKEN")
    identity = identity_of(question)
    assert identity is not None  # noqa: S101 - somebody signed
    asked = request_of(question, identity, action, arn)
    decision = identity.decide(asked)
    found = authorize(
        identity=decision,
        boundary=identity.bound(asked),
        session=identity.bind(asked),
        same_account=owner == account,
    )
    if found.allows:
        return None
    return denial_of(action, arn, found.source or Source.IDENTITY, found.decision or NOT_GRANTED)


def _managed(question: Question, owner: str, api: str, stage: str) -> Reply:
    """Let somebody manage a connection, who may: the front does what is asked."""
    parts = str(question["asked"][0][1]).split(":", 5)
    whole = ":".join([*parts[:4], owner, parts[5]])
    denial = _denial(question, owner, MANAGE, whole)
    if denial:
        return Reply(403, denial=denial)
    return Reply(204, b"", ((MANAGED, f"{api}/{stage}"),))


def _integrated(
    api: Any,  # noqa: ANN401 - moto's
    route: Any,  # noqa: ANN401 - moto's
    request: Request,
    arn: str,
    upstreams: Upstreams,
) -> Reply:
    integration = api.integrations.get(str(route.target or "").rpartition("/")[2])
    if integration is None:
        raise Failed("API_CONFIGURATION_ERROR", f"the route {route.route_key} has no integration")
    by_proxy = integration.integration_type.endswith("_PROXY")
    match integration.integration_type:
        case "MOCK":
            reply = _mock(integration, request)
        case "AWS_PROXY" | "AWS":
            reply = _invoked(integration, request, arn, upstreams)
        case _:
            reply = _asked(integration, request, upstreams)
    if not by_proxy:
        reply = _mapped(integration, reply, request)
    if request.call.socket is not None and request.call.socket["event"] == MESSAGE:
        answers = bool(route.route_responses) or bool(route.route_response_selection_expression)
        return Reply(200, reply.body if answers else b"", reply.headers)
    return reply


def _template(integration: Any, request: Request) -> bytes | None:  # noqa: ANN401 - moto's
    """Give the body that the integration's template makes, None where it has none for this."""
    templates = integration.request_templates or {}
    selected = integration.template_selection_expression or ""
    key = selected.replace("\\$", "$") if selected else JSON
    template = templates.get(key) or templates.get(DEFAULT)
    if template is None:
        return None
    return rendered(
        template, request.text, request.context, request.variables, request.parameters()
    ).encode()


def _mock(integration: Any, request: Request) -> Reply:  # noqa: ANN401 - moto's
    try:
        said = json.loads(_template(integration, request) or b"{}")
        return Reply(int(said.get("statusCode", 200)))
    except (ValueError, TypeError, AttributeError) as error:
        raise Failed("API_CONFIGURATION_ERROR", f"no statusCode: {error}") from error


def _invoked(
    integration: Any,  # noqa: ANN401 - moto's
    request: Request,
    arn: str,
    upstreams: Upstreams,
) -> Reply:
    uri = with_variables(integration.integration_uri or "", request.variables)
    by_proxy = integration.integration_type == "AWS_PROXY"
    if by_proxy:
        event: Any = event_of(request)
    else:
        sent = _template(integration, request)
        event = document_of((sent or request.call.body).decode("utf-8", "replace"))
    by_role = bool(integration.credentials_arn)
    outcome = upstreams.invoke(function_of(uri) or uri, event, arn, by_role=by_role)
    if not by_proxy:
        return Reply(200, outcome.payload.encode(), (("Content-Type", JSON),))
    if outcome.failed:
        raise Failed("BAD_GATEWAY", f"The function failed: {outcome.payload[:500]}")
    if outcome.payload == "null":
        return Reply(200)
    return proxy_events.reply_of_http(outcome.payload)


def event_of(request: Request) -> dict[str, Any]:
    """Give what a function behind a proxy integration is told of an event."""
    call = request.call
    hidden = ("requestOverride", "responseOverride", "path", "protocol", "httpMethod")
    context = {name: value for name, value in request.context.items() if name not in hidden}
    event: dict[str, Any] = {"requestContext": context, "isBase64Encoded": False}
    if request.variables:
        event["stageVariables"] = dict(request.variables)
    assert call.socket is not None  # noqa: S101 - `answer` looked
    if call.socket["event"] == MESSAGE:
        return {**event, "body": call.body.decode("utf-8", "replace")}
    headers, pairs = grouped(call.headers), grouped(call.pairs)
    event["headers"] = {name: held[-1] for name, held in headers.items()}
    event["multiValueHeaders"] = headers
    if pairs and call.socket["event"] == CONNECT:
        event["queryStringParameters"] = {name: held[-1] for name, held in pairs.items()}
        event["multiValueQueryStringParameters"] = pairs
    return event


def _asked(integration: Any, request: Request, upstreams: Upstreams) -> Reply:  # noqa: ANN401
    call = request.call
    url = with_variables(integration.integration_uri or "", request.variables)
    if not hostname_usable(url):
        raise Failed("API_CONFIGURATION_ERROR", f"Invalid endpoint address: {url}")
    mapped = map_request(
        {
            name: value.replace("route.request.", "method.request.")
            for name, value in (integration.request_parameters or {}).items()
        },
        request,
    )
    sent = _template(integration, request)
    headers: Headers = (
        ("Content-Type", JSON),
        *mapped.headers.items(),
        ("connectionId", str(request.context["connectionId"])),
    )
    patience = min(LONGEST, (integration.timeout_in_millis or 29_000) / 1000)
    answer = upstreams.ask(
        Server(url),
        integration.integration_method or "POST",
        headers,
        call.body if sent is None else sent,
        patience,
    )
    return Reply(answer.status, answer.body, answer.headers)


def _mapped(integration: Any, reply: Reply, request: Request) -> Reply:  # noqa: ANN401 - moto's
    """Make of an integration's answer what its response for it says: by its status, or default."""
    responses = {one.integration_response_key: one for one in integration.responses.values()}
    chosen = responses.get(f"/{reply.status}/") or responses.get(str(reply.status))
    chosen = chosen or responses.get(DEFAULT)
    if chosen is None:
        return reply
    templates = chosen.response_templates or {}
    template = next(iter(templates.values()), None)
    if template is None:
        return reply
    text = reply.body.decode("utf-8", "replace")
    body = rendered(template, text, request.context, request.variables)
    return Reply(reply.status, body.encode(), reply.headers)
