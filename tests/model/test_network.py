"""Snapshots, changes, and the indexes that come along."""

from hypothesis import given
from hypothesis import strategies as st

from genkan.model.account import KeyPair
from genkan.model.network import Change, Network, delete, put
from genkan.model.vpc import InternetGateway


def gateway(number: int, vpc: str | None, region: str = "r") -> InternetGateway:
    return InternetGateway(id=f"igw-{number}", account="1", region=region, vpc_id=vpc)


changes = st.lists(
    st.tuples(st.integers(0, 5), st.none() | st.sampled_from(["vpc-a", "vpc-b"]), st.booleans())
)


@given(changes)
def test_an_index_carried_along_says_what_a_new_one_says(steps):
    network = Network()
    list(network.where(InternetGateway, vpc_id="vpc-a"))
    network = network.apply(put(gateway(9, "vpc-a")))
    list(network.where(InternetGateway, vpc_id="vpc-a"))  # from here on the index is there
    for at, (number, vpc, goes) in enumerate(steps):
        one = gateway(number, vpc, f"r{at}")
        network = network.apply(delete(one) if goes else put(one))
        fresh = Network.of(network)
        for value in ("vpc-a", "vpc-b", None):
            found, known = (
                {row.id: row for row in each.where(InternetGateway, vpc_id=value)}
                for each in (network, fresh)
            )
            assert found == known
        assert network == fresh


@given(changes, changes)
def test_two_changes_together_are_one_after_the_other(first, second):
    def change(steps):
        whole = Change()
        for number, vpc, goes in steps:
            one = gateway(number, vpc)
            whole += delete(one) if goes else put(one)
        return whole

    network = Network.of([gateway(1, None), gateway(2, "vpc-a")])
    a, b = change(first), change(second)
    assert network.apply(a + b) == network.apply(a).apply(b)
    assert network.apply(Change.of([a, b, a])) == network.apply(a).apply(b).apply(a)


def test_a_snapshot_does_not_change():
    before = Network.of([gateway(1, None)])
    before.apply(put(gateway(1, "vpc-a")))
    assert before.get(InternetGateway, "igw-1").vpc_id is None


def test_what_is_not_there_is_none_or_nothing():
    network = Network()
    assert network.get(InternetGateway, "igw-1") is None
    assert network.find("internet-gateway", "igw-1") is None
    assert list(network.all(KeyPair)) == []
    assert list(network.where(KeyPair, key_name="k")) == []
    assert network != "a network"
    assert hash(network) == hash(Network())


def test_where_asks_for_every_attribute():
    network = Network.of([gateway(1, "vpc-a")])
    assert list(network.where(InternetGateway, vpc_id="vpc-a", region="elsewhere")) == []
