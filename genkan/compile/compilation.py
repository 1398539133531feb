"""Compiling a whole network, and compiling again after a change for what the change costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from genkan.compile.part import Part
from genkan.compile.scope import SITE, Scope, every_scope, parts_of
from genkan.model.network import Network
from genkan.overlay import Overlay
from genkan.program import Delta, Entry, Program

PartKey = tuple[str, ...]
NOTHING: Mapping[PartKey, Any] = {}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A part as it was compiled: what it read and what it gave."""

    inputs: tuple[Any, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Compilation:
    """A program, and the parts it was put together from."""

    program: Program = field(default_factory=Program)
    scopes: Overlay[Scope, Mapping[PartKey, Compiled]] = field(default_factory=Overlay)


def compile_network(network: Network) -> Compilation:
    """Compile everything."""
    return recompile(_compile_nothing(), network, every_scope(network))[0]


@cache
def _compile_nothing() -> Compilation:
    """Compile the empty network: the thousands of entries that every site has, made once."""
    nothing = Network()
    return recompile(Compilation(), nothing, every_scope(nothing))[0]


def recompile(
    before: Compilation, network: Network, touched: Iterable[Scope]
) -> tuple[Compilation, Delta]:
    """Compile the scopes that a change touched; give the whole as it is now, and what differs."""
    scopes: dict[Scope, Mapping[PartKey, Compiled]] = {}
    gone: dict[tuple[str, ...], Entry] = {}
    new: dict[tuple[str, ...], Entry] = {}
    for scope in sorted(set(touched), key=_order):
        old_parts = before.scopes.get(scope, NOTHING)
        new_parts = _compile_scope(old_parts, parts_of(network, scope))
        _collect(old_parts, new_parts, gone, new)
        scopes[scope] = new_parts
    delta = Delta(
        put=tuple(entry for key, entry in new.items() if gone.get(key) != entry),
        removed=tuple(entry for key, entry in gone.items() if key not in new),
    )
    empty = [scope for scope, parts in scopes.items() if not parts]
    after = before.scopes.changed({s: parts for s, parts in scopes.items() if parts}, empty)
    return Compilation(before.program.apply(delta), after), delta


def _order(scope: Scope) -> tuple[bool, bool, Scope]:
    """Order scopes so that what is around others comes before them."""
    return scope != SITE, ":" in scope, scope


def _compile_scope(
    before: Mapping[PartKey, Compiled], parts: Iterable[Part]
) -> dict[PartKey, Compiled]:
    after: dict[PartKey, Compiled] = {}
    for part in parts:
        known = before.get(part.key)
        if known is None or known.inputs != part.inputs:
            known = Compiled(part.inputs, tuple(part.make(*part.inputs)))
        after[part.key] = known
    return after


def _collect(
    before: Mapping[PartKey, Compiled],
    after: Mapping[PartKey, Compiled],
    gone: dict[tuple[str, ...], Entry],
    new: dict[tuple[str, ...], Entry],
) -> None:
    """Add the entries of parts that changed: what they gave before to `gone`, now to `new`."""
    for key, compiled in before.items():
        if after.get(key) is not compiled:
            gone.update((entry.key, entry) for entry in compiled.entries)
    for key, compiled in after.items():
        if before.get(key) is not compiled:
            new.update((entry.key, entry) for entry in compiled.entries)
