"""How full the tables of connections are, for those who ask how a site is.

The kernel counts a table's entries a place and takes what is new by its own limit, so a full one
troubles nobody else. A NAT gateway that has no port left for a destination drops what is new to
there.
"""

from collections.abc import Iterator
from typing import Any

from genkan.engine.linux.watch import table_of
from genkan.engine.traffic import Table
from genkan.program import Program
from genkan.program.place import Place, PlaceKind

CROWDED = 0.9  # of a table


def crowded(program: Program) -> list[dict[str, Any]]:
    """Give the places whose table is nearly full, or had no room or no port; why, in words."""
    return list(_crowded(program))


def _crowded(program: Program) -> Iterator[dict[str, Any]]:
    for place in program.of(Place):
        if place.forwards:
            try:
                table = table_of(place.id)
            except OSError:  # it is not there any more, or this is a site without packets
                continue
            why = why_crowded(table, place.kind)
            if why:
                yield {"place": place.id, "why": why, **table._asdict()}


def why_crowded(table: Table, kind: PlaceKind) -> str | None:
    """Say what is wrong with a table; None: nothing."""
    if kind is PlaceKind.NAT_GATEWAY and table.clashed:
        return (
            f"{table.clashed} connections were dropped for want of a port (ErrorPortAllocation): "
            "an address has 55,000, each for one connection to a destination"
        )
    if table.entries >= CROWDED * table.limit:
        return (
            f"its table of connections is full ({table.entries} of {table.limit}): new ones push "
            "out what is not answered, or are dropped"
        )
    return None
