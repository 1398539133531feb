"""Stacks within a stack, whose templates are files beside it: what is in them is made along with
it, from what their parameters are given, and their outputs are there for it.

"Working with nested stacks" in the AWS CloudFormation guide. A template that is elsewhere, behind a
web address, is not known, and neither is what it makes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from genkan.impact.stack.stacking import Stacking, Wanted
from genkan.imports.cloudformation import Beside, Evaluation, Template, Unresolved
from genkan.imports.notes import NoteCode

STACK, NAME = "AWS::CloudFormation::Stack", "AWS::StackName"
MOST_DEPTH = 10  # of stacks in stacks
PSEUDO = ("AWS::Region", "AWS::AccountId")


def make(wanted: Wanted, orders_of: Callable[[Stacking], None]) -> None:
    """Put the orders of a stack within this one where they belong. Raises Unresolved."""
    beside = _template(wanted)
    parent = wanted.stacking
    if parent.depth >= MOST_DEPTH:
        raise Unresolved(f"stacks stand deeper in stacks than {MOST_DEPTH}")
    child = parent.within(wanted.resource.name, _filled(wanted, beside))
    if NAME in str(beside.content):
        text = f"AWS draws the end of its stack's name; {child.template.name} was taken."
        wanted.note(NoteCode.ASSUMED_DEFAULT, text)
    orders_of(child)
    outputs = {f"Outputs.{name}": _output(child, one) for name, one in child.template.outputs()}
    wanted.made(lambda: _unknown("id"), **outputs)


def _template(wanted: Wanted) -> Beside:
    url = wanted.value("TemplateURL")
    beside = wanted.stacking.template.within.get(url) if isinstance(url, str) else None
    if beside is None:
        raise Unresolved(f"its template, {url}, is no file beside this one")
    return beside


def _filled(wanted: Wanted, beside: Beside) -> Template:
    """Give the template with what its parameters are given; what is not known is noted."""
    parent = wanted.stacking
    given: dict[str, Any] = {name: parent.template.parameter(name) for name in PSEUDO}
    given[NAME] = f"{parent.template.name}-{wanted.resource.name}"
    wanted.read.add("Parameters")
    said = wanted.resource.properties.get("Parameters")
    for name, one in said.items() if isinstance(said, Mapping) else ():
        try:
            value = Evaluation(parent).value(one)
            if isinstance(value, list):
                value = Evaluation(parent).value({"Fn::Join": [",", one]})
        except Unresolved as error:
            wanted.note(NoteCode.UNKNOWN_RESOURCE, f"Its parameter {name} is not known: {error}.")
            continue
        given[name] = value
    return Template(beside.source, beside.content, given, beside.within)


def _output(child: Stacking, written: Mapping[str, Any]) -> Callable[[], Any]:
    """Give what works out an output, where its condition has it there."""

    def value() -> Any:  # noqa: ANN401 - JSON
        condition = written.get("Condition")
        if isinstance(condition, str) and not child.condition(condition):
            raise Unresolved(f"its condition, {condition}, does not hold")
        return Evaluation(child).value(written["Value"])

    return value


def _unknown(attribute: str) -> Any:  # noqa: ANN401 - never
    raise Unresolved(f"a stack's {attribute} is not known before it is made")
