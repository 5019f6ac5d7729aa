"""The room of access: API keys, sessions of people, and signing in under way.

Secrets come and go as digests; this room never sees one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, Text, delete, or_, select, update

from cookbook_search.store.database import Database
from cookbook_search.store.schema import UtcTime, metadata
from cookbook_search.types import ApiKey, Scope, Session, SignIn

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("scopes", String(100), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("replaced_by", String(16)),
)
"""``scopes`` are words with spaces between."""
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("subject", String(255), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("scopes", String(100), nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("wanted", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)


def save_key(database: Database, key: ApiKey, digest: str) -> None:
    """Keep a new key. Raises StoreError."""
    with database.begin() as connection:
        _insert_key(connection, key, digest)


def replace_key(
    database: Database, old: str, until: dt.datetime, new: ApiKey, digest: str, now: dt.datetime
) -> bool:
    """Keep a new key in place of ``old``, which lives on until then; False where there is no such good key.

    Raises StoreError.
    """
    good = (api_keys.c.id == old, api_keys.c.revoked_at.is_(None), api_keys.c.replaced_by.is_(None))
    alive = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now)
    with database.begin() as connection:
        replaced = connection.execute(
            update(api_keys).where(*good, alive).values(replaced_by=new.id, expires_at=until)
        )
        if replaced.rowcount == 1:
            _insert_key(connection, new, digest)
        return replaced.rowcount == 1


def find_key(database: Database, key_id: str) -> tuple[ApiKey, str] | None:
    """The key of this id and its digest. Raises StoreError."""
    with database.begin() as connection:
        row = connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
    return None if row is None else (_key(row), row.digest)


def all_keys(database: Database) -> list[ApiKey]:
    """Every key, the oldest first. Raises StoreError."""
    with database.begin() as connection:
        rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)).all()
    return [_key(row) for row in rows]


def revoke_key(database: Database, key_id: str, at: dt.datetime) -> bool:
    """End a key now; False where there is none to end. Raises StoreError."""
    unrevoked = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    with database.begin() as connection:
        return connection.execute(unrevoked.values(revoked_at=at)).rowcount == 1


def touch_key(database: Database, key_id: str, at: dt.datetime) -> None:
    """Remember that a key was used. Raises StoreError."""
    with database.begin() as connection:
        connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=at))


def save_session(database: Database, digest: str, session: Session) -> None:
    """Keep a session that begins. Raises StoreError."""
    row = asdict(session) | {"digest": digest, "scopes": " ".join(sorted(session.scopes))}
    with database.begin() as connection:
        connection.execute(sessions.insert().values(row))


def find_session(database: Database, digest: str) -> Session | None:
    """The session, also one that has run out. Raises StoreError."""
    with database.begin() as connection:
        row = connection.execute(select(sessions).where(sessions.c.digest == digest)).one_or_none()
    return None if row is None else _session(row)


def all_sessions(database: Database, now: dt.datetime) -> list[Session]:
    """The sessions that have not run out, by person. Raises StoreError."""
    chosen = select(sessions).where(sessions.c.expires_at > now)
    with database.begin() as connection:
        rows = connection.execute(chosen.order_by(sessions.c.subject, sessions.c.expires_at)).all()
    return [_session(row) for row in rows]


def end_session(database: Database, digest: str) -> None:
    """Forget a session. Raises StoreError."""
    with database.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.digest == digest))


def end_sessions(database: Database, subject: str | None) -> int:
    """Forget all sessions, or those of one person; how many. Raises StoreError."""
    chosen = delete(sessions) if subject is None else delete(sessions).where(sessions.c.subject == subject)
    with database.begin() as connection:
        return connection.execute(chosen).rowcount


def begin_sign_in(
    database: Database, digest: str, sign_in: SignIn, now: dt.datetime, expires_at: dt.datetime
) -> None:
    """Remember somebody who goes to the provider, and forget those who never came back. Raises StoreError."""
    with database.begin() as connection:
        connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
        connection.execute(
            sign_ins.insert().values(asdict(sign_in) | {"digest": digest, "expires_at": expires_at})
        )


def finish_sign_in(database: Database, digest: str, now: dt.datetime) -> SignIn | None:
    """Who comes back in time; given once, however many ask. Raises StoreError."""
    mine = delete(sign_ins).where(sign_ins.c.digest == digest, sign_ins.c.expires_at > now)
    chosen = mine.returning(sign_ins.c.nonce, sign_ins.c.verifier, sign_ins.c.wanted)
    with database.begin() as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else SignIn(row.nonce, row.verifier, row.wanted)


def purge(database: Database, now: dt.datetime) -> int:
    """Delete sessions, and signing in, that have run out; how many sessions. Raises StoreError."""
    with database.begin() as connection:
        connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
        return connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount


def _insert_key(connection: Connection, key: ApiKey, digest: str) -> None:
    row = asdict(key) | {"digest": digest, "scopes": " ".join(sorted(key.scopes))}
    connection.execute(api_keys.insert().values(row))


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        row.id, row.name, _scopes(row.scopes), row.created_at, row.expires_at, row.last_used_at,
        row.revoked_at, row.replaced_by,
    )  # fmt: skip


def _session(row: Row[Any]) -> Session:
    return Session(row.subject, row.name, _scopes(row.scopes), row.expires_at)


def _scopes(words: str) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in words.split())
