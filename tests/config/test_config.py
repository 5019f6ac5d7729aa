"""Settings: where values come from, which wins, and what is said of a wrong one."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from cookbook_search.config import Settings, read_settings
from cookbook_search.errors import SettingsError


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working directory and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COOKBOOK_{name.upper()}", raising=False)


def test_defaults_stand_without_environment_and_file() -> None:
    settings = read_settings()

    assert settings.corpus == (Path("corpus"),)
    assert settings.index == Path("index")
    assert (settings.model, settings.analyzer, settings.language) == ("bundled", "auto", "fi")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKBOOK_CORPUS", '["vantaa", "espoo"]')
    monkeypatch.setenv("COOKBOOK_PORT", "9001")
    monkeypatch.setenv("COOKBOOK_RELOAD_SECONDS", "0.25")

    settings = read_settings()

    assert settings.corpus == (Path("vantaa"), Path("espoo"))
    assert settings.port == 9001
    assert settings.reload_seconds == 0.25


def test_the_file_is_read_from_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "cookbook.toml").write_text('corpus = ["a"]\nlanguage = "sv"\n', encoding="utf-8")

    settings = read_settings()

    assert settings.corpus == (Path("a"),)
    assert settings.language == "sv"


def test_arguments_win_over_environment_and_environment_over_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cookbook.toml").write_text('host = "file"\nport = 1\nmodel = "file"\n', encoding="utf-8")
    monkeypatch.setenv("COOKBOOK_HOST", "environment")
    monkeypatch.setenv("COOKBOOK_PORT", "2")

    settings = read_settings(port=3)

    assert (settings.port, settings.host, settings.model) == (3, "environment", "file")


def test_an_argument_of_none_leaves_the_setting_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKBOOK_PORT", "9001")

    assert read_settings(port=None, host=None).port == 9001


def test_settings_are_frozen() -> None:
    settings = read_settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "http"),
        ("ANALYZER", "snowball"),
        ("LANGUAGE", "ru"),
        ("RELOAD_SECONDS", "0"),
        ("CACHE_SIZE", "-1"),
        ("MAX_BODY_BYTES", "1023"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"COOKBOOK_{name}", value)

    with pytest.raises(SettingsError, match=f"COOKBOOK_{name}: "):
        read_settings()


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKBOOK_PORT", "x")
    monkeypatch.setenv("COOKBOOK_ANALYZER", "x")

    with pytest.raises(SettingsError, match=r"COOKBOOK_PORT: .*; COOKBOOK_ANALYZER: |ANALYZER: .*PORT: "):
        read_settings()


def test_a_list_that_is_no_json_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKBOOK_CORPUS", "vantaa,espoo")

    with pytest.raises(SettingsError, match="corpus"):
        read_settings()


def test_an_unknown_key_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cookbook.toml").write_text("prot = 80\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="COOKBOOK_PROT"):
        read_settings()


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cookbook.toml").write_text("port = = 80\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings()


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
