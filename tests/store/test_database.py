"""What was appended is there at the next opening, in SQLite and in PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from genkan.model.network import Network, delete, put
from genkan.store import JournalEntry, NewerDatabase, Store, StoreInUse, StoreLost, StoreUnreadable
from genkan.store.schema import HEAD, METADATA, _migrate
from tests.compile.scenario import resources
from tests.store.postgresql import Server, running_server

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
NAMES = count()
Open = Callable[[], Store]


def entry(operation: str) -> JournalEntry:
    return JournalEntry(
        at=AT, principal="arn:p", region="us-east-1", operation=operation, request_id="r-1"
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as one:
        yield one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "network.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{path}"
    return request.getfixturevalue("server").create_database(f"site{next(NAMES)}")


@pytest.fixture
def opened(url: str) -> Iterator[Open]:
    """Open the database, closing what was open of it."""
    stores: list[Store] = []

    def again() -> Store:
        if stores:
            stores.pop().close()
        stores.append(Store(url))
        return stores[0]

    yield again
    for store in stores:
        store.close()


def test_every_kind_of_resource_reads_back_as_it_was(opened: Open):
    opened().append(entry("Everything"), put(*resources()))
    assert opened().load() == Network.of(resources())


def test_a_later_change_replaces_and_deletes(opened: Open):
    store = opened()
    first, second, *_ = resources()
    store.append(entry("One"), put(first, second))
    store.append(entry("Two"), delete(first) + put(second))
    store = opened()
    assert store.load() == Network.of([second])
    assert [(row.operation, row.at) for row, _ in store.journal()] == [("One", AT), ("Two", AT)]
    (_, one), (_, two) = store.journal()
    assert len(one["put"]) == 2
    assert two["deleted"] == [[first.kind, first.id]]


def test_what_could_wait_is_there_for_who_reads_and_after_the_next_append(opened: Open):
    store = opened()
    first, second, third, *_ = resources()
    store.append_later(entry("Later"), put(first))
    assert store.waits
    assert store.load() == Network.of([first])
    store.append_later(entry("Later"), put(second))
    store.append(entry("Now"), put(third))
    assert not store.waits
    store = opened()
    assert store.load() == Network.of([first, second, third])
    assert [row.operation for row, _ in store.journal()] == ["Later", "Later", "Now"]


def test_a_database_that_was_made_before_versions_were_kept_is_taken_along(url: str, opened: Open):
    opened().append(entry("One"), put(*resources()))
    opened().close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()
    assert opened().load() == Network.of(resources())
    opened().close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    engine.dispose()


def test_the_migrations_lead_to_the_tables_that_a_new_database_gets(url: str, opened: Open):
    engine = create_engine(url)
    with engine.begin() as connection:
        _migrate(connection)
    migrated = described(url)
    METADATA.drop_all(engine)
    engine.dispose()
    opened().close()
    assert migrated == described(url)


def described(url: str) -> dict[str, list[tuple[str, str, bool]]]:
    engine = create_engine(url)
    seen = inspect(engine)
    tables = {
        name: [
            (column["name"], str(column["type"]), column["nullable"])
            for column in seen.get_columns(name)
        ]
        for name in sorted(seen.get_table_names())
    }
    engine.dispose()
    return tables


def test_a_database_of_a_newer_genkan_is_left_alone(url: str, opened: Open):
    opened().close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NewerDatabase, match="9999"):
        Store(url)


def test_two_processes_cannot_write_one_state(path: Path):
    store = Store.at(path)
    store.append(entry("One"), put(resources()[0]))
    other = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("delete from state")
    other.close()
    store.close()


@pytest.mark.postgresql
def test_two_sites_cannot_write_one_postgresql_database(server: Server):
    url = server.create_database("shared")
    store = Store(url)
    with pytest.raises(StoreInUse, match="shared"):
        Store(url)
    store.close()
    Store(url).close()


@pytest.mark.postgresql
def test_what_was_answered_survives_the_loss_of_the_server(server: Server):
    url = server.create_database("lost")
    store = Store(url)
    first, second, *_ = resources()
    store.append(entry("One"), put(first))
    server.stop()
    with pytest.raises(StoreLost):
        store.append(entry("Two"), put(second))
    store.close()
    server.start()
    store = Store(url)
    assert store.load() == Network.of([first])
    store.close()


def test_the_database_is_its_owners_alone(path: Path):
    Store.at(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_database_is_said_to_be_none(path: Path):
    path.write_text("not a database, whatever its name says")
    with pytest.raises(StoreUnreadable, match="not a database"):
        Store.at(path)
    assert path.read_text() == "not a database, whatever its name says"
