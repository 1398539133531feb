"""Outages: flows that work before orders and after them, and not between two of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from genkan.impact.effects import Compared, Effect
from genkan.impact.groups import Sender
from genkan.impact.outlook import Verdict, look
from genkan.impact.state import State
from genkan.impact.target import Target
from genkan.model.network import Change


@dataclass(frozen=True, slots=True)
class Pair:
    """Who sends where, and what was compared of it."""

    sender: Sender
    target: Target
    compared: tuple[Compared, ...]


def with_outages(before: State, changes: Sequence[Change], pairs: Iterable[Pair]) -> list[Pair]:
    """Mark the flows that fail after some of the changes and not after all. The states in between
    are made where a flow asks for them, each of the one before it."""
    held = list(pairs)
    left = {id(one): (pair, one) for pair in held for one in pair.compared if _is_in_question(one)}
    states = before.through(changes[:-1])
    fails: set[int] = set()
    while left and (state := next(states, None)):
        now = {
            name
            for name, (pair, one) in left.items()
            if look(state, pair.sender, pair.target, one.flow).verdict is Verdict.BLOCKED
        }
        fails |= now
        left = {name: one for name, one in left.items() if name not in now}
    return [_marked(pair, fails) for pair in held]


def _is_in_question(one: Compared) -> bool:
    stopped = Verdict.BLOCKED in (one.before.verdict, one.after.verdict)
    return one.effect is not Effect.UNCHANGED and not stopped


def _marked(pair: Pair, fails: set[int]) -> Pair:
    if fails.isdisjoint(map(id, pair.compared)):
        return pair
    compared = (replace(one, interrupted=id(one) in fails) for one in pair.compared)
    return replace(pair, compared=tuple(compared))
