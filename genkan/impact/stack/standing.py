"""The network that stacks leave: their calls run on a copy, one template after the other.

A call that AWS would refuse costs that call and what needs its answer; it is noted with AWS's own
words. What a stack exports is there for those that import it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from genkan.api.call import Call
from genkan.impact.order import Order, UnknownReference, tokens_of
from genkan.impact.stack.orders import export_names, exported, imported_names, orders_of
from genkan.impact.stack.roles import roles_of
from genkan.impact.stack.stacking import Stacking
from genkan.impact.state import OrderRefused, run
from genkan.imports.cloudformation import Template
from genkan.imports.notes import Note, NoteCode
from genkan.model.network import Network
from genkan.model.role_policies import RolePolicies


@dataclass(slots=True)
class Stacked:
    """The network so far, and what there is to say of it."""

    network: Network
    notes: list[Note] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)
    roles: list[RolePolicies] = field(default_factory=list)


def stacked(
    call: Call, templates: Sequence[Template], exports: Mapping[str, str] | None = None
) -> Stacked:
    """Give the network when all stacks are made in that of `call`, whoever imports last; `exports`
    are there already."""
    held = Stacked(call.network, exports=dict(exports or {}))
    token = None
    for template in _in_order(call, templates):
        stacking = Stacking(template, call.account, call.region, held.exports)
        orders_of(stacking)
        more = exported(stacking)
        token = token or tokens_of(stacking.orders)
        answers = _run(held, replace(call, token=token), stacking)
        held.notes += stacking.notes
        held.roles += roles_of(stacking, answers)
        held.exports |= _known(more, answers)
    return held


def _in_order(call: Call, templates: Sequence[Template]) -> list[Template]:
    """Put templates behind those whose exports they import; a circle stays as it is."""
    waiting = [Stacking(one, call.account, call.region) for one in templates]
    names = {id(one): (export_names(one), imported_names(one)) for one in waiting}
    ordered: list[Template] = []
    while waiting:
        others = {id(one): names[id(one)][0] for one in waiting}
        ready = (
            one
            for one in waiting
            if not any(
                names[id(one)][1] & exports for of, exports in others.items() if of != id(one)
            )
        )
        chosen = next(ready, waiting[0])
        waiting.remove(chosen)
        ordered.append(chosen.template)
    return ordered


def _run(held: Stacked, call: Call, stacking: Stacking) -> list[Mapping[str, Any]]:
    """Run the orders of a stack; give their answers, empty ones of what is refused."""
    answers: list[Mapping[str, Any]] = []
    failed: set[str] = set()
    for order, owner in zip(stacking.orders, stacking.owners, strict=True):
        try:
            known = replace(order, parameters=order.resolved(answers))
            done = run(held.network, call, [known])
        except UnknownReference:
            answers.append({})
            if owner not in failed:
                _note(stacking, owner, order, "what it needs could not be made")
            failed.add(owner)
            continue
        except OrderRefused as refused:
            answers.append({})
            failed.add(owner)
            _note(stacking, owner, order, f"AWS would refuse it, {refused.code}: {refused}")
            continue
        held.network = done.network
        answers.extend(done.answers)
    return answers


def _note(stacking: Stacking, owner: str, order: Order, why: str) -> None:
    text = f"Its {order.operation} was left out: {why.rstrip('.')}. What depends on it is missing."
    stacking.note(owner or stacking.template.source, NoteCode.UNKNOWN_RESOURCE, text)


def _known(exports: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in exports.items():
        try:
            found[name] = Order("", {"Value": value}).resolved(answers)["Value"]
        except UnknownReference:
            continue
    return found
