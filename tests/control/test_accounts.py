"""Accounts: known by name and number, with a key of their own each."""

import pytest

from genkan.control.accounts import (
    DEFAULT_ACCOUNT,
    another_account,
    find_account,
    first_account,
    keys_of,
)
from genkan.model.errors import InvalidParameterValue
from genkan.model.network import Network
from tests.build import REGION, Tokens


@pytest.fixture
def network() -> Network:
    return Network().apply(first_account(REGION, Tokens()))


def test_an_account_is_found_by_name_by_number_or_as_the_first(network):
    network = network.apply(another_account(network, "other", REGION, Tokens()))
    assert find_account(network, None).id == DEFAULT_ACCOUNT
    other = find_account(network, "other")
    assert other == find_account(network, other.id)
    assert (len(other.id), other.id[0] != "0") == (12, True)
    assert find_account(network, "nobody") is None
    keys = [keys_of(network, find_account(network, name)) for name in ("default", "other")]
    assert [len(one) for one in keys] == [1, 1]
    assert keys[1][0].principal == f"arn:aws:iam::{other.id}:root"


@pytest.mark.parametrize("name", ["default", "", "x" * 51, "12345", "a\nb"])
def test_a_name_is_somebodys_own(network, name):
    with pytest.raises(InvalidParameterValue):
        another_account(network, name, REGION, Tokens())
