"""What one account owns changes no answer to another: every operation that lists anything."""

import inspect
from dataclasses import replace

import pytest

from genkan import wire
from genkan.api import ids, registry
from genkan.api.families import FAMILIES
from genkan.model.errors import Refused
from genkan.model.network import Network
from tests.build import REGION, Client, a_call
from tests.compile.scenario import resources

OTHER = "222222222222"
READS = ("describe_", "list_", "get_")
# But for what the site itself offers to everybody: services that `genkan service add` made.
EVERYTHING = Network.of([row for row in resources() if row.kind != "hosted-service"])


def listings() -> list[tuple[str, str]]:
    """Give every operation that reads and needs no parameter, by service and AWS's name."""
    found = []
    for service in FAMILIES:
        have = registry.operations(service)
        for name in wire.service_model(service).operation_names:
            function = have.get(wire.snake_case(name))
            if function is None or not wire.snake_case(name).startswith(READS):
                continue
            _, *parameters = inspect.signature(function).parameters.values()
            if all(one.default is not inspect.Parameter.empty for one in parameters):
                found.append((service, name))
    return found


def answer(network: Network, service: str, operation: str) -> object:
    call = a_call(network, account=OTHER, region=REGION)
    try:
        return registry.run(call, service, operation, {}).output
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize(("service", "operation"), listings())
def test_a_list_is_as_if_the_others_were_not_there(service, operation):
    assert answer(EVERYTHING, service, operation) == answer(Network(), service, operation)


@pytest.mark.parametrize("of", ids.FORMS, ids=lambda of: of.kind)
def test_an_id_of_another_account_names_nothing(of):
    mine = Client()
    name = f"{ids.FORMS[of].prefix}-0123456789abcdef0"
    found = next(EVERYTHING.all(of))
    mine.put(replace(found, id=name))
    mine.become(OTHER)
    with pytest.raises(Refused) as caught:
        ids.need(mine.call, of, name)
    assert caught.value.code == ids.FORMS[of].not_found
