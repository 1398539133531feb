"""The tables of a site's database, and bringing a database to them.

A new database gets the tables as they are; an older one is taken through `migrations`, a step a
version. Alembic is imported for that alone: a start costs one look at the version.
"""

from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
)

HEAD = "0001"  # the newest version in `migrations`
FIRST = "0001"  # what a database has that was made before versions were kept
MIGRATIONS = Path(__file__).with_name("migrations")

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

# Alembic's own table, as it makes it.
VERSION = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))


class StoreUnreadable(Exception):
    """The database is none, or not one that this Genkan can use; it is left as it is."""


class NewerDatabase(StoreUnreadable):
    """A database that a newer Genkan made; the message names both versions."""


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables, or migrate those that are there. Raises NewerDatabase."""
    with connection.begin():
        version = _version(connection)
        if version == HEAD:
            return
        if version is None and not inspect(connection).has_table(STATE.name):
            METADATA.create_all(connection)
            _stamp(connection, HEAD)
            return
        if version is None:
            VERSION.create(connection, checkfirst=True)
            _stamp(connection, FIRST)
        elif version > HEAD:
            raise NewerDatabase(
                f"The database is of version {version} and this Genkan knows versions up to "
                f"{HEAD}. Install the Genkan that wrote it, or a newer one."
            )
        _migrate(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(select(VERSION.c.version_num)).scalar()


def _stamp(connection: Connection, version: str) -> None:
    connection.execute(insert(VERSION), {"version_num": version})


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
