"""What orders touch on their way, also of what is after the last as it was before the first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from genkan.impact.captures import Capture, captures
from genkan.impact.state import State
from genkan.impact.steps import may_come_back, together
from genkan.impact.touched import Touched, touched
from genkan.model.network import Change
from genkan.program import Entry


@dataclass(slots=True)
class Passing:
    """`new` are entries that the program has in between, `names` those answered otherwise there,
    and `steps` what each state in between touches of the one before it."""

    touched: Touched = field(default_factory=Touched)
    new: list[Entry] = field(default_factory=list)
    names: dict[tuple[str, str], Capture] = field(default_factory=dict)
    steps: list[Touched] = field(default_factory=list)


def passing(before: State, changes: Sequence[Change]) -> Passing | None:
    """Read what lies between the first of some changes and the last; None where nothing can be
    touched there that the whole of them does not touch."""
    if len(changes) < 2 or not may_come_back(before.network, changes):
        return None
    found, last = Passing(), before
    for state, delta in before.through(together(before.network, changes[:-1])):
        what = touched(last, state, delta)
        found.steps.append(what)
        found.touched |= what
        found.new.extend(delta.put)
        for one in captures(last, state, what):
            found.names.setdefault((one.view, one.name), one)
        last = state
    return found
