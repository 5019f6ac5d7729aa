"""Every test of the rooms runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import cookbook_search.store.access
import cookbook_search.store.plans
import cookbook_search.store.slack  # noqa: F401  # the schema that tests compare holds every room
from cookbook_search.store import Database, open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the newest schema."""
    if request.param == "sqlite":
        opened = open_database(f"sqlite:///{tmp_path}/state.db")
    else:
        opened = open_database(request.getfixturevalue("postgresql").url)
    yield opened
    if request.param == "postgresql":
        with opened.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    opened.close()
