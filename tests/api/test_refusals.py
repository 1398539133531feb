"""Every refusal that there is has a row that provokes it, over the wire, and so has every code
that AWS documents for what there is."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

import genkan.api
from genkan import wire
from genkan.api import registry
from genkan.model.errors import Malformed, NotFound, Refused
from tests.api.every_id import spoiled, wrong_ids
from tests.api.examples import EXAMPLES
from tests.api.refusals import ROWS, documented, provoked
from tests.api.refusals.codes import codes_of, provoked_by
from tests.api.refusals.elsewhere import OF_EC2, OF_OTHERS, OTHERWISE, PLACES
from tests.api.refusals.places import places, unreached
from tests.api.test_examples import played

ROOT = Path(__file__).parents[2]


@cache
def reached() -> set[tuple[str, int]]:
    """Give every line that refuses a row or a wrong id."""
    lines = {provoked(number)[0].raised_at for number in range(len(ROWS))}
    for one in wrong_ids():
        given = spoiled(played()[one.example].before, one)
        if given is not None:
            site, parameters = given
            try:
                site.ask(EXAMPLES[one.example].operation, parameters)
            except ClientError:
                lines.add(site.raised_at)
    return lines


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=f"{family}-{row.operation}-{row.code}-{number}")
        for number, (family, row) in enumerate(ROWS)
    ],
)
def test_what_aws_refuses_is_refused_with_its_code(number):
    _, row = ROWS[number]
    refusal, word = provoked(number)
    assert (refusal.code, word in refusal.message) == (row.code, True), refusal


def test_every_refusal_in_the_code_is_provoked_by_a_row():
    missing = [str(one) for one in unreached(reached()) if (one.path, one.function) not in PLACES]
    assert missing == [], "add a row to tests/api/refusals, or say in elsewhere.py why not"


def test_what_has_no_row_is_still_there():
    there = {(one.path, one.function) for one in places()}
    assert [place for place in PLACES if place not in there] == []


def test_every_code_of_a_refusal_is_provoked():
    missing = {error.code for error in _below(Refused)} - set(provoked_by())
    reasoned = {
        "InsufficientAddressCapacity",
        *OTHERWISE,
    }
    assert missing - reasoned == set()


def test_every_code_that_ec2_documents_is_provoked_or_said_why_not():
    assert documented.OF_EC2 - codes_of("ec2") - OF_EC2.keys() - OTHERWISE.keys() == set()


def test_a_code_that_is_said_not_to_be_given_is_not():
    assert OF_EC2.keys() & (codes_of("ec2") | OTHERWISE.keys()) == set()


@pytest.mark.parametrize("code", sorted(OTHERWISE))
def test_a_code_that_is_provoked_elsewhere_is_named_there(code):
    assert code in (ROOT / OTHERWISE[code]).read_text()


@pytest.mark.parametrize("service", sorted(OF_OTHERS))
def test_every_error_in_a_model_is_provoked_or_said_why_not(service):
    model, ours = wire.service_model(service), registry.operations(service)
    documented = {
        shape.metadata.get("error", {}).get("code") or shape.name
        for name in model.operation_names
        if wire.snake_case(name) in ours
        for shape in model.operation_model(name).error_shapes
    }
    given = codes_of(service)
    assert documented - given - OF_OTHERS[service].keys() == set()
    assert OF_OTHERS[service].keys() & given == set()


@pytest.mark.parametrize("operation", ["DescribeNothing", "route53:GetHostedZone"])
def test_what_is_no_operation_of_this_version_is_no_action(operation):
    from tests.api.examples import hall

    site = hall().fork()
    if operation.startswith("route53"):
        request = wire.HttpRequest("GET", "/2013-04-01/nothing")
        assert site.answer("route53", request).status == 404
        return
    body = b"Action=DescribeNothing&Version=2016-11-15"
    answer = site.answer("ec2", wire.HttpRequest("POST", "/", body=body))
    assert (answer.status, b"<Code>InvalidAction</Code>" in answer.body) == (400, True)


def test_an_error_has_one_class():
    """Two classes of one code are one thing that was written twice; EC2's plainest code apart."""
    for module in pkgutil.walk_packages(genkan.api.__path__, "genkan.api."):
        importlib.import_module(module.name)
    names: dict[str, list[str]] = {}
    for error in _below(Refused):
        names.setdefault(error.__name__, []).append(error.__module__)
    assert {name: where for name, where in names.items() if len(where) > 1} == {}


def _below(error: type[Refused]) -> Iterator[type[Refused]]:
    for one in error.__subclasses__():
        if one.__module__.startswith("genkan.") and one not in (NotFound, Malformed):
            yield one
        yield from _below(one)
