"""Ids that orders make, said as later orders say them: `{1.GroupId}` is what the first answers
there. An id that was made on a copy is nobody's when the orders are done in earnest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.impact.order import Order
from genkan.model.network import Change, Network


def references(
    before: Network, changes: Sequence[Change], answers: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Give what stands for each id that orders make, as far as their answers tell it."""
    made = {
        row.id for change in changes for row in change.puts if not before.find(row.kind, row.id)
    }
    found: dict[str, str] = {}
    for number, answer in enumerate(answers, 1):
        for path, value in _values(answer):
            if value in made:
                found.setdefault(value, f"{{{number}.{path}}}")
    return found


def referring(order: Order, known: Mapping[str, str]) -> Order:
    """Give an order that says ids as references."""
    return replace(order, parameters=_said(order.parameters, known))


def _values(held: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Give every text of an answer, and the path to it."""
    if isinstance(held, str):
        yield path, held
    steps: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(held, Mapping):
        steps = iter(held.items())
    elif isinstance(held, list | tuple):
        steps = iter(enumerate(held))
    for step, value in steps:
        yield from _values(value, f"{path}.{step}" if path else str(step))


def _said(held: Any, known: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(held, str):
        return known.get(held, held)
    if isinstance(held, Mapping):
        return {name: _said(one, known) for name, one in held.items()}
    return [_said(one, known) for one in held] if isinstance(held, list) else held
