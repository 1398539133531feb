"""REST routes: from a request's method, path and query string to an operation.

A route is an operation's `requestUri`: labels take one path segment, a greedy label (`{Key+}`)
takes the rest, `?acl` must stand in the query string. Where several fit, the one with more literal
segments and more of its query literals wins, then the one whose required query and header members
are all there: that is how S3 tells PutObject, CopyObject and UploadPart apart ("HTTP bindings" in
the Smithy specification).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from genkan.wire.message import HttpRequest
from genkan.wire.models import OperationModel, Value
from genkan.wire.percent import decode_text

if TYPE_CHECKING:
    from botocore.model import ServiceModel

LITERAL, LABEL, GREEDY, END = range(4)  # in the order in which a route wins
NOTHING: Mapping[re.Pattern[str], list["Route"]] = {}
Query = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's place in a REST service."""

    operation: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    segments: tuple[int, ...]  # what each segment of the template is, then END
    query: tuple[tuple[str, str | None], ...]  # literals; None: any value
    literals: frozenset[str]  # names in the query string that are the route's own
    deprecated: bool


@cache
def routes(model: "ServiceModel") -> Mapping[str, Mapping[re.Pattern[str], list[Route]]]:
    """Give a service's routes by method, and by what their paths look like: many look the same."""
    by_method: dict[str, dict[re.Pattern[str], list[Route]]] = defaultdict(dict)
    for name in model.operation_names:
        operation = model.operation_model(name)
        route = _route(name, operation)
        alike = by_method[operation.http.get("method", "POST")]
        alike.setdefault(route.pattern, []).append(route)
    return by_method


def find_route(
    model: "ServiceModel", request: HttpRequest, path: str, query: Query
) -> tuple[Route, dict[str, str]] | None:
    """Give the route that a request takes and its labels' raw text, or None."""
    fits = [
        (route, match)
        for pattern, alike in routes(model).get(request.method.upper(), NOTHING).items()
        if (match := pattern.fullmatch(path))
        for route in alike
        if not route.query or (query and _has_literals(route, query))
    ]
    if not fits:
        return None
    if len(fits) > 1:
        fits.sort(key=lambda fit: _rank(model, fit[0], request, query))
    route, match = fits[0]
    return route, dict(zip(route.labels, match.groups(), strict=True))


def parse_query(text: str) -> dict[str, list[str]]:
    """Read a query string. Raises UnicodeDecodeError."""
    found: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            found.setdefault(decode_text(name, plus=True), []).append(decode_text(value, plus=True))
    return found


def _route(name: str, operation: OperationModel) -> Route:
    path, _, query_text = operation.http["requestUri"].partition("?")
    query = tuple(_literals(query_text))
    labels: list[str] = []
    kinds: list[int] = []
    pattern = ""
    for segment in path.strip("/").split("/"):
        text, kind = _segment(segment, labels)
        pattern += "/" + text
        kinds.append(kind)
    if path.strip("/") == "":
        pattern, kinds = "", []
    return Route(
        name,
        re.compile(pattern + "/?", re.DOTALL),
        tuple(labels),
        (*kinds, END),
        query,
        frozenset(one for one, _ in query) | {"x-id"},
        bool(operation.deprecated),
    )


@cache
def _required(model: "ServiceModel", operation: str) -> list[tuple[bool, str]]:
    """Give the keys of required members outside path and body; is each in the query string?"""
    shape = model.operation_model(operation).input_shape
    found = []
    for name in shape.required_members if shape else ():
        written = shape.members[name].serialization
        key, location = written.get("name", name), written.get("location")
        if location == "querystring":
            found.append((True, key))
        elif location == "header":
            found.append((False, key.lower()))
    return found


def _segment(segment: str, labels: list[str]) -> tuple[str, int]:
    kind, pattern = LITERAL, ""
    for part in re.split(r"({[^}]+})", segment):
        if not part.startswith("{"):
            pattern += re.escape(part)
            continue
        greedy = part.endswith("+}")
        labels.append(part.strip("{+}"))
        pattern += "(.+)" if greedy else "([^/]+)"
        kind = max(kind, GREEDY if greedy else LABEL)
    return pattern, kind


def _literals(query: str) -> Iterable[tuple[str, str | None]]:
    for pair in query.split("&"):
        if pair:
            name, equals, value = pair.partition("=")
            yield decode_text(name), decode_text(value) if equals else None


def _has_literals(route: Route, query: Query) -> bool:
    return all(
        name in query and (value is None or value in query[name]) for name, value in route.query
    )


def _rank(model: "ServiceModel", route: Route, request: HttpRequest, query: Query) -> Value:
    required, there = _required(model, route.operation), 0
    for in_query, key in required:
        there += key in query if in_query else request.header(key) is not None
    absent = len(required) - there
    named = route.operation in query.get("x-id", ())
    return (not named, route.segments, -len(route.query), absent, -there, route.deprecated)
