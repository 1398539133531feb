"""XML bodies of answers: a writer for each shape, made once.

A writer takes a value and a list, and adds text to the list. Tags are written when the writer is
made. ec2 calls list members `item` and query `member`, unless the model names them; flattened lists
and maps repeat their own tag. What the model lacks is our mistake and raises.
"""

import base64
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from math import isnan
from typing import Any

from genkan.wire.models import Shape, Value
from genkan.wire.timestamp import write_timestamp

Write = Callable[[Any, list[str]], None]
Make = Callable[[Any, str, str], Write]

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# What XML 1.0 has no way to write, not even escaped, and what would not survive a parser.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPED = re.compile('[&<>"\r]')
# Either of them: what most texts have nothing of.
MARKED = re.compile(f"{ESCAPED.pattern}|{UNWRITABLE.pattern}")
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


def escape(text: str) -> str:
    """Write `text` so that an XML parser gives it back; what XML cannot hold becomes U+FFFD."""
    return text if MARKED.search(text) is None else _escaped(text)


@lru_cache(maxsize=64)
def _escaped(text: str) -> str:
    """Escape a text that has to be: often the policy that all endpoints have."""
    text = UNWRITABLE.sub("\ufffd", text)
    return ESCAPED.sub(lambda match: ESCAPES[match[0]], text)


@cache
def xml_writer(shape: Shape, name: str, protocol: str) -> Write:
    """Give the writer of `shape` as the element `name`."""
    return MAKERS.get(shape.type_name, _text_maker)(shape, name, protocol)


@cache
def content_writer(shape: Shape, protocol: str) -> Write:
    """Give the writer of what stands inside a structure, without its own element."""
    members = {
        name: (member, element_name(name, member))
        for name, member in shape.members.items()
        if "location" not in member.serialization and not member.serialization.get("xmlAttribute")
    }
    attributes = _attributes(shape)
    made: dict[str, Write] = {}
    strings = {
        name: _tags(member, element)
        for name, (member, element) in members.items()
        if scalar_text(member, "iso8601") is _string and member.type_name not in MAKERS
    }
    marked = MARKED.search

    def write(value: Value, out: list[str]) -> None:
        for name, item in value.items():
            if item is None:
                continue
            tags = strings.get(name)
            if tags is not None and type(item) is str:  # most are: written here, without a call
                text = item if marked(item) is None else _escaped(item)
                out.append(f"{tags[0]}{text}{tags[1]}")
            elif name not in attributes:
                writer = made.get(name)
                if writer is None:  # made when first met: shapes may hold themselves
                    if name not in members:
                        raise ValueError(_no_member(shape, name))
                    writer = made[name] = xml_writer(*members[name], protocol)
                writer(item, out)

    return write


def element_name(name: str, shape: Shape) -> str:
    """Give the element in which a structure holds its member `name`."""
    written = shape.serialization
    if shape.type_name == "list" and written.get("flattened"):
        return str(shape.member.serialization.get("name") or written.get("name", name))
    return str(written.get("name", name))


def namespace_of(shape: Shape) -> str:
    """Give the xmlns attribute that a shape asks for, with a space before it."""
    found = shape.serialization.get("xmlNamespace")
    if not found:
        return ""
    if isinstance(found, str):
        return f' xmlns="{found}"'
    prefix = f":{found['prefix']}" if found.get("prefix") else ""
    return f' xmlns{prefix}="{found["uri"]}"'


def _no_member(shape: Shape, name: str) -> str:
    return f"{shape.name} has no member {name}; it has {', '.join(shape.members)}"


def _attributes(shape: Shape) -> dict[str, str]:
    return {
        name: element_name(name, member)
        for name, member in shape.members.items()
        if member.serialization.get("xmlAttribute")
    }


def _structure(shape: Shape, name: str, protocol: str) -> Write:
    content = content_writer(shape, protocol)
    attributes = _attributes(shape)
    begin, end, empty = f"<{name}{namespace_of(shape)}", f"</{name}>", f"<{name}/>"
    opened = f"{begin}>"

    def write(value: Value, out: list[str]) -> None:
        if not value:
            out.append(empty)
            return
        if attributes:
            out.append(begin)
            for member, attribute in attributes.items():
                if value.get(member) is not None:
                    out.append(f' {attribute}="{escape(str(value[member]))}"')
            out.append(">")
        else:
            out.append(opened)
        content(value, out)
        out.append(end)

    return write


def _list(shape: Shape, name: str, protocol: str) -> Write:
    if shape.serialization.get("flattened"):
        item_writer, begin, end, empty = xml_writer(shape.member, name, protocol), "", "", ""
    else:
        default = "item" if protocol == "ec2" else "member"
        item_name = shape.member.serialization.get("name", default)
        item_writer = xml_writer(shape.member, item_name, protocol)
        begin, end, empty = f"<{name}>", f"</{name}>", f"<{name}/>"

    def write(value: Value, out: list[str]) -> None:
        if isinstance(value, str | bytes | dict):
            raise ValueError(f"{name} is a list of {shape.member.name}, not {value!r}")
        if not value:
            out.append(empty)
            return
        out.append(begin)
        for item in value:
            item_writer(item, out)
        out.append(end)

    return write


def _map(shape: Shape, name: str, protocol: str) -> Write:
    flattened = bool(shape.serialization.get("flattened"))
    entry = name if flattened else "entry"
    key_writer = xml_writer(shape.key, shape.key.serialization.get("name", "key"), protocol)
    value_writer = xml_writer(shape.value, shape.value.serialization.get("name", "value"), protocol)
    begin, end = ("", "") if flattened else (f"<{name}>", f"</{name}>")

    def write(value: Value, out: list[str]) -> None:
        out.append(begin)
        for key, item in value.items():
            out.append(f"<{entry}>")
            key_writer(key, out)
            value_writer(item, out)
            out.append(f"</{entry}>")
        out.append(end)

    return write


def _text_maker(shape: Shape, name: str, protocol: str) -> Write:
    begin, end = _tags(shape, name)
    text = scalar_text(shape, "iso8601")

    def write(value: Value, out: list[str]) -> None:
        out.append(begin + text(value) + end)

    return write


def _tags(shape: Shape, name: str) -> tuple[str, str]:
    return f"<{name}{namespace_of(shape)}>", f"</{name}>"


def scalar_text(shape: Shape, timestamps: str) -> Callable[[Any], str]:
    """Give the function that writes a scalar of `shape` as escaped text."""
    if shape.type_name == "timestamp":
        form = shape.serialization.get("timestampFormat", timestamps)
        return lambda value: _timestamp(value, form)
    return TEXTS.get(shape.type_name, _string)


def _timestamp(value: datetime, form: str) -> str:
    return write_timestamp(value, form)


def _string(value: Value) -> str:
    return escape(str(value))


def _boolean(value: Value) -> str:
    return "true" if value else "false"


def _float(value: float) -> str:
    if isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return str(value)


def _blob(value: bytes | str) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode("ascii")


TEXTS: dict[str, Callable[[Any], str]] = {
    "boolean": _boolean,
    "float": _float,
    "double": _float,
    "blob": _blob,
}
MAKERS: dict[str, Make] = {"structure": _structure, "list": _list, "map": _map}
