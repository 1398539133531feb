"""`Network`, the one consistent snapshot of everything that exists, and `Change`, how it becomes
the next.

A snapshot never changes; `apply` gives the next one and shares with it all that stayed. Look-ups by
an attribute (`where`), or by what an attribute holds (`holding`), go through an index that is built
once and carried along, so a change costs what it touches and not what exists.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from genkan.model.resource import Resource
from genkan.overlay import Overlay

R = TypeVar("R", bound=Resource)
Rows = Overlay[str, Resource]
Names = Overlay[str, None]
Index = Overlay[Any, Names]  # ids, so that a row that keeps its values moves nothing in it
NOTHING: Rows = Overlay()
NOBODY: Names = Overlay()
Reference = tuple[str, str]  # kind and id


@dataclass(frozen=True, slots=True)
class Change:
    """What to put (made or replaced) and what to delete, all of it or nothing."""

    puts: tuple[Resource, ...] = ()
    deletes: tuple[Reference, ...] = ()

    @classmethod
    def of(cls, changes: Iterable["Change"]) -> "Change":
        """All of them as one, as if they were added one by one."""
        held: dict[Reference, Resource | None] = {}
        for change in changes:
            said: list[tuple[Reference, Resource | None]] = [(one, None) for one in change.deletes]
            said += [((one.kind, one.id), one) for one in change.puts]
            for reference, resource in said:
                held.pop(reference, None)
                held[reference] = resource
        return cls(
            tuple(one for one in held.values() if one is not None),
            tuple(reference for reference, one in held.items() if one is None),
        )

    def __bool__(self) -> bool:
        return bool(self.puts or self.deletes)

    def __add__(self, later: "Change") -> "Change":
        """Both, `later` winning where they name the same resource."""
        gone = set(later.deletes)
        again = {(put.kind, put.id) for put in later.puts}
        puts = tuple(p for p in self.puts if (p.kind, p.id) not in gone | again)
        deletes = tuple(d for d in self.deletes if d not in again | gone)
        return Change(puts + later.puts, deletes + later.deletes)


def put(*resources: Resource) -> Change:
    return Change(puts=resources)


def delete(*resources: Resource) -> Change:
    return Change(deletes=tuple((resource.kind, resource.id) for resource in resources))


def _value(row: Resource, attribute: str) -> Collection[Any]:
    return (getattr(row, attribute),)


def _members(row: Resource, attribute: str) -> Collection[Any]:
    return dict.fromkeys(getattr(row, attribute))


By = tuple[str, Callable[[Resource, str], Collection[Any]]]  # an attribute, and what of it counts


class Table:
    """The resources of one kind by id, with an index for each attribute asked for so far."""

    __slots__ = ("_indexes", "rows")

    def __init__(self, rows: Rows, indexes: dict[By, Index]) -> None:
        self.rows = rows
        self._indexes = indexes

    def where(self, attribute: str, value: Any) -> Iterable[Resource]:  # noqa: ANN401
        return self._found((attribute, _value), value)

    def holding(self, attribute: str, member: Any) -> Iterable[Resource]:  # noqa: ANN401
        return self._found((attribute, _members), member)

    def _found(self, by: By, value: Any) -> Iterable[Resource]:  # noqa: ANN401
        index = self._indexes.get(by)
        if index is None:
            index = self._indexes[by] = _indexed(by, self.rows.values())
        return map(self.rows.get, index.get(value, NOBODY))

    def replaced(self, puts: Iterable[Resource], deletes: Iterable[str]) -> "Table":
        """Give the table after `puts` and `deletes`, its indexes brought along."""
        new = {resource.id: resource for resource in puts}
        gone = list(deletes)
        moved = [(self.rows.get(name), new.get(name)) for name in {**dict.fromkeys(gone), **new}]
        indexes = {by: _moved(by, index, moved) for by, index in self._indexes.items()}
        return Table(self.rows.changed(new, gone), indexes)


def _indexed(by: By, rows: Iterable[Resource]) -> Index:
    attribute, values_of = by
    found: dict[Any, dict[str, None]] = {}
    for row in rows:
        for value in values_of(row, attribute):
            found.setdefault(value, {})[row.id] = None
    return Overlay({value: Overlay(some) for value, some in found.items()})


def _moved(by: By, index: Index, moved: Iterable[tuple[Resource | None, Resource | None]]) -> Index:
    """Give an index after rows became others: (before, after), None where there was none."""
    attribute, values_of = by
    puts: dict[Any, dict[str, None]] = {}
    gone: dict[Any, list[str]] = {}
    for before, after in moved:
        old = () if before is None else values_of(before, attribute)
        now = () if after is None else values_of(after, attribute)
        for value in now:
            if after is not None and value not in old:
                puts.setdefault(value, {})[after.id] = None
        for value in old:
            if before is not None and value not in now:
                gone.setdefault(value, []).append(before.id)
    changed = {
        value: index.get(value, NOBODY).changed(puts.get(value, {}), gone.get(value, ()))
        for value in {**puts, **gone}
    }
    return index.changed(
        {value: some for value, some in changed.items() if some},
        [value for value, some in changed.items() if not some],
    )


class Network:
    """Every resource of every account and Region at one moment."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Mapping[str, Table] | None = None) -> None:
        self._tables = dict(tables or {})

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> "Network":
        return cls().apply(Change(puts=tuple(resources)))

    def get(self, of: type[R], name: str | None) -> R | None:
        """Give the resource with this id, or None."""
        table = self._tables.get(of.kind)
        return table.rows.get(name or "") if table else None

    def find(self, kind: str, name: str) -> Resource | None:
        """Give the resource of this kind with this id, or None."""
        table = self._tables.get(kind)
        return table.rows.get(name) if table else None

    def all(self, of: type[R]) -> Iterator[R]:
        table = self._tables.get(of.kind)
        return iter(table.rows.values() if table else ())

    def count(self, of: type[R]) -> int:
        """Give how many resources of a kind there are, of every account and Region."""
        table = self._tables.get(of.kind)
        return len(table.rows) if table else 0

    def where(self, of: type[R], **attribute: Any) -> Iterator[R]:  # noqa: ANN401
        """Give the resources whose attributes have these values; the first one named is indexed."""
        table = self._tables.get(of.kind)
        if table is None:
            return
        (first, value), *rest = attribute.items()
        if not rest:
            yield from table.where(first, value)  # type: ignore[misc]
            return
        for row in table.where(first, value):
            if all(getattr(row, name) == wanted for name, wanted in rest):
                yield row  # type: ignore[misc]

    def holding(self, of: type[R], **attribute: Any) -> Iterator[R]:  # noqa: ANN401
        """Give the resources one of whose attributes, a tuple, holds this value."""
        table = self._tables.get(of.kind)
        ((name, member),) = attribute.items()
        yield from table.holding(name, member) if table else ()  # type: ignore[misc]

    def apply(self, change: Change) -> "Network":
        """Give the snapshot after `change`."""
        puts: dict[str, list[Resource]] = {}
        deletes: dict[str, list[str]] = {}
        for resource in change.puts:
            puts.setdefault(resource.kind, []).append(resource)
        for kind, name in change.deletes:
            deletes.setdefault(kind, []).append(name)
        tables = dict(self._tables)
        for kind in {*puts, *deletes}:
            table = tables.get(kind) or Table(NOTHING, {})
            tables[kind] = table.replaced(puts.get(kind, ()), deletes.get(kind, ()))
        return Network(tables)

    def __iter__(self) -> Iterator[Resource]:
        for table in self._tables.values():
            yield from table.rows.values()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        mine = {kind: table.rows for kind, table in self._tables.items() if table.rows}
        return mine == {kind: table.rows for kind, table in other._tables.items() if table.rows}

    def __hash__(self) -> int:
        return hash(frozenset((row.kind, row.id) for row in self))
