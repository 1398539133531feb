"""A template: its parameters, mappings and conditions, and its resources in an order in which they
can be made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from genkan.imports.cloudformation.evaluation import (
    NO_VALUE,
    VARIABLE,
    Evaluation,
    Pending,
    Unresolved,
)
from genkan.imports.cloudformation.loops import LOOP, TRANSFORM, Loops
from genkan.imports.members import Row, inner

VERSION = "AWSTemplateFormatVersion"
FUNCTIONS = "Fn::"
ANSWER = re.compile(r"\{[0-9]+\.[^{}]+\}")  # what stands for a part of an order's answer
OF_SYSTEMS_MANAGER = "AWS::SSM::Parameter::Value<"
STACK = "AWS::StackName"
LISTS = ("CommaDelimitedList", "List<")
GLOBALS = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": NO_VALUE}


@dataclass(frozen=True, slots=True)
class TemplateResource:
    """`name`: its logical id. `properties` are as they are written, expressions and all."""

    name: str
    type: str
    properties: Row
    depends: tuple[str, ...] = ()
    condition: str | None = None


def is_template(content: Mapping[str, Any]) -> bool:
    """Tell a template by what is in it."""
    held = content.get("Resources")
    if not isinstance(held, dict):
        return False
    types = [one.get("Type") for one in held.values() if isinstance(one, dict)]
    typed = any(isinstance(one, str) and "::" in one for one in types)
    return VERSION in content or typed or any(str(name).startswith(LOOP) for name in held)


@dataclass(frozen=True, slots=True)
class Beside:
    """A template that another names as a stack within it, and those that it names itself, by what
    stands in TemplateURL."""

    source: str
    content: Row
    within: "Mapping[str, Beside]"


class Template:
    """`given` are values of parameters and pseudo parameters, by name; `within` the templates of
    stacks within it, by what stands in TemplateURL. `left_out` says which loops are."""

    def __init__(
        self,
        source: str,
        content: Mapping[str, Any],
        given: Mapping[str, str],
        within: Mapping[str, Beside] | None = None,
    ) -> None:
        self.source = source
        self.within = within or {}
        self._content = content
        self._given = given
        self.parameters = inner(content, "Parameters")
        self.left_out: Mapping[str, str] = {}
        if TRANSFORM in self.transforms():
            loops = Loops(Evaluation(_Known(self)).value)
            self._content = loops.written_out(content)
            self.left_out = loops.left_out
        self.resources = {one.name: one for one in _resources(self._content)}

    @property
    def name(self) -> str:
        """The stack's: what it is given, or else the file's."""
        return self._given.get(STACK) or PurePath(self.source).name.partition(".")[0]

    def parameter(self, name: str) -> Any:  # noqa: ANN401 - a text, a list, a number
        """Give a parameter or a pseudo parameter. Raises Unresolved; KeyError for none."""
        if name.startswith("AWS::"):
            return self._pseudo(name)
        said = self.parameters[name]
        told = said if isinstance(said, dict) else {}
        of = str(told.get("Type") or "String")
        value = self._given.get(name, told.get("Default"))
        if value is None:
            raise Unresolved(f"the parameter {name} has no value: say --parameter {name}=…")
        if of.startswith(OF_SYSTEMS_MANAGER):
            if name not in self._given or str(value).startswith("/"):
                raise Unresolved(
                    f"the parameter {name} is Systems Manager's: its value is not here"
                )
            of = of.removeprefix(OF_SYSTEMS_MANAGER)
        allowed = told.get("AllowedValues")
        if isinstance(allowed, list) and str(value) not in map(str, allowed):
            raise Unresolved(f"the parameter {name} may not be {value}")
        if of.startswith(LISTS):
            return _pieces(name, value) if value != "" else []
        return value if of == "Number" or isinstance(value, Pending) else str(value)

    def _pseudo(self, name: str) -> Any:  # noqa: ANN401
        if name in GLOBALS:
            return GLOBALS[name]
        if name == STACK:
            return self.name
        if name not in self._given:
            raise Unresolved(f"{name} is not known: say --parameter {name}=…")
        return self._given[name]

    def mapped(self, name: str, first: str, second: str) -> Any:  # noqa: ANN401
        """Give a value of a mapping. Raises Unresolved."""
        table = inner(inner(inner(self._content, "Mappings"), name), first)
        if second not in table:
            raise Unresolved(f"the mapping {name} has nothing under {first} and {second}")
        return table[second]

    def condition(self, name: str) -> Any:  # noqa: ANN401
        """Give a condition as it is written. Raises Unresolved."""
        held = inner(self._content, "Conditions")
        if name not in held:
            raise Unresolved(f"there is no condition {name}")
        return held[name]

    def exports(self) -> Iterator[Row]:
        """Give the outputs that other stacks may import."""
        for one in inner(self._content, "Outputs").values():
            if isinstance(one, dict) and "Name" in inner(one, "Export") and "Value" in one:
                yield one

    def outputs(self) -> Iterator[tuple[str, Row]]:
        """Give the outputs by name, as they are written."""
        for name, one in inner(self._content, "Outputs").items():
            if isinstance(one, dict) and "Value" in one:
                yield str(name), one

    def imports(self) -> Iterator[Any]:
        """Give the names that it imports, as they are written."""
        for one in _functions(inner(self._content, "Resources")):
            if "Fn::ImportValue" in one:
                yield one["Fn::ImportValue"]

    def transforms(self) -> list[str]:
        held = self._content.get("Transform")
        several = held if isinstance(held, list) else [held] if held else []
        return [one for one in several if isinstance(one, str)]

    def in_order(self, first: Mapping[str, int]) -> list[TemplateResource]:
        """Give the resources behind those that they name or depend on; of those that could be made
        at one time, the types in `first` by their number, then the others. A circle, which
        CloudFormation refuses, is broken where it is met."""
        ranked = sorted(self.resources.values(), key=lambda one: first.get(one.type, len(first)))
        waiting = {
            one.name: {*one.depends, *_named(one.properties)} & self.resources.keys() - {one.name}
            for one in ranked
        }
        ordered: list[TemplateResource] = []
        while waiting:
            name = next((one for one, needs in waiting.items() if not needs), next(iter(waiting)))
            del waiting[name]
            for needs in waiting.values():
                needs.discard(name)
            ordered.append(self.resources[name])
        return ordered


class _Known:
    """What is known of a template's names before anything is made: parameters and mappings."""

    def __init__(self, template: Template) -> None:
        self._template = template

    def ref(self, name: str) -> Any:  # noqa: ANN401 - a parameter's value
        try:
            return self._template.parameter(name)
        except KeyError as error:
            raise Unresolved(f"there is no parameter {name}") from error

    def mapped(self, name: str, first: str, second: str) -> Any:  # noqa: ANN401 - as written
        return self._template.mapped(name, first, second)

    def attribute(self, resource: str, attribute: str) -> Any:  # noqa: ANN401
        raise Unresolved(f"{resource}'s {attribute} is not known before it is made")

    def condition(self, name: str) -> bool:
        raise Unresolved(f"the condition {name} is not asked before loops are written out")

    def imported(self, name: str) -> Any:  # noqa: ANN401
        raise Unresolved(f"what {name} exports is not asked before loops are written out")

    def zones(self, region: str) -> Sequence[str]:
        raise Unresolved(f"the zones of {region} are not asked before loops are written out")


def _pieces(name: str, value: Any) -> list[str]:  # noqa: ANN401 - a text or a number
    """Part a list that a parameter is given; of what is known only when it is made, ids alone."""
    pieces = [one.strip() for one in str(value).split(",")]
    if not isinstance(value, Pending):
        return pieces
    if any(ANSWER.search(one) and not ANSWER.fullmatch(one) for one in pieces):
        raise Unresolved(f"the parts of the parameter {name} are known only when it is made")
    return [Pending(one) if ANSWER.fullmatch(one) else one for one in pieces]


def _resources(content: Mapping[str, Any]) -> Iterator[TemplateResource]:
    for name, one in inner(content, "Resources").items():
        if not isinstance(one, dict):
            one = {}
        depends = one.get("DependsOn")
        several = depends if isinstance(depends, list) else [depends]
        condition = one.get("Condition")
        yield TemplateResource(
            str(name),
            str(one.get("Type") or ""),
            inner(one, "Properties"),
            tuple(other for other in several if isinstance(other, str)),
            condition if isinstance(condition, str) else None,
        )


def _functions(expression: Any) -> Iterator[Row]:  # noqa: ANN401 - a template's JSON
    """Give the structures with one member, which functions are. YAML's depth bounds the stack."""
    waiting: list[Any] = [expression]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if len(one) == 1:
                yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _named(expression: Any) -> set[str]:  # noqa: ANN401
    """Give the names that an expression refers to: resources, parameters and others."""
    found: set[str] = set()
    for one in _functions(expression):
        ((name, given),) = one.items()
        if name == "Ref" and isinstance(given, str):
            found.add(given)
        elif name == "Fn::GetAtt":
            first = given[0] if isinstance(given, list) and given else given
            found.add(str(first).partition(".")[0])
        elif name == "Fn::Sub":
            texts: Sequence[Any] = given if isinstance(given, list) else [given]
            template = texts[0] if texts and isinstance(texts[0], str) else ""
            found |= {held.partition(".")[0].strip() for held in VARIABLE.findall(template)}
    return found
