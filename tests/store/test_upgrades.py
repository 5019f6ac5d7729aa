"""A database of every earlier version is brought to this one with all it holds; a newer one is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import cookbook_search.store.access  # the schema that is compared holds every room
import cookbook_search.store.plans
import cookbook_search.store.slack
import cookbook_search.store.usage  # noqa: F401  # its tables, as above
from cookbook_search.errors import StoreError
from cookbook_search.store import open_database
from cookbook_search.store.database import Database, _migrations, known_revisions
from cookbook_search.store.schema import metadata

REVISIONS = sorted(known_revisions())
MOMENT = dt.datetime(2026, 11, 25, 2, 6, tzinfo=dt.UTC)
ROWS = 3


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path):
    """Address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state.db"
        return
    found = request.getfixturevalue("postgresql").url
    yield found
    engine = sa.create_engine(found.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()


def at_revision(url: str, revision: str) -> Database:
    """An open database whose schema is of an earlier version."""
    driver = url.replace("postgresql://", "postgresql+psycopg://")
    database = Database(sa.create_engine(driver))
    config = _migrations()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return database


VALUES: tuple[tuple[type[sa.types.TypeEngine[Any]], Callable[[int], Any]], ...] = (
    (sa.JSON, lambda row: ["kärki", row]),
    (sa.Boolean, lambda row: bool(row % 2)),
    (sa.DateTime, lambda row: MOMENT + dt.timedelta(days=row)),
    (sa.Date, lambda row: (MOMENT + dt.timedelta(days=row)).date()),
    (sa.Float, lambda row: row + 0.5),
    (sa.Integer, lambda row: row),
    (sa.String, lambda row: f"ä{row}"),
)
"""Values that differ by row; a foreign key so names the row of the same number."""


def value_of(column: sa.Column[Any], row: int) -> Any:
    return next(make(row) for kind, make in VALUES if isinstance(column.type, kind))


def filled(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Rows in every table; what was written."""
    tables = sa.MetaData()
    tables.reflect(database.engine)
    written: dict[str, list[dict[str, Any]]] = {}
    with database.engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                rows = [{c.name: value_of(c, row) for c in table.columns} for row in range(ROWS)]
                connection.execute(table.insert(), rows)
                written[table.name] = read(connection, table.name)
    return written


def read(connection: sa.Connection, table: str) -> list[dict[str, Any]]:
    found = connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings()
    return sorted((dict(row) for row in found), key=str)


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("revision", REVISIONS)
def test_every_earlier_version_is_upgraded_with_what_it_holds(url: str, revision: str) -> None:
    old = at_revision(url, revision)
    written = filled(old)
    old.close()
    assert all(len(rows) == ROWS for rows in written.values())

    database = open_database(url)
    with database.begin() as connection:
        for table, rows in written.items():
            kept = [{name: row[name] for name in rows[0]} for row in read(connection, table)]
            assert sorted(kept, key=str) == rows
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    database.close()


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_a_newer_database_is_refused_with_a_sentence(url: str) -> None:
    database = open_database(url)
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError, match=r"newer version of this program \(9999\)"):
        open_database(url)
