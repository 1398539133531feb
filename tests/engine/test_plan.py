"""Plans: what they turn into what, carried out on a kernel that is a value."""

from dataclasses import replace

from hypothesis import given, settings

from genkan.engine.linux.desired import Desired
from genkan.engine.linux.objects import Device, KernelState, Namespace, NftChain
from genkan.engine.linux.plan import objects_of, plan
from genkan.program import Program
from genkan.program.filter import Guard
from genkan.program.place import End, Link, Place, PlaceKind
from tests.engine.kernel import carry_out
from tests.engine.networks import programs
from tests.engine.rows import BECAUSE, guard, place

EMPTY: KernelState = {}


@given(programs())
@settings(max_examples=30, deadline=None)
def test_what_is_so_needs_no_plan(program: Program) -> None:
    state = Desired(program).state
    assert len(plan(state, dict(state))) == 0


@given(programs(), programs())
@settings(max_examples=60, deadline=None)
def test_a_plan_turns_any_state_into_any_other(a: Program, b: Program) -> None:
    before, after = Desired(a).state, Desired(b).state
    assert carry_out(plan(before, after), before) == after


@given(programs(), programs(), programs())
@settings(max_examples=60, deadline=None)
def test_changes_one_after_another_lead_to_what_the_last_program_wants(
    a: Program, b: Program, c: Program
) -> None:
    desired = Desired(a)
    state = desired.state.copy()
    for before, after in ((a, b), (b, c)):
        state = carry_out(desired.change(before, before.delta(after)), state)
        assert desired.state == Desired(after).state
        assert state == desired.state


@given(programs())
@settings(max_examples=20, deadline=None)
def test_everything_comes_from_nothing_and_goes_without_a_trace(program: Program) -> None:
    state = Desired(program).state
    assert carry_out(plan(EMPTY, state), EMPTY) == state
    assert carry_out(plan(state, EMPTY), state) == EMPTY


def test_two_interfaces_with_the_same_groups_share_a_guard_that_goes_with_the_last() -> None:
    first, second = guard("eni-1"), guard("eni-2")
    both = Program([place("vpc-1"), first, second])
    one, none = Program([place("vpc-1"), second]), Program([place("vpc-1")])
    desired = Desired(both)
    assert not _chains(desired.change(both, both.delta(one)).removed)
    assert len(_chains(desired.change(one, one.delta(none)).removed)) == 1


def test_a_shared_guard_stays_when_one_owner_leaves_it_and_the_other_is_replaced() -> None:
    first, second = guard("eni-1"), guard("eni-2")
    before = Program([place("vpc-1"), first, second])
    after = Program([place("vpc-1"), replace(second, because=replace(BECAUSE, id="other"))])
    made = Desired(before).change(before, before.delta(after))
    assert not _chains([*made.removed, *made.put])


def test_a_device_that_gets_another_far_end_is_made_anew() -> None:
    def network(far: str) -> Program:
        left, right = (
            End(place="vpc-1", name="eni-1", mac="06:00:00:00:00:01"),
            End(place=far, name="eth0", mac="06:00:00:00:00:02"),
        )
        link = Link(because=BECAUSE, id="eni-1", left=left, right=right)
        return Program([place("vpc-1"), host("i-1"), host("i-2"), link])

    def host(name: str) -> Place:
        return Place(because=BECAUSE, id=name, kind=PlaceKind.INSTANCE, forwards=False)

    before, after = network("i-1"), network("i-2")
    made = Desired(before).change(before, before.delta(after))
    assert [one.place for one in made.removing(Device)] != []
    assert {one.place for one in made.putting(Device)} == {"vpc-1", "i-2"}


def test_a_namespace_takes_along_what_is_in_it() -> None:
    state = Desired(Program([place("vpc-1")])).state
    assert plan(state, EMPTY).removed == [Namespace("vpc-1")]


def test_a_reason_alone_changes_nothing_in_the_kernel() -> None:
    before = Program([place("vpc-1"), guard("eni-1")])
    entry = next(before.of(Guard))
    after = Program([place("vpc-1"), replace(entry, because=replace(BECAUSE, id="other"))])
    assert len(Desired(before).change(before, before.delta(after))) == 0


def _chains(objects: list) -> list[NftChain]:
    return [one for one in objects_of(objects).values() if isinstance(one, NftChain)]
