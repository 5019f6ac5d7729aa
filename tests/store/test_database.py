"""The store opens, upgrades and says clearly what it cannot do."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from cookbook_search.errors import SettingsError, StoreError
from cookbook_search.store import open_database
from cookbook_search.store.database import MIGRATIONS


def test_a_sqlite_file_is_made_with_its_folder(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/deep/state.db")
    with database.begin() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_an_error_rolls_back(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/state.db")
    with database.begin() as connection:
        connection.execute(text("create table note (words text)"))
    with pytest.raises(StoreError), database.begin() as connection:
        connection.execute(text("insert into note values ('lost')"))
        connection.execute(text("insert into nowhere values (1)"))
    with database.begin() as connection:
        assert connection.execute(text("select count(*) from note")).scalar() == 0
    database.close()


@pytest.mark.parametrize("url", ["no-url", "nosuch://host/name"])
def test_an_unusable_url_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="COOKBOOK_DATABASE"):
        open_database(url)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder"):
        open_database(f"sqlite:///{tmp_path}/file/state.db")


def test_migrations_form_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert len(ScriptDirectory.from_config(config).get_heads()) <= 1
