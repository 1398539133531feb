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

ReadMap = Callable[[Any, Any, str, str, "Bound"], dict[str, Any]]
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
    members = _members(shape)
    given: dict[str, Any] = {}
    for name, key, member in members.labels:
        if key in bound.labels:
            given[name] = _label(member, key, name, bound)
    for key, values in bound.query.items():
        if key in members.query:
            name, member = members.query[key]
            given[name] = _query_value(member, values, (None, name), bound)
    for key, value in bound.request.first_headers().items():
        if key in members.headers:
            name, member = members.headers[key]
            if (read := _header(member, key, value, name, bound)) is not None:  # JSON's null is
                given[name] = read
    for name, key, member, read_map in members.maps:
        if found := read_map(shape, member, key, name, bound):
            given[name] = found
    given |= _body(shape, bound)
    _check_required(shape, given, bound.reading)
    return given


@dataclass(frozen=True, slots=True)
class _Members:
    """The members of an input that stand outside its body, each with its name: found by their keys,
    for what a request has is less than what it could have."""

    labels: list[tuple[str, str, Shape]]  # with their keys
    query: dict[str, tuple[str, Shape]]
    headers: dict[str, tuple[str, Shape]]
    maps: list[tuple[str, str, Shape, ReadMap]]  # with the beginnings of their keys


@cache
def _members(shape: Shape) -> _Members:
    found = _Members([], {}, {}, [])
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        match member.serialization.get("location"), member.type_name:
            case "querystring", "map":
                found.maps.append((name, key, member, _query_rest))
            case "querystring", _:
                found.query[key] = (name, member)
            case "header", _:
                found.headers[key.lower()] = (name, member)
            case "headers", _:
                found.maps.append((name, key.lower(), member, _header_map))
            case "uri", _:
                found.labels.append((name, key, member))
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
    try:
        text = decode_text(bound.labels[key])
    except UnicodeDecodeError as error:
        raise bound.reading.error("Malformed", f"The label {key} is not UTF-8") from error
    return parse_scalar(shape, text, (None, name), bound.reading)


def _query_rest(shape: Shape, member: Shape, _: str, name: str, bound: Bound) -> dict[str, Any]:
    """Read a map that takes what of the query string nothing else takes."""
    taken = {one.serialization.get("name", key) for key, one in shape.members.items()}
    return {
        key: _query_value(member.value, values, (None, name), bound)
        for key, values in bound.query.items()
        if key not in taken | bound.literals and not key.startswith("X-Amz-")
    }


def _query_value(shape: Shape, values: list[str], place: Place, bound: Bound) -> Value:
    if shape.type_name == "list":
        return [parse_scalar(shape.member, text, place, bound.reading) for text in values]
    return parse_scalar(shape, values[0], place, bound.reading)


def _header(shape: Shape, key: str, value: str, name: str, bound: Bound) -> Value:
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


def _header_map(shape: Shape, member: Shape, key: str, name: str, bound: Bound) -> dict[str, Any]:
    return {
        header[len(key) :]: value
        for header, value in bound.request.header_items()
        if header.startswith(key)
    }


def _body(shape: Shape, bound: Bound) -> dict[str, Any]:
    payload = shape.serialization.get("payload")
    if is_streamed(shape):
        return {}
    if payload is not None:
        return _payload(shape.members[payload], payload, bound)
    if not _has_unbound(shape):
        return {}
    if bound.json:
        value = load_json(bound.request.body, bound.reading)
        return parse_body_members(shape, value, bound.reading)
    return parse_xml_body(shape, bound.request.body, bound.reading)


@cache
def _has_unbound(shape: Shape) -> bool:
    return any("location" not in one.serialization for one in shape.members.values())


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
