"""The room of usage: questions, votes on answers, and their deletion when they are old enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Row,
    String,
    Table,
    Text,
    delete,
    exists,
    func,
    select,
)

from cookbook_search.store.database import Database, insert
from cookbook_search.store.schema import UtcTime, metadata
from cookbook_search.types import Asked, Feedback, Language, UsageKind

queries = Table(
    "queries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("asked_at", UtcTime, nullable=False, index=True),
    Column("surface", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    Column("text", Text, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("found", JSON, nullable=False),
    Column("score", Float),
)
feedback = Table(
    "feedback",
    metadata,
    Column("about", String(32), primary_key=True),
    Column("target", String(60), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("vote", String(4), nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", UtcTime, nullable=False, index=True),
)
"""Not bound to ``queries`` by a foreign key: a vote counts also where questions are not kept."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows were deleted."""

    queries: int
    feedback: int


def save_asked(database: Database, asked: Sequence[Asked]) -> None:
    """Store questions, masked already, in one transaction; one that is there stays. Raises StoreError."""
    rows = [
        {
            "id": one.id, "asked_at": one.asked_at, "surface": one.surface, "kind": one.kind,
            "language": one.language, "text": one.text, "answered": one.answered, "found": list(one.found),
            "score": one.score,
        }
        for one in asked
    ]  # fmt: skip
    if rows:
        with database.begin() as connection:
            connection.execute(insert(connection, queries).on_conflict_do_nothing(), rows)


def save_feedback(database: Database, given: Feedback) -> None:
    """Store a vote, masked already, in place of an earlier one on the same thing. Raises StoreError."""
    row = {
        "about": given.about, "target": given.target, "kind": given.kind, "vote": given.vote,
        "comment": given.comment, "given_at": given.given_at,
    }  # fmt: skip
    with database.begin() as connection:
        statement = insert(connection, feedback).values(row)
        changed = {name: statement.excluded[name] for name in ("kind", "vote", "comment", "given_at")}
        connection.execute(statement.on_conflict_do_update(index_elements=["about", "target"], set_=changed))


def unanswered(database: Database, since: dt.datetime, limit: int) -> list[Asked]:
    """The latest questions that got no answer, newest first. Raises StoreError."""
    chosen = select(queries).where(queries.c.asked_at >= since, queries.c.answered.is_(False))
    with database.begin() as connection:
        rows = connection.execute(chosen.order_by(queries.c.asked_at.desc(), queries.c.id).limit(limit))
        return [_asked(row) for row in rows]


def voted_down(database: Database, since: dt.datetime, limit: int) -> list[tuple[Asked, Feedback]]:
    """The latest answered questions with votes against and none for them, newest first. Raises StoreError."""
    other = feedback.alias()
    liked = exists().where(other.c.about == queries.c.id, other.c.vote == "up")
    chosen = (
        select(queries, feedback.c.target, feedback.c.vote, feedback.c.comment, feedback.c.given_at)
        .join(feedback, feedback.c.about == queries.c.id)
        .where(queries.c.asked_at >= since, queries.c.answered.is_(True), feedback.c.vote == "down", ~liked)
        .order_by(queries.c.asked_at.desc(), queries.c.id, feedback.c.target)
        .limit(limit)
    )
    with database.begin() as connection:
        return [(_asked(row), _feedback(row)) for row in connection.execute(chosen)]


@dataclass(frozen=True, slots=True)
class Count:
    """How many questions of one language and kind were answered, or not."""

    language: Language
    kind: UsageKind
    answered: bool
    questions: int


def counts(database: Database, since: dt.datetime) -> list[Count]:
    """How many questions were asked since then. Raises StoreError."""
    groups = (queries.c.language, queries.c.kind, queries.c.answered)
    chosen = select(*groups, func.count().label("questions")).where(queries.c.asked_at >= since)
    with database.begin() as connection:
        rows = connection.execute(chosen.group_by(*groups)).all()
    return [Count(row.language, row.kind, row.answered, row.questions) for row in rows]


def votes(database: Database, since: dt.datetime, limit: int) -> list[Feedback]:
    """The latest votes, newest first. Raises StoreError."""
    chosen = select(feedback, feedback.c.about.label("id")).where(feedback.c.given_at >= since)
    latest = chosen.order_by(feedback.c.given_at.desc(), feedback.c.about, feedback.c.target).limit(limit)
    with database.begin() as connection:
        return [_feedback(row) for row in connection.execute(latest)]


def forget(database: Database, words: str) -> Purged:
    """Delete every question that holds these words, the votes on it, and votes that say them.

    Raises StoreError.
    """
    wanted = words.casefold()  # in Python: SQLite folds the case of ASCII alone
    with database.begin() as connection:
        texts = connection.execute(select(queries.c.id, queries.c.text))
        ids = [row.id for row in texts if wanted in row.text.casefold()]
        votes = connection.execute(select(feedback.c.about, feedback.c.comment))
        about = [row.about for row in votes if wanted in row.comment.casefold()]
        given = _delete(connection, feedback.c.about, [*ids, *about])
        asked = _delete(connection, queries.c.id, ids)
    database.forget_pages()
    return Purged(asked, given)


def _delete(connection: Connection, column: Column[str], values: Sequence[str]) -> int:
    """Delete the rows with these values, so many at a time as a statement may name; how many went."""
    return sum(
        connection.execute(delete(column.table).where(column.in_(values[at : at + 500]))).rowcount
        for at in range(0, len(values), 500)
    )


def purge(database: Database, before: dt.datetime) -> Purged:
    """Delete what is older, also from the free pages of a SQLite file. Raises StoreError."""
    with database.begin() as connection:
        asked = connection.execute(delete(queries).where(queries.c.asked_at < before)).rowcount
        given = connection.execute(delete(feedback).where(feedback.c.given_at < before)).rowcount
    if asked or given:
        database.forget_pages()
    return Purged(asked, given)


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        row.id, row.asked_at, row.surface, row.kind, row.language, row.text, row.answered,
        tuple(row.found), row.score,
    )  # fmt: skip


def _feedback(row: Row[Any]) -> Feedback:
    return Feedback(row.id, row.kind, row.target, row.vote, row.comment, row.given_at)
