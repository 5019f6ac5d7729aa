"""The disk is full or read-only, the database is away, locked, or removed: search goes on, votes say 503."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from serving import serving
from sqlalchemy import select, text
from station import PATIENCE, count, searching, wait_for

from cookbook_search.config import Settings
from cookbook_search.store import database as store
from cookbook_search.store import open_database
from cookbook_search.store.usage import feedback, queries

VOTES = ({"query_id": f"{number:016x}", "vote": "up", "comment": "x" * 900} for number in range(10**9))


def vote(client: httpx.Client) -> tuple[int, str]:
    """Status and key."""
    given = next(VOTES)
    return client.post("/api/v1/feedback", json=given).status_code, given["query_id"]


def stored(url: str) -> set[str]:
    opened = open_database(url)
    with opened.begin() as connection:
        found = set(connection.execute(select(feedback.c.about)).scalars())
    opened.close()
    return found


def vote_until(client: httpx.Client, status: int, kept: set[str]) -> None:
    """Vote until the server says so; what it acknowledges goes to ``kept``."""

    def said() -> bool:
        found, key = vote(client)
        assert found in {200, 503}
        kept.update([key] * (found == 200))
        return found == status

    wait_for(said)


def test_a_full_disk_refuses_votes_and_loses_none(pantry, tmp_path, small_disk, tell):
    times, kept = count(2, 40), set()
    url = f"sqlite:///{small_disk}/state.db"
    settings = Settings(index=pantry / "index", database=url, log_queries=False, rate_limit="0")
    with (
        serving(settings) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as client,
        searching(address) as load,
    ):
        vote_until(client, 200, kept)
        for _ in range(times):
            fill(small_disk / "ballast")
            vote_until(client, 503, kept)
            assert client.get("/readyz").status_code == 200
            (small_disk / "ballast").unlink()
            vote_until(client, 200, kept)
    assert load.failures == []
    assert kept <= stored(url)
    with sqlite3.connect(small_disk / "state.db") as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    opened.close()
    tell(f"disk full {times} times, {len(kept)} votes acknowledged, none lost, no search failed")


def fill(ballast: Path) -> None:
    """Leave no byte free."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass


def test_on_a_read_only_disk_everything_is_read_and_votes_are_refused(pantry, tmp_path, small_disk, tell):
    times, kept = count(1, 10), set()
    subprocess.run(["cp", "-r", str(pantry / "index"), str(small_disk)], check=True)
    url = f"sqlite:///{small_disk}/state/state.db"
    settings = Settings(index=small_disk / "index", database=url, rate_limit="0")
    for _ in range(times):
        remount(small_disk, "ro")
        with serving(settings) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
            assert client.get("/api/v1/search", params={"q": "yritykset"}).json()["recipes"]
            assert client.get("/", params={"q": "yritykset"}).status_code == 200
            assert client.get("/suunnitelma").status_code == 200
            vote_until(client, 503, kept)
            remount(small_disk, "rw")
            vote_until(client, 200, kept)
    assert kept <= stored(url)
    tell(f"started on a read-only disk {times} times: searches answered, votes refused until it was writable")


def remount(disk: Path, mode: str) -> None:
    options = f"remount,{mode},size=8m"
    subprocess.run(["mount", "-o", options, str(disk)], capture_output=True, check=True)


def test_postgresql_goes_and_comes_back_under_load(pantry, tmp_path, postgresql, tell):
    times, kept = count(1, 20), set()
    settings = Settings(index=pantry / "index", database=postgresql.url, rate_limit="0")
    with (
        serving(settings) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as client,
        searching(address) as load,
    ):
        for number in range(times):
            vote_until(client, 200, kept)
            postgresql.stop()
            try:
                vote_until(client, 503, kept)
                asked = client.post("/api/v1/search", json={"query": f"avaruussukkulan moottori {number}"})
                assert asked.status_code == 200
            finally:
                postgresql.start()
            vote_until(client, 200, kept)
    assert load.failures == []
    opened = open_database(postgresql.url)
    with opened.begin() as connection:
        found = set(connection.execute(select(feedback.c.about)).scalars())
        logged = connection.execute(select(queries.c.text).where(queries.c.text.like("avaruus%"))).all()
        connection.execute(text("DELETE FROM feedback"))
        connection.execute(text("DELETE FROM queries"))
    opened.close()
    assert kept <= found
    assert len(logged) == times  # what was asked while the database was away waited for it
    tell(f"PostgreSQL stopped {times} times, {len(kept)} votes acknowledged, none lost, no search failed")


def test_a_database_file_that_is_removed_or_replaced_is_made_anew(pantry, tmp_path):
    path = tmp_path / "state.db"
    url = f"sqlite:///{path}"
    settings = Settings(index=pantry / "index", database=url, rate_limit="0")
    with serving(settings) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        before = vote(client)
        path.rename(tmp_path / "taken-away.db")
        after = vote(client)
    assert (before[0], after[0]) == (200, 200)
    assert stored(url) == {after[1]}


def test_a_locked_database_refuses_votes_and_search_goes_on(pantry, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)
    path = tmp_path / "state.db"
    settings = Settings(index=pantry / "index", database=f"sqlite:///{path}", rate_limit="0")
    with serving(settings) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        assert vote(client)[0] == 200
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        assert vote(client)[0] == 503
        assert client.get("/api/v1/search", params={"q": "yritykset"}).status_code == 200
        holder.execute("ROLLBACK")
        holder.close()
        vote_until(client, 200, set())


def test_a_database_that_hangs_takes_its_own_places_only(pantry, tmp_path, monkeypatch):
    """Threads that wait for it are answered for, and no more than the places are taken."""
    held = threading.Event()

    def hang(*_: object) -> None:
        held.wait(PATIENCE)

    monkeypatch.setattr("cookbook_search.store.usage.save_feedback", hang)
    settings = Settings(index=pantry / "index", rate_limit="0", request_seconds=0.3, max_requests=4)
    with serving(settings) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        try:
            for _ in range(3):
                status, _ = vote(client)
                assert status == 503
            for _ in range(20):
                assert client.get("/api/v1/search", params={"q": "yritykset"}).status_code == 200
        finally:
            held.set()
        vote_until(client, 200, set())


@pytest.mark.parametrize("name", ["state.db", "state.db-wal"])
def test_a_database_of_rubbish_is_told(pantry, tmp_path, name):
    (tmp_path / "state.db").write_bytes(b"rubbish" * 1000)
    (tmp_path / name).write_bytes(b"rubbish" * 1000)
    settings = Settings(index=pantry / "index", database=f"sqlite:///{tmp_path}/state.db", rate_limit="0")
    with serving(settings) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        assert vote(client)[0] == 503
        assert client.get("/api/v1/search", params={"q": "yritykset"}).status_code == 200
