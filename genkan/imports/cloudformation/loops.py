"""Loops of a template, written out: `Fn::ForEach` of the transform AWS::LanguageExtensions.

"Fn::ForEach" in the AWS CloudFormation guide: a loop stands in Resources, in a resource's
properties, in Conditions or in Outputs, and may hold others. Its identifier is replaced in keys and
values, as ${Identifier}, as &{Identifier} (letters and digits alone), and as a Ref. What it goes
over is a list, or what parameters and mappings give. A loop that cannot be written out is left out,
and why is said.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from genkan.imports.cloudformation.evaluation import Pending, Unresolved

TRANSFORM = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach::"
MOST_DEPTH = 5  # loops in loops, AWS's bound
MOST_MEMBERS = 2000  # of what loops come to
SECTIONS = ("Conditions", "Resources", "Outputs")
Evaluate = Callable[[Any], Any]  # raises Unresolved


class Loops:
    """Writes loops out; `left_out` says which could not be, and why."""

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._members = 0
        self.left_out: dict[str, str] = {}

    def written_out(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Give a template without loops."""
        return {
            name: self._without(held, 0) if name in SECTIONS else held
            for name, held in content.items()
        }

    def _without(self, value: Any, depth: int) -> Any:  # noqa: ANN401 - a template's JSON
        if isinstance(value, list):
            return [self._without(one, depth) for one in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        for name, one in value.items():
            if isinstance(name, str) and name.startswith(LOOP):
                found |= self._round(name, one, depth)
            else:
                found[name] = self._without(one, depth)
        return found

    def _round(self, name: str, loop: Any, depth: int) -> dict[str, Any]:  # noqa: ANN401
        """Give what a loop comes to; nothing, where that is not known."""
        found: dict[str, Any] = {}
        try:
            identifier, values, body = self._parts(loop, depth)
            for value in values:
                found |= self._without(_replaced(body, identifier, value), depth + 1)
                self._members += len(body)
                if self._members > MOST_MEMBERS:
                    raise Unresolved(f"the loops come to more than {MOST_MEMBERS} members")
        except Unresolved as error:
            self.left_out[name] = str(error)
            return {}
        return found

    def _parts(self, loop: Any, depth: int) -> tuple[str, list[str], dict[str, Any]]:  # noqa: ANN401
        if depth >= MOST_DEPTH:
            raise Unresolved(f"loops stand deeper in loops than {MOST_DEPTH}")
        if not isinstance(loop, list) or len(loop) != 3 or not isinstance(loop[2], dict):
            raise Unresolved("a loop has an identifier, a list and a body")
        identifier, collection, body = loop
        if not isinstance(identifier, str) or not identifier:
            raise Unresolved("a loop's identifier is a text")
        values = self._evaluate(collection)
        if not isinstance(values, list) or any(isinstance(one, dict | list) for one in values):
            raise Unresolved("what it goes over is no list that is known")
        if any(isinstance(one, Pending) for one in values):
            raise Unresolved("what it goes over is known only when it is made")
        return identifier, [str(one) for one in values], body


def _replaced(value: Any, identifier: str, by: str) -> Any:  # noqa: ANN401 - a template's JSON
    """Put a value in the place of a loop's identifier."""
    if isinstance(value, str):
        plain = re.sub(r"[^A-Za-z0-9]", "", by)
        return value.replace(f"${{{identifier}}}", by).replace(f"&{{{identifier}}}", plain)
    if isinstance(value, list):
        return [_replaced(one, identifier, by) for one in value]
    if isinstance(value, dict):
        if value == {"Ref": identifier}:
            return by
        return {
            _replaced(name, identifier, by): _replaced(one, identifier, by)
            for name, one in value.items()
        }
    return value
