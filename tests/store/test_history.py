"""The journal as people read it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from genkan.model.account import AccessKey
from genkan.model.network import delete, put
from genkan.store import JournalEntry, Store, summaries
from tests.compile.scenario import resources

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_change_says_what_was_made_changed_and_deleted_and_nothing_secret(tmp_path):
    store = Store.at(tmp_path / "network.db")
    entry = JournalEntry(
        at=AT, principal="arn:p", region="us-east-1", operation="Some", request_id="r-1"
    )
    key = next(row for row in resources() if isinstance(row, AccessKey))
    other = replace(key, id="AKIA2", secret="very-secret")
    changed = replace(key, secret="very-secret")
    for change in (put(key), put(changed, other), delete(key), put(key)):
        store.append(entry, change)
    rows = list(summaries(store.journal()))
    store.close()

    def named(*ids: str) -> list[dict[str, str]]:
        return [{"kind": "access-key", "id": name} for name in ids]

    touched = [(row["made"], row["changed"], row["deleted"]) for row in rows]
    assert touched == [
        (named("AKIA1"), [], []),
        (named("AKIA2"), named("AKIA1"), []),
        ([], [], named("AKIA1")),
        (named("AKIA1"), [], []),
    ]
    assert rows[0]["at"] == AT.isoformat()
    assert (rows[0]["by"], rows[0]["region"], rows[0]["operation"]) == (
        "arn:p",
        "us-east-1",
        "Some",
    )
    assert "very-secret" not in json.dumps(rows)
