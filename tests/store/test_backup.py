"""A backup is taken while others write, is whole, and comes back; what is no backup changes nothing."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from cookbook_search.errors import StoreError
from cookbook_search.store import Database, open_database
from cookbook_search.store.backup import back_up, restore
from cookbook_search.surfaces.cli import main


@pytest.fixture
def live(tmp_path: Path):
    """A database with one note."""
    opened = open_database(f"sqlite:///{tmp_path}/live.db")
    with opened.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
    note(opened, "ensimmäinen")
    yield opened
    opened.close()


def note(database: Database, words: str) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO note VALUES (:words)"), {"words": words})


def notes(database: Database) -> list[str]:
    with database.begin() as connection:
        return list(connection.execute(text("SELECT words FROM note ORDER BY rowid")).scalars())


def test_a_backup_comes_back_and_what_was_there_is_kept(live: Database, tmp_path: Path) -> None:
    back_up(live, tmp_path / "copy.db")
    note(live, "toinen")
    before = restore(live, tmp_path / "copy.db")
    assert notes(live) == ["ensimmäinen"]
    kept = open_database(f"sqlite:///{before}")
    assert notes(kept) == ["ensimmäinen", "toinen"]
    kept.close()
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_another_process_that_has_it_open_sees_what_was_restored(live: Database, tmp_path: Path) -> None:
    other = open_database(f"sqlite:///{tmp_path}/live.db")
    back_up(live, tmp_path / "copy.db")
    note(other, "toinen")
    restore(live, tmp_path / "copy.db")
    assert notes(other) == ["ensimmäinen"]
    note(other, "kolmas")
    assert notes(live) == ["ensimmäinen", "kolmas"]
    other.close()


def test_a_backup_under_load_holds_a_state_that_was(live: Database, tmp_path: Path) -> None:
    over = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not over.is_set():
            note(live, str(written))
            written += 1

    writing = threading.Thread(target=write)
    writing.start()
    for number in range(5):
        back_up(live, tmp_path / f"copy-{number}.db")
    over.set()
    writing.join()
    for number in range(5):
        with sqlite3.connect(tmp_path / f"copy-{number}.db") as copy:
            found = [row[0] for row in copy.execute("SELECT words FROM note ORDER BY rowid")][1:]
        copy.close()
        assert found == [str(n) for n in range(len(found))]
        assert len(found) <= written


def test_a_backup_of_an_earlier_version_is_upgraded(live: Database, tmp_path: Path) -> None:
    back_up(live, tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        for table in ("api_keys", "sessions", "sign_ins"):
            copy.execute(f"DROP TABLE {table}")
        copy.execute("UPDATE alembic_version SET version_num = '0003'")
    copy.close()
    restore(live, tmp_path / "copy.db")
    with live.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM api_keys")).scalar() == 0


@pytest.mark.parametrize("what", ["text", "foreign", "newer", "cut"])
def test_what_is_no_backup_is_refused_and_changes_nothing(live: Database, tmp_path: Path, what: str) -> None:
    file = tmp_path / "odd.db"
    if what == "text":
        file.write_text("muistiinpanoja " * 500)
    elif what == "foreign":
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE a (b)")
        other.close()
    else:
        back_up(live, file)
        if what == "newer":
            with sqlite3.connect(file) as copy:
                copy.execute("UPDATE alembic_version SET version_num = '9999'")
            copy.close()
        else:
            data = file.read_bytes()
            file.write_bytes(data[: len(data) // 2])
    with pytest.raises(StoreError):
        restore(live, file)
    assert notes(live) == ["ensimmäinen"]


def test_an_existing_file_is_not_overwritten(live: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("tärkeä")
    with pytest.raises(StoreError, match="exists already"):
        back_up(live, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "tärkeä"


def test_postgresql_is_told_its_own_tool(postgresql, tmp_path: Path) -> None:
    database = open_database(postgresql.url)
    with pytest.raises(StoreError, match="pg_dump"):
        back_up(database, tmp_path / "copy")
    with pytest.raises(StoreError, match="pg_restore"):
        restore(database, tmp_path / "copy")
    with database.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.close()


def test_the_commands(live: Database, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("COOKBOOK_DATABASE", f"sqlite:///{tmp_path}/live.db")
    for arguments in (["backup", str(tmp_path / "copy.db")], ["restore", str(tmp_path / "copy.db")]):
        monkeypatch.setattr("sys.argv", ["cookbook", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "bytes" in told
    assert "before-restore" in told
