"""The only three things done to a site's database: append, load, read the journal.

SQLite with a write-ahead log and `synchronous=FULL`, or PostgreSQL with `synchronous_commit` on:
what was appended survives the loss of the process and of power. A database has one writer: SQLite's
lock refuses a second one, in PostgreSQL an advisory lock does, held for the life of the connection.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    delete,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, DBAPIError

from genkan.codec import decode, encode
from genkan.model.kinds import KINDS
from genkan.model.network import Change, Network
from genkan.model.resource import Resource
from genkan.store.schema import JOURNAL, STATE, StoreUnreadable, bring_up_to_date

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

WRITERS_LOCK = 0x67656E6B616E  # "genkan": the key of PostgreSQL's advisory lock
DURABILITY = {
    "sqlite": {True: "PRAGMA synchronous=FULL", False: "PRAGMA synchronous=NORMAL"},
    "postgresql": {True: "SET synchronous_commit TO on", False: "SET synchronous_commit TO off"},
}


class StoreInUse(StoreUnreadable):
    """Another process writes this database."""


class StoreLost(Exception):
    """The database went away during an append: whether it was written is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """Who did what and when. `principal` is an ARN, or "genkan" for a lifecycle's own step."""

    at: datetime
    principal: str
    region: str
    operation: str
    request_id: str


class Store:
    """A site's database."""

    def __init__(self, url: str | URL) -> None:
        """Open it, made if it is not there. Raises StoreUnreadable, StoreInUse, NewerDatabase."""
        self._engine: Engine = create_engine(url)
        self._upsert = _upsert_of(self._engine)
        self._durable = True
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare)
        try:
            self._connection = self._open()
        except DatabaseError as error:
            self._engine.dispose()
            raise StoreUnreadable(str(error.orig)) from error
        except StoreUnreadable:
            self._engine.dispose()
            raise

    def _open(self) -> Connection:
        """Give the one connection of the process's life: there is one writer, and a connection
        costs more than a commit."""
        connection = self._engine.connect()
        try:
            if self._engine.dialect.name == "postgresql":
                _be_the_writer(connection, self._engine.url.database)
            bring_up_to_date(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @classmethod
    def at(cls, path: Path) -> "Store":
        """Open the SQLite database at `path`, made if it is not there. Raises StoreUnreadable."""
        try:
            path.touch(mode=0o600)  # it holds secrets
        except OSError as error:
            raise StoreUnreadable(str(error)) from error
        return cls(URL.create("sqlite", database=str(path)))

    def load(self) -> Network:
        """Read the state as it was after the last append. Raises StoreUnreadable."""
        try:
            rows = self._connection.execute(select(STATE.c.kind, STATE.c.body))
            network = Network.of(decode(KINDS[kind], json.loads(body)) for kind, body in rows)
        except (DatabaseError, ValueError, LookupError, TypeError) as error:
            raise StoreUnreadable(f"{type(error).__name__}: {error}") from error
        finally:
            self._connection.rollback()
        return network

    def append(self, entry: JournalEntry, change: Change, *, durable: bool = True) -> None:
        """Write `change` down, in the journal and in the state. Durable when this returns.

        One that need not be `durable` survives the process, and the power from the next durable
        one on. Raises StoreLost.
        """
        try:
            if durable != self._durable:
                self._connection.exec_driver_sql(DURABILITY[self._engine.dialect.name][durable])
                self._connection.commit()
                self._durable = durable
            self._append(entry, change)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StoreLost(str(error.orig)) from error
            raise

    def _append(self, entry: JournalEntry, change: Change) -> None:
        with self._connection.begin():
            if change.puts:
                statement = self._upsert(STATE)
                self._connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["kind", "id"], set_={"body": statement.excluded.body}
                    ),
                    [_row(resource) for resource in change.puts],
                )
            for kind, name in change.deletes:
                self._connection.execute(
                    delete(STATE).where(STATE.c.kind == kind, STATE.c.id == name)
                )
            self._connection.execute(
                insert(JOURNAL),
                {**encode(entry), "change": json.dumps(_written(change), separators=(",", ":"))},
            )

    def journal(self) -> Iterator[tuple[JournalEntry, dict[str, Any]]]:
        """Give every accepted change, oldest first."""
        rows = self._connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)).mappings().all()
        self._connection.rollback()
        for row in rows:
            fields = {k: v for k, v in row.items() if k not in ("seq", "change")}
            yield decode(JournalEntry, fields), json.loads(row["change"])

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def _prepare(connection: Any, record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA locking_mode=EXCLUSIVE")
    cursor.close()


def _upsert_of(engine: Engine) -> "Callable[[Table], sqlite.Insert | postgresql.Insert]":
    """Give the database's own insert: the other's dialect is 3 MB that nobody needs."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as upsert
    else:
        from sqlalchemy.dialects.sqlite import insert as upsert  # type: ignore[assignment]
    return upsert


def _be_the_writer(connection: Connection, name: str | None) -> None:
    mine = connection.execute(text(f"SELECT pg_try_advisory_lock({WRITERS_LOCK})")).scalar()
    connection.commit()
    if not mine:
        raise StoreInUse(f"Another site writes the database {name}. Give each a database.")


def _row(resource: Resource) -> dict[str, str]:
    body = json.dumps(encode(resource), separators=(",", ":"))
    return {"kind": resource.kind, "id": resource.id, "body": body}


def _written(change: Change) -> dict[str, Any]:
    return {
        "put": [{"kind": resource.kind, **encode(resource)} for resource in change.puts],
        "deleted": [list(reference) for reference in change.deletes],
    }
