"""Scalars written as text: in forms, XML, headers, labels and query strings."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from genkan.wire.models import Shape, Value
from genkan.wire.reading import Place, Reading
from genkan.wire.timestamp import parse_timestamp

INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
BITS = {"integer": 31, "long": 63}
BOOLEANS = {"true": True, "false": False}

Parse = Callable[[Any, str, Place | None, Reading, str], Any]


def parse_scalar(
    shape: Shape,
    text: str,
    place: Place | None,
    reading: Reading,
    timestamps: str = "iso8601",
) -> Value:
    """Read `text` as the scalar that `shape` describes; `timestamps` is the protocol's format.

    Raises WireError.
    """
    parse = SCALARS.get(shape.type_name)
    if parse is None:
        reading.wrong(text, place, f"a {shape.type_name}")
    return parse(shape, text, place, reading, timestamps)


def fits(number: int, type_name: str) -> bool:
    """Tell whether an `integer` has 32 bits and a `long` 64."""
    bits = BITS[type_name]
    return -(1 << bits) <= number < 1 << bits


def parse_base64(text: str) -> bytes:
    """Read base64; line breaks are allowed. Raises ValueError."""
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(f"{text!r} is not base64") from error


def _string(
    shape: Shape, text: str, place: Place | None, reading: Reading, timestamps: str
) -> Value:
    if not shape.serialization.get("jsonvalue"):
        return text
    try:
        return json.loads(parse_base64(text))
    except (ValueError, RecursionError):
        reading.wrong(text, place, "JSON in base64")


def _integer(
    shape: Shape, text: str, place: Place | None, reading: Reading, timestamps: str
) -> int:
    if INTEGER.fullmatch(text) and fits(int(text), shape.type_name):
        return int(text)
    reading.wrong(text, place, "an integer")


def _float(
    shape: Shape, text: str, place: Place | None, reading: Reading, timestamps: str
) -> float:
    if text in SPECIAL:
        return SPECIAL[text]
    if NUMBER.fullmatch(text):
        return float(text)
    reading.wrong(text, place, "a number")


def _boolean(
    shape: Shape, text: str, place: Place | None, reading: Reading, timestamps: str
) -> bool:
    found = BOOLEANS.get(text.lower())
    if found is None:
        reading.wrong(text, place, "true or false")
    return found


def _blob(shape: Shape, text: str, place: Place | None, reading: Reading, timestamps: str) -> bytes:
    try:
        return parse_base64(text)
    except ValueError:
        reading.wrong(text, place, "base64")


def _timestamp(
    shape: Shape, text: str, place: Place | None, reading: Reading, timestamps: str
) -> Value:
    form = shape.serialization.get("timestampFormat", timestamps)
    try:
        return parse_timestamp(text, form)
    except ValueError:
        reading.wrong(text, place, f"a timestamp ({form})")


SCALARS: dict[str, Parse] = {
    "string": _string,
    "character": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}
