"""A network with its program, and the next one after orders; nothing of it is in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from genkan.analysis import Atlas
from genkan.api import registry
from genkan.api.call import Call
from genkan.compile import Compilation, compile_network, recompile
from genkan.compile.scope import touched
from genkan.impact.order import Order
from genkan.model import lifecycle
from genkan.model.network import Change, Network
from genkan.program import Program
from genkan.program.place import Link, PlaceKind

MOST_STEPS = 64  # of lifecycles, one after the other
PASSING = (PlaceKind.INSTANCE,)


@dataclass(frozen=True, slots=True)
class State:
    """A network, its program, and the program read for walks."""

    network: Network
    compilation: Compilation
    atlas: Atlas

    @classmethod
    def of(cls, network: Network) -> "State":
        compilation = compile_network(network)
        return cls(network, compilation, Atlas(compilation.program))

    @property
    def program(self) -> Program:
        return self.compilation.program

    def changed(self, change: Change) -> "State":
        """Give the state after a change."""
        after = self.network.apply(change)
        scopes = touched(self.network, after, change)
        compilation, delta = recompile(self.compilation, after, scopes)
        return State(after, compilation, self.atlas.after(compilation.program, delta))

    def ordered(
        self, call: Call, orders: Iterable[Order], answers: Sequence[dict[str, Any]] = ()
    ) -> tuple["State", list[dict[str, Any]]]:
        """Give the state when all of it is done and has settled, and what each order answered.

        Raises Refused as the API does, UnknownReference.
        """
        network, told, whole = self.network, list(answers), Change()
        for order in orders:
            asking = _as_asked(replace(call, network=network), order)
            answer = registry.run(asking, order.service, order.operation, order.resolved(told))
            told.append(answer.output)
            settled = answer.change + _settling(network.apply(answer.change), call.now)
            whole, network = whole + settled, network.apply(settled)
        return self.changed(whole), told


def _as_asked(call: Call, order: Order) -> Call:
    if order.account is None or order.account == call.account:
        return replace(call, region=order.region or call.region)
    return replace(
        call,
        account=order.account,
        region=order.region or call.region,
        principal=f"arn:aws:iam::{order.account}:root",
        user_id="",
    )


def _settling(network: Network, at: datetime) -> Change:
    """Give what lifecycles lead to when nothing more is asked of them."""
    whole = Change()
    for _ in range(MOST_STEPS):
        due = list(lifecycle.due(network, at))
        if not due:
            break
        change = sum((lifecycle.complete(network, one, at) for one in due), Change())
        whole, network = whole + change, network.apply(change)
    return whole


def middleboxes(atlas: Atlas) -> frozenset[str]:
    """Give the instances that may carry others' packets, and so are taken to pass them on."""
    return frozenset(
        link.right.place
        for link in atlas.program.of(Link)
        if (place := atlas.place(link.right.place)) is not None
        and place.kind in PASSING
        and atlas.source_check(link.left.place, link.left.name) is None
    )
