"""`Row`: one call that is refused, with which code and a word of what is said."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.api.boto import Refusal, Site, fill
from tests.api.examples import hall, play
from tests.api.examples.example import Example

Step = Example | Callable[[Site], None]  # what happens in the hall before the call
Change = tuple[Any, ...]  # (parameters that differ, code, word, *steps)


@dataclass(frozen=True, slots=True)
class Row:
    operation: str  # "CreateVpc", or "route53:GetChange" where it is not EC2's
    parameters: Mapping[str, Any]
    code: str
    word: str  # of the message
    given: tuple[Step, ...] = ()


def rows(operation: str, usual: Mapping[str, Any], *changes: Change) -> Iterator[Row]:
    """Give a row a change: the usual parameters, each differing in what the change names.

    A parameter that is None is left out. `<vpc>` is what the examples call so; a function among
    the steps is given the site and may do to it what no call does in a test's time.
    """
    for differing, code, word, *given in changes:
        asked = {**usual, **differing}
        parameters = {name: value for name, value in asked.items() if value is not None}
        yield Row(operation, parameters, code, word, tuple(given))


def provoke(row: Row) -> tuple[Refusal, str]:
    """Make a row's call in a hall of its own; give the refusal, and the word with names filled."""
    site = hall().fork()
    for step in row.given:
        if isinstance(step, Example):
            play(site, step)
        else:
            step(site)
    return site.refusal(row.operation, row.parameters), fill(row.word, site.names)
