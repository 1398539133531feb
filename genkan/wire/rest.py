"""Requests of rest-json and rest-xml: members in labels, query string, headers and body.

What the model does not bind in the query string and the headers is everybody's (signatures,
tracing, `x-id`), so it is no unknown parameter; in a body it is. A streamed payload is left out
("HTTP binding traits" in the Smithy specification).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from genkan.wire.message import HttpRequest
from genkan.wire.models import Shape, Value
from genkan.wire.percent import decode_text
from genkan.wire.reading import Place, Reading
from genkan.wire.scalar import parse_scalar
from genkan.wire.tree import JSON, load_json, parse_body_members, parse_tree
from genkan.wire.xml_request import parse_xml_body

Reader = Callable[[Any, str, str, "Bound"], Any]
HEADER_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Bound:
    """A request taken apart along its route."""

    request: HttpRequest
    labels: Mapping[str, str]  # raw text by label
    query: Mapping[str, list[str]]
    literals: frozenset[str]  # names in the query string that are the route's own
    reading: Reading
    json: bool


def parse_rest(shape: Shape, bound: Bound) -> dict[str, Any]:
    """Read the parameters of an operation's input `shape` (None: none). Raises WireError."""
    if shape is None:
        return {}
    given: dict[str, Any] = {}
    for name, key, member, read in _bound_members(shape):
        if read is None:
            value = _query_rest(shape, member, name, bound)
        else:
            value = read(member, key, name, bound)
        if value is not None:
            given[name] = value
    given |= _body(shape, bound)
    _check_required(shape, given, bound.reading)
    return given


@cache
def _bound_members(shape: Shape) -> list[tuple[str, str, Shape, Reader | None]]:
    """Give the members that stand outside the body, each with its key and what reads it; what takes
    the rest of the query string is read by nothing of these."""
    found: list[tuple[str, str, Shape, Reader | None]] = []
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        key = member.serialization.get("name", name)
        if location == "querystring" and member.type_name == "map":
            found.append((name, key, member, None))
        elif location in LOCATIONS:
            lowered = key.lower() if location in ("header", "headers") else key
            found.append((name, lowered, member, LOCATIONS[location]))
    return found


@cache
def is_streamed(shape: Shape) -> bool:
    """Tell whether the input `shape` has a payload that is streamed, or is a stream of events."""
    if shape is None:
        return False
    if (payload := shape.serialization.get("payload")) is not None:
        written = shape.members[payload].serialization
        return bool(written.get("streaming") or written.get("eventstream"))
    return shape.event_stream_name is not None


def _check_required(shape: Shape, given: dict[str, Any], reading: Reading) -> None:
    if is_streamed(shape):
        given = {**given, shape.serialization.get("payload"): None}
    reading.check_required(shape, given, None)


def _label(shape: Shape, key: str, name: str, bound: Bound) -> Value:
    raw = bound.labels.get(key)
    if raw is None:
        return None
    try:
        text = decode_text(raw)
    except UnicodeDecodeError as error:
        raise bound.reading.error("Malformed", f"The label {key} is not UTF-8") from error
    return parse_scalar(shape, text, (None, name), bound.reading)


def _query(shape: Shape, key: str, name: str, bound: Bound) -> Value:
    values = bound.query.get(key)
    return None if values is None else _query_value(shape, values, (None, name), bound)


def _query_rest(shape: Shape, member: Shape, name: str, bound: Bound) -> Value:
    """Read a map that takes what of the query string nothing else takes."""
    taken = {one.serialization.get("name", key) for key, one in shape.members.items()}
    return {
        key: _query_value(member.value, values, (None, name), bound)
        for key, values in bound.query.items()
        if key not in taken | bound.literals and not key.startswith("X-Amz-")
    } or None


def _query_value(shape: Shape, values: list[str], place: Place, bound: Bound) -> Value:
    if shape.type_name == "list":
        return [parse_scalar(shape.member, text, place, bound.reading) for text in values]
    return parse_scalar(shape, values[0], place, bound.reading)


def _header(shape: Shape, key: str, name: str, bound: Bound) -> Value:
    value = bound.request.header(key)
    if value is None:
        return None
    place = (None, name)
    if shape.type_name != "list":
        return parse_scalar(shape, value.strip(), place, bound.reading, "rfc822")
    values = bound.request.header_values(key)
    return [
        parse_scalar(shape.member, text, place, bound.reading, "rfc822")
        for text in _header_items(",".join(values), shape.member.type_name)
    ]


def _header_items(text: str, type_name: str) -> list[str]:
    if type_name == "timestamp":  # their dates have a comma of their own
        halves = text.split(",")
        return [",".join(pair).strip() for pair in zip(halves[::2], halves[1::2], strict=False)]
    return [
        re.sub(r"\\(.)", r"\1", quoted) if quoted else plain.strip()
        for quoted, plain in HEADER_ITEM.findall(text)
        if quoted or plain
    ]


def _header_map(shape: Shape, key: str, name: str, bound: Bound) -> Value:
    found = {
        header[len(key) :]: value
        for header, value in bound.request.header_items()
        if header.startswith(key)
    }
    return found or None


def _body(shape: Shape, bound: Bound) -> dict[str, Any]:
    payload = shape.serialization.get("payload")
    if is_streamed(shape):
        return {}
    if payload is not None:
        return _payload(shape.members[payload], payload, bound)
    unbound = [one for one in shape.members.values() if "location" not in one.serialization]
    if not unbound:
        return {}
    if bound.json:
        value = load_json(bound.request.body, bound.reading)
        return parse_body_members(shape, value, bound.reading)
    return parse_xml_body(shape, bound.request.body, bound.reading)


def _payload(shape: Shape, name: str, bound: Bound) -> dict[str, Any]:
    body = bound.request.body
    if not body:
        return {}
    if shape.type_name == "blob":
        return {name: body}
    if shape.type_name == "string":
        try:
            return {name: body.decode("utf-8")}
        except UnicodeDecodeError as error:
            raise bound.reading.error("Malformed", "The body is not UTF-8") from error
    if bound.json:
        return {name: parse_tree(shape, load_json(body, bound.reading), bound.reading, JSON)}
    return {name: parse_xml_body(shape, body, bound.reading, (None, name))}


LOCATIONS: dict[str, Reader] = {
    "uri": _label,
    "querystring": _query,
    "header": _header,
    "headers": _header_map,
}
