"""A program as a whole, the difference of two, and applying it: `old.apply(old.delta(new)) ==
new`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from genkan.overlay import Overlay
from genkan.program.entry import Entry, Key

E = TypeVar("E", bound=Entry)
Section = Overlay[Key, Entry]
NOTHING: Section = Overlay()


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
    """Entries by section and key. Immutable by convention: `apply` gives another, which shares the
    sections that stayed."""

    __slots__ = ("_sections",)

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        held: dict[str, dict[Key, Entry]] = {}
        for entry in entries:
            held.setdefault(entry.section, {})[entry.key] = entry
        self._sections: dict[str, Section] = {name: Overlay(some) for name, some in held.items()}

    def get(self, key: Key) -> Entry | None:
        found: Entry | None = self._sections.get(key[0], NOTHING).get(key)
        return found

    def of(self, kind: type[E]) -> Iterator[E]:
        """Give every entry of a kind."""
        return iter(self._sections.get(kind.section, NOTHING).values())

    def delta(self, new: "Program") -> Delta:
        """Say what makes `new` of this program."""
        puts: list[Entry] = []
        gone: list[Entry] = []
        for name in {**new._sections, **self._sections}:
            mine, theirs = (one._sections.get(name, NOTHING) for one in (self, new))
            came, went = mine.difference(theirs)
            puts += came.values()
            gone += went.values()
        return Delta(put=tuple(puts), removed=tuple(gone))

    def apply(self, delta: Delta) -> "Program":
        """Give this program with `delta` made so."""
        puts: dict[str, dict[Key, Entry]] = {}
        for entry in delta.put:
            puts.setdefault(entry.section, {})[entry.key] = entry
        gone: dict[str, list[Key]] = {}
        for entry in delta.removed:
            gone.setdefault(entry.section, []).append(entry.key)
        made = Program()
        made._sections = dict(self._sections)
        for name in {**gone, **puts}:
            held = self._sections.get(name, NOTHING)
            made._sections[name] = held.changed(puts.get(name, {}), gone.get(name, ()))
        return made

    def __iter__(self) -> Iterator[Entry]:
        """Give every entry, section by section."""
        return chain.from_iterable(held.values() for held in self._sections.values())

    def __len__(self) -> int:
        return sum(map(len, self._sections.values()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Program):
            return False
        mine, theirs = (
            {name: held for name, held in one._sections.items() if held} for one in (self, other)
        )
        return mine == theirs

    __hash__ = None  # type: ignore[assignment]
