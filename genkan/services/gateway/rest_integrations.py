"""Integrations of REST APIs: MOCK, HTTP, HTTP_PROXY, AWS and AWS_PROXY with functions.

What a method's request becomes, who is asked, and what the answer becomes. "Integrations for REST
APIs in API Gateway" in the developer guide. An integration of another AWS service than Lambda has
nobody to ask here, and says so.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from genkan.services.gateway import proxy_events
from genkan.services.gateway.binary import converted, is_binary
from genkan.services.gateway.calls import JSON, Failed, Headers, Reply, header_in
from genkan.services.gateway.links import balancer_of
from genkan.services.gateway.mappings import (
    PATH_PARAMETER,
    Mapped,
    Request,
    map_request,
    map_response,
    with_variables,
)
from genkan.services.gateway.templates import rendered
from genkan.services.gateway.upstreams import (
    HOP_BY_HOP,
    Answer,
    Server,
    Upstreams,
    function_of,
    hostname_usable,
)
from genkan.services.gateway.velocity import TemplateUnusable

VPC_LINK = "VPC_LINK"
LONGEST = 29.0  # seconds
PASSES = "WHEN_NO_MATCH"
NOT_PASSED_ON = HOP_BY_HOP | {"x-amzn-trace-id", "expect"}


@dataclass(frozen=True, slots=True)
class Target:
    """A method to execute: of which API and account, its resource's path, moto's objects."""

    account: str
    region: str
    api: Any
    resource: str
    method: Any
    arn: str  # of the method, as a function's policy has it


def integrate(target: Target, request: Request, upstreams: Upstreams) -> Reply:
    """Execute a method. Raises Failed."""
    integration = target.method.method_integration
    if integration is None:
        raise Failed("API_CONFIGURATION_ERROR", "No integration defined for method")
    try:
        match integration.integration_type:
            case "MOCK":
                return _mock(target, request)
            case "HTTP_PROXY":
                return _http_proxy(target, request, upstreams)
            case "HTTP":
                return _http(target, request, upstreams)
            case "AWS_PROXY":
                return _function_proxy(target, request, upstreams)
            case "AWS":
                return _function(target, request, upstreams)
    except TemplateUnusable as error:
        raise Failed("API_CONFIGURATION_ERROR", f"Unable to transform: {error}") from error
    raise Failed("API_CONFIGURATION_ERROR", f"{integration.integration_type} is no integration")


def _mock(target: Target, request: Request) -> Reply:
    sent = _sent(target, request)
    try:
        status = int(json.loads(sent or b"")["statusCode"])
    except (ValueError, KeyError, TypeError) as error:
        why = "Unable to parse statusCode. It should be an integer that is defined in the template"
        raise Failed("API_CONFIGURATION_ERROR", why) from error
    return _answered(target, request, str(status), Answer(status, (), b""))


def _http(target: Target, request: Request, upstreams: Upstreams) -> Reply:
    mapped, body = _mapped(target, request), _sent(target, request)
    headers = {"Content-Type": JSON, **mapped.headers}
    answer = _asked(target, request, upstreams, mapped, list(headers.items()), body)
    return _answered(target, request, str(answer.status), answer)


def _http_proxy(target: Target, request: Request, upstreams: Upstreams) -> Reply:
    mapped, call = _mapped(target, request), request.call
    given = {name.lower() for name in mapped.headers}
    headers = [
        (name, value)
        for name, value in call.headers
        if name.lower() not in NOT_PASSED_ON and name.lower() not in given
    ]
    headers += mapped.headers.items()
    query = [one for one in call.pairs if one[0] not in mapped.query]
    query += [(name, one) for name, held in mapped.query.items() for one in held]
    answer = _asked(target, request, upstreams, mapped, headers, call.body, query)
    return Reply(answer.status, answer.body, answer.headers)


def _function_proxy(target: Target, request: Request, upstreams: Upstreams) -> Reply:
    kinds = target.api.binaryMediaTypes
    event = proxy_events.event_of_rest(
        request,
        target.resource,
        is_binary=is_binary(request.call.media_type, kinds) and bool(kinds),
    )
    outcome = _invoked(target, request, upstreams, event)
    if outcome.failed:
        raise Failed("BAD_GATEWAY", f"The function failed: {outcome.payload[:500]}")
    accepted = (request.call.header("accept") or "").partition(",")[0] or "*/*"
    return proxy_events.reply_of_rest(
        outcome.payload, takes_binary=is_binary(accepted, kinds) and bool(kinds)
    )


def _function(target: Target, request: Request, upstreams: Upstreams) -> Reply:
    sent = _sent(target, request)
    try:
        event = json.loads(sent) if sent.strip() else {}
    except ValueError as error:
        why = f"The function's event is no JSON: {error}"
        raise Failed("API_CONFIGURATION_ERROR", why) from error
    outcome = _invoked(target, request, upstreams, event)
    said = ""
    if outcome.failed:
        try:
            said = str(json.loads(outcome.payload).get("errorMessage", ""))
        except (ValueError, AttributeError):
            said = outcome.payload
    headers = (("Content-Type", JSON),)
    return _answered(target, request, said, Answer(200, headers, outcome.payload.encode()))


def _invoked(target: Target, request: Request, upstreams: Upstreams, event: object) -> Any:  # noqa: ANN401
    integration = target.method.method_integration
    uri = with_variables(integration.uri, request.variables)
    arn = function_of(uri)
    if arn is None:
        raise Failed("API_CONFIGURATION_ERROR", f"{uri} is no function, and nothing else is here")
    return upstreams.invoke(arn, event, target.arn, by_role=bool(integration.credentials))


def _mapped(target: Target, request: Request) -> Mapped:
    mapped = map_request(target.method.method_integration.request_parameters or {}, request)
    override = request.context["requestOverride"]
    mapped.headers |= {name: str(value) for name, value in override["header"].items()}
    mapped.query |= {name: [str(one)] for name, one in override["querystring"].items()}
    mapped.path |= {name: str(one) for name, one in override["path"].items()}
    return mapped


def _sent(target: Target, request: Request) -> bytes:
    """Give the body for the integration: what the template of its type makes, or as it came.
    Raises Failed, TemplateUnusable."""
    integration, call = target.method.method_integration, request.call
    templates = integration.request_templates or {}
    template = templates.get(call.media_type)
    if is_binary(call.media_type, target.api.binaryMediaTypes):
        body = converted(call.body, integration.content_handling)
        if template is None or body is call.body:
            return body
    if template is not None:
        return rendered(
            template, request.text, request.context, request.variables, request.parameters()
        ).encode()
    behaviour = integration.passthrough_behaviour or PASSES
    if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and templates):
        raise Failed("UNSUPPORTED_MEDIA_TYPE")
    return call.body


def _asked(
    target: Target,
    request: Request,
    upstreams: Upstreams,
    mapped: Mapped,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    query: Iterable[tuple[str, str]] | None = None,
) -> Answer:
    integration = target.method.method_integration
    pairs = query
    if pairs is None:
        pairs = [(name, one) for name, held in mapped.query.items() for one in held]
    url = _url(with_variables(integration.uri, request.variables), mapped.path, list(pairs))
    if not hostname_usable(url):
        raise Failed("API_CONFIGURATION_ERROR", f"Invalid endpoint address: {url}")
    balancer = None
    if integration.connection_type == VPC_LINK:
        balancer = balancer_of(target.account, target.region, integration, request.variables)
        if balancer is None:
            raise Failed("API_CONFIGURATION_ERROR", "Invalid VPC link: there is no such")
    tls = integration.tls_config or {}
    server = Server(url, balancer, not tls.get("insecureSkipVerification"))
    verb = request.call.method if integration.http_method == "ANY" else integration.http_method
    patience = min(LONGEST, int(integration.timeout_in_millis or 29_000) / 1000)
    given = tuple(one for one in headers if one[0].lower() not in HOP_BY_HOP)
    return upstreams.ask(server, verb, given, body, patience)


def _url(uri: str, path: Mapping[str, str], query: list[tuple[str, str]]) -> str:
    """Put parameters into an address: those of its path, those of the query after its own."""
    whole = PATH_PARAMETER.sub(lambda found: quote(path.get(found[1], ""), safe="/"), uri)
    parts = urlsplit(whole)
    joined = "&".join(one for one in (parts.query, urlencode(query)) if one)
    return urlunsplit(parts._replace(query=joined, fragment=""))


def _answered(target: Target, request: Request, said: str, answer: Answer) -> Reply:
    """Make a method's answer of an integration's. `said` is what chooses: a status, or an error's
    message. Raises Failed, TemplateUnusable."""
    responses = target.method.method_integration.integration_responses or {}
    chosen = _chosen(responses.values(), said)
    if chosen is None:
        why = f"No match for output mapping and no default endpoint configured: {said}"
        raise Failed("API_CONFIGURATION_ERROR", why)
    status = str(chosen.status_code)
    if status not in target.method.method_responses:
        why = f"Output mapping refers to an invalid method response: {status}"
        raise Failed("API_CONFIGURATION_ERROR", why)
    text = answer.body.decode("utf-8", "replace")
    templates = chosen.response_templates or {}
    body, kind = converted(answer.body, chosen.content_handling), JSON
    accepted = (request.call.header("accept") or JSON).partition(",")[0].partition(";")[0]
    for kind in (accepted.strip(), JSON, *templates):
        if kind in templates:
            template = templates[kind]
            if template:
                made = rendered(template, text, request.context, request.variables)
                body = converted(made.encode(), chosen.content_handling)
            break
    else:
        kind = header_in(answer.headers, "content-type") or JSON
    override = request.context["responseOverride"]
    mapped = map_response(chosen.response_parameters or {}, answer.headers, text, request)
    mapped |= {name: str(value) for name, value in override["header"].items()}
    headers: Headers = tuple(mapped.items())
    if not any(name.lower() == "content-type" for name in mapped):
        headers = (("Content-Type", kind), *headers)
    return Reply(int(override.get("status") or status), body, headers)


def _chosen(answers: Iterable[Any], said: str) -> Any:  # noqa: ANN401 - moto's
    """Give the response whose pattern matches, or the one without a pattern."""
    every = list(answers)
    for one in every:
        if one.selection_pattern and re.fullmatch(one.selection_pattern, said, re.DOTALL):
            return one
    return next((one for one in every if not one.selection_pattern), None)
