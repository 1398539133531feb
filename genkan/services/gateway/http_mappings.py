"""Parameter mappings of HTTP APIs: what a request is given on its way, and an answer on its way
back.

"Transform API requests and responses for HTTP APIs" in the API Gateway developer guide. A value is
fixed text with `$request.…`, `$response.…`, `$context.…` and `$stageVariables.…` in it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from genkan.services.gateway.calls import Headers, grouped, header_in
from genkan.services.gateway.json_path import PathUnusable, find
from genkan.services.gateway.mappings import Request
from genkan.services.gateway.templates import document_of

NAMED = re.compile(
    r"\$\{(?P<braced>[\w.$\[\]'*@-]+)\}"
    r"|\$(?P<bare>(?:request|response|context|stageVariables)(?:\.[\w$\[\]'*@-]+)+)"
)
Answered = tuple[int, Headers, str]  # status, headers, body
Pairs = list[tuple[str, str]]


def value_of(source: str, request: Request, answer: Answered | None = None) -> str:
    """Give what a value says of a request, and of an answer: its status, headers and body."""

    def put(found: re.Match[str]) -> str:
        named = found["braced"] or found["bare"]
        value = _named(named.removeprefix("$"), request, answer)
        return "" if value is None else value

    return NAMED.sub(put, source)


def change(
    mappings: Mapping[str, str],
    kind: str,
    pairs: Pairs,
    request: Request,
    answer: Answered | None = None,
) -> Pairs:
    """Give headers or parameters (`header`, `querystring`) as mappings append to them, overwrite
    or remove them."""
    out = list(pairs)
    for target, source in mappings.items():
        action, _, where = target.partition(":")
        of, _, name = where.partition(".")
        if of != kind or not name:
            continue
        if action in ("overwrite", "remove"):
            out = [one for one in out if not _same(one[0], name, kind)]
        if action in ("overwrite", "append"):
            value = value_of(source, request, answer)
            if value:
                out.append((name, value))
    return out


def _same(one: str, other: str, kind: str) -> bool:
    return one.lower() == other.lower() if kind == "header" else one == other


def _named(named: str, request: Request, answer: Answered | None) -> str | None:
    root, _, rest = named.partition(".")
    match root:
        case "request":
            return _of_request(rest, request)
        case "response" if answer is not None:
            kind, _, name = rest.partition(".")
            if kind == "header":
                return header_in(answer[1], name)
            return _text(_in_body(answer[2], name)) if kind == "body" else None
        case "context":
            found: Any = request.context
            for part in rest.split("."):
                found = found.get(part) if isinstance(found, Mapping) else None
            return _text(found)
        case "stageVariables":
            return request.variables.get(rest)
    return None


def _of_request(rest: str, request: Request) -> str | None:
    call = request.call
    kind, _, name = rest.partition(".")
    match kind:
        case "header":
            found = grouped((one.lower(), value) for one, value in call.headers)
            return ",".join(found[name.lower()]) if name.lower() in found else None
        case "querystring":
            found = grouped(call.pairs)
            return ",".join(found[name]) if name in found else None
        case "path":
            return request.path_parameters.get(name) if name else request.context["path"]
        case "body":
            return _text(_in_body(request.text, name))
        case "method":
            return call.method
    return None


def _in_body(body: str, path: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return find(document_of(body), path if path.startswith("$") else f"$.{path}")
    except PathUnusable:
        return None


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return value if value is None or isinstance(value, str) else json.dumps(value)
