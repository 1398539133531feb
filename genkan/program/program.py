"""A program as a whole, the difference of two, and applying it: `old.apply(old.delta(new)) ==
new`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

from genkan.overlay import Overlay
from genkan.program.entry import Entry, Key

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class Delta:
    """Entries to put (new, or in place of the one with their key) and the old ones to remove.

    `removed` holds whole entries, so that an engine knows what it takes away; a replaced entry
    stands in `put` alone.
    """

    put: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.put or self.removed)

    def only(self, sections: Iterable[str]) -> "Delta":
        """Give the part of the delta that is in these sections."""
        wanted = frozenset(sections)
        return Delta(
            tuple(entry for entry in self.put if entry.section in wanted),
            tuple(entry for entry in self.removed if entry.section in wanted),
        )


class Program:
    """Entries by key. Immutable by convention: `apply` gives another."""

    __slots__ = ("_entries", "_kinds")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: Overlay[Key, Entry] = Overlay({entry.key: entry for entry in entries})
        self._kinds: dict[type[Entry], tuple[Entry, ...]] = {}  # those that were asked for

    def get(self, key: Key) -> Entry | None:
        found: Entry | None = self._entries.get(key)
        return found

    def of(self, kind: type[E]) -> Iterator[E]:
        """Give every entry of a kind."""
        found = self._kinds.get(kind)
        if found is None:
            found = tuple(entry for entry in self._entries.values() if isinstance(entry, kind))
            self._kinds[kind] = found
        return iter(cast(tuple[E, ...], found))

    def delta(self, new: "Program") -> Delta:
        """Say what makes `new` of this program."""
        puts, gone = self._entries.difference(new._entries)
        return Delta(put=tuple(puts.values()), removed=tuple(gone.values()))

    def apply(self, delta: Delta) -> "Program":
        """Give this program with `delta` made so."""
        made = Program()
        made._entries = self._entries.changed(
            {entry.key: entry for entry in delta.put}, [entry.key for entry in delta.removed]
        )
        return made

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Program) and self._entries == other._entries

    __hash__ = None  # type: ignore[assignment]
