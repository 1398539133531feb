"""A Terraform plan → orders: the calls that applying it would make, in an order in which they can
be made.

What a plan does not know yet (the id of what it makes) is found by what the configuration refers
to, through modules, and stands in an order as a reference to an earlier one's answer. What cannot
be found is left out and noted, never guessed. "JSON Output Format" in Terraform's documentation.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genkan.impact.order import Order
from genkan.imports.notes import Note, NoteCode

INDEX = re.compile(r"\[[^\]]*\]")
CREATE, UPDATE, DELETE = "create", "update", "delete"
Reference = tuple[str, str]  # the address that is referred to, without an index, and the attribute
MOST_HOPS = 16  # from module to module


class Unresolved(Exception):
    """A value that is not known before the plan is applied; the message says which."""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What a plan does to one resource. `before` or `after` is empty where there is nothing."""

    address: str
    type: str
    actions: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    unknown: Mapping[str, Any]

    @property
    def base(self) -> str:
        """The address without indexes, as the configuration has it."""
        return INDEX.sub("", self.address)


@dataclass(slots=True)
class Planning:
    """The orders so far; where the answers are that later ones refer to."""

    configuration: "Configuration"
    ids: Mapping[str, Mapping[str, Any]]  # of what there is already: the values by address
    orders: list[Order] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _answers: dict[str, dict[str, str]] = field(default_factory=dict)

    def order(self, operation: str, /, **parameters: Any) -> int:  # noqa: ANN401 - JSON
        """Add an order; give the number by which its answer is referred to."""
        given = {name: value for name, value in parameters.items() if value not in (None, [], {})}
        self.orders.append(Order(operation, given))
        return len(self.orders)

    def answered(self, change: PlannedChange, number: int, **paths: str) -> None:
        """Say where in an answer the attributes of a new resource are."""
        self._answers[change.address] = {
            name: f"{{{number}.{path}}}" for name, path in paths.items()
        }

    def value(self, change: PlannedChange, attribute: str) -> Any:  # noqa: ANN401 - JSON
        """Give an attribute as it will be; None where it is not set. Raises Unresolved."""
        given = change.after.get(attribute)
        if not _is_unknown(change.unknown.get(attribute)):
            return given
        references = self.configuration.references(change.base, attribute)
        if not references:
            if self.configuration.is_written(change.base, attribute):
                raise Unresolved(f"{change.address}'s {attribute} is computed when it is applied")
            return None  # set by nobody: AWS chooses
        found = [self._referred(change, one) for one in references]
        values = [value for several in found for value in several]
        if isinstance(given, list) or attribute.endswith("s"):
            known = [one for one in given or () if one is not None]
            return list(dict.fromkeys((*known, *values)))
        if len(values) != 1:
            raise Unresolved(f"{change.address}'s {attribute} is one of {len(values)}")
        return values[0]

    def blocks(self, change: PlannedChange, attribute: str) -> list[dict[str, Any]]:
        """Give the blocks of a resource, such as the rules in a group, as they will be.

        Raises Unresolved.
        """
        given = change.after.get(attribute)
        mark = change.unknown.get(attribute)
        if not _is_unknown(mark):
            return [dict(one) for one in given or ()]
        written = self.configuration.blocks(change.base, attribute)
        if not written and mark is True and not given:
            return []  # computed, and set by nobody
        return [
            {name: self._expressed(change, expression) for name, expression in one.items()}
            for one in written
        ]

    def _expressed(self, change: PlannedChange, expression: Any) -> Any:  # noqa: ANN401 - JSON
        """Give what an expression comes to: a constant, or what it refers to."""
        if not isinstance(expression, dict):
            raise Unresolved(f"a block of {change.address} stands in another")
        if "constant_value" in expression:
            return expression["constant_value"]
        found = self.configuration.followed(change.base, expression)
        if not found:
            raise Unresolved(f"a value in {change.address} is computed from what is not in a plan")
        return [value for one in found for value in self._referred(change, one)]

    def _referred(self, change: PlannedChange, reference: Reference) -> list[str]:
        """Give the values that a reference can mean: of the resource with the same index, or of
        every one that there is. Raises Unresolved."""
        base, attribute = reference
        there = {
            address: found
            for address, found in (*self.ids.items(), *self._answers.items())
            if INDEX.sub("", address) == base
        }
        same = "".join(INDEX.findall(change.address))
        alike = {name: one for name, one in there.items() if "".join(INDEX.findall(name)) == same}
        chosen = alike if alike and same else there
        values = [str(one[attribute]) for one in chosen.values() if one.get(attribute)]
        if not values:
            raise Unresolved(f"{base}.{attribute}, which {change.address} refers to, is not known")
        return values

    def note(self, change: PlannedChange, why: str) -> None:
        self.notes.append(
            Note(
                change.address,
                NoteCode.UNKNOWN_RESOURCE,
                f"It was left out: {why}. Answers about what depends on it are not known.",
            )
        )


def _is_unknown(mark: Any) -> bool:  # noqa: ANN401 - JSON
    """Tell whether a value, or a part of it, is known only when the plan is applied."""
    if isinstance(mark, list):
        return any(map(_is_unknown, mark))
    if isinstance(mark, dict):
        return any(map(_is_unknown, mark.values()))
    return mark is True


class Configuration:
    """What the expressions of a plan's configuration refer to."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        held = plan.get("configuration") or {}
        self._modules: dict[str, Mapping[str, Any]] = {}
        self._resources: dict[str, Mapping[str, Any]] = {}
        self._calls: dict[str, Mapping[str, Any]] = {}
        self._take("", held.get("root_module") or {})

    def _take(self, path: str, module: Mapping[str, Any]) -> None:
        self._modules[path] = module
        for one in module.get("resources") or ():
            self._resources[path + str(one.get("address"))] = one.get("expressions") or {}
        for name, call in (module.get("module_calls") or {}).items():
            inside = f"{path}module.{name}."
            self._calls[inside] = call.get("expressions") or {}
            self._take(inside, call.get("module") or {})

    def references(self, base: str, attribute: str) -> list[Reference]:
        """Give what an attribute's expression refers to: resources, followed through modules."""
        return self.followed(base, self._resources.get(base, {}).get(attribute))

    def _followed(self, path: str, names: Sequence[str], hops: int) -> Iterator[Reference]:
        for name in _whole(names) if hops < MOST_HOPS else ():
            parts = INDEX.sub("", name).split(".")
            if parts[0] == "var" and len(parts) > 1 and path in self._calls:
                outer = _outer(path)
                yield from self._followed(outer, _named(self._calls[path].get(parts[1])), hops + 1)
            elif parts[0] == "module" and len(parts) > 2:
                inside = f"{path}module.{parts[1]}."
                output = (self._modules.get(inside, {}).get("outputs") or {}).get(parts[2]) or {}
                yield from self._followed(inside, _named(output.get("expression")), hops + 1)
            elif parts[0] not in ("var", "local", "each", "count", "path", "terraform", "self"):
                data = parts[0] == "data"
                at = 3 if data else 2
                attribute = parts[at] if len(parts) > at else "id"
                yield path + ".".join(parts[:at]), attribute

    def is_written(self, base: str, attribute: str) -> bool:
        """Tell whether somebody wrote an expression for an attribute."""
        return bool(self._resources.get(base, {}).get(attribute))

    def blocks(self, base: str, attribute: str) -> list[Mapping[str, Any]]:
        """Give the blocks of a resource as they are written: an expression a member."""
        held = self._resources.get(base, {}).get(attribute)
        return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []

    def followed(self, base: str, expression: Any) -> list[Reference]:  # noqa: ANN401 - JSON
        """Give what an expression of a resource refers to."""
        return list(dict.fromkeys(self._followed(_module_of(base), _named(expression), 0)))

    def depends(self, base: str) -> set[str]:
        """Give the resources that a resource refers to in any of its expressions."""
        path = _module_of(base)
        names = [name for one in self._resources.get(base, {}).values() for name in _named(one)]
        return {found for found, _ in self._followed(path, names, 0)}


def _named(expression: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Give the references in an expression, those in its blocks too."""
    if isinstance(expression, list):
        return [name for one in expression for name in _named(one)]
    if not isinstance(expression, dict):
        return []
    held = expression.get("references")
    if isinstance(held, list):
        return [str(one) for one in held]
    return [name for one in expression.values() for name in _named(one)]


def _whole(names: Sequence[str]) -> list[str]:
    """Take out what only repeats the beginning of the name before it: Terraform lists both
    `aws_vpc.main.id` and `aws_vpc.main`."""
    return [
        name
        for name in names
        if not any(other != name and other.startswith((f"{name}.", f"{name}[")) for other in names)
    ]


def _module_of(base: str) -> str:
    parts = base.split(".")
    at = 0
    while at + 1 < len(parts) and parts[at] == "module":
        at += 2
    return "".join(f"{part}." for part in parts[:at])


def _outer(path: str) -> str:
    return "".join(f"{part}." for part in path.rstrip(".").split(".")[:-2])


def changes_of(plan: Mapping[str, Any]) -> list[PlannedChange]:
    """Give what a plan changes, without what it leaves as it is or only reads."""
    found = []
    for one in plan.get("resource_changes") or ():
        change = one.get("change") or {}
        actions = tuple(change.get("actions") or ())
        if one.get("mode") != "managed" or not {CREATE, UPDATE, DELETE} & set(actions):
            continue
        found.append(
            PlannedChange(
                str(one.get("address")),
                str(one.get("type")),
                actions,
                change.get("before") or {},
                change.get("after") or {},
                change.get("after_unknown") or {},
            )
        )
    return found


def in_order(configuration: Configuration, changes: Sequence[PlannedChange]) -> list[PlannedChange]:
    """Put changes behind those that they refer to; a circle is broken where it is met."""
    by_base: dict[str, list[PlannedChange]] = {}
    for one in changes:
        by_base.setdefault(one.base, []).append(one)
    done: dict[str, None] = {}

    def visit(base: str, above: frozenset[str]) -> None:
        if base in done or base in above or base not in by_base:
            return
        for other in sorted(configuration.depends(base)):
            visit(other, above | {base})
        done[base] = None

    for one in changes:
        visit(one.base, frozenset())
    return [one for base in done for one in by_base[base]]
