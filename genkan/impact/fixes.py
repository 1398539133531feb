"""Fixes: for each thing that stops packets the smallest call that mends it, tried on a copy.

Blockers are mended in the order that packets meet them, those of many packets together: round by
round, each on what the fixes before it leave. A fix is verified when the walk after it does not
meet its blocker any more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from genkan.analysis import Code, Disposition, Packet, Step, Trace, walk
from genkan.api.call import Call
from genkan.impact import openings, ways
from genkan.impact.order import Order
from genkan.impact.state import OrderRefused, State, run
from genkan.model.network import Change, Network

Remedy = Callable[[State, Step], Iterator[tuple[Order, ...]]]
REMEDIES: dict[Code, Remedy] = {
    Code.ENI_SG_RULES_MISMATCH: openings.group_openings,
    Code.SG_HAS_NO_RULES: openings.group_openings,
    Code.NLB_SG_PRIVATELINK: openings.group_openings,
    Code.SUBNET_ACL_RESTRICTION: openings.acl_openings,
    Code.NO_ROUTE_TO_DESTINATION: ways.new_routes,
    Code.BAD_STATE: ways.acceptances,
    Code.BAD_STATE_ROUTE: ways.other_routes,
    Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS: ways.public_addresses,
    Code.ENI_SOURCE_DEST_CHECK_RESTRICTION: ways.unchecked_sources,
    Code.ELBV2_NO_TARGETS_IN_AZ: ways.other_zones,
    Code.ELBV2_LISTENERS_MISMATCH: ways.new_listeners,
}
MOST_ROUNDS = 24  # of fixes, and of other tries


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends `blocker` (None: that a name has no answer): orders, in their order, or none that
    is known.

    `verified`: done on a copy, and walked again.
    """

    blocker: Step | None
    orders: tuple[Order, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Mending:
    """The fixes of a trace, and how the packet ends when all that are verified are done."""

    fixes: tuple[Fix, ...]
    ends: Disposition


@dataclass(slots=True)
class _Patient:
    """A trace on its way to be mended: the blocker at hand, and what is left to try for it."""

    trace: Trace
    fixes: list[Fix] = field(default_factory=list)
    blocker: Step | None = None
    left: Iterator[tuple[Order, ...]] = field(default_factory=lambda: iter(()))
    orders: tuple[Order, ...] = ()  # of this round
    first: tuple[Order, ...] = ()  # tried for this blocker

    def choose(self, state: State) -> bool:
        """Turn to the next blocker, where none is at hand; tell whether there is one."""
        if self.blocker is None:
            met = {_place_of(fix.blocker) for fix in self.fixes if fix.blocker}
            self.blocker = next(
                (one for one in self.trace.blockers if _place_of(one) not in met), None
            )
            code = self.blocker.code if self.blocker else None
            remedy = REMEDIES.get(code) if code else None
            self.left = remedy(state, self.blocker) if remedy and self.blocker else iter(())
            self.first = ()
        return self.blocker is not None

    def give_up(self) -> None:
        """Take down that nothing mends the blocker at hand."""
        if self.blocker is not None:
            self.fixes.append(Fix(self.blocker, self.first, False))
        self.blocker, self.orders = None, ()

    def look(self, state: State) -> None:
        """Walk again, and see whether this round's orders mended it."""
        self.trace = walk(
            state.atlas, self.trace.origin, self.trace.packet, state.boxes, self.trace.chosen
        )
        if self.blocker is None or not self.orders:
            return
        if _place_of(self.blocker) not in {_place_of(one) for one in self.trace.blockers}:
            self.fixes.append(Fix(self.blocker, self.orders, True))
            self.blocker = None
        self.orders = ()


def mend(state: State, call: Call, trace: Trace) -> Mending:
    """Find what mends a trace's blockers. `call` says who asks."""
    return mend_all(state, call, [trace])[0]


def mend_all(state: State, call: Call, traces: Sequence[Trace]) -> list[Mending]:
    """Find what mends the blockers of many traces: what one asks for, all are given."""
    patients = [_Patient(trace) for trace in traces]
    for _ in range(MOST_ROUNDS):
        tries = _Round(state.network, call)
        for patient in patients:
            while patient.choose(state) and not tries.take(patient):
                patient.give_up()
        if not tries.accepted:
            break
        state, _ = state.changed(Change.of(tries.changes))
        for patient in patients:
            patient.look(state)
    return [Mending(tuple(one.fixes), one.trace.disposition) for one in patients]


class _Round:
    """The orders of a round, each on what those before it leave."""

    def __init__(self, network: Network, call: Call) -> None:
        self._network = network
        self._call = call
        self.changes: list[Change] = []
        self.accepted: set[tuple[str, ...]] = set()

    def take(self, patient: _Patient) -> bool:
        """Give a patient the first of its remedies that the API accepts; tell whether any is."""
        for orders in patient.left:
            patient.first = patient.first or orders
            if self._accepts(orders):
                patient.orders = orders
                return True
        return False

    def _accepts(self, orders: tuple[Order, ...]) -> bool:
        words = tuple(order.words for order in orders)
        if words in self.accepted:
            return True
        try:
            done = run(self._network, self._call, orders)
        except OrderRefused:
            return False
        self.accepted.add(words)
        self.changes += done.changes
        self._network = done.network
        return True


def _place_of(step: Step) -> tuple[str, str, Code | None, Packet]:
    return step.place, step.stage, step.code, step.before
