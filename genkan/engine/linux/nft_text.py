"""nft's own text for a plan, and nft's JSON read back as objects. Pure.

A transaction declares sets and chains, refills chains, takes elements out, puts elements in, and
deletes what is left over: in this order every name is there while something refers to it. It is cut
where it grows too large for an ordinary user's socket; a first load stands behind the drop that
comes first.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from genkan.engine.linux.nft import LARGEST
from genkan.engine.linux.objects import (
    KernelObject,
    Namespace,
    NftChain,
    NftElement,
    NftSet,
    NftTimeout,
)
from genkan.engine.linux.plan import Plan
from genkan.engine.linux.ruleset import FAMILY_TABLE, HEADERS

ELEMENTS_A_LINE = 500


def transactions(plan: Plan) -> Iterator[tuple[str, str]]:
    """Give (place, text) for each transaction of a plan, in order."""
    put, removed = _by_place(plan.put), _by_place(plan.removed)
    for place in plan.nft_places():
        lines = list(_lines(put.get(place, []), removed.get(place, [])))
        if any(isinstance(one, Namespace) for one in put.get(place, ())):
            lines.insert(0, f"add table {FAMILY_TABLE}")
        part: list[str] = []
        size = 0
        for line in lines:
            if size + len(line) > LARGEST and part:
                yield place, "\n".join(part)
                part, size = [], 0
            part.append(line)
            size += len(line) + 1
        yield place, "\n".join(part)


def _by_place(objects: Iterable[KernelObject]) -> dict[str, list[KernelObject]]:
    found: dict[str, list[KernelObject]] = {}
    for one in objects:
        found.setdefault(one.place, []).append(one)
    return found


def _lines(put: list[KernelObject], removed: list[KernelObject]) -> Iterator[str]:
    sets = [one for one in put if isinstance(one, NftSet)]
    chains = [one for one in put if isinstance(one, NftChain)]
    timeouts = [one for one in put if isinstance(one, NftTimeout)]
    if sets or chains or timeouts:
        yield f"add table {FAMILY_TABLE}"
    for timeout in timeouts:
        yield _timeout(timeout)
    for declared in sets:
        kind, _, body = declared.declaration.partition(" ")
        yield f"add {kind} {FAMILY_TABLE} {declared.name} {body}"
    for one in chains:
        hook = f" {{ {one.hook} }}" if one.hook else ""
        yield f"add chain {FAMILY_TABLE} {one.name}{hook}"
        yield f"flush chain {FAMILY_TABLE} {one.name}"
    for one in chains:
        for rule in one.rules:
            yield f"add rule {FAMILY_TABLE} {one.name} {rule}"
    gone_sets = {one.name: None for one in removed if isinstance(one, NftSet)}
    yield from _elements(
        "delete", (e for e in _elements_of(removed) if e.container not in gone_sets)
    )
    yield from _elements("add", _elements_of(put))
    left = [one for one in removed if isinstance(one, NftChain)]
    for one in left:
        yield f"flush chain {FAMILY_TABLE} {one.name}"
    for one in left:
        yield f"delete chain {FAMILY_TABLE} {one.name}"
    for name in gone_sets:
        yield f"delete set {FAMILY_TABLE} {name}"
    for over in (one for one in removed if isinstance(one, NftTimeout)):
        yield f"delete ct timeout {FAMILY_TABLE} {over.name}"


def _timeout(one: NftTimeout) -> str:
    """Write a time-out; nft wants its members on lines of their own."""
    states = ("established",) if one.protocol == "tcp" else ("unreplied", "replied")
    policy = ", ".join(f"{state} : {one.seconds}" for state in states)
    family = HEADERS[one.version]
    members = f"protocol {one.protocol}\nl3proto {family}\npolicy = {{ {policy} }}"
    return f"add ct timeout {FAMILY_TABLE} {one.name} {{\n{members}\n}}"


def _elements_of(objects: Iterable[KernelObject]) -> Iterator[NftElement]:
    return (one for one in objects if isinstance(one, NftElement))


def _elements(verb: str, elements: Iterable[NftElement]) -> Iterator[str]:
    by_container: dict[str, list[str]] = {}
    for one in elements:
        value = f" : {one.value}" if one.value and verb == "add" else ""
        by_container.setdefault(one.container, []).append(f"{one.element}{value}")
    for container, texts in by_container.items():
        for at in range(0, len(texts), ELEMENTS_A_LINE):
            some = ", ".join(texts[at : at + ELEMENTS_A_LINE])
            yield f"{verb} element {FAMILY_TABLE} {container} {{ {some} }}"


def parse(place: str, listed: list[dict[str, Any]]) -> Iterator[KernelObject]:
    """Give the objects in the answer to `list ruleset`."""
    comments: dict[str, list[str]] = {}
    for item in listed:
        (kind, body), *_ = item.items()
        if f"{body.get('family')} {body.get('table')}" != FAMILY_TABLE:
            continue
        if kind == "chain":
            comments[body["name"]] = []
        elif kind == "rule":
            comments.setdefault(body["chain"], []).append(body.get("comment", ""))
        elif kind == "ct timeout":
            _, protocol, seconds, version = body["name"].split("_")
            yield NftTimeout(place, protocol, int(seconds), int(version))
        elif kind in ("set", "map"):
            yield NftSet(place, body["name"], _declaration(kind, body))
            of_packets = "timeout" in body  # they put in what is in it
            for element in () if of_packets else body.get("elem", ()):
                yield _element(place, body, element)
    for name, seen in comments.items():
        yield NftChain(place, name, tuple(seen), ())


def _declaration(kind: str, body: dict[str, Any]) -> str:
    types = body["type"] if isinstance(body["type"], list) else [body["type"]]
    if body.get("map") == "integer":  # a type without a name; the one that we use is a zone's
        return "map { typeof iifname : ct original zone; }"
    value = f" : {body['map']}" if kind == "map" else ""
    size = f" size {body['size']};" if "size" in body else ""
    named = {
        *body.get("flags", ()),
        *(("dynamic",) if "timeout" in body else ()),
    }  # nft leaves it out
    flags = f" flags {','.join(sorted(named))};" if named else ""
    timeout = f" timeout {body['timeout']}s;" if "timeout" in body else ""
    return f"{kind} {{ type {' . '.join(types)}{value};{size}{flags}{timeout} }}"


def _element(place: str, body: dict[str, Any], element: Any) -> NftElement:  # noqa: ANN401
    types = body["type"] if isinstance(body["type"], list) else [body["type"]]
    key, value = element if "map" in body else (element, None)
    parts = key["concat"] if isinstance(key, dict) and "concat" in key else [key]
    shown = " . ".join(_shown(part, kind) for part, kind in zip(parts, types, strict=True))
    return NftElement(place, body["name"], shown, _value(value))


def _shown(part: Any, kind: str) -> str:  # noqa: ANN401
    if isinstance(part, dict) and "prefix" in part:
        return f"{part['prefix']['addr']}/{part['prefix']['len']}"
    if isinstance(part, dict) and "range" in part:
        return "-".join(map(str, part["range"]))
    return f'"{part}"' if kind == "ifname" else str(part)


def _value(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, dict) and "goto" in value:
        return f"goto {value['goto']['target']}"
    return str(value)
