"""Kleene's three truth values; the one between yes and no names the keys that it depends on."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """`value` None: it depends on `keys`."""

    value: bool | None
    keys: frozenset[str] = frozenset()

    def __invert__(self) -> "Truth":
        return self if self.value is None else NO if self.value else YES


YES, NO = Truth(True), Truth(False)


def truth(value: bool) -> Truth:
    return YES if value else NO


def depends(*keys: str) -> Truth:
    return Truth(None, frozenset(keys))


def all_of(truths: Iterable[Truth]) -> Truth:
    """No where one is no; else it depends where one does."""
    return _joined(truths, NO, YES)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Yes where one is yes; else it depends where one does."""
    return _joined(truths, YES, NO)


def _joined(truths: Iterable[Truth], decisive: Truth, otherwise: Truth) -> Truth:
    keys: set[str] = set()
    open_ = False
    for one in truths:
        if one.value is decisive.value:
            return decisive
        if one.value is None:
            open_ = True
            keys |= one.keys
    return Truth(None, frozenset(keys)) if open_ else otherwise
