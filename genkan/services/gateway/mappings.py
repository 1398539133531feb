"""Parameter mappings of REST APIs: what of a request goes where in the integration's, and back.

"Mapping request and response data" and "Parameter mapping reference for REST APIs" in the API
Gateway developer guide. A mapping whose source is not there maps nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from genkan.services.gateway.calls import Call, Headers, grouped, header_in
from genkan.services.gateway.json_path import PathUnusable, find
from genkan.services.gateway.templates import document_of

VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
PATH_PARAMETER = re.compile(r"\{([\w.:-]+)\+?\}")


@dataclass(frozen=True, slots=True)
class Request:
    """A call with what its route made of it: parameters of the path, context, stage variables."""

    call: Call
    path_parameters: Mapping[str, str]
    context: dict[str, Any]
    variables: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.call.body.decode("utf-8", "replace")

    def parameters(self) -> dict[str, dict[str, str]]:
        """Give what `$input.params()` has: the last value of each name."""
        return {
            "path": dict(self.path_parameters),
            "querystring": dict(self.call.pairs),
            "header": dict(self.call.headers),
        }


@dataclass(slots=True)
class Mapped:
    """What mappings give the integration's request."""

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, list[str]] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)


def map_request(mappings: Mapping[str, str], request: Request) -> Mapped:
    """Put what mappings name where they say."""
    out = Mapped()
    for target, source in mappings.items():
        value = _of_request(source, request)
        kind, _, name = target.removeprefix("integration.request.").partition(".")
        if value is None or not name:
            continue
        if kind == "querystring":
            out.query[name] = value if isinstance(value, list) else [value]
            continue
        one = ",".join(value) if isinstance(value, list) else value
        if kind == "header":
            out.headers[name] = one
        elif kind == "path":
            out.path[name] = one
    return out


def map_response(
    mappings: Mapping[str, str], headers: Headers, body: str, request: Request
) -> dict[str, str]:
    """Give the headers of the method's answer."""
    out = {}
    for target, source in mappings.items():
        if not target.startswith("method.response.header."):
            continue
        value = _of_response(source, headers, body, request)
        if value is not None:
            out[target.removeprefix("method.response.header.")] = value
    return out


def with_variables(text: str, variables: Mapping[str, str]) -> str:
    """Put stage variables where an address names them."""
    return VARIABLE.sub(lambda found: variables.get(found[1], ""), text)


def _of_request(source: str, request: Request) -> str | list[str] | None:
    fixed = _of_either(source, request)
    if fixed is not None:
        return fixed
    kind, _, name = source.removeprefix("method.request.").partition(".")
    call = request.call
    match kind:
        case "header":
            return call.header(name)
        case "multivalueheader":
            return grouped((one.lower(), value) for one, value in call.headers).get(name.lower())
        case "querystring":
            return dict(call.pairs).get(name)
        case "multivaluequerystring":
            return grouped(call.pairs).get(name)
        case "path":
            return request.path_parameters.get(name)
        case "body":
            return _in_body(request.text, name)
    return None


def _of_response(source: str, headers: Headers, body: str, request: Request) -> str | None:
    fixed = _of_either(source, request)
    if fixed is not None:
        return fixed
    kind, _, name = source.removeprefix("integration.response.").partition(".")
    if kind == "header":
        return header_in(headers, name)
    if kind == "multivalueheader":
        found = [value for one, value in headers if one.lower() == name.lower()]
        return ",".join(found) if found else None
    return _in_body(body, name) if kind == "body" else None


def _of_either(source: str, request: Request) -> str | None:
    """Give what stands for itself, or comes from the stage or the context."""
    if len(source) > 1 and source[0] == source[-1] == "'":
        return source[1:-1]
    kind, _, name = source.partition(".")
    if kind == "stageVariables":
        return request.variables.get(name)
    if kind == "context":
        found: Any = request.context
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return None if found is None else str(found)
    return None


def _in_body(body: str, path: str) -> str | None:
    if not path:
        return body
    try:
        found = find(document_of(body), path if path.startswith("$") else f"$.{path}")
    except PathUnusable:
        return None
    if found is None or isinstance(found, str):
        return found
    return json.dumps(found)
