"""The only three things done to a site's database: append, load, read the journal.

SQLite with a write-ahead log and `synchronous=FULL`, or PostgreSQL with `synchronous_commit` on:
what was appended survives the loss of the process and of power. A database has one writer: SQLite's
lock refuses a second one, in PostgreSQL an advisory lock does, held for the life of the connection.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError

from genkan.codec import decode, encode
from genkan.model.kinds import KINDS
from genkan.model.network import Change, Network
from genkan.model.resource import Resource
from genkan.store.schema import JOURNAL, STATE, StoreUnreadable, bring_up_to_date

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

PARAMETERS = {"sqlite": "named", "postgresql": "pyformat"}  # of the styles a driver knows, by name
WRITERS_LOCK = 0x67656E6B616E  # "genkan": the key of PostgreSQL's advisory lock


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
        style = PARAMETERS[make_url(url).get_backend_name()]
        self._engine: Engine = create_engine(url, paramstyle=style)
        self._statements = _statements(self._engine)
        self._driver_error = self._engine.dialect.loaded_dbapi.Error
        self._lost = self._engine.dialect.is_disconnect
        self._later: list[tuple[JournalEntry, Change]] = []
        self._bodies = _Bodies()
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
        """Read the state as it was after the last append, of what can wait too. Raises
        StoreUnreadable."""
        self.append_all([])
        try:
            rows = self._connection.execute(select(STATE.c.kind, STATE.c.body))
            network = Network.of(decode(KINDS[kind], json.loads(body)) for kind, body in rows)
        except (DatabaseError, ValueError, LookupError, TypeError) as error:
            raise StoreUnreadable(f"{type(error).__name__}: {error}") from error
        finally:
            self._connection.rollback()
        return network

    def append(self, entry: JournalEntry, change: Change) -> None:
        """Write `change` down, in the journal and in the state. Durable when this returns.

        Raises StoreLost.
        """
        self.append_all([(entry, change)])

    def append_all(self, entries: Sequence[tuple[JournalEntry, Change]]) -> None:
        """Write several changes down in one transaction, after those that could wait.

        Raises StoreLost.
        """
        written = [*self._later, *entries]
        if not written:
            return
        driver: Any = self._connection.connection.dbapi_connection
        cursor = driver.cursor()
        try:
            self._write(cursor, written)
            driver.commit()
        except BaseException as error:
            if isinstance(error, self._driver_error) and self._lost(error, driver, cursor):
                raise StoreLost(str(error)) from error
            driver.rollback()
            raise
        finally:
            cursor.close()
        self._later.clear()
        self._bodies = _Bodies()

    def append_later(self, entry: JournalEntry, change: Change) -> None:
        """Write a change down with the next one. A process that ends before has not made it: it is
        for what is done again where it was not."""
        self._later.append((entry, change))
        for resource in change.puts:
            self._bodies.of(resource)  # nobody waits now; with the next change somebody does

    @property
    def waits(self) -> bool:
        """Whether there is something that could wait and is not written."""
        return bool(self._later)

    def _write(self, cursor: Any, entries: Sequence[tuple[JournalEntry, Change]]) -> None:  # noqa: ANN401
        """Write by the driver itself: to go by SQLAlchemy costs as much again as the write."""
        change, bodies = sum((one for _, one in entries), Change()), self._bodies
        if change.puts:
            rows = [{"kind": one.kind, "id": one.id, "body": bodies.of(one)} for one in change.puts]
            cursor.executemany(self._statements["put"], rows)
        if change.deletes:
            gone = [{"kind": kind, "id": name} for kind, name in change.deletes]
            cursor.executemany(self._statements["delete"], gone)
        told = [{**encode(entry), "change": bodies.told(one)} for entry, one in entries]
        cursor.executemany(self._statements["journal"], told)

    def journal(self) -> Iterator[tuple[JournalEntry, dict[str, Any]]]:
        """Give every accepted change, oldest first."""
        self.append_all([])
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


def _statements(engine: Engine) -> dict[str, str]:
    """Give what is written by, as the driver takes it: to build it anew costs more than to run it.

    Each database's own insert is imported alone: the other's dialect is 3 MB that nobody needs.
    """
    upsert: sqlite.Insert | postgresql.Insert
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql

        upsert = insert_postgresql(STATE)
    else:
        from sqlalchemy.dialects.sqlite import insert as insert_sqlite

        upsert = insert_sqlite(STATE)
    written = {
        "put": upsert.on_conflict_do_update(
            index_elements=["kind", "id"], set_={"body": upsert.excluded.body}
        ),
        "delete": delete(STATE).where(
            STATE.c.kind == bindparam("kind"), STATE.c.id == bindparam("id")
        ),
        "journal": insert(JOURNAL).values(
            {column.name: bindparam(column.name) for column in JOURNAL.c if column.name != "seq"}
        ),
    }
    return {name: str(one.compile(engine)) for name, one in written.items()}


def _be_the_writer(connection: Connection, name: str | None) -> None:
    mine = connection.execute(text(f"SELECT pg_try_advisory_lock({WRITERS_LOCK})")).scalar()
    connection.commit()
    if not mine:
        raise StoreInUse(f"Another site writes the database {name}. Give each a database.")


class _Bodies:
    """Resources as text, each written once for the state and for the journal."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Resource, str]] = {}  # by identity

    def of(self, resource: Resource) -> str:
        known = self._known.get(id(resource))
        if known is None:
            known = self._known[id(resource)] = (resource, _text(encode(resource)))
        return known[1]

    def told(self, change: Change) -> str:
        """Write a change: `{"put": [{"kind": …, …}], "deleted": [[kind, id]]}`."""
        put = (f'{{"kind":{_text(one.kind)},{self.of(one)[1:]}' for one in change.puts)
        return f'{{"put":[{",".join(put)}],"deleted":{_text(change.deletes)}}}'


_text = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
