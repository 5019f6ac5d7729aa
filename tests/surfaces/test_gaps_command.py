"""`cookbook gaps` in a terminal."""

from __future__ import annotations

import json
import sys

import pytest

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.cli import main
from cookbook_search.types import SearchResult
from cookbook_search.usage import Nearness

WORDS = ["qqxyzw", "qqxyzw wzyxqq"]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path, index):
    """Run the command against a database of questions; its exit status, output and errors."""
    url = f"sqlite:///{tmp_path}/state.db"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("COOKBOOK_DATABASE", url)
    monkeypatch.setattr(Cookbook, "_near", lambda *_: Nearness(False, ("luottamus",)))
    cookbook = Cookbook(Settings(index=index, database=url))
    for words in ("qqxyzw pysäköinti", "qqxyzw pysäköinti", "zzyyxx"):
        cookbook.usage.record_search(SearchResult(words, "fi", False), "web")
    cookbook.close()

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["cookbook", "gaps", "--index", str(index), *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code or 0, printed.out, printed.err

    return command


def test_the_list_and_what_it_hides(run) -> None:
    code, out, _ = run()
    assert code == 0
    assert "qqxyzw pysäköinti" in out
    assert "luottamus" in out
    assert "zzyyxx" not in out
    assert "1 more in groups too small" in out
    assert "zzyyxx" in run("--least", 1)[1]


def test_json(run) -> None:
    code, out, _ = run("--json")
    report = json.loads(out)
    assert code == 0
    assert report["hidden"] == 1
    (gap,) = report["gaps"]
    assert (gap["number"], gap["count"], gap["refused"], gap["label"]) == (1, 2, 2, "qqxyzw pysäköinti")


def test_a_draft_by_number_and_by_id(run, tmp_path) -> None:
    gap = json.loads(run("--json")[1])["gaps"][0]
    code, out, err = run("--draft", 1, "--to", "new")
    assert code == 0
    path = tmp_path / out.strip()
    assert path.name == "qqxyzw-pysakointi.md"
    assert "kind: recipe" in path.read_text(encoding="utf-8")
    assert "cookbook check --only qqxyzw-pysakointi" in err
    assert run("--draft", gap["id"], "--to", "new")[1].strip().endswith("qqxyzw-pysakointi-2.md")


def test_wrong_use(run, tmp_path) -> None:
    code, out, err = run("--draft", "7")
    assert (code, out) == (2, "")
    assert "no gap `7`" in err
    (tmp_path / "file").write_text("")
    code, _, err = run("--draft", "1", "--to", "file")
    assert code == 2
    assert "cannot be written" in err


def test_purge(run) -> None:
    assert "deleted 0 questions and 0 votes" in run("--purge")[2]


def test_forgetting_what_a_person_asked(run) -> None:
    code, out, err = run("--forget", "PYSÄKÖINTI", "--least", 1)
    assert code == 0
    assert "deleted 2 questions and 0 votes" in err
    assert "pysäköinti" not in out
    assert "zzyyxx" in out


def test_a_database_that_is_away_is_told(run, monkeypatch, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COOKBOOK_DATABASE", f"sqlite:///{tmp_path}/file/state.db")
    code, _, err = run()
    assert code == 2
    assert "database" in err
