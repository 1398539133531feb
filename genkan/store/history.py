"""The journal as people read it: each change with who, when and what it touched, and no secret."""

from collections.abc import Iterable, Iterator
from typing import Any

from genkan.store.database import JournalEntry

Row = tuple[JournalEntry, dict[str, Any]]


def summaries(journal: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Give a summary a change: `made`, `changed` and `deleted` name kinds and ids.

    `journal` begins at the beginning: what was there before tells made from changed.
    """
    there: set[tuple[str, str]] = set()
    for entry, change in journal:
        put = [(one["kind"], one["id"]) for one in change["put"]]
        gone = [(kind, name) for kind, name in change["deleted"]]
        yield {
            "at": entry.at.isoformat(),
            "by": entry.principal,
            "region": entry.region,
            "operation": entry.operation,
            "request_id": entry.request_id,
            "made": _named(one for one in put if one not in there),
            "changed": _named(one for one in put if one in there),
            "deleted": _named(gone),
        }
        there |= set(put)
        there -= set(gone)


def _named(references: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"kind": kind, "id": name} for kind, name in references]
