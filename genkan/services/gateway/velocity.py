"""Mapping templates in the Velocity Template Language, rendered by airspeed.

airspeed looks names up as attributes of Python objects, and calls whatever it finds; a template
that somebody sends is not to reach what is beneath. Here a name is a member of a mapping, one of
the methods that Java has for strings, lists, maps and numbers, or one that an `Offered` offers; a
template has a bounded number of steps and of characters. Objects print as Java prints them.
"API Gateway mapping template and access logging variable reference" in the developer guide.
"""

import re
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import airspeed
from airspeed import operators

MOST_STEPS = 100_000
LARGEST = 4 << 20  # characters of an output or of one value
_run = threading.local()


class TemplateUnusable(Exception):
    """A template is not one, or cannot be rendered: why."""


class Offered:
    """An object of which a template may call these methods, read these values, and nothing else."""

    def __init__(
        self, methods: Mapping[str, Callable[..., Any]], values: Mapping[str, Any] | None = None
    ) -> None:
        self.members = {**methods, **(values or {})}


def render(template: str, names: Mapping[str, Any]) -> str:
    """Give what a template says with these names. Raises TemplateUnusable."""
    _run.steps = 0
    try:
        found = str(_compile(template).merge(dict(names)))
    except Exception as error:  # of a language within: whatever went wrong, it did in the template
        cause = error.__cause__ or error
        raise TemplateUnusable(f"{type(cause).__name__}: {cause}"[:500]) from error
    if len(found) > LARGEST:
        raise TemplateUnusable(f"it makes more than {LARGEST} characters")
    return found


def shown(value: Any) -> str:  # noqa: ANN401 - whatever a template meets
    """Print a value as Java does."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return value
        case Mapping():
            return "{" + ", ".join(f"{name}={shown(one)}" for name, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(shown, value)) + "]"
    return str(value)


@lru_cache(256)
def _compile(template: str) -> airspeed.Template:
    found = airspeed.Template(template)
    found.ensure_compiled()
    return found


def _put(held: dict[str, Any], name: str, value: Any) -> Any:  # noqa: ANN401 - of a template
    before = held.get(name)
    held[name] = value
    return before


def _index(held: str | list[Any], what: Any) -> int:  # noqa: ANN401 - of a template
    return held.index(what) if what in held else -1


_STRING: dict[str, Callable[..., Any]] = {
    "length": len,
    "isEmpty": lambda one: not one,
    "contains": lambda one, what: what in one,
    "startsWith": lambda one, what: one.startswith(what),
    "endsWith": lambda one, what: one.endswith(what),
    "equalsIgnoreCase": lambda one, other: one.lower() == str(other).lower(),
    "indexOf": _index,
    "substring": lambda one, start, end=None: one[start:end],
    "replace": lambda one, old, new: one.replace(old, new),
    "replaceAll": lambda one, form, new: re.sub(form, _java_groups(new), one),
    "replaceFirst": lambda one, form, new: re.sub(form, _java_groups(new), one, count=1),
    "matches": lambda one, form: re.fullmatch(form, one) is not None,
    "split": lambda one, form: re.split(form, one),
    "toLowerCase": lambda one: one.lower(),
    "toUpperCase": lambda one: one.upper(),
    "trim": lambda one: one.strip(),
    "concat": lambda one, other: one + other,
}
_LIST: dict[str, Callable[..., Any]] = {
    "size": len,
    "isEmpty": lambda one: not one,
    "get": lambda one, at: one[at],
    "contains": lambda one, what: what in one,
    "indexOf": _index,
    "add": lambda one, what: one.append(what) or True,
    "addAll": lambda one, more: one.extend(more) or True,
    "remove": lambda one, at: one.pop(at),
}
_MAP: dict[str, Callable[..., Any]] = {
    "size": len,
    "isEmpty": lambda one: not one,
    "get": lambda one, name: one.get(name),
    "put": _put,
    "putAll": lambda one, more: one.update(more),
    "containsKey": lambda one, name: name in one,
    "containsValue": lambda one, what: what in one.values(),
    "keySet": list,
    "values": lambda one: list(one.values()),
    "entrySet": lambda one: [{"key": name, "value": value} for name, value in one.items()],
    "remove": lambda one, name: one.pop(name, None),
    "getKey": lambda one: one.get("key"),
    "getValue": lambda one: one.get("value"),
}
_ANY: dict[str, Callable[..., Any]] = {
    "toString": shown,
    "equals": lambda one, other: one == other,
}
_NUMBER: dict[str, Callable[..., Any]] = {
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
}


def _methods_of(value: Any) -> Mapping[str, Callable[..., Any]]:  # noqa: ANN401
    match value:
        case str():
            return _STRING
        case list() | tuple():
            return _LIST
        case dict():
            return _MAP
        case bool() | None:
            return {}
        case int() | float():
            return _NUMBER
    return {}


def _java_groups(new: str) -> str:
    """Write a replacement with Java's $1 as Python's."""
    return re.sub(r"\$(\d)", r"\\\1", new)


def _member(current: Any, name: str) -> Any:  # noqa: ANN401 - of a template
    """Give a member or a method of a value, None where it has no such."""
    if isinstance(current, Offered):
        return current.members.get(name)
    if isinstance(current, Mapping):
        try:
            found = current[name]
        except KeyError:
            found = None
        if found is not None or isinstance(current, operators.LocalNamespace):
            return found
    method = _methods_of(current).get(name) or _ANY.get(name)
    if method is None or current is None:
        return None
    return lambda *given: method(current, *given)


def _step() -> None:
    _run.steps = getattr(_run, "steps", 0) + 1
    if _run.steps > MOST_STEPS:
        raise TemplateUnusable(f"it takes more than {MOST_STEPS} steps")


def _calculate(self: Any, current: Any, loader: Any, names: Any) -> Any:  # noqa: ANN401 - airspeed's
    """Look a name up, and call it or index it where the template does."""
    _step()
    found = _member(current, self.name)
    if found is None:
        return None
    if isinstance(found, operators._FunctionDefinition):
        given = self.parameters.calculate(names, loader) if self.parameters else []
        stream = operators.StoppableStream()
        found.execute_function(stream, names, given, loader)
        return stream.getvalue()
    if self.parameters is not None:
        if not callable(found):
            return None
        found = found(*self.parameters.calculate(names, loader))
    elif callable(found):
        return None
    elif self.index is not None:
        try:
            found = found[self.index.calculate(names, loader)]
        except (KeyError, IndexError, TypeError):
            return None
    if isinstance(found, str) and len(found) > LARGEST:
        raise TemplateUnusable(f"a value has more than {LARGEST} characters")
    return found


def _range(self: Any, names: Any, loader: Any) -> list[int]:  # noqa: ANN401 - airspeed's
    first, last = (one.calculate(names, loader) for one in (self.value1, self.value2))
    if abs(last - first) > MOST_STEPS:
        raise TemplateUnusable(f"a range has more than {MOST_STEPS} numbers")
    return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def _bounded(evaluate: Callable[..., None]) -> Callable[..., None]:
    def evaluate_raw(self: Any, stream: Any, names: Any, loader: Any) -> None:  # noqa: ANN401
        _step()
        if stream.tell() > LARGEST:
            raise TemplateUnusable(f"it makes more than {LARGEST} characters")
        evaluate(self, stream, names, loader)

    return evaluate_raw


operators.NameOrCall.calculate = _calculate
operators.Range.calculate = _range
operators.Block.evaluate_raw = _bounded(operators.Block.evaluate_raw)
operators.value_to_string = shown
