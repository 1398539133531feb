"""Events that a function behind a proxy integration is given, and the answers it may give.

"Set up Lambda proxy integrations in API Gateway" (format 1.0) and "Create AWS Lambda proxy
integrations for HTTP APIs" (format 2.0) in the developer guide.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from genkan.services.gateway.calls import JSON, Call, Failed, Headers, Reply, grouped
from genkan.services.gateway.mappings import Request

Event = dict[str, Any]
TEXT = "text/plain; charset=utf-8"


def event_of_rest(
    request: Request, resource: str, *, is_binary: bool, version: str | None = None
) -> Event:
    """Give an event of format 1.0; `version` is what one of an HTTP API says."""
    call = request.call
    headers, pairs = grouped(call.headers), grouped(call.pairs)
    body, encoded = _body_of(call, is_binary=is_binary)
    context = {name: value for name, value in request.context.items() if name not in _OURS}
    return {
        **({"version": version} if version else {}),
        "resource": resource,
        "path": "/" + call.path.lstrip("/").partition("/")[2],
        "httpMethod": call.method,
        "headers": {name: held[-1] for name, held in headers.items()} or None,
        "multiValueHeaders": headers or None,
        "queryStringParameters": {name: held[-1] for name, held in pairs.items()} or None,
        "multiValueQueryStringParameters": pairs or None,
        "pathParameters": dict(request.path_parameters) or None,
        "stageVariables": dict(request.variables) or None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": encoded,
    }


def event_of_http(request: Request, route_key: str, stage: str, *, is_binary: bool) -> Event:
    """Give an event of format 2.0."""
    call, context = request.call, request.context
    path = unquote(call.path)
    lowered = grouped((name.lower(), value) for name, value in call.headers)
    cookies = [one.strip() for held in lowered.pop("cookie", ()) for one in held.split(";")]
    pairs = grouped(call.pairs)
    body, encoded = _body_of(call, is_binary=is_binary)
    event: Event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": call.query,
        "headers": {name: ",".join(held) for name, held in lowered.items()},
        "requestContext": {
            "accountId": context["accountId"],
            "apiId": context["apiId"],
            "domainName": context["domainName"],
            "domainPrefix": context["domainPrefix"],
            "http": {
                "method": call.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": call.source,
                "userAgent": call.header("user-agent") or "",
            },
            "requestId": call.request_id,
            "routeKey": route_key,
            "stage": stage,
            "time": context["requestTime"],
            "timeEpoch": context["requestTimeEpoch"],
        },
        "isBase64Encoded": encoded,
    }
    if "authorizer" in context:
        event["requestContext"]["authorizer"] = context["authorizer"]
    optional: Event = {
        "cookies": cookies,
        "queryStringParameters": {name: ",".join(held) for name, held in pairs.items()},
        "pathParameters": dict(request.path_parameters),
        "stageVariables": dict(request.variables),
        "body": body,
    }
    return event | {name: value for name, value in optional.items() if value}


def reply_of_rest(payload: str, *, takes_binary: bool) -> Reply:
    """Read a function's answer in format 1.0. Raises Failed."""
    found = _object(payload)
    if "statusCode" not in found:
        raise Failed("BAD_GATEWAY", _malformed(payload))
    return _reply(found, payload, decodes=takes_binary)


def reply_of_http(payload: str) -> Reply:
    """Read a function's answer in format 2.0: without a status it is the body. Raises Failed."""
    try:
        found = json.loads(payload)
    except ValueError as error:
        raise Failed("BAD_GATEWAY", _malformed(payload)) from error
    if not isinstance(found, dict) or "statusCode" not in found:
        text = found if isinstance(found, str) else json.dumps(found)
        return Reply(200, text.encode(), (("Content-Type", JSON),))
    return _reply(found, payload, decodes=True)


def _reply(found: Event, payload: str, *, decodes: bool) -> Reply:
    try:
        status = int(found["statusCode"])
        body = found.get("body")
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        encoded = bool(found.get("isBase64Encoded")) and decodes
        content = base64.b64decode(text) if encoded else text.encode()
        headers = _headers_of(found)
    except (ValueError, TypeError, AttributeError) as error:
        raise Failed("BAD_GATEWAY", _malformed(payload)) from error
    if not 100 <= status <= 599:
        raise Failed("BAD_GATEWAY", _malformed(payload))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", JSON), *headers)
    return Reply(status, content, headers)


def _headers_of(found: Mapping[str, Any]) -> Headers:
    many = found.get("multiValueHeaders") or {}
    pairs = [(name, _text(one)) for name, held in many.items() for one in held]
    known = {name.lower() for name in many}
    pairs += [
        (name, _text(value))
        for name, value in (found.get("headers") or {}).items()
        if name.lower() not in known
    ]
    pairs += [("Set-Cookie", _text(one)) for one in found.get("cookies") or ()]
    for name, value in pairs:
        if not name or any(one in name + value for one in "\r\n\0"):
            raise ValueError(f"{name!r} is no header")
    return tuple(pairs)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _object(payload: str) -> Event:
    try:
        found = json.loads(payload)
    except ValueError as error:
        raise Failed("BAD_GATEWAY", _malformed(payload)) from error
    if not isinstance(found, dict):
        raise Failed("BAD_GATEWAY", _malformed(payload))
    return found


def _malformed(payload: str) -> str:
    return f"Malformed Lambda proxy response: {payload[:200]}"


def _body_of(call: Call, *, is_binary: bool) -> tuple[str | None, bool]:
    if not call.body:
        return None, False
    if is_binary:
        return base64.b64encode(call.body).decode(), True
    return call.body.decode("utf-8", "replace"), False


_OURS = frozenset({"requestOverride", "responseOverride", "error"})
