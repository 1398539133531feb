"""What mends the findings of a change: those whose packets are stopped, and those whose name has no
answer any more. Each call is tried on a copy of what the change leaves.

Those that are stopped before too are mended apart from those that are lost: nobody has to do both.
"""

from collections.abc import Iterator, Sequence

from genkan.api.call import Call
from genkan.impact.code import Why
from genkan.impact.effects import Effect, Finding
from genkan.impact.fixes import Fix, mend_all
from genkan.impact.openings import owner
from genkan.impact.order import Order
from genkan.impact.outlook import Flow, Verdict, look
from genkan.impact.state import OrderRefused, State
from genkan.impact.ways import accepted
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint

MOST = {Effect.LOST: 512, Effect.STILL_BLOCKED: 64}  # traces
MOST_ORDERS = 8  # that are tried for names


def mendings(after: State, call: Call, found: Sequence[Finding]) -> dict[int, tuple[Fix, ...]]:
    """Give what mends findings, by their place; `after` is what the change leaves."""
    fixes = dict(_answered_again(after, call, found))
    for effect, most in MOST.items():
        stopped = [
            (number, one.after.trace)
            for number, one in enumerate(found)
            if one.effect is effect and one.after.trace is not None
        ][:most]
        mended = mend_all(after, call, [trace for _, trace in stopped])
        for (number, _), mending in zip(stopped, mended, strict=True):
            fixes[number] = mending.fixes
    return fixes


def _answered_again(
    after: State, call: Call, found: Sequence[Finding]
) -> Iterator[tuple[int, tuple[Fix, ...]]]:
    """Give what has names answered again."""
    tried: dict[str, State | None] = {}
    for number, one in enumerate(found):
        if one.effect is not Effect.LOST or one.after.trace is not None:
            continue
        for order in _remedies(after, one):
            if order.words not in tried and len(tried) < MOST_ORDERS:
                tried[order.words] = _done(after, call, order)
            state = tried.get(order.words)
            if state is not None and _works(state, one):
                yield number, (Fix(None, (order,), True),)
                break


def _remedies(after: State, one: Finding) -> Iterator[Order]:
    """Give the orders that may have a name answered: by the VPC's resolver, or by an endpoint that
    it led to and that somebody has to accept."""
    vpc = after.network.get(Vpc, one.sender.vpc)
    if vpc is not None and Why.DNS_DISABLED_IN_VPC.value in one.after.codes:
        said = {"VpcId": vpc.id, "EnableDnsSupport": {"Value": True}}
        yield Order("ModifyVpcAttribute", said, **owner(vpc))
    for name in one.before.via:
        endpoint = after.network.get(VpcEndpoint, name)
        if endpoint is not None:
            yield from accepted(after.network, endpoint)


def _done(after: State, call: Call, order: Order) -> State | None:
    try:
        return after.ordered(call, [order]).state
    except OrderRefused:
        return None


def _works(state: State, one: Finding) -> bool:
    flow = Flow(one.versions[0], one.ports[0].protocol, one.ports[0].first)
    return look(state, one.sender, one.target, flow).verdict is Verdict.WORKS
