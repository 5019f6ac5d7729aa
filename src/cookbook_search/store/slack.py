"""The room of Slack: workspaces that installed the app, installs under way, and what was received.

Tokens come and go sealed; this room never sees one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Column, String, Table, Text, delete, select

from cookbook_search.store.database import Database, insert
from cookbook_search.store.schema import UtcTime, metadata

bots = Table(
    "slack_bots",
    metadata,
    Column("enterprise_id", String(32), primary_key=True),
    Column("team_id", String(32), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("installed_at", UtcTime, nullable=False),
)
"""One row a workspace, or an organisation: ``team_id`` is then empty."""
states = Table(
    "slack_states",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("expires_at", UtcTime, nullable=False),
)
received = Table(
    "slack_received",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("received_at", UtcTime, nullable=False, index=True),
)
Place = tuple[str, str]
"""Enterprise and team; either may be empty."""


def save_bot(database: Database, place: Place, sealed: str, at: dt.datetime) -> None:
    """Keep a workspace's sealed token in place of an earlier one. Raises StoreError."""
    row = {"enterprise_id": place[0], "team_id": place[1], "sealed": sealed, "installed_at": at}
    with database.begin() as connection:
        connection.execute(delete(bots).where(bots.c.enterprise_id == place[0], bots.c.team_id == place[1]))
        connection.execute(bots.insert().values(row))


def find_bot(database: Database, place: Place) -> str | None:
    """The sealed token of a workspace; None where it has none. Raises StoreError."""
    chosen = select(bots.c.sealed).where(bots.c.enterprise_id == place[0], bots.c.team_id == place[1])
    with database.begin() as connection:
        found = connection.execute(chosen).scalar_one_or_none()
    return None if found is None else str(found)


def delete_bot(database: Database, place: Place) -> None:
    """Forget a workspace. Raises StoreError."""
    with database.begin() as connection:
        connection.execute(delete(bots).where(bots.c.enterprise_id == place[0], bots.c.team_id == place[1]))


def issue_state(database: Database, state: str, now: dt.datetime, expires_at: dt.datetime) -> None:
    """Remember an install that begins, and forget those that were never finished. Raises StoreError."""
    with database.begin() as connection:
        connection.execute(delete(states).where(states.c.expires_at < now))
        connection.execute(states.insert().values(state=state, expires_at=expires_at))


def consume_state(database: Database, state: str, now: dt.datetime) -> bool:
    """Whether this install began here and not too long ago; true once. Raises StoreError."""
    with database.begin() as connection:
        done = connection.execute(
            delete(states).where(states.c.state == state, states.c.expires_at >= now)
        ).rowcount
    return done == 1


def claim(database: Database, keys: Sequence[str], at: dt.datetime) -> list[bool]:
    """For each key, whether this call is the first to bring it; atomic over processes. Raises StoreError."""
    first = [False] * len(keys)
    with database.begin() as connection:
        for place in sorted(range(len(keys)), key=lambda place: keys[place]):  # one order: no deadlock
            row = (
                insert(connection, received).values(key=keys[place], received_at=at).on_conflict_do_nothing()
            )
            first[place] = connection.execute(row.returning(received.c.key)).first() is not None
    return first


def forget_received(database: Database, before: dt.datetime) -> int:
    """Delete keys that can no longer come again; how many. Raises StoreError."""
    with database.begin() as connection:
        return connection.execute(delete(received).where(received.c.received_at < before)).rowcount
