"""Outages: flows that work before orders and after them, and not between two of them.

Looked at are those that the orders change; and where the orders come back to what they began with,
those too that are as before and that a state on the way touches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from genkan.impact.effects import Compared, Effect
from genkan.impact.groups import Sender
from genkan.impact.outlook import Verdict, look
from genkan.impact.passing import Passing
from genkan.impact.state import State
from genkan.impact.steps import together
from genkan.impact.target import Kind, Target
from genkan.impact.touched import Touched
from genkan.model.network import Change

MOST_LOOKS = 10_000  # at flows that are as before, a state at a time
STOPS = (Verdict.BLOCKED, Verdict.DENIED)


@dataclass(frozen=True, slots=True)
class Pair:
    """Who sends where, and what was compared of it."""

    sender: Sender
    target: Target
    compared: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """`left_out`: some flows that are as before were too many to be looked at in between."""

    pairs: list[Pair]
    left_out: bool = False


def with_outages(
    before: State, changes: Sequence[Change], pairs: Iterable[Pair], passing: Passing | None
) -> Watched:
    """Mark the flows that fail after some of the changes and not after all. The states in between
    are made where a flow asks for them, each of the one before it."""
    held = list(pairs)
    left = {
        id(one): (pair, one)
        for pair in held
        for one in pair.compared
        if _is_in_question(one, passing is not None)
    }
    states = before.through(together(before.network, changes[:-1]))
    steps = iter(passing.steps if passing else ())
    fails: set[int] = set()
    unseen: set[int] = set()
    looks = 0
    while left and (made := next(states, None)):
        state, step = made[0], next(steps, None)
        asked = {
            name: found
            for name, found in left.items()
            if step is None or _concerns(step, state, found[0])
        }
        same = [name for name, (_, one) in asked.items() if one.effect is Effect.UNCHANGED]
        over = same[max(0, MOST_LOOKS - looks) :]
        looks += len(same) - len(over)
        unseen.update(over)
        asked = {name: found for name, found in asked.items() if name not in unseen}
        now = {
            name
            for name, (pair, one) in asked.items()
            if look(state, pair.sender, pair.target, one.flow).verdict in STOPS
        }
        fails |= now
        left = {name: found for name, found in left.items() if name not in now | unseen}
    return Watched([_marked(pair, fails) for pair in held], bool(unseen))


def _is_in_question(one: Compared, comes_back: bool) -> bool:
    if one.effect is Effect.UNCHANGED:
        return comes_back and one.before.verdict is one.after.verdict is Verdict.WORKS
    return not {one.before.verdict, one.after.verdict} & {*STOPS}


def _concerns(step: Touched, state: State, pair: Pair) -> bool:
    """Tell whether what a state touches can alter a flow between two ends."""
    if pair.target.kind is Kind.NAME and (step.zones or step.views or step.public_names):
        return True
    ends = {pair.sender.vpc, pair.target.group.vpc if pair.target.group else pair.sender.vpc}
    near = ends.union(*(state.index.peers.get(one, ()) for one in ends))
    return not near.isdisjoint(step.vpcs | step.doors)


def _marked(pair: Pair, fails: set[int]) -> Pair:
    if fails.isdisjoint(map(id, pair.compared)):
        return pair
    return replace(
        pair, compared=tuple(_failing(one) if id(one) in fails else one for one in pair.compared)
    )


def _failing(one: Compared) -> Compared:
    same = one.effect is Effect.UNCHANGED
    return replace(one, interrupted=True, effect=Effect.INTERRUPTED if same else one.effect)
