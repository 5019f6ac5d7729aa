"""API keys: what opens, what does not any longer, and what a database that is away changes."""

from __future__ import annotations

import datetime as dt
import logging
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cookbook_search.access import Keys
from cookbook_search.access.remembered import FRESH_SECONDS, STALE_SECONDS
from cookbook_search.errors import KeyNotFound, StoreError
from cookbook_search.store import Database, open_database
from cookbook_search.types import Scope

READ = frozenset({Scope.SEARCH})
YEAR = dt.timedelta(days=365)


class Store:
    """A database that can go away, and the seconds that pass."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.away = False
        self.seconds = 0.0
        self.asked = 0

    def __call__(self) -> Database:
        self.asked += 1
        if self.away:
            raise StoreError("The database cannot be used now.")
        return self.database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_database(f"sqlite:///{tmp_path}/state.db")
    yield Store(opened)
    opened.close()


@pytest.fixture
def keys(store: Store) -> Keys:
    made = Keys(store)
    made._remembered._clock = lambda: store.seconds
    return made


def test_a_key_opens_and_its_neighbours_do_not(keys: Keys) -> None:
    key, secret = keys.create("Intranet", READ, YEAR)
    assert re.fullmatch(rf"ckb_{key.id}_[\w-]{{43}}", secret)
    found = keys.find(secret)
    assert found is not None
    assert (found.id, found.scopes) == (key.id, READ)
    other = keys.create("Toinen", READ, YEAR)[1]
    for wrong in (
        "", "ckb", secret[:-1], secret + "A", secret.upper(), secret.replace("ckb", "CKB"),
        f"ckb_{key.id}_{other[13:]}", f"ckb_ffffffff_{secret[13:]}", f"{secret}\n", f" {secret}", secret * 2,
        f"ckb_{key.id}_{'ä' * 43}",
    ):  # fmt: skip
        assert keys.find(wrong) is None, wrong


def test_no_secret_is_on_disk(keys: Keys, tmp_path: Path) -> None:
    _, secret = keys.create("Intranet", READ, YEAR)
    keys.find(secret)
    for file in tmp_path.iterdir():
        assert secret[13:].encode() not in file.read_bytes()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        assert "Intranet" in str(connection.execute("select * from api_keys").fetchall())


def test_a_key_that_was_just_found_is_not_looked_up_again(keys: Keys, store: Store) -> None:
    _, secret = keys.create("Intranet", READ, YEAR)
    assert keys.known(secret) is None
    keys.find(secret)
    asked = store.asked
    assert keys.known(secret) is not None
    assert store.asked == asked
    store.seconds += FRESH_SECONDS
    assert keys.known(secret) is None


def test_a_key_ends_when_it_runs_out_also_where_it_is_remembered(keys: Keys) -> None:
    key, secret = keys.create("Intranet", READ, dt.timedelta(seconds=-1))
    assert keys.find(secret) is None
    assert keys.known(secret) is None
    assert keys.all() == [key]


def test_a_revoked_key_is_over(keys: Keys, store: Store) -> None:
    key, secret = keys.create("Intranet", READ, None)
    assert keys.find(secret)
    keys.revoke(key.id)
    assert keys.find(secret) is None
    assert keys.known(secret) is None
    for gone in (key.id, "ffffffff"):
        with pytest.raises(KeyNotFound, match="cookbook keys list"):
            keys.revoke(gone)


def test_a_rotated_key_lives_on_for_the_grace(keys: Keys) -> None:
    old, secret = keys.create("Intranet", READ, YEAR)
    new, new_secret = keys.rotate(old.id, dt.timedelta(hours=1))
    assert (new.name, new.scopes) == (old.name, old.scopes)
    assert keys.find(secret)
    assert keys.find(new_secret)
    replaced = keys.all()[0]
    assert replaced.replaced_by == new.id
    assert replaced.expires_at is not None
    assert replaced.expires_at - new.created_at == dt.timedelta(hours=1)
    assert new.expires_at is not None
    assert new.expires_at - new.created_at == YEAR
    with pytest.raises(KeyNotFound, match="rotated already"):
        keys.rotate(old.id, dt.timedelta(hours=1))
    keys.rotate(new.id, dt.timedelta(0))
    assert keys.find(new_secret) is None


def test_a_grace_lengthens_no_life(keys: Keys) -> None:
    old, _ = keys.create("Intranet", READ, dt.timedelta(minutes=1))
    keys.rotate(old.id, dt.timedelta(days=7))
    assert keys.all()[0].expires_at == old.expires_at


def test_the_last_use_is_kept_by_the_hour(keys: Keys, store: Store, monkeypatch) -> None:
    _, secret = keys.create("Intranet", READ, YEAR)
    keys.find(secret)
    first = keys.all()[0].last_used_at
    assert first is not None
    keys.find(secret)
    assert keys.all()[0].last_used_at == first
    monkeypatch.setattr("cookbook_search.access.keys._now", lambda: first + dt.timedelta(hours=1))
    keys.find(secret)
    assert keys.all()[0].last_used_at == first + dt.timedelta(hours=1)


def test_a_database_that_cannot_be_written_stops_nobody(keys: Keys, monkeypatch, caplog) -> None:
    key, secret = keys.create("Intranet", READ, YEAR)

    def refuse(*_: object) -> None:
        raise StoreError("attempt to write a readonly database")

    monkeypatch.setattr("cookbook_search.store.access.touch_key", refuse)
    with caplog.at_level(logging.WARNING):
        assert keys.find(secret)
    assert key.id in caplog.text
    assert secret[13:] not in caplog.text


def test_while_the_database_is_away_the_known_go_on_for_a_while(keys: Keys, store: Store) -> None:
    _, secret = keys.create("Intranet", READ, YEAR)
    _, unknown = keys.create("Toinen", READ, YEAR)
    keys.find(secret)
    store.away = True
    store.seconds += STALE_SECONDS
    assert keys.find(secret)
    with pytest.raises(StoreError):
        keys.find(unknown)
    store.seconds += 1
    with pytest.raises(StoreError):
        keys.find(secret)
