"""Answers as a tree of values, for JSON and CBOR: a converter for each shape, made once.

JSON takes blobs in base64, timestamps as seconds and what is no number as a string; CBOR has a type
for each. What the model lacks is our mistake and raises.
"""

import base64
from collections.abc import Callable
from functools import cache
from math import isfinite, isnan
from typing import Any

from genkan.wire.models import Shape, Value
from genkan.wire.timestamp import aware, to_epoch, write_timestamp

Convert = Callable[[Any], Any]


@cache
def tree_converter(shape: Shape, cbor: bool) -> Convert:
    """Give the function that turns a value of `shape` into what JSON or CBOR writes."""
    return MAKERS.get(shape.type_name, _same_maker)(shape, cbor)


@cache
def members_converter(shape: Shape, cbor: bool, *, located: bool = False) -> Convert:
    """Give the converter of a structure; if `located`, what is bound elsewhere is no member."""
    names = {
        name: member.serialization.get("name", name)
        for name, member in shape.members.items()
        if not (located and "location" in member.serialization)
    }
    made: dict[str, tuple[str, Convert]] = {}

    def convert(value: Value) -> Value:
        out: dict[str, Any] = {}
        for name, item in value.items():
            if item is None:
                continue
            if name not in made:  # made when first met: shapes may hold themselves
                if name not in names:
                    raise ValueError(
                        f"{shape.name} has no member {name}; it has {', '.join(shape.members)}"
                    )
                made[name] = names[name], tree_converter(shape.members[name], cbor)
            written, converter = made[name]
            out[written] = converter(item)
        return out

    return convert


def _structure(shape: Shape, cbor: bool) -> Convert:
    return _same if shape.is_document_type else members_converter(shape, cbor)


def _list(shape: Shape, cbor: bool) -> Convert:
    def convert(value: Value) -> Value:
        if isinstance(value, str | bytes | dict):
            raise ValueError(f"{shape.name} is a list of {shape.member.name}, not {value!r}")
        item_converter = tree_converter(shape.member, cbor)
        return [None if item is None else item_converter(item) for item in value]

    return convert


def _map(shape: Shape, cbor: bool) -> Convert:
    def convert(value: Value) -> Value:
        item_converter = tree_converter(shape.value, cbor)
        return {key: None if item is None else item_converter(item) for key, item in value.items()}

    return convert


def _timestamp(shape: Shape, cbor: bool) -> Convert:
    form = shape.serialization.get("timestampFormat", "unixTimestamp")
    if cbor:
        return _cbor_timestamp
    if form.lower() == "unixtimestamp":
        return to_epoch
    return lambda value: write_timestamp(value, form)


def _cbor_timestamp(value: Value) -> Value:
    import cbor2

    return cbor2.CBORTag(1, to_epoch(aware(value)))


def _blob(shape: Shape, cbor: bool) -> Convert:
    return bytes if cbor else lambda value: base64.b64encode(value).decode("ascii")


def _float(shape: Shape, cbor: bool) -> Convert:
    return float if cbor else _json_float


def _json_float(value: float) -> float | str:
    if isfinite(value):
        return value
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _same_maker(shape: Shape, cbor: bool) -> Convert:
    return _same


def _same(value: Value) -> Value:
    return value


def _boolean(shape: Shape, cbor: bool) -> Convert:
    return bool


MAKERS: dict[str, Callable[[Any, bool], Convert]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "timestamp": _timestamp,
    "blob": _blob,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
}
