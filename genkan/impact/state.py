"""A network with its program, and the next one after orders; nothing of it is in force."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from genkan import wire
from genkan.analysis import Atlas, Packet, Trace, walks
from genkan.analysis.names import NameBook, Resolved
from genkan.api import registry
from genkan.api.call import Call
from genkan.compile import Compilation, compile_network, recompile
from genkan.compile.scope import touched
from genkan.impact.index import Index
from genkan.impact.order import Order, UnknownReference
from genkan.model import lifecycle
from genkan.model.errors import Refused
from genkan.model.network import Change, Network
from genkan.program import Delta, Program
from genkan.program.filter import SourceCheck
from genkan.program.place import Link, Place, PlaceKind

MOST_WALKS = 16  # of one packet
MOST_STEPS = 64  # of lifecycles, one after the other
CARRIES = (Link, Place, SourceCheck)  # what says who may carry others' packets


NO_REFERENCE = "UnknownReference"  # ours
NO_PARAMETERS = "ParamValidationError"  # as the AWS CLI calls what it does not even send


class OrderRefused(Exception):
    """An order that the API refuses on the copy, with the code that it would refuse it with."""

    def __init__(self, number: int, order: Order, code: str, message: str) -> None:
        super().__init__(message)
        self.number, self.order, self.code = number, order, code


@dataclass(frozen=True)
class State:
    """A network, its program, and the program read for walks and for names.

    `origin` is the state that it came of, and the difference: what was read there is not read
    again.
    """

    network: Network
    compilation: Compilation
    atlas: Atlas
    origin: "tuple[State, Delta] | None" = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, network: Network) -> "State":
        compilation = compile_network(network)
        return cls(network, compilation, Atlas(compilation.program))

    @property
    def program(self) -> Program:
        return self.compilation.program

    @cached_property
    def names(self) -> NameBook:
        if self.origin is None:
            return NameBook(self.program)
        before, delta = self.origin
        return before.names.after(delta)

    @cached_property
    def index(self) -> "Index":
        if self.origin is None:
            return Index(self.network, self.program)
        before, delta = self.origin
        return Index(self.network, self.program, (before.index, delta))

    @cached_property
    def boxes(self) -> frozenset[str]:
        """The instances that may carry others' packets, and so are taken to pass them on."""
        if self.origin is not None:
            before, delta = self.origin
            if not any(isinstance(one, CARRIES) for one in (*delta.put, *delta.removed)):
                return before.boxes
        checked = {(one.place, one.interface) for one in self.program.of(SourceCheck)}
        instances = {one.id for one in self.program.of(Place) if one.kind is PlaceKind.INSTANCE}
        return frozenset(
            link.right.place
            for link in self.program.of(Link)
            if (link.left.place, link.left.name) not in checked and link.right.place in instances
        )

    def addresses(self, view: str, name: str) -> Resolved:
        """Give what a name answers in a view; each is asked once."""
        known = self._answered.get((view, name))
        if known is None:
            known = self._answered[view, name] = self.names.addresses(view, name)
        return known

    def walks(self, origin: str, packet: Packet) -> list[Trace]:
        """Give the walks of a packet, at most MOST_WALKS; each is walked once."""
        known = self._walked.get((origin, packet))
        if known is None:
            known = walks(self.atlas, origin, packet, self.boxes, MOST_WALKS)
            self._walked[origin, packet] = known
        return known

    @cached_property
    def _answered(self) -> dict[tuple[str, str], Resolved]:
        return {}

    @cached_property
    def _walked(self) -> dict[tuple[str, Packet], list[Trace]]:
        return {}

    def changed(self, change: Change) -> tuple["State", Delta]:
        """Give the state after a change, and how its program differs."""
        if not change:
            return self, Delta()
        after = self.network.apply(change)
        scopes = touched(self.network, after, change)
        compilation, delta = recompile(self.compilation, after, scopes)
        atlas = self.atlas.after(compilation.program, delta)
        return State(after, compilation, atlas, (self, delta)), delta

    def through(self, changes: Iterable[Change]) -> Iterator[tuple["State", Delta]]:
        """Give the states that changes lead through, one by one, those whose program differs from
        the last one's, and how. None is kept, nor keeps the one before it."""
        state = self
        for change in changes:
            state, delta = state.changed(change)
            state = state._alone()
            if delta:
                yield state, delta

    def _alone(self) -> "State":
        """Give it as if it came of none, with what is known by the one that it came of."""
        found = State(self.network, self.compilation, self.atlas)
        vars(found).update(names=self.names, boxes=self.boxes)
        return found

    def settled(self, at: datetime) -> "State":
        """Give the state when every lifecycle has gone on as far as it does by itself."""
        return self.changed(_settled(self.network, at)[1])[0]

    def ordered(self, call: Call, orders: Iterable[Order]) -> "Ordered":
        """Give the state when all of it is done and has settled.

        Raises OrderRefused.
        """
        done = run(self.network, call, orders)
        state, delta = self.changed(Change.of(done.changes))
        return Ordered(state, delta, done.changes, done.answers)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What orders lead to: the state, how its program differs, what each changes, and what it was
    answered."""

    state: State
    delta: Delta
    changes: tuple[Change, ...]
    answers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What each of some orders changes when it has settled, the network when all are done, and what
    each was answered."""

    changes: tuple[Change, ...]
    network: Network
    answers: tuple[Mapping[str, Any], ...]


def run(network: Network, call: Call, orders: Iterable[Order]) -> Done:
    """Do orders on a copy, each on what the one before it leaves.

    Raises OrderRefused.
    """
    answers: list[Mapping[str, Any]] = []
    changes: list[Change] = []
    for order in orders:
        asking = _as_asked(replace(call, network=network), order)
        try:
            parameters = order.resolved(answers)
            fault = wire.fault_in(order.service, order.operation, parameters)
            if fault is not None:
                raise OrderRefused(len(answers) + 1, order, NO_PARAMETERS, fault)
            answer = registry.run(asking, order.service, order.operation, parameters)
        except Refused as refused:
            raise OrderRefused(len(answers) + 1, order, refused.code, str(refused)) from refused
        except UnknownReference as unknown:
            raise OrderRefused(len(answers) + 1, order, NO_REFERENCE, str(unknown)) from unknown
        answers.append(answer.output)
        network, settling = _settled(network.apply(answer.change), call.now)
        changes.append(answer.change + settling)
    return Done(tuple(changes), network, tuple(answers))


def _as_asked(call: Call, order: Order) -> Call:
    if order.account is None or order.account == call.account:
        return replace(call, region=order.region or call.region)
    return replace(
        call,
        account=order.account,
        region=order.region or call.region,
        principal=f"arn:aws:iam::{order.account}:root",
        user_id="",
        access_key="",
    )


def _settled(network: Network, at: datetime) -> tuple[Network, Change]:
    """Give what lifecycles lead to when nothing more is asked of them, and by which change."""
    whole = Change()
    for _ in range(MOST_STEPS):
        due = list(lifecycle.due(network, at))
        if not due:
            break
        change = sum((lifecycle.complete(network, one, at) for one in due), Change())
        whole, network = whole + change, network.apply(change)
    return network, whole
