"""Requests of the query and ec2 protocols: a form whose names are paths, `Filter.1.Value.2=x`.

Both write a structure's members as `Name.Member` and count a list's from 1; query puts `member`
before the count unless the list is flattened and `entry` before a map's. ec2 flattens every list
and takes a member's name from `queryName`, else `locationName` with a capital ("AWS query protocol"
and "AWS EC2 query protocol" in the Smithy specification).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from genkan.wire.message import HttpRequest
from genkan.wire.models import Shape, Value
from genkan.wire.percent import decode_text, is_plain
from genkan.wire.reading import DEEPEST, Place, Reading
from genkan.wire.scalar import parse_scalar

Node = dict[str, Any] | str  # a path's children by name, or a value
LONGEST_LIST = 10_000
SHORT = 8 << 10  # bytes of a form that is kept for a moment
ENVELOPE = frozenset(
    {
        "Action",
        "Version",
        "AWSAccessKeyId",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
        "SecurityToken",
        "Timestamp",
        "Expires",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """How one of the two protocols names things."""

    member_name: Callable[[str, Any], str]  # member and its shape → name in the form
    list_name: Callable[[Any], str | None]  # what stands before a list's counts, if anything


def parse_pairs(text: str, reading: Reading) -> list[tuple[str, str]]:
    """Read `a=b&c=d`. Raises WireError for what is not UTF-8."""
    found = [pair.partition("=") for pair in text.split("&") if pair] if text else []
    if is_plain(text, plus=True):
        return [(name, value) for name, _, value in found]
    return [(_decode(name, reading), _decode(value, reading)) for name, _, value in found]


def form_pairs(request: HttpRequest, reading: Reading) -> Sequence[tuple[str, str]]:
    """Give the names and values of a request's query string and form body."""
    if len(request.body) <= SHORT:
        return _remembered_pairs(request.query, request.body, reading.family)
    return _form_pairs(request.query, request.body, reading)


@lru_cache(maxsize=16)
def _remembered_pairs(query: str, body: bytes, family: str) -> Sequence[tuple[str, str]]:
    """Give the pairs of a short form, which is asked for its action before its parameters."""
    return tuple(_form_pairs(query, body, Reading(family)))


def _form_pairs(query: str, body: bytes, reading: Reading) -> list[tuple[str, str]]:
    pairs = parse_pairs(query, reading)
    if body:
        try:
            pairs += parse_pairs(body.decode("utf-8").strip(), reading)
        except UnicodeDecodeError as error:
            raise reading.error("Malformed", "The body is not UTF-8") from error
    return pairs


def parse_form(shape: Shape, request: HttpRequest, reading: Reading) -> dict[str, Any]:
    """Read the parameters of an operation's input `shape` (None: it takes none)."""
    rules = EC2 if reading.family == "ec2" else QUERY
    tree = _tree(form_pairs(request, reading), reading)
    if shape is None:
        for name in tree:
            reading.unknown((None, name))
        return {}
    return _structure(shape, tree, None, reading, rules)


def _decode(text: str, reading: Reading) -> str:
    try:
        return decode_text(text, plus=True)
    except UnicodeDecodeError as error:
        raise reading.error(
            "Malformed", "The query string contains a syntax error: it is not UTF-8"
        ) from error


def _tree(pairs: Sequence[tuple[str, str]], reading: Reading) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if name in ENVELOPE or name.startswith("X-Amz-"):
            continue
        *path, last = name.split(".", DEEPEST + 1)
        if len(path) > DEEPEST:
            raise reading.error("Malformed", f"The parameter {name[:100]}… is nested too deep")
        node = tree
        for step in path:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise _twice(name, reading)
        if last in node:
            raise _twice(name, reading)
        node[last] = value
    return tree


def _twice(name: str, reading: Reading) -> Exception:
    return reading.error(
        "Malformed",
        f"The query string contains a syntax error: the parameter {name[:100]} is given twice",
    )


def _read(shape: Shape, node: Node, place: Place, reading: Reading, rules: Rules) -> Value:
    if (read := READERS.get(shape.type_name)) is not None:
        return read(shape, node, place, reading, rules)
    if not isinstance(node, str):
        raise reading.error(
            "UnknownParameter",
            f"The parameter {reading.name((place, next(iter(node))))} is not recognized",
        )
    return parse_scalar(shape, node, place, reading)


def _structure(
    shape: Shape,
    node: Node,
    place: Place | None,
    reading: Reading,
    rules: Rules,
) -> dict[str, Any]:
    if isinstance(node, str):
        reading.wrong(node, place, "a structure")
    members = _members(shape, rules)
    given: dict[str, Any] = {}
    for name, child in node.items():
        if (found := members.get(name)) is None:
            reading.unknown((place, name))
            continue
        member, member_shape = found
        given[member] = _read(member_shape, child, (place, name), reading, rules)
    reading.check_required(shape, given, place)
    return given


def _list(shape: Shape, node: Node, place: Place, reading: Reading, rules: Rules) -> list[Any]:
    name = rules.list_name(shape)
    if name is not None and isinstance(node, dict):
        children = _step(node, name, place, reading)
    else:
        children = node
    return [
        _read(shape.member, child, (place, index), reading, rules)
        for index, child in _counted(children, place, reading)
    ]


def _map(shape: Shape, node: Node, place: Place, reading: Reading, rules: Rules) -> dict[str, Any]:
    if not shape.serialization.get("flattened") and isinstance(node, dict):
        node = _step(node, "entry", place, reading)
    key_name = rules.member_name("key", shape.key)
    value_name = rules.member_name("value", shape.value)
    given: dict[str, Any] = {}
    for index, entry in _counted(node, place, reading):
        where = (place, index)
        if not isinstance(entry, dict) or set(entry) - {key_name, value_name}:
            reading.wrong(index, place, f"entries of {key_name} and {value_name}")
        for needed in (key_name, value_name):
            if needed not in entry:
                raise reading.error(
                    "MissingParameter",
                    f"The request must contain the parameter {reading.name((where, needed))}",
                )
        key = _read(shape.key, entry[key_name], (where, key_name), reading, rules)
        given[key] = _read(shape.value, entry[value_name], (where, value_name), reading, rules)
    return given


def _step(node: dict[str, Any], name: str, place: Place, reading: Reading) -> Node:
    for other in node:
        if other != name:
            reading.unknown((place, other))
    found: Node = node.get(name, "")
    return found


def _counted(node: Node, place: Place, reading: Reading) -> list[tuple[int, Any]]:
    """Give what a list counts, in its order; gaps close, as at AWS. `Name=` is the empty list."""
    if isinstance(node, str):
        if node:
            reading.wrong(node, place, "a list: number its members from 1")
        return []
    counted = []
    for index, child in node.items():
        if not (index.isascii() and index.isdigit()):
            reading.unknown((place, index))
            continue
        if len(index) > len(str(LONGEST_LIST)) or not 1 <= int(index) <= LONGEST_LIST:
            reading.wrong(index, place, f"list members numbered from 1 to {LONGEST_LIST}")
        counted.append((int(index), child))
    counted.sort(key=lambda one: one[0])
    return counted


@cache
def _members(shape: Shape, rules: Rules) -> Mapping[str, tuple[str, Any]]:
    return {
        rules.member_name(name, member): (name, member) for name, member in shape.members.items()
    }


def _ec2_name(name: str, shape: Shape) -> str:
    written = shape.serialization
    if "queryName" in written:
        return str(written["queryName"])
    found = str(written.get("name", name))
    return found[0].upper() + found[1:]


def _query_name(name: str, shape: Shape) -> str:
    written = shape.serialization
    if shape.type_name == "list" and written.get("flattened"):
        # A flattened list is known by its members' name, when they have one.
        return str(shape.member.serialization.get("name") or written.get("name", name))
    return str(written.get("name", name))


def _query_list_name(shape: Shape) -> str | None:
    if shape.serialization.get("flattened"):
        return None
    return str(shape.member.serialization.get("name", "member"))


EC2 = Rules(_ec2_name, lambda shape: None)
QUERY = Rules(_query_name, _query_list_name)
READERS: dict[str, Callable[[Any, Node, Any, Reading, Rules], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
}
