"""A copy of the database while it is in use, and the way back. PostgreSQL has tools of its own for it.

SQLite's online backup (https://www.sqlite.org/backup.html) reads and writes under its locks: servers go on.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

from cookbook_search.durable import sync
from cookbook_search.errors import StoreError
from cookbook_search.store.database import Database, known_revisions


def back_up(database: Database, target: Path) -> None:
    """Write a whole and checked copy to a new file that only its owner reads.

    Raises StoreError, also where the file exists or the database is PostgreSQL's.
    """
    _require_sqlite(database, f"pg_dump --format=custom --file={target} <address>")
    if target.exists():
        raise StoreError(f"{target} exists already; name a new file.")
    partial = target.with_name(f".{target.name}.part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with closing(sqlite3.connect(partial)) as copy:
            _copy_from(database, copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            _require_whole(copy, partial)
        sync(partial)
        partial.rename(target)
        sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise StoreError(f"The backup cannot be written to {target}: {error}") from error


def restore(database: Database, source: Path) -> Path:
    """Put a backup in the place of what is stored; returns the file that holds what was there before.

    Raises StoreError where the file is no backup of ours, is damaged, or was made by a newer version.
    """
    _require_sqlite(database, f"pg_restore --clean --if-exists --dbname=<address> {source}")
    live = Path(str(database.engine.url.database))
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")
    before = live.with_name(f"{live.name}.before-restore-{stamp}")
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            _require_ours(copy, source)
            back_up(database, before)
            _copy_to(database, copy)
    except sqlite3.Error as error:
        raise StoreError(f"{source} cannot be restored: {error}") from error
    database.upgrade()
    return before


def _require_sqlite(database: Database, instead: str) -> None:
    if database.engine.dialect.name != "sqlite":
        raise StoreError(f"This is for SQLite; with PostgreSQL use its own tool: {instead}")


def _require_ours(copy: sqlite3.Connection, path: Path) -> None:
    try:
        revisions = {row[0] for row in copy.execute("SELECT version_num FROM alembic_version")}
    except sqlite3.Error as error:
        raise StoreError(f"{path} is no backup of this program: {error}") from error
    if newer := revisions - known_revisions():
        raise StoreError(
            f"{path} was made by a newer version ({', '.join(sorted(newer))}); install that one."
        )
    _require_whole(copy, path)


def _require_whole(copy: sqlite3.Connection, path: Path) -> None:
    faults = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    if faults != ["ok"]:
        raise StoreError(f"{path} is damaged: {faults[0]}")


def _copy_from(database: Database, copy: sqlite3.Connection) -> None:
    raw = database.engine.raw_connection()
    try:
        raw.driver_connection.backup(copy)  # type: ignore[union-attr]  # sqlite3's own
    finally:
        raw.close()


def _copy_to(database: Database, copy: sqlite3.Connection) -> None:
    raw = database.engine.raw_connection()
    try:
        copy.backup(raw.driver_connection)  # type: ignore[arg-type]  # sqlite3's own
    finally:
        raw.close()
