"""What a template's expressions come to: intrinsic functions, one each.

What is known only when a resource is made is a `Pending` text, which stands for it in calls; what
cannot be known at all raises Unresolved, and nothing is taken in its place. "Intrinsic function
reference" in the AWS CloudFormation guide.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Protocol

MOST_DEPTH = 100
MOST_BLOCKS = 256  # that Fn::Cidr gives
VARIABLE = re.compile(r"\$\{([^{}]*)\}")
DYNAMIC = re.compile(r"\{\{resolve:[^}]*\}\}")
Value = Any  # JSON, Pending, Listed


class Unresolved(Exception):
    """A value that a template alone does not give; the message says which."""


class Pending(str):
    """A text that stands for what a call will answer. `apart`: what it stands for is in parts that
    it shows itself, so that it may be split."""

    __slots__ = ("apart",)
    apart: bool

    def __new__(cls, text: str, apart: bool = False) -> "Pending":
        made = super().__new__(cls, text)
        made.apart = apart
        return made


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of which the length is not known, but what stands at a place in it."""

    at: Callable[[int], Pending]


class _NoValue:
    """What AWS::NoValue comes to: the property is not there."""


NO_VALUE = _NoValue()


class Answers(Protocol):
    """What is known of a template's names. Each raises Unresolved."""

    def ref(self, name: str) -> Value: ...

    def attribute(self, resource: str, attribute: str) -> Value: ...

    def mapped(self, name: str, first: str, second: str) -> Value: ...

    def condition(self, name: str) -> bool: ...

    def imported(self, name: str) -> Value: ...

    def zones(self, region: str) -> Sequence[str]: ...


class Evaluation:
    """Works out expressions by what `answers` says of names."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._functions: Mapping[str, Callable[[Value, int], Value]] = {
            "Ref": self._ref,
            "Fn::Base64": self._base64,
            "Fn::Cidr": self._cidr,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAZs": self._zones,
            "Fn::GetAtt": self._attribute,
            "Fn::If": self._if,
            "Fn::ImportValue": self._import,
            "Fn::Join": self._join,
            "Fn::Length": self._length,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
            "Fn::ToJsonString": lambda given, depth: json.dumps(self.value(given, depth)),
        }

    def value(self, expression: Value, depth: int = 0) -> Value:
        """Give what an expression comes to. Raises Unresolved."""
        if depth > MOST_DEPTH:
            raise Unresolved(f"an expression is nested deeper than {MOST_DEPTH}")
        if isinstance(expression, dict):
            if len(expression) == 1:
                ((name, given),) = expression.items()
                if name in self._functions:
                    return self._functions[name](given, depth + 1)
                if isinstance(name, str) and name.startswith("Fn::"):
                    raise Unresolved(f"{name} is not worked out")
            made = {name: self.value(one, depth + 1) for name, one in expression.items()}
            return {name: one for name, one in made.items() if one is not NO_VALUE}
        if isinstance(expression, list):
            values = [self.value(one, depth + 1) for one in expression]
            return [one for one in values if one is not NO_VALUE]
        if isinstance(expression, str) and (found := DYNAMIC.search(expression)):
            raise Unresolved(f"{found[0]} is not in the template")
        return expression

    def holds(self, expression: Value, depth: int = 0) -> bool:
        """Tell whether a condition holds. Raises Unresolved."""
        if depth > MOST_DEPTH:
            raise Unresolved(f"a condition is nested deeper than {MOST_DEPTH}")
        if not isinstance(expression, dict) or len(expression) != 1:
            raise Unresolved(f"{_shown(expression)} is no condition")
        ((name, given),) = expression.items()
        several = given if isinstance(given, list) else [given]
        match name:
            case "Condition":
                return self._answers.condition(str(given))
            case "Fn::Equals" if len(several) == 2:
                left, right = (self.value(one, depth + 1) for one in several)
                return bool(_compared(left) == _compared(right))
            case "Fn::Not" if len(several) == 1:
                return not self.holds(several[0], depth + 1)
            case "Fn::And" | "Fn::Or":
                return self._all_or_any(name == "Fn::And", several, depth + 1)
        raise Unresolved(f"{name} is no condition that is worked out")

    def _all_or_any(self, wanted: bool, several: Sequence[Value], depth: int) -> bool:
        """Tell whether all (any) hold: one that decides does so beside others not known."""
        unknown: Unresolved | None = None
        for one in several:
            try:
                if self.holds(one, depth) is not wanted:
                    return not wanted
            except Unresolved as error:
                unknown = error
        if unknown is not None:
            raise unknown
        return wanted

    def _ref(self, given: Value, depth: int) -> Value:
        return self._answers.ref(self._text("Ref", given, depth))

    def _attribute(self, given: Value, depth: int) -> Value:
        if isinstance(given, str):
            given = list(given.partition(".")[::2])
        resource, attribute = self._texts("Fn::GetAtt", given, depth, 2)
        return self._answers.attribute(resource, attribute)

    def _if(self, given: Value, depth: int) -> Value:
        name, yes, no = _members("Fn::If", given, 3)
        return self.value(yes if self._answers.condition(str(name)) else no, depth)

    def _find_in_map(self, given: Value, depth: int) -> Value:
        default = None
        if isinstance(given, list) and len(given) == 4 and isinstance(given[3], dict):
            default, given = given[3].get("DefaultValue"), given[:3]
        name, first, second = self._texts("Fn::FindInMap", given, depth, 3)
        try:
            return self.value(self._answers.mapped(name, first, second), depth)
        except Unresolved:
            if default is None:
                raise
            return self.value(default, depth)

    def _import(self, given: Value, depth: int) -> Value:
        return self._answers.imported(self._text("Fn::ImportValue", given, depth))

    def _zones(self, given: Value, depth: int) -> list[str]:
        region = self.value(given, depth)
        if not isinstance(region, str):
            raise Unresolved("Fn::GetAZs is given no Region")
        return list(self._answers.zones(region))

    def _base64(self, given: Value, depth: int) -> str:
        text = self._text("Fn::Base64", given, depth)
        if isinstance(text, Pending):
            raise Unresolved("Fn::Base64 is given what is known only when it is made")
        return base64.b64encode(text.encode()).decode()

    def _join(self, given: Value, depth: int) -> str:
        delimiter, values = _members("Fn::Join", given, 2)
        return _joined(str(delimiter), self._list("Fn::Join", values, depth))

    def _select(self, given: Value, depth: int) -> Value:
        place, values = _members("Fn::Select", given, 2)
        at = _whole("Fn::Select", self.value(place, depth))
        several = self.value(values, depth)
        if isinstance(several, Listed):
            return several.at(at)
        if not isinstance(several, list) or not 0 <= at < len(several):
            raise Unresolved(f"Fn::Select finds nothing at {at} of {_shown(values)}")
        return several[at]

    def _split(self, given: Value, depth: int) -> list[Value]:
        delimiter, text = self._texts("Fn::Split", given, depth, 2)
        if not delimiter:
            raise Unresolved("Fn::Split is given no delimiter")
        if not isinstance(text, Pending):
            return list(text.split(delimiter))
        if not text.apart:
            raise Unresolved("Fn::Split is given what is known only when it is made")
        return [Pending(one, apart=True) for one in text.split(delimiter)]

    def _length(self, given: Value, depth: int) -> int:
        return len(self._list("Fn::Length", given, depth))

    def _cidr(self, given: Value, depth: int) -> list[str]:
        """Give blocks of a block; the bits that are left to each are 8 where they are not said."""
        members = given if isinstance(given, list) else []
        if len(members) not in (2, 3):
            raise Unresolved("Fn::Cidr takes a block, how many, and bits")
        values = [self.value(one, depth) for one in members]
        if isinstance(values[0], Pending):
            raise Unresolved("Fn::Cidr is given a block that AWS chooses")
        count = _whole("Fn::Cidr", values[1])
        bits = _whole("Fn::Cidr", values[2]) if len(values) == 3 else 8
        try:
            whole: IPv4Network | IPv6Network = ip_network(str(values[0]), strict=False)
            length = whole.max_prefixlen - bits
            steps = 1 << (whole.max_prefixlen - length)
            fits = count <= 1 << (length - whole.prefixlen)
        except ValueError as error:
            raise Unresolved(f"Fn::Cidr cannot part {values[0]}: {error}") from error
        if not 1 <= count <= MOST_BLOCKS or not fits:
            raise Unresolved(f"Fn::Cidr cannot take {count} blocks of {bits} bits from {whole}")
        start = whole.network_address
        return [f"{start + at * steps}/{length}" for at in range(count)]

    def _sub(self, given: Value, depth: int) -> str:
        if isinstance(given, list):
            template, named = _members("Fn::Sub", given, 2)
        else:
            template, named = given, {}
        if not isinstance(template, str) or not isinstance(named, dict):
            raise Unresolved("Fn::Sub is given no text")
        pieces: list[Value] = []
        at = 0
        for found in VARIABLE.finditer(template):
            pieces.append(template[at : found.start()])
            pieces.append(self._substituted(found[1], named, depth))
            at = found.end()
        return _joined("", [self.value(one, depth) for one in (*pieces, template[at:])])

    def _substituted(self, name: str, named: Mapping[str, Value], depth: int) -> Value:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in named:
            return self.value(named[name], depth)
        resource, dot, attribute = name.strip().partition(".")
        if dot and not name.startswith("AWS::"):
            return self._answers.attribute(resource, attribute)
        return self._answers.ref(name.strip())

    def _list(self, function: str, given: Value, depth: int) -> list[Value]:
        found = self.value(given, depth)
        if not isinstance(found, list):
            raise Unresolved(f"{function} is given no list that is known: {_shown(given)}")
        return found

    def _text(self, function: str, given: Value, depth: int) -> str:
        found = self.value(given, depth)
        if isinstance(found, bool | int | float):
            return str(_compared(found))
        if not isinstance(found, str):
            raise Unresolved(f"{function} is given no text: {_shown(given)}")
        return found

    def _texts(self, function: str, given: Value, depth: int, many: int) -> list[str]:
        return [self._text(function, one, depth) for one in _members(function, given, many)]


def _members(function: str, given: Value, many: int) -> list[Value]:
    if not isinstance(given, list) or len(given) != many:
        raise Unresolved(f"{function} takes {many} values, not {_shown(given)}")
    return given


def _whole(function: str, value: Value) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise Unresolved(f"{function} is given {_shown(value)}, which is no number") from error


def _joined(delimiter: str, values: Sequence[Value]) -> str:
    if any(isinstance(one, dict | list | Listed | _NoValue) for one in values):
        raise Unresolved(f"texts alone can be joined, not {_shown(values)}")
    text = delimiter.join(map(_compared, values))
    pending = [one for one in values if isinstance(one, Pending)]
    return Pending(text, all(one.apart for one in pending)) if pending else text


def _compared(value: Value) -> Any:  # noqa: ANN401 - scalars are compared as texts
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else value


def _shown(value: Value) -> str:
    return repr(value)[:60]
