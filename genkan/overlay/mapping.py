"""`Overlay`: a whole dictionary, shared by many versions, and beneath a small one of what differs.

`changed` copies what differs and shares the whole. Where that has grown, or where somebody walks
through all of it, the two become a new whole; which one a version holds cannot be told from
outside. One thread may make the next version while others read this one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")

LEAST = 64  # differences that are carried along however small the whole is
PART = 32  # of the whole, that may differ: copying it costs a change that much less
GONE: Any = object()


class Overlay(Mapping[K, V]):
    """A mapping in the order of first insertion, as a dictionary's is."""

    __slots__ = ("_length", "_parts")

    def __init__(self, whole: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        made = dict(whole)
        self._length = len(made)
        self._parts: tuple[dict[K, V], dict[K, V]] = (made, {})

    def changed(self, puts: Mapping[K, V], gone: Iterable[K] = ()) -> "Overlay[K, V]":
        """Give the mapping without the keys `gone`, those that are there, and then with `puts`."""
        whole, differs = self._parts
        length, differs = self._length, dict(differs)
        for key in gone:
            if differs.get(key, whole.get(key, GONE)) is not GONE:
                length -= 1
                differs[key] = GONE
        for key, value in puts.items():
            if differs.get(key, whole.get(key, GONE)) is GONE:
                length += 1
            differs[key] = value
        made: Overlay[K, V] = object.__new__(Overlay)
        made._length = length
        made._parts = (whole, differs)
        if len(differs) > max(LEAST, len(whole) // PART):
            made._whole()
        return made

    def difference(self, new: "Overlay[K, V]") -> tuple[dict[K, V], dict[K, V]]:
        """Give what `new` has that is not so here, and what of here it lacks: each in its order."""
        mine, theirs = self._whole(), new._whole()
        puts = {
            key: value
            for key, value in theirs.items()
            if (known := mine.get(key, GONE)) is not value and known != value
        }
        return puts, {key: value for key, value in mine.items() if key not in theirs}

    def get(self, key: K, default: Any = None) -> Any:  # noqa: ANN401 - as Mapping's own
        whole, differs = self._parts
        found = differs.get(key, differs)
        if found is differs:
            return whole.get(key, default)
        return default if found is GONE else found

    def values(self) -> Any:  # noqa: ANN401 - a dictionary's own view
        return self._whole().values()

    def items(self) -> Any:  # noqa: ANN401 - a dictionary's own view
        return self._whole().items()

    def _whole(self) -> dict[K, V]:
        whole, differs = self._parts
        if differs:
            merged = {**whole, **differs}
            for key in [key for key, value in differs.items() if value is GONE]:
                del merged[key]
            whole = merged
            self._parts = (merged, {})
        return whole

    def __getitem__(self, key: K) -> V:
        found = self.get(key, GONE)
        if found is GONE:
            raise KeyError(key)
        return found  # type: ignore[no-any-return]

    def __contains__(self, key: object) -> bool:
        return self.get(key, GONE) is not GONE  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[K]:
        return iter(self._whole())

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Overlay):
            return self._whole() == other._whole()
        return NotImplemented if not isinstance(other, Mapping) else self._whole() == dict(other)

    __hash__ = None  # type: ignore[assignment]
