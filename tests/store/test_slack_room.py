"""The room of Slack on SQLite and PostgreSQL: each key counts once, states end, tokens are replaced."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from cookbook_search.store.slack import (
    claim,
    consume_state,
    delete_bot,
    find_bot,
    forget_received,
    issue_state,
    save_bot,
)

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=10)


def test_a_key_is_claimed_once_by_however_many_workers(database) -> None:
    keys = [f"key-{number}" for number in range(60)]
    with ThreadPoolExecutor(6) as workers:
        shuffled = [keys[turn:] + keys[:turn] for turn in range(0, 60, 10)]
        claims = list(
            workers.map(lambda some: dict(zip(some, claim(database, some, NOW), strict=True)), shuffled)
        )
    assert [sum(claimed[key] for claimed in claims) for key in keys] == [1] * 60


def test_a_key_that_comes_twice_at_once_counts_once(database) -> None:
    assert sorted(claim(database, ["a", "b", "a"], NOW)) == [False, True, True]
    assert claim(database, ["a"], NOW) == [False]
    assert claim(database, [], NOW) == []


def test_old_keys_are_forgotten(database) -> None:
    claim(database, ["a"], NOW)
    claim(database, ["b"], LATER)
    assert forget_received(database, LATER) == 1
    assert claim(database, ["a", "b"], LATER) == [True, False]


def test_a_state_is_good_once_and_for_a_while(database) -> None:
    issue_state(database, "one", NOW, LATER)
    issue_state(database, "two", NOW, LATER)
    assert consume_state(database, "one", NOW)
    assert not consume_state(database, "one", NOW)
    assert not consume_state(database, "two", LATER + dt.timedelta(seconds=1))
    assert not consume_state(database, "never", NOW)


def test_the_newest_token_of_a_workspace_holds(database) -> None:
    save_bot(database, ("", "T1"), "first", NOW)
    save_bot(database, ("", "T1"), "second", LATER)
    save_bot(database, ("E1", ""), "organisation", NOW)
    assert (find_bot(database, ("", "T1")), find_bot(database, ("E1", ""))) == ("second", "organisation")
    delete_bot(database, ("", "T1"))
    delete_bot(database, ("", "T1"))
    assert (find_bot(database, ("", "T1")), find_bot(database, ("E1", ""))) == (None, "organisation")
