"""The room of access on SQLite and PostgreSQL: what is given once is given once, what has ended has ended."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from cookbook_search.store import access
from cookbook_search.types import ApiKey, Scope, Session, SignIn

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
KEY = ApiKey("0123abcd", "Intranet", frozenset({Scope.SEARCH, Scope.CHAT}), NOW, LATER)


def test_a_key_comes_back_as_it_was_kept(database) -> None:
    access.save_key(database, KEY, "d" * 64)
    assert access.find_key(database, KEY.id) == (KEY, "d" * 64)
    assert access.find_key(database, "ffffffff") is None
    access.touch_key(database, KEY.id, LATER)
    assert access.all_keys(database) == [replace(KEY, last_used_at=LATER)]


def test_a_key_is_revoked_once(database) -> None:
    access.save_key(database, KEY, "d" * 64)
    assert access.revoke_key(database, KEY.id, LATER)
    assert not access.revoke_key(database, KEY.id, LATER)
    assert not access.revoke_key(database, "ffffffff", LATER)
    (kept,) = access.all_keys(database)
    assert kept.revoked_at == LATER


def test_of_those_who_rotate_at_once_one_succeeds(database) -> None:
    access.save_key(database, KEY, "d" * 64)
    new = [replace(KEY, id=f"0000000{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as workers:
        done = list(
            workers.map(lambda key: access.replace_key(database, KEY.id, LATER, key, "e" * 64, NOW), new)
        )
    assert sum(done) == 1
    kept = {key.id: key for key in access.all_keys(database)}
    assert len(kept) == 2
    assert kept[KEY.id].replaced_by in kept


def test_a_dead_key_is_not_rotated(database) -> None:
    access.save_key(database, KEY, "d" * 64)
    new = replace(KEY, id="00000000")
    assert not access.replace_key(database, KEY.id, LATER, new, "e" * 64, LATER)
    access.revoke_key(database, KEY.id, NOW)
    assert not access.replace_key(database, KEY.id, LATER, new, "e" * 64, NOW)
    assert [key.id for key in access.all_keys(database)] == [KEY.id]


def test_sessions_end_by_themselves_by_hand_and_by_person(database) -> None:
    for number, who in enumerate(("maija", "maija", "matti")):
        session = Session(who, who.title(), frozenset({Scope.EDITOR}), LATER)
        access.save_session(database, f"{number}", session)
    found = access.find_session(database, "0")
    assert found == Session("maija", "Maija", frozenset({Scope.EDITOR}), LATER)
    assert [one.name for one in access.all_sessions(database, NOW)] == ["Maija", "Maija", "Matti"]
    assert access.all_sessions(database, LATER) == []
    access.end_session(database, "0")
    assert access.find_session(database, "0") is None
    assert access.end_sessions(database, "maija") == 1
    assert access.purge(database, NOW) == 0
    assert access.purge(database, LATER) == 1
    assert access.end_sessions(database, None) == 0


def test_signing_in_is_finished_once_and_in_time(database) -> None:
    for name in ("one", "two"):
        access.begin_sign_in(database, name, SignIn("nonce", "verifier", "/kirjasto?q=ä"), NOW, LATER)
    with ThreadPoolExecutor(6) as workers:
        came = list(workers.map(lambda _: access.finish_sign_in(database, "one", NOW), range(6)))
    assert [one for one in came if one] == [SignIn("nonce", "verifier", "/kirjasto?q=ä")]
    assert access.finish_sign_in(database, "two", LATER) is None
    assert access.purge(database, LATER) == 0
    assert access.finish_sign_in(database, "two", NOW) is None
