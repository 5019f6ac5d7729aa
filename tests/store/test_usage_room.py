"""Questions and votes: stored, replaced, read back, deleted; on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select, text

from cookbook_search.errors import SettingsError, StoreError
from cookbook_search.store import open_database
from cookbook_search.store.database import _with_driver
from cookbook_search.store.schema import metadata
from cookbook_search.store.usage import (
    feedback,
    forget,
    purge,
    queries,
    save_asked,
    save_feedback,
    unanswered,
    voted_down,
)
from cookbook_search.types import Asked, Feedback

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=400)


def asked(
    key: str, *, answered: bool = False, at: dt.datetime = NOW, words: str = "Miten jäsen löytyy?"
) -> Asked:
    return Asked(key, at, "api", "search", "fi", words, answered, ("luottamus",), 0.5)


def vote(about: str, *, vote: str = "down", target: str = "", comment: str = "") -> Feedback:
    return Feedback(about, "search", target, vote, comment, NOW)


def test_the_migrations_make_the_tables_that_the_code_knows(database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_question_comes_back_as_it_was(database) -> None:
    one = asked("a" * 16, at=NOW.astimezone(dt.timezone(dt.timedelta(hours=2))))
    save_asked(database, [one])
    save_asked(database, [one])
    save_asked(database, [])
    assert unanswered(database, LONG_AGO, 10) == [one]
    assert unanswered(database, LONG_AGO, 10)[0].asked_at.utcoffset() == dt.timedelta(0)


def test_a_time_without_a_zone_is_refused(database) -> None:
    with pytest.raises(Exception, match="time zone"):
        save_asked(database, [asked("a" * 16, at=dt.datetime(2026, 1, 1))])


def test_the_latest_come_first_and_no_more_than_asked_for(database) -> None:
    save_asked(database, [asked(f"{n:016x}", at=NOW + dt.timedelta(hours=n)) for n in range(5)])
    assert [one.id[-1] for one in unanswered(database, NOW + dt.timedelta(hours=2), 2)] == ["4", "3"]


def test_the_last_vote_holds(database) -> None:
    save_asked(database, [asked("a" * 16, answered=True)])
    save_feedback(database, vote("a" * 16, comment="ensin"))
    save_feedback(database, vote("a" * 16, comment="sitten"))
    ((question, given),) = voted_down(database, LONG_AGO, 10)
    assert (question.id, given.comment) == ("a" * 16, "sitten")
    save_feedback(database, vote("a" * 16, vote="up"))
    assert voted_down(database, LONG_AGO, 10) == []


def test_a_hit_and_the_whole_are_judged_apart(database) -> None:
    save_asked(database, [asked("a" * 16, answered=True), asked("b" * 16)])
    save_feedback(database, vote("a" * 16, target="luottamus"))
    save_feedback(database, vote("a" * 16))
    save_feedback(database, vote("b" * 16))
    save_feedback(database, vote("c" * 16))
    assert [given.target for _, given in voted_down(database, LONG_AGO, 10)] == ["", "luottamus"]


def test_old_rows_are_deleted_and_the_limit_is_exact(database) -> None:
    limit = NOW - dt.timedelta(days=90)
    save_asked(database, [asked("a" * 16, at=limit - dt.timedelta(seconds=1)), asked("b" * 16, at=limit)])
    save_feedback(database, vote("a" * 16))
    save_feedback(database, Feedback("b" * 16, "chat", "", "up", "", limit - dt.timedelta(days=1)))
    gone = purge(database, limit)
    assert (gone.queries, gone.feedback) == (1, 1)
    assert [one.id for one in unanswered(database, LONG_AGO, 10)] == ["b" * 16]
    assert purge(database, limit) == type(gone)(0, 0)


def test_words_are_forgotten_with_the_votes_on_them(database) -> None:
    save_asked(database, [asked("a" * 16, words="Kuka on X_1%?"), asked("b" * 16, words="Kuka on X11?")])
    save_feedback(database, vote("a" * 16))
    save_feedback(database, vote("c" * 16, comment="kysy x_1% itse"))
    save_feedback(database, vote("d" * 16, comment="muuta"))
    gone = forget(database, "x_1%")
    assert (gone.queries, gone.feedback) == (1, 2)
    assert [one.id for one in unanswered(database, LONG_AGO, 10)] == ["b" * 16]


def test_deleted_words_are_gone_from_the_file_of_sqlite(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/state.db")
    secret = "omena-aurinko-kallio"
    save_asked(database, [asked("a" * 16, words=secret)])
    assert any(secret.encode() in file.read_bytes() for file in tmp_path.iterdir())
    purge(database, NOW + dt.timedelta(days=1))
    assert not any(secret.encode() in file.read_bytes() for file in tmp_path.iterdir())
    database.close()


def test_many_write_at_once(database) -> None:
    def write(number: int) -> None:
        save_asked(database, [asked(f"{number:016x}")])
        save_feedback(database, vote("f" * 16, comment=str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert len(unanswered(database, LONG_AGO, 100)) == 40
    with database.begin() as connection:
        assert connection.execute(select(feedback.c.comment)).scalar() in {str(n) for n in range(40)}


def test_many_open_an_empty_database_at_once(tmp_path: Path, postgresql) -> None:
    for url in (f"sqlite:///{tmp_path}/new.db", postgresql.url):
        with ThreadPoolExecutor(6) as pool:
            opened = list(pool.map(lambda _, url=url: open_database(url), range(6)))
        for one in opened:
            assert unanswered(one, LONG_AGO, 1) == []
            one.close()


def test_a_server_that_stops_is_told_and_serves_again_when_it_is_back(postgresql) -> None:
    database = open_database(postgresql.url)
    postgresql.stop()
    with pytest.raises(StoreError, match="cannot be used now"):
        save_feedback(database, vote("d" * 16))
    with pytest.raises(StoreError):
        open_database(postgresql.url)
    postgresql.start()
    save_feedback(database, vote("d" * 16))
    with database.begin() as connection:
        assert connection.execute(select(feedback.c.about)).scalars().all() == ["d" * 16]
        connection.execute(text("DELETE FROM feedback"))
    database.close()


KILLED = """
import datetime as dt, itertools, sys
from cookbook_search.store import open_database
from cookbook_search.store.usage import save_feedback
from cookbook_search.types import Feedback

database = open_database(sys.argv[1])
for number in itertools.count():
    save_feedback(database, Feedback(f"{number:016x}", "chat", "", "up", "", dt.datetime.now(dt.UTC)))
    sys.stdout.write(f"{number:016x}\\n")
    sys.stdout.flush()
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    """Killed after a different number of acknowledgements each time; every one of them is there."""
    url = f"sqlite:///{tmp_path}/state.db"
    acknowledged: set[str] = set()
    for least in (1, 7, 30):
        command = [sys.executable, "-c", KILLED, url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged |= {process.stdout.readline().strip() for _ in range(least)}
            os.kill(process.pid, signal.SIGKILL)
            acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    database = open_database(url)
    with database.begin() as connection:
        stored = set(connection.execute(select(feedback.c.about)).scalars())
    database.close()
    assert len(acknowledged) >= 30
    assert acknowledged <= stored


def test_a_missing_driver_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'cookbook-search\[postgresql\]'"):
        open_database("postgresql://nobody@127.0.0.1:1/none")


def test_plain_postgresql_addresses_take_our_driver() -> None:
    engines = [create_engine(_with_driver(url)) for url in map(make, ("postgresql", "postgres"))]
    assert {engine.driver for engine in engines} == {"psycopg"}
    assert _with_driver(make("postgresql+psycopg")).drivername == "postgresql+psycopg"


def make(name: str):
    from sqlalchemy import make_url

    return make_url(f"{name}://cookbook@127.0.0.1/cookbook")


def test_the_table_of_questions_has_no_column_for_who_asked() -> None:
    assert set(queries.c.keys()) == {
        "id", "asked_at", "surface", "kind", "language", "text", "answered", "found", "score"
    }  # fmt: skip
