"""A batch: operations that came while the writer was busy, tried one after the other.

Trying is pure. What a batch leads to is recorded in one transaction, compiled and applied once, so
callers who come together share what a durable write costs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from genkan.api import registry
from genkan.api.call import Answer, Call
from genkan.model.network import Change, Network
from genkan.store import JournalEntry


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: an operation of a service, under AWS's names."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A change that was accepted, by whom, and the network that it leads to."""

    entry: JournalEntry
    change: Change
    network: Network


class CannotCompile(Exception):
    """What was accepted has no program: a fault of ours; nothing of it is recorded."""


def tried(
    network: Network, calls: Iterable[tuple[Call, Asked]]
) -> tuple[list[Answer | Exception], list[Accepted]]:
    """Run operations, each on the network that the ones before it lead to; give an outcome each,
    and the changes that were accepted."""
    outcomes: list[Answer | Exception] = []
    accepted: list[Accepted] = []
    for call, asked in calls:
        try:
            answer = registry.run(
                replace(call, network=network), asked.service, asked.operation, asked.parameters
            )
        except Exception as error:
            outcomes.append(error)
            continue
        outcomes.append(answer)
        if answer.change:
            network = network.apply(answer.change)
            accepted.append(Accepted(_entry(call, asked), answer.change, network))
    return outcomes, accepted


def names_of(accepted: Sequence[Accepted]) -> str:
    """Give the operations' names, as people say them."""
    return ", ".join(dict.fromkeys(one.entry.operation for one in accepted))


def _entry(call: Call, asked: Asked) -> JournalEntry:
    return JournalEntry(
        at=call.now,
        principal=call.principal,
        region=call.region,
        operation=asked.operation,
        request_id=call.request_id,
    )
