"""HTTP APIs called: which route is meant, who may, what its integration answers.

"Working with HTTP APIs" in the API Gateway developer guide: the `$default` stage has no name in the
path; the most exact route is meant, then the greedy one, then `$default`; CORS is answered by the
API's own configuration. No HTTP API is called through an endpoint.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from genkan.policy import NOT_GRANTED, Source, authorize
from genkan.services.decisions import denial_of, request_of
from genkan.services.gateway import http_authorizers, http_mappings, proxy_events
from genkan.services.gateway.binary import is_text
from genkan.services.gateway.calls import Call, Failed, Reply
from genkan.services.gateway.context import context_of
from genkan.services.gateway.mappings import PATH_PARAMETER, Request, with_variables
from genkan.services.gateway.upstreams import (
    HOP_BY_HOP,
    Server,
    Upstreams,
    function_of,
    hostname_usable,
)
from genkan.services.identities import Question, identity_of

INVOKE = "execute-api:Invoke"
DEFAULT = "$default"
LONGEST = 30.0  # seconds
PATIENCE_FORM = 29_000


@dataclass(frozen=True, slots=True)
class Matched:
    """A route that a call meant, and what of the path it takes."""

    route: Any
    parameters: Mapping[str, str]


def find(name: str, region: str) -> tuple[str, Any] | None:
    """Give an API of version 2, HTTP or WebSocket, and the account that owns it."""
    from moto.apigatewayv2.models import apigatewayv2_backends

    for account, regions in list(apigatewayv2_backends.items()):
        api = regions[region].apis.get(name) if region in regions else None
        if api is not None:
            return account, api
    return None


def answer(
    question: Question,
    call: Call,
    owner: str,
    api: Any,  # noqa: ANN401 - moto's
    upstreams: Upstreams,
) -> Reply:
    """Answer a call. Raises Failed."""
    if call.endpoint is not None:
        raise Failed("FORBIDDEN")
    if str(api.disable_execute_api_endpoint).lower() == "true":
        raise Failed("NOT_FOUND")
    cors = {
        name[:1].lower() + name[1:]: held for name, held in (api.cors_configuration or {}).items()
    }
    if cors and call.method == "OPTIONS" and call.header("origin"):
        return Reply(204, b"", tuple(_cors(cors, call, preflight=True)))
    reply = _answered(question, call, owner, api, upstreams)
    if not cors:
        return reply
    kept = [one for one in reply.headers if not one[0].lower().startswith("access-control-")]
    return Reply(reply.status, reply.body, (*kept, *_cors(cors, call)), reply.denial)


def _answered(
    question: Question,
    call: Call,
    owner: str,
    api: Any,  # noqa: ANN401 - moto's
    upstreams: Upstreams,
) -> Reply:
    stage, path = _stage(api, call.path)
    matched = _matched(api, call.method, path) if stage else None
    if stage is None or matched is None:
        raise Failed("NOT_FOUND")
    route = matched.route
    context = context_of(call, owner, api.api_id, stage.name)
    context |= {"routeKey": route.route_key, "path": path}
    variables = {name: str(value) for name, value in (stage.stage_variables or {}).items()}
    request = Request(call, matched.parameters, context, variables)
    whole = f"arn:aws:execute-api:{call.region}:{owner}:{api.api_id}/{stage.name}"
    if route.authorization_type == "AWS_IAM":
        denial = _denial(question, owner, f"{whole}/{call.method}{path}")
        if denial:
            return Reply(403, denial=denial)
    http_authorizers.admit(api, route, request, f"{whole}/{call.method}{path}", upstreams)
    integration = api.integrations.get(str(route.target or "").rpartition("/")[2])
    if integration is None:
        raise Failed("API_CONFIGURATION_ERROR", f"the route {route.route_key} has no integration")
    pattern = route.route_key.partition(" ")[2] or f"/{DEFAULT}"
    return _integrated(
        integration, request, stage.name, f"{whole}/{call.method}{pattern}", upstreams
    )


def _stage(api: Any, path: str) -> tuple[Any, str]:  # noqa: ANN401 - moto's
    """Give the stage that a path begins with, or the one without a name, and the rest of it."""
    first, slash, rest = path.lstrip("/").partition("/")
    named = api.stages.get(unquote(first))
    if named is not None and first != DEFAULT:
        return named, f"/{rest}" if slash else "/"
    return api.stages.get(DEFAULT), path


def _matched(api: Any, verb: str, path: str) -> Matched | None:  # noqa: ANN401 - moto's
    found = []
    for route in list(api.routes.values()):
        method, _, pattern = route.route_key.partition(" ")
        if method not in (verb, "ANY") or not pattern:
            continue
        parameters = parameters_of(pattern, path)
        if parameters is not None:
            greedy, names = "+}" in pattern, len(PATH_PARAMETER.findall(pattern))
            found.append(((greedy, names, method == "ANY", -len(pattern)), route, parameters))
    if found:
        _, route, parameters = min(found, key=lambda one: one[0])
        return Matched(route, parameters)
    default = next((one for one in list(api.routes.values()) if one.route_key == DEFAULT), None)
    return Matched(default, {}) if default else None


def parameters_of(pattern: str, path: str) -> dict[str, str] | None:
    """Give the parameters of a path that a pattern (`/pets/{id}/{proxy+}`) takes; None where it
    does not."""
    form, at, names = "", 0, []
    for one in re.finditer(r"\{([\w.:-]+)(\+?)\}", pattern):
        form += re.escape(pattern[at : one.start()]) + ("(.+)" if one[2] else "([^/]+)")
        at = one.end()
        names.append(one[1])
    found = re.fullmatch(form + re.escape(pattern[at:]), path)
    return dict(zip(names, map(unquote, found.groups()), strict=True)) if found else None


def _denial(question: Question, owner: str, arn: str) -> dict[str, Any] | None:
    account = question.get("account") or ""
    if not question.get("principal"):
        raise Failed("FORBIDDEN")
    identity = identity_of(question)
    assert identity is not None  # noqa: S101 - somebody signed
    asked = request_of(question, identity, INVOKE, arn)
    decision = identity.decide(asked)
    found = authorize(
        identity=decision,
        boundary=identity.bound(asked),
        session=identity.bind(asked),
        same_account=owner == account,
    )
    if found.allows:
        return None
    return denial_of(INVOKE, arn, found.source or Source.IDENTITY, found.decision or NOT_GRANTED)


def _integrated(
    integration: Any,  # noqa: ANN401 - moto's
    request: Request,
    stage: str,
    source: str,
    upstreams: Upstreams,
) -> Reply:
    if integration.integration_subtype:
        why = f"{integration.integration_subtype} has nobody to ask here"
        raise Failed("API_CONFIGURATION_ERROR", why)
    if integration.integration_type == "HTTP_PROXY":
        reply = _asked(integration, request, upstreams)
    else:
        reply = _invoked(integration, request, stage, source, upstreams)
    mappings = (integration.response_parameters or {}).get(str(reply.status)) or {}
    text = reply.body.decode("utf-8", "replace")
    answered = (reply.status, reply.headers, text)
    headers = http_mappings.change(mappings, "header", list(reply.headers), request, answered)
    status = mappings.get("overwrite:statuscode")
    told = int(http_mappings.value_of(status, request, answered)) if status else reply.status
    return Reply(told, reply.body, tuple(headers))


def _invoked(
    integration: Any,  # noqa: ANN401 - moto's
    request: Request,
    stage: str,
    source: str,
    upstreams: Upstreams,
) -> Reply:
    uri = with_variables(integration.integration_uri or "", request.variables)
    arn = function_of(uri) or uri
    binary = not is_text(request.call.media_type)
    first = integration.payload_format_version != "2.0"
    key = request.context["routeKey"]
    if first:
        pattern = key.partition(" ")[2] or key
        event = proxy_events.event_of_rest(request, pattern, is_binary=binary, version="1.0")
    else:
        event = proxy_events.event_of_http(request, key, stage, is_binary=binary)
    by_role = bool(integration.credentials_arn)
    outcome = upstreams.invoke(arn, event, source, by_role=by_role)
    if outcome.failed:
        raise Failed("API_CONFIGURATION_ERROR", f"The function failed: {outcome.payload[:500]}")
    try:
        if first:
            return proxy_events.reply_of_rest(outcome.payload, takes_binary=True)
        return proxy_events.reply_of_http(outcome.payload)
    except Failed as failure:
        raise Failed("API_CONFIGURATION_ERROR", str(failure)) from failure


def _asked(integration: Any, request: Request, upstreams: Upstreams) -> Reply:  # noqa: ANN401
    call, mappings = request.call, integration.request_parameters or {}
    private = integration.connection_type == "VPC_LINK"
    uri = with_variables(integration.integration_uri or "", request.variables)
    tls = integration.tls_config or {}
    if private:
        scheme = "https" if tls else "http"
        name = tls.get("serverNameToVerify") or call.host
        url = f"{scheme}://{name}{call.path}"
    else:
        path = request.path_parameters
        url = PATH_PARAMETER.sub(lambda found: quote(path.get(found[1], ""), safe="/"), uri)
    parts = urlsplit(url)
    if "overwrite:path" in mappings:
        said = http_mappings.value_of(mappings["overwrite:path"], request)
        parts = parts._replace(path=quote(said, safe="/%"))
    given = parse_qsl(parts.query, keep_blank_values=True) + call.pairs
    query = http_mappings.change(mappings, "querystring", given, request)
    target = urlunsplit(parts._replace(query=urlencode(query), fragment=""))
    if not hostname_usable(target):
        raise Failed("API_CONFIGURATION_ERROR", f"Invalid endpoint address: {target}")
    kept = [one for one in call.headers if one[0].lower() not in HOP_BY_HOP | {"expect"}]
    kept.append(("Forwarded", f"by={call.host};for={call.source};host={call.host};proto=https"))
    headers = tuple(http_mappings.change(mappings, "header", kept, request))
    patience = min(LONGEST, (integration.timeout_in_millis or PATIENCE_FORM) / 1000)
    server = Server(target, uri if private else None, server_name=tls.get("serverNameToVerify"))
    verb = integration.integration_method
    verb = call.method if verb in (None, "ANY") else verb
    answer = upstreams.ask(server, verb, headers, call.body, patience)
    return Reply(answer.status, answer.body, answer.headers)


def _is_allowed(origin: str, allowed: str) -> bool:
    """Tell whether an origin is one that `*`, `https://*` or its own name stands for."""
    wild = allowed.endswith("://*") and origin.startswith(allowed.removesuffix("*"))
    return allowed in ("*", origin) or wild


def _cors(cors: Mapping[str, Any], call: Call, *, preflight: bool = False) -> list[tuple[str, str]]:
    """Give the headers that an API's CORS configuration has for the origin of a call."""
    origin = call.header("origin")
    allowed = cors.get("allowOrigins") or []
    if not origin or not any(_is_allowed(origin, one) for one in allowed):
        return []
    out = [("Access-Control-Allow-Origin", "*" if "*" in allowed else origin)]
    if str(cors.get("allowCredentials", "")).lower() == "true":
        out.append(("Access-Control-Allow-Credentials", "true"))
    if preflight:
        for name, key in (("Methods", "allowMethods"), ("Headers", "allowHeaders")):
            if cors.get(key):
                out.append((f"Access-Control-Allow-{name}", ",".join(cors[key])))
        if cors.get("maxAge") is not None:
            out.append(("Access-Control-Max-Age", str(cors["maxAge"])))
    elif cors.get("exposeHeaders"):
        out.append(("Access-Control-Expose-Headers", ",".join(cors["exposeHeaders"])))
    return out
