"""`Part`: a piece of the program that is a function of a few resources and of nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from genkan.program import Entry

Make = Callable[..., Iterable[Entry]]


@dataclass(frozen=True, slots=True)
class Part:
    """`key` is unique in its scope; `make(*inputs)` gives its entries.

    Inputs are compared with those of the last time; equal ones mean equal entries, so everything
    that `make` depends on has to be among them.
    """

    key: tuple[str, ...]
    make: Make
    inputs: tuple[Any, ...]
