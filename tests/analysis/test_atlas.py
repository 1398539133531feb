"""An atlas that is brought along with a change is the one that is read anew."""

import random
from ipaddress import IPv4Address, IPv4Network
from itertools import permutations

import pytest

from genkan.analysis import Atlas
from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.network import Change, Network
from genkan.program import Program
from genkan.program.filter import AddressSet
from genkan.program.route import PLACE_TABLE, Forward, Route
from tests.compile.scenario import resources
from tests.engine.random_networks import Drawer
from tests.engine.rows import BECAUSE


def contents(atlas: Atlas) -> dict:
    """Give what an atlas holds, without what is empty; every set was asked for a member."""
    for one in atlas.program.of(AddressSet):
        atlas.has_member(one.place, one.name, IPv4Address("192.0.2.1"))
    return {
        name: {key: _filled(value) for key, value in held.items() if _filled(value)}
        for name, held in vars(atlas).items()
        if isinstance(held, dict)
    }


def _filled(value):
    return {key: one for key, one in value.items() if one} if isinstance(value, dict) else value


@pytest.mark.parametrize("seed", range(6))
def test_bringing_along_is_reading_anew_and_leaves_the_old_one_as_it_was(seed):
    drawn = Drawer(seed).draw().resources if seed else resources()
    dice = random.Random(seed)
    network = Network.of(drawn)
    compilation = compile_network(network)
    atlas = Atlas(compilation.program)
    for _ in range(8):
        known = contents(atlas)
        there = [one for one in drawn if network.find(one.kind, one.id)]
        gone = [one for one in drawn if not network.find(one.kind, one.id)]
        change = Change(
            puts=tuple(dice.sample(gone, min(len(gone), 2))),
            deletes=tuple((one.kind, one.id) for one in dice.sample(there, 3)),
        )
        after = network.apply(change)
        made, delta = recompile(compilation, after, touched(network, after, change))
        new = atlas.after(made.program, delta)
        assert contents(new) == contents(Atlas(made.program))
        assert contents(atlas) == known
        network, compilation, atlas = after, made, new


BLOCKS = ("0.0.0.0/0", "10.0.0.0/8", "10.1.2.0/24")


def route(block: str) -> Route:
    return Route(
        because=BECAUSE,
        place="vpc-1",
        table=PLACE_TABLE,
        destination=IPv4Network(block),
        action=Forward(f"to {block}"),
    )


@pytest.mark.parametrize("blocks", list(permutations(BLOCKS)))
def test_the_longest_prefix_decides_whichever_was_there_first(blocks):
    routes = [route(one) for one in blocks]
    wanted = route("10.1.2.0/24")
    whole = Program(routes)
    assert Atlas(whole).route("vpc-1", (), IPv4Address("10.1.2.3")) == wanted
    fewer = Program(routes[:1])
    brought = Atlas(fewer).after(whole, fewer.delta(whole))
    assert brought.route("vpc-1", (), IPv4Address("10.1.2.3")) == wanted
