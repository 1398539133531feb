"""Every operation works: it answers in AWS's shape, and a dry run does nothing."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest
from botocore.validate import ParamValidator

from genkan import wire
from genkan.api import registry
from genkan.api.families import FAMILIES
from tests.api.boto import Site, a_site, parts_of
from tests.api.examples import EXAMPLES, as_caller, play

# What AWS answers although its model says otherwise: the value, or the member that it leaves out.
BESIDE_THE_MODEL = {
    "pending": "an endpoint's states begin in lower case",
    "pendingAcceptance": "an endpoint's states begin in lower case",
    "available": "an endpoint's states, and an internet gateway's attachment",
    "rejected": "an endpoint's states begin in lower case",
    "DelegationSet": "a private zone has none",
    "Marker": "what there is to begin after, of calls that name it",
    "ResolverRules[0].CreatorRequestId": "nobody asked for the rule that AWS defines by itself",
}


class Played(NamedTuple):
    before: Site
    answer: dict[str, Any]


@cache
def played() -> dict[int, Played]:
    """Give each example's answer, and the site as it was before the call."""
    site, found = a_site(), {}
    for number, one in enumerate(EXAMPLES):
        as_caller(site, one)
        found[number] = Played(site.fork(), play(site, one))
    return found


def labelled(wanted: Callable[[str], bool] = lambda operation: True) -> list[Any]:
    return [
        pytest.param(number, id=f"{number}-{one.operation}")
        for number, one in enumerate(EXAMPLES)
        if wanted(one.operation)
    ]


def _has_dry_run(operation: str) -> bool:
    service, name = parts_of(operation)
    shape = wire.service_model(service).operation_model(name).input_shape
    return shape is not None and "DryRun" in shape.members


def _what_of(line: str) -> str:
    """Give the value that a line of botocore's report quotes, else the member that it names."""
    if '"' in line:
        return line.split('"')[-2]
    return line.partition(",")[0].removeprefix("Invalid length for parameter ")


@pytest.mark.parametrize("service", sorted(FAMILIES))
def test_every_operation_has_an_example(service):
    asked = {
        name for of, name in map(parts_of, (one.operation for one in EXAMPLES)) if of == service
    }
    ours = registry.operations(service)
    have = {
        name
        for name in wire.service_model(service).operation_names
        if wire.snake_case(name) in ours
    }
    assert have - asked == set(), "add one to the family's module in tests/api/examples"


@pytest.mark.parametrize("number", labelled())
def test_an_answer_has_the_shape_that_aws_gives_it(number):
    service, operation = parts_of(EXAMPLES[number].operation)
    shape = wire.service_model(service).operation_model(operation).output_shape
    answer = {k: v for k, v in played()[number].answer.items() if k != "ResponseMetadata"}
    if shape is None:
        assert answer == {}
        return
    wrong = ParamValidator().validate(answer, shape).generate_report().splitlines()
    assert [line for line in wrong if _what_of(line) not in BESIDE_THE_MODEL] == []
    strange = _strange(answer, shape, operation)
    assert [(path, value) for path, value in strange if value not in BESIDE_THE_MODEL] == []


@pytest.mark.parametrize("number", labelled(_has_dry_run))
def test_a_dry_run_does_all_but_the_thing_itself(number):
    one = EXAMPLES[number]
    site = played()[number].before.fork()
    refusal = site.refusal(one.operation, {**one.parameters, "DryRun": True})
    assert (refusal.code, refusal.status) == ("DryRunOperation", 412)


def _strange(value: Any, shape: Any, path: str) -> Any:
    """Give every value that is none of its enumeration, by where it stands."""
    match shape.type_name:
        case "structure":
            for name, one in value.items():
                yield from _strange(one, shape.members[name], f"{path}.{name}")
        case "list":
            for one in value:
                yield from _strange(one, shape.member, path)
        case "string" if shape.enum and value not in shape.enum:
            yield path, value
