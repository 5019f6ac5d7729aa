"""One database: opened, brought to the newest schema, and lent out a transaction at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from cookbook_search.errors import SettingsError, StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 10
"""How long SQLite waits for another writer."""
CONNECT_SECONDS = 5
"""How long PostgreSQL may take to answer a new connection, and a connection to become free."""
UPGRADE_LOCK = 20261124
"""Key of the PostgreSQL advisory lock under which one process at a time migrates."""
POSTGRESQL_DRIVER = "postgresql+psycopg"


class Database:
    """Safe to share by threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._file: tuple[int, int] | None = None
        self._opening = threading.Lock()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back on an error.

        Raises StoreError where the database cannot be reached or refuses to write.
        """
        self._open_again_if_replaced()
        try:
            with self.engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            raise StoreError(f"The database cannot be used now: {error.orig}") from error
        except NoConnectionFree as error:
            raise StoreError("The database cannot be used now: all connections are busy.") from error

    def _open_again_if_replaced(self) -> None:
        """SQLite would go on writing to a file that was removed or replaced, where nobody finds it."""
        if self._file is None or self._file == self._file_now():
            return
        with self._opening:
            if self._file != self._file_now():
                self.engine.dispose()
                self.upgrade()

    def _file_now(self) -> tuple[int, int] | None:
        """Device and inode of SQLite's file; None where there is none."""
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not path or path == ":memory:":
            return None
        try:
            found = Path(path).stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def upgrade(self) -> None:
        """Bring the schema to the newest version, one process at a time. Raises StoreError."""
        config = _migrations()
        try:
            with self._alone(), self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
                _require_known(connection)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            self._file = self._file_now()
        except DBAPIError as error:
            raise StoreError(f"The database cannot be brought to this version: {error.orig}") from error
        except OSError as error:
            raise StoreError(f"The folder of the database cannot be written: {error}") from error

    def _alone(self) -> AbstractContextManager[object]:
        """A lock beside the file of SQLite, which has none of its own for this."""
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not path or path == ":memory:":
            return nullcontext()
        return FileLock(f"{path}.lock")

    def forget_pages(self) -> None:
        """Empty SQLite's write-ahead log, in which deleted pages wait. Raises StoreError."""
        if self.engine.dialect.name == "sqlite":
            with self.begin() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def known_revisions() -> frozenset[str]:
    """The versions of the schema that this program knows."""
    return frozenset(
        script.revision for script in ScriptDirectory.from_config(_migrations()).walk_revisions()
    )


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _require_known(connection: Connection) -> None:
    found = set(MigrationContext.configure(connection).get_current_heads())
    if newer := found - known_revisions():
        raise StoreError(
            f"The database is of a newer version of this program ({', '.join(sorted(newer))}): install that "
            "version again, or restore the backup from before the upgrade."
        )


def insert(connection: Connection, table: Table) -> Any:
    """INSERT with ON CONFLICT, which SQLite and PostgreSQL have alike."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def open_database(url: str) -> Database:
    """Open the database of this SQLAlchemy URL, making a SQLite file where there is none.

    Raises SettingsError for an unusable URL, StoreError where the database does not answer.
    """
    try:
        parsed = _with_driver(make_url(url))
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = _engine(parsed)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"COOKBOOK_DATABASE cannot be used: the driver `{error.name}` is missing. For PostgreSQL: "
            "pip install 'cookbook-search[postgresql]'"
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise SettingsError(f"COOKBOOK_DATABASE cannot be used: {error}") from error
    except OSError as error:
        raise StoreError(f"The folder of the database cannot be made: {error}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    database = Database(engine)
    try:
        database.upgrade()
    except StoreError:
        database.close()
        raise
    return database


def _with_driver(url: URL) -> URL:
    """``postgresql://`` and ``postgres://`` mean psycopg 3, the driver that we install."""
    plain = url.drivername in {"postgresql", "postgres"}
    return url.set(drivername=POSTGRESQL_DRIVER) if plain else url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "postgresql":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    return create_engine(
        url,
        hide_parameters=True,  # no value of a row in a message
        pool_pre_ping=True,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")  # readers do not wait for the writer
    cursor.execute("PRAGMA synchronous = FULL")  # nothing acknowledged is lost
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is gone from the file too
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.close()
