"""The room of plans and their measurements; a plan is found by the hash of its link alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Double,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    delete,
    exists,
    select,
    update,
)

from cookbook_search.store.database import Database, insert
from cookbook_search.store.schema import UtcTime, metadata
from cookbook_search.types.plan import KeptPlan, Measurement, Plan

plans = Table(
    "plans",
    metadata,
    Column("link", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("plan", Text, nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False, index=True),
)
"""``link`` is the SHA-256 of the link's token, in hexadecimal: the database opens nobody's page."""
measurements = Table(
    "measurements",
    metadata,
    Column("plan", String(64), ForeignKey("plans.link", ondelete="CASCADE"), primary_key=True),
    Column("metric", String(300), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("value", Double, nullable=False),
    Column("note", Text, nullable=False),
)


def insert_plan(database: Database, link: str, plan: Plan, consent: bool, now: dt.datetime) -> None:
    """Store a new plan as version 1. Raises StoreError."""
    row = {
        "link": link, "version": 1, "plan": plan.model_dump_json(), "consent": consent,
        "made_at": now, "changed_at": now,
    }  # fmt: skip
    with database.begin() as connection:
        connection.execute(plans.insert(), row)


def find_plan(database: Database, link: str) -> KeptPlan | None:
    """The plan with its measurements by day, or None. Raises StoreError."""
    with database.begin() as connection:
        row = connection.execute(select(plans).where(plans.c.link == link)).one_or_none()
        return None if row is None else _kept(connection, row)


def replace_plan(
    database: Database, link: str, plan: Plan, consent: bool, version: int, now: dt.datetime
) -> bool:
    """Store it as the next version if ``version`` is still the newest; else False. Raises StoreError."""
    changed = (
        update(plans)
        .where(plans.c.link == link, plans.c.version == version)
        .values(version=version + 1, plan=plan.model_dump_json(), consent=consent, changed_at=now)
    )
    with database.begin() as connection:
        return connection.execute(changed).rowcount == 1


def remove_plan(database: Database, link: str) -> bool:
    """Delete the plan with its measurements; False where there is none. Raises StoreError."""
    with database.begin() as connection:
        gone = connection.execute(delete(plans).where(plans.c.link == link)).rowcount
    database.forget_pages()
    return gone == 1


def save_measurements(
    database: Database, link: str, measured: Sequence[Measurement], now: dt.datetime
) -> None:
    """Store all or nothing; a value of the same metric and day gives way. Raises StoreError."""
    rows = [
        {"plan": link, "metric": one.metric, "day": one.day, "value": one.value, "note": one.note}
        for one in measured
    ]
    with database.begin() as connection:
        statement = insert(connection, measurements)
        changed = {name: statement.excluded[name] for name in ("value", "note")}
        upsert = statement.on_conflict_do_update(index_elements=["plan", "metric", "day"], set_=changed)
        connection.execute(upsert, rows)
        connection.execute(update(plans).where(plans.c.link == link).values(changed_at=now))


def remove_measurement(database: Database, link: str, metric: str, day: dt.date) -> bool:
    """Delete one value; False where there is none. Raises StoreError."""
    chosen = (measurements.c.plan == link, measurements.c.metric == metric, measurements.c.day == day)
    with database.begin() as connection:
        return connection.execute(delete(measurements).where(*chosen)).rowcount == 1


def consenting(database: Database, limit: int) -> list[KeptPlan]:
    """Measured plans whose makers let their results be counted, the latest first. Raises StoreError."""
    measured = exists().where(measurements.c.plan == plans.c.link)
    chosen = select(plans).where(plans.c.consent.is_(True), measured).order_by(plans.c.changed_at.desc())
    with database.begin() as connection:
        return [_kept(connection, row) for row in connection.execute(chosen.limit(limit)).all()]


def purge_plans(database: Database, before: dt.datetime) -> int:
    """Delete plans that nobody has changed since. Raises StoreError."""
    with database.begin() as connection:
        gone = connection.execute(delete(plans).where(plans.c.changed_at < before)).rowcount
    if gone:
        database.forget_pages()
    return gone


def _kept(connection: Connection, row: Any) -> KeptPlan:
    found = connection.execute(
        select(measurements)
        .where(measurements.c.plan == row.link)
        .order_by(measurements.c.day, measurements.c.metric)
    )
    return KeptPlan(
        version=row.version,
        consent=row.consent,
        made_at=row.made_at,
        changed_at=row.changed_at,
        plan=Plan.model_validate_json(row.plan),
        measurements=tuple(
            Measurement(metric=one.metric, day=one.day, value=one.value, note=one.note) for one in found
        ),
    )
