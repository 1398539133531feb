"""Fixes: for each thing that stops a packet the smallest call that mends it, tried on a copy.

Blockers are mended in the order that packets meet them, each on what the fixes before it leave; a
fix is verified when the walk after it does not meet its blocker any more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from genkan.analysis import Code, Disposition, Packet, Step, Trace, walk
from genkan.api.call import Call
from genkan.impact import openings, ways
from genkan.impact.order import Order, UnknownReference
from genkan.impact.state import State, middleboxes
from genkan.model.errors import Refused

Remedy = Callable[[State, Step], Iterator[tuple[Order, ...]]]
REMEDIES: dict[Code, Remedy] = {
    Code.ENI_SG_RULES_MISMATCH: openings.group_openings,
    Code.SG_HAS_NO_RULES: openings.group_openings,
    Code.NLB_SG_PRIVATELINK: openings.group_openings,
    Code.SUBNET_ACL_RESTRICTION: openings.acl_openings,
    Code.NO_ROUTE_TO_DESTINATION: ways.new_routes,
    Code.BAD_STATE_ROUTE: ways.other_routes,
    Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS: ways.public_addresses,
    Code.ENI_SOURCE_DEST_CHECK_RESTRICTION: ways.unchecked_sources,
    Code.ELBV2_NO_TARGETS_IN_AZ: ways.other_zones,
    Code.ELBV2_LISTENERS_MISMATCH: ways.new_listeners,
}
MOST_BLOCKERS = 24  # mended one after the other


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends `blocker`: orders, in their order, or none that is known.

    `verified`: done on a copy, and walked again.
    """

    blocker: Step
    orders: tuple[Order, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Mending:
    """The fixes of a trace, and how the packet ends when all that are verified are done."""

    fixes: tuple[Fix, ...]
    ends: Disposition


def mend(state: State, call: Call, trace: Trace) -> Mending:
    """Find what mends a trace's blockers. `call` says who asks."""
    fixes: list[Fix] = []
    boxes = middleboxes(state.atlas)
    for _ in range(MOST_BLOCKERS):
        met = {_place_of(fix.blocker) for fix in fixes}
        blocker = next((one for one in trace.blockers if _place_of(one) not in met), None)
        if blocker is None:
            break
        fix, state, trace = _mended(state, call, trace, blocker, boxes)
        fixes.append(fix)
    return Mending(tuple(fixes), trace.disposition)


def _mended(
    state: State,
    call: Call,
    trace: Trace,
    blocker: Step,
    boxes: frozenset[str],
) -> tuple[Fix, State, Trace]:
    remedy = REMEDIES.get(blocker.code) if blocker.code else None
    tried: tuple[Order, ...] = ()
    for orders in remedy(state, blocker) if remedy else ():
        tried = tried or orders
        try:
            after, _ = state.ordered(call, orders)
        except (Refused, UnknownReference):
            continue
        again = walk(after.atlas, trace.origin, trace.packet, boxes, trace.chosen)
        if _place_of(blocker) not in {_place_of(one) for one in again.blockers}:
            return Fix(blocker, orders, True), after, again
    return Fix(blocker, tried, False), state, trace


def _place_of(step: Step) -> tuple[str, str, Code | None, Packet]:
    return step.place, step.stage, step.code, step.before
