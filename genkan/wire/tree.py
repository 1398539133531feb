"""Requests that arrive as a tree of values: JSON documents and CBOR data items.

Members go by `locationName`, else by their own name; null stands for a member that is not there.
JSON writes blobs in base64 and timestamps as seconds since 1970; CBOR has both as types of its own
("AWS JSON 1.1 protocol" and "Smithy RPC v2 CBOR protocol" in the Smithy specification).
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NoReturn

from genkan.wire.models import Shape, Value
from genkan.wire.reading import Place, Reading
from genkan.wire.scalar import SPECIAL, fits, parse_base64
from genkan.wire.timestamp import from_epoch, parse_timestamp

Read = Callable[[Any, Any, Any, Reading, "Scalars"], Any]
Scalars = Mapping[str, Read]


def load_json(body: bytes, reading: Reading) -> Value:
    """Read a JSON document; no bytes are an empty object. Raises WireError."""
    if not body.strip():
        return {}
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise reading.error("Malformed", f"The body is not JSON: {str(error)[:200]}") from error


def load_cbor(body: bytes, reading: Reading) -> Value:
    """Read a CBOR data item; no bytes are an empty map. Raises WireError."""
    if not body:
        return {}
    import cbor2

    try:
        return cbor2.loads(body)
    except Exception as error:  # whatever a decoder of untrusted bytes may raise
        raise reading.error("Malformed", f"The body is not CBOR: {str(error)[:200]}") from error


def parse_tree(shape: Shape, value: Value, reading: Reading, scalars: Scalars) -> Value:
    """Read `value` as `shape` describes it; `scalars` is JSON or CBOR. Raises WireError."""
    if shape is None:
        if not isinstance(value, dict):
            reading.wrong(value, None, "an object")
        for name in value:
            reading.unknown((None, str(name)))
        return {}
    return _read(shape, value, None, reading, scalars)


def parse_body_members(
    shape: Shape,
    value: Value,
    reading: Reading,
) -> dict[str, Any]:
    """Read the members of an input that its JSON body holds. Required ones are not asked for."""
    if not isinstance(value, dict):
        reading.wrong(value, None, "an object")
    given: dict[str, Any] = {}
    for name, item in value.items():
        if item is None:
            continue
        member, member_shape = _members(shape).get(name, (name, None))
        if member_shape is None or "location" in member_shape.serialization:
            reading.unknown((None, name))
            continue
        given[member] = _read(member_shape, item, (None, name), reading, JSON)
    return given


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _read(
    shape: Shape, value: Value, place: Place | None, reading: Reading, scalars: Scalars
) -> Value:
    read = READERS.get(shape.type_name) or scalars[shape.type_name]
    return read(shape, value, place, reading, scalars)


def _structure(
    shape: Shape,
    value: Value,
    place: Place | None,
    reading: Reading,
    scalars: Scalars,
) -> Value:
    if shape.is_document_type:
        return value
    if not isinstance(value, dict):
        reading.wrong(value, place, "an object")
    reading.check_depth(_depth(place))
    members = _members(shape)
    given: dict[str, Any] = {}
    for name, item in value.items():
        if item is None or name == "__type":
            continue
        if (found := members.get(name)) is None:
            reading.unknown((place, str(name)))
            continue
        member, member_shape = found
        given[member] = _read(member_shape, item, (place, name), reading, scalars)
    reading.check_required(shape, given, place)
    return given


def _list(
    shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars
) -> list[Any]:
    if not isinstance(value, list | tuple):
        reading.wrong(value, place, "a list")
    reading.check_depth(_depth(place))
    return [
        None if item is None else _read(shape.member, item, (place, index), reading, scalars)
        for index, item in enumerate(value)
    ]


def _map(shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars) -> Value:
    if not isinstance(value, dict):
        reading.wrong(value, place, "an object")
    reading.check_depth(_depth(place))
    given: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            reading.wrong(key, place, "strings as keys")
        given[key] = (
            None if item is None else _read(shape.value, item, (place, key), reading, scalars)
        )
    return given


def _depth(place: Place | None) -> int:
    depth = 0
    while place is not None:
        place, depth = place[0], depth + 1
    return depth


@cache
def _members(shape: Shape) -> Mapping[str, tuple[str, Any]]:
    return {
        member.serialization.get("name", name): (name, member)
        for name, member in shape.members.items()
    }


def _string(shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars) -> str:
    if isinstance(value, str):
        return value
    reading.wrong(value, place, "a string")


def _integer(shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and fits(value, shape.type_name):
        return value
    reading.wrong(value, place, "an integer")


def _float(shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars) -> float:
    if isinstance(value, str) and value in SPECIAL:
        return SPECIAL[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    reading.wrong(value, place, "a number")


def _boolean(shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars) -> bool:
    if isinstance(value, bool):
        return value
    reading.wrong(value, place, "true or false")


def _json_blob(
    shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars
) -> bytes:
    if isinstance(value, str):
        try:
            return parse_base64(value)
        except ValueError:
            pass
    reading.wrong(value, place, "base64")


def _json_timestamp(
    shape: Shape,
    value: Value,
    place: Place,
    reading: Reading,
    scalars: Scalars,
) -> datetime:
    form = shape.serialization.get("timestampFormat", "unixTimestamp")
    try:
        if isinstance(value, str):
            # Some clients write dates where seconds are due; AWS takes both.
            return parse_timestamp(value, "iso8601" if value[4:5] == "-" else form)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return from_epoch(value)
    except (ValueError, OverflowError):
        pass
    reading.wrong(value, place, f"a timestamp ({form})")


def _cbor_blob(
    shape: Shape, value: Value, place: Place, reading: Reading, scalars: Scalars
) -> bytes:
    if isinstance(value, bytes):
        return value
    reading.wrong(value, place, "a byte string")


def _cbor_timestamp(
    shape: Shape,
    value: Value,
    place: Place,
    reading: Reading,
    scalars: Scalars,
) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    reading.wrong(value, place, "a timestamp (tag 1)")


READERS: dict[str, Read] = {"structure": _structure, "list": _list, "map": _map}
COMMON: dict[str, Read] = {
    "string": _string,
    "character": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
}
JSON: Scalars = COMMON | {"blob": _json_blob, "timestamp": _json_timestamp}
CBOR: Scalars = COMMON | {"blob": _cbor_blob, "timestamp": _cbor_timestamp}
