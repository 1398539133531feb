"""An order: a call of AWS's API that may be made, and the AWS CLI's words for it.

A text like {1.GroupId} in a parameter stands for what the first order of a list answered.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genkan import wire

NEGATED = {"Egress": "--ingress"}  # what the AWS CLI says instead
REFERENCE = re.compile(r"\{(\d+)\.([A-Za-z0-9.]+)\}")


class UnknownReference(Exception):
    """A text refers to what no order before it answered; the message says which."""


@dataclass(frozen=True, slots=True)
class Order:
    """`operation` and `parameters` under AWS's names. `account` and `region` None: the caller's."""

    operation: str
    parameters: Mapping[str, Any]
    service: str = "ec2"
    account: str | None = None
    region: str | None = None

    @property
    def words(self) -> str:
        """Give it as the AWS CLI is told it."""
        name = wire.snake_case(self.operation).replace("_", "-")
        return " ".join(("aws", self.service, name, *_words(self.parameters)))

    def resolved(self, answers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Give the parameters with what the answers before say. Raises UnknownReference."""
        return {name: _resolved(value, answers) for name, value in self.parameters.items()}


def _words(parameters: Mapping[str, Any]) -> Iterator[str]:
    for name, value in parameters.items():
        option = "--" + wire.snake_case(name).replace("_", "-")
        match value:
            case True:
                yield option
            case False:
                yield NEGATED.get(name) or option.replace("--", "--no-", 1)
            case {"Value": bool() as said}:
                yield option if said else option.replace("--", "--no-", 1)
            case list() if all(isinstance(one, str) for one in value):
                yield " ".join((option, *map(shlex.quote, value)))
            case dict() | list():
                yield f"{option} {shlex.quote(json.dumps(value, separators=(',', ':')))}"
            case _:
                yield f"{option} {shlex.quote(str(value))}"


def _resolved(value: Any, answers: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _resolved(one, answers) for name, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, answers) for one in value]
    if isinstance(value, str):
        return REFERENCE.sub(lambda found: _referred(found, answers), value)
    return value


def _referred(found: re.Match[str], answers: Sequence[Mapping[str, Any]]) -> str:
    number, path = int(found[1]), found[2]
    at: Any = answers[number - 1] if 1 <= number <= len(answers) else None
    for step in path.split("."):
        if isinstance(at, list) and step.isdigit() and int(step) < len(at):
            at = at[int(step)]
        else:
            at = at.get(step) if isinstance(at, dict) else None
    if at is None or isinstance(at, dict | list):
        raise UnknownReference(f"{found[0]} is no value that call {number} answered before.")
    return str(at)
