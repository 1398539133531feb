"""What was appended is there at the next opening."""

import sqlite3
from datetime import UTC, datetime

import pytest

from genkan.model.network import Network, delete, put
from genkan.store import JournalEntry, Store, StoreUnreadable
from tests.compile.scenario import resources

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


def entry(operation: str) -> JournalEntry:
    return JournalEntry(
        at=AT, principal="arn:p", region="us-east-1", operation=operation, request_id="r-1"
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "network.db"


def reopened(store: Store, path) -> Store:
    store.close()
    return Store.at(path)


def test_every_kind_of_resource_reads_back_as_it_was(path):
    store = Store.at(path)
    store.append(entry("Everything"), put(*resources()))
    store = reopened(store, path)
    assert store.load() == Network.of(resources())
    store.close()


def test_a_later_change_replaces_and_deletes(path):
    store = Store.at(path)
    first, second, *_ = resources()
    store.append(entry("One"), put(first, second))
    store.append(entry("Two"), delete(first) + put(second))
    store = reopened(store, path)
    assert store.load() == Network.of([second])
    assert [(row.operation, row.at) for row, _ in store.journal()] == [("One", AT), ("Two", AT)]
    (_, one), (_, two) = store.journal()
    assert len(one["put"]) == 2
    assert two["deleted"] == [[first.kind, first.id]]
    store.close()


def test_two_processes_cannot_write_one_state(path):
    store = Store.at(path)
    store.append(entry("One"), put(resources()[0]))
    other = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("delete from state")
    other.close()
    store.close()


def test_the_database_is_its_owners_alone(path):
    Store.at(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_database_is_said_to_be_none(path):
    path.write_text("not a database, whatever its name says")
    with pytest.raises(StoreUnreadable, match="not a database"):
        Store.at(path)
    assert path.read_text() == "not a database, whatever its name says"
