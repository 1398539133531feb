"""The two tables, and the only three things done to them: append, load, read the journal.

SQLite with a write-ahead log and `synchronous=FULL`: what was appended survives the loss of the
process and of power. The database is opened by one process; a second one is refused by SQLite's
lock.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from genkan.codec import decode, encode
from genkan.model.kinds import KINDS
from genkan.model.network import Change, Network
from genkan.model.resource import Resource

METADATA = MetaData()

STATE = Table(
    "state",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("body", Text, nullable=False),
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("principal", String, nullable=False),
    Column("region", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("request_id", String, nullable=False),
    Column("change", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """Who did what and when. `principal` is an ARN, or "genkan" for a lifecycle's own step."""

    at: datetime
    principal: str
    region: str
    operation: str
    request_id: str


class StoreUnreadable(Exception):
    """The database is none, or not one that this Genkan can read; it is left as it is."""


class Store:
    """A site's database."""

    def __init__(self, url: str | URL) -> None:
        """Open it, made if it is not there. Raises StoreUnreadable."""
        self._engine: Engine = create_engine(url)
        event.listen(self._engine, "connect", _prepare)
        try:
            METADATA.create_all(self._engine)
        except DatabaseError as error:
            raise StoreUnreadable(str(error.orig)) from error
        # One connection for the life of the process: there is one writer, and a connection costs
        # more than a commit.
        self._connection: Connection = self._engine.connect()

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

    def append(self, entry: JournalEntry, change: Change) -> None:
        """Write `change` down, in the journal and in the state. Durable when this returns."""
        with self._connection.begin():
            if change.puts:
                statement = upsert(STATE)
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


def _row(resource: Resource) -> dict[str, str]:
    body = json.dumps(encode(resource), separators=(",", ":"))
    return {"kind": resource.kind, "id": resource.id, "body": body}


def _written(change: Change) -> dict[str, Any]:
    return {
        "put": [{"kind": resource.kind, **encode(resource)} for resource in change.puts],
        "deleted": [list(reference) for reference in change.deletes],
    }
