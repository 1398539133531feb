"""Every operation by service and name, and how one is run.

What AWS has and Genkan has not is refused by name, with a word about where to look; a parameter
that an operation does not take likewise, never ignored. `DryRun` is decided here, after everything
that the operation checks and before anything is committed.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

from genkan import wire
from genkan.api.call import Answer, Call
from genkan.api.constraints import check_constraints
from genkan.api.families import FAMILIES
from genkan.api.paging import check_size, opened, sealed
from genkan.model.errors import (
    DryRunOperation,
    InvalidAction,
    MissingParameter,
    UnsupportedOperation,
)

Operation = Callable[..., Answer]

COVERAGE = "`genkan coverage` lists what there is"


@cache
def operations(service: str) -> Mapping[str, Operation]:
    """Give a service's operations by snake_case name."""
    return {
        name: function
        for module in FAMILIES.get(service, ())
        for name, function in _public_functions(module)
    }


def run(call: Call, service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
    """Run `operation` (AWS's name) with `parameters` (AWS's names). Raises Refused."""
    function = operations(service).get(wire.snake_case(operation))
    if function is None:
        raise InvalidAction(
            f"The action {operation} is not valid for this web service: Genkan does not have it "
            f"yet. {COVERAGE}."
        )
    check_constraints(service, operation, parameters)
    given = {wire.snake_case(name): value for name, value in parameters.items()}
    dry_run = given.pop("dry_run", False)
    if service == "ec2":  # where a list without members cannot be written
        given = {name: value for name, value in given.items() if value != []}
    _check_parameters(function, operation, given, parameters)
    check_size(service, operation, given)
    answer = function(call, **opened(call, service, operation, given))
    if dry_run:
        raise DryRunOperation("Request would have succeeded, but DryRun flag is set.")
    return replace(answer, output=sealed(call, service, operation, given, answer.output))


def _check_parameters(
    function: Operation, operation: str, given: Mapping[str, Any], asked: Iterable[str]
) -> None:
    signature = _parameters(function)
    for name in given:
        if name not in signature:
            named = next(one for one in asked if wire.snake_case(one) == name)
            raise UnsupportedOperation(
                f"Genkan's {operation} does not take the parameter {named} yet, and "
                f"ignores none. Leave it out; {COVERAGE}."
            )
    for name, parameter in signature.items():
        if parameter.default is inspect.Parameter.empty and name not in given:
            raise MissingParameter(
                f"The request must contain the parameter {_camel(name)}. Add it to the call."
            )


@cache
def _parameters(function: Operation) -> Mapping[str, inspect.Parameter]:
    _, *rest = inspect.signature(function).parameters.items()
    return dict(rest)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _public_functions(module: ModuleType) -> list[tuple[str, Operation]]:
    return [
        (name, function)
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation is Answer
    ]
