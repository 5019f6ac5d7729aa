"""`cookbook snapshots`, `index --stage`, `preview`, `publish` and `rollback`, as a person types them."""

from __future__ import annotations

import json
import sys

import pytest
from kitchen import write_cookbook, write_recipe

from cookbook_search.surfaces.cli import main


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command beside a small cookbook; its exit status, output and errors."""
    write_cookbook(tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["cookbook", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code or 0, printed.out, printed.err

    return command


def test_a_staged_index_is_compared_published_and_rolled_back(run, tmp_path):
    assert run("snapshots")[1] == "No snapshots; run `cookbook index`.\n"
    first = json.loads(run("index", "--json")[1])["id"]
    code, _, err = run("index", "--stage")
    assert (code, err) == (0, "The corpus has not changed: nothing waits to be published.\n")
    write_recipe(tmp_path / "corpus", "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    code, out, err = run("index", "--stage")
    assert code == 0
    assert "cookbook preview" in err
    second = out.partition(":")[0]
    code, out, _ = run("preview")
    assert code == 0
    assert "added Vantaa uusi" in out
    assert "own phrasings" in out
    assert "recall@5" in out
    told = json.loads(run("preview", "--json")[1])
    assert (told["before"], told["after"]) == (first, second)
    code, out, _ = run("publish")
    assert (code, out) == (0, f"{second} is current: 9 documents, {told_chunks(run, second)} chunks\n")
    assert run("publish")[0] == 2
    assert json.loads(run("rollback", "--json")[1])["id"] == first
    code, out, err = run("index")
    assert code == 0
    assert out.startswith(first)
    assert f"`cookbook publish {second}` undoes it" in err
    listed = json.loads(run("snapshots", "--json")[1])
    assert (listed["current"], listed["staged"], listed["before"]) == (first, "", "")
    assert [one["usable"] for one in listed["snapshots"]] == [True, True]
    assert listed["snapshots"][1]["move"]["what"] == "rolled back"
    assert listed["snapshots"][1]["move"]["left"] == second
    table = run("snapshots")[1]
    assert first in table
    assert "current" in table


def told_chunks(run, name):
    listed = json.loads(run("snapshots", "--json")[1])["snapshots"]
    return next(one["chunks"] for one in listed if one["id"] == name)


def test_wrong_use_is_told_in_one_sentence(run, tmp_path):
    for command, said in (
        (("rollback",), "There is no earlier snapshot in index to go back to."),
        (("publish",), "Nothing waits to be published; run `cookbook index --stage` first."),
        (("preview",), "Nothing waits to be published; run `cookbook index --stage` first."),
        (("rollback", "x"), "There is no snapshot x in index; `cookbook snapshots` lists them."),
    ):
        code, out, err = run(*command)
        assert (code, out, err.strip()) == (2, "", said)
    run("index")
    write_recipe(tmp_path / "corpus", "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    run("index", "--stage")
    assert run("preview", "--discard")[0] == 0
    assert run("publish")[0] == 2
