"""Rules found by the far side that they name accept what their filters accept one by one."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.analysis import Atlas
from genkan.analysis.sets.accepting import Accepting
from genkan.analysis.sets.atoms import Atoms
from genkan.analysis.sets.relation import by_sender, join
from genkan.analysis.sets.rulings import Rulings
from genkan.program import Program
from genkan.program.filter import AddressSet, Filter, InSet, Match, Rule, Verdict
from tests.engine.rows import BECAUSE

PLACE = "vpc-1"
REMOTES = [
    *(IPv4Address(f"10.0.0.{last}") for last in range(6)),
    *(IPv6Address(f"fd00::{last}") for last in range(4)),
    IPv6Address(int(IPv4Address("10.0.0.2"))),
]
SETS = [
    AddressSet(because=BECAUSE, place=PLACE, name="few", members=(REMOTES[1], REMOTES[7])),
    AddressSet(
        because=BECAUSE, place=PLACE, name="more", members=(REMOTES[1], REMOTES[4]),
        blocks=(IPv6Network("fd00::2/127"),),
    ),
]  # fmt: skip
BLOCKS = (
    *map(IPv4Network, ("0.0.0.0/0", "10.0.0.0/30", "10.0.0.4/31", "10.0.0.2/32")),
    *map(IPv6Network, ("::/0", "fd00::/127", "fd00::3/128")),
)
FAR = st.sampled_from([None, *BLOCKS, InSet("few"), InSet("more"), InSet("nothing there")])
MATCHES = st.builds(
    Match, remote=FAR, protocol=st.just(6), ports=st.sampled_from([None, (80, 80), (79, 443)])
)


def filters_of(rules: list[list[Match]]) -> list[Filter]:
    return [
        Filter(
            because=BECAUSE, place=PLACE, name=f"f{number}",
            rules=tuple(Rule(match=one, verdict=Verdict.ACCEPT, because=BECAUSE) for one in held),
        )
        for number, held in enumerate(rules)
    ]  # fmt: skip


def accepting_of(rulings: Rulings, filters: list[Filter]) -> Accepting:
    """Give the rules of filters; the first is worn by the first sender, and so on."""
    return Accepting(
        (far, services, 1 << number)
        for number, one in enumerate(filters)
        for far, services, _ in rulings.read(PLACE, (one.name,))
    )


@settings(deadline=None)
@given(st.lists(st.lists(MATCHES, max_size=4), min_size=1, max_size=4))
def test_each_wearer_is_accepted_as_his_own_filter_accepts(rules: list[list[Match]]):
    filters = filters_of(rules)
    atlas = Atlas(Program([*filters, *SETS]))
    rulings = Rulings(atlas, Atoms(atlas.program))
    accepting = accepting_of(rulings, filters)
    for remote in REMOTES:
        held = join(accepting.of(remote))
        for number, one in enumerate(filters):
            assert by_sender(held, 1 << number) == rulings.for_one(PLACE, (one.name,), remote)


def test_an_address_is_asked_about_the_rules_that_name_it_however_many_filters_there_are():
    own = [
        [Match(remote=IPv4Network((int(IPv4Address("10.1.0.0")) + number, 32)), protocol=6)]
        for number in range(600)
    ]
    everybody = [Match(remote=BLOCKS[0], protocol=6, ports=(80, 80))]
    filters = filters_of([one + everybody for one in own])
    atlas = Atlas(Program(filters))
    accepting = accepting_of(Rulings(atlas, Atoms(atlas.program)), filters)
    assert len(list(accepting.of(IPv4Address("10.1.0.7")))) == 2
    assert len(list(accepting.of(IPv4Address("10.9.0.7")))) == 1
