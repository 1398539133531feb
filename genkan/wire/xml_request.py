"""XML bodies of rest-xml requests, read by shape.

Members are elements by `locationName`, or attributes; lists are elements inside one, or repeated in
their parent when flattened; maps are `entry` elements of key and value ("AWS restXml protocol" in
the Smithy specification).
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from genkan.wire.models import Shape, Value
from genkan.wire.reading import Place, Reading
from genkan.wire.scalar import parse_scalar
from genkan.wire.xml_document import BadXml, Element, parse_xml

Elements = list[Element]  # one, or as many as a flattened list or map repeats


def parse_xml_body(
    shape: Shape,
    body: bytes,
    reading: Reading,
    place: Place | None = None,
) -> dict[str, Any]:
    """Read `body` as the structure `shape`; no bytes are an empty one. Raises WireError.

    `place` is the payload's; without one the body holds what of the input is bound to nothing else.
    """
    if not body.strip():
        return {}
    try:
        root = parse_xml(body)
    except BadXml as error:
        raise reading.error("Malformed", f"The body is not XML that is taken: {error}") from error
    return _structure(shape, [root], place, reading)


def _read(shape: Shape, elements: Elements, place: Place, reading: Reading) -> Value:
    if (read := READERS.get(shape.type_name)) is not None:
        return read(shape, elements, place, reading)
    if elements[0].children:
        reading.wrong(elements[0].name, place, f"a {shape.type_name}")
    return parse_scalar(shape, elements[0].text, place, reading)


def _structure(
    shape: Shape,
    elements: Elements,
    place: Place | None,
    reading: Reading,
) -> dict[str, Any]:
    members = _members(shape)
    given: dict[str, Any] = {}
    for name, found in _by_name(elements[0]).items():
        if name not in members:
            reading.unknown((place, name))
            continue
        member, member_shape = members[name]
        given[member] = _read(member_shape, found, (place, member), reading)
    for written, text in elements[0].attributes.items():
        if (attribute := members.get("@" + written)) is not None:
            member, member_shape = attribute
            given[member] = parse_scalar(member_shape, text, (place, member), reading)
    if place is not None:  # the outermost structure has members that are no elements
        reading.check_required(shape, given, place)
    return given


def _list(shape: Shape, elements: Elements, place: Place, reading: Reading) -> list[Any]:
    items = elements
    if not shape.serialization.get("flattened"):
        items = elements[0].children
        name = shape.member.serialization.get("name", "member")
        for item in items:
            if item.name != name:
                reading.unknown((place, item.name))
    return [
        _read(shape.member, [item], (place, index), reading) for index, item in enumerate(items, 1)
    ]


def _map(shape: Shape, elements: Elements, place: Place, reading: Reading) -> dict[Any, Any]:
    entries = elements if shape.serialization.get("flattened") else elements[0].children
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    given: dict[Any, Any] = {}
    for index, entry in enumerate(entries, 1):
        where = (place, index)
        key, value = entry.child(key_name), entry.child(value_name)
        if key is None or value is None:
            reading.wrong(entry.name, place, f"entries of {key_name} and {value_name}")
        given[_read(shape.key, [key], (where, key_name), reading)] = _read(
            shape.value, [value], (where, value_name), reading
        )
    return given


def _by_name(element: Element) -> dict[str, Elements]:
    found: dict[str, Elements] = {}
    for child in element.children:
        found.setdefault(child.name, []).append(child)
    return found


def _written(name: str, shape: Shape) -> str:
    mark = "@" if shape.serialization.get("xmlAttribute") else ""
    return mark + str(shape.serialization.get("name", name))


@cache
def _members(shape: Shape) -> Mapping[str, tuple[str, Any]]:
    return {
        _written(name, member): (name, member)
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }


READERS: dict[str, Callable[[Any, Elements, Any, Reading], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
}
