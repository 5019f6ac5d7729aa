"""`cookbook plan` in a terminal."""

from __future__ import annotations

import json
import sys

import pytest
import typer

from cookbook_search.surfaces.cli import main
from cookbook_search.surfaces.cli import plan as command

PROBLEM = "Yritykset käyvät kerran eivätkä palaa"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path, index):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COOKBOOK_DATABASE", f"sqlite:///{tmp_path}/state.db")

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["cookbook", "plan", "--index", str(index), *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code or 0, printed.out, printed.err

    return call


def test_a_plan_on_the_terminal(run) -> None:
    code, out, _ = run("--problem", PROBLEM, "--cluster", "Vety*klusteri", "--start", "4.1.2027")
    assert code == 0
    assert out.startswith("# Käynnistyssuunnitelma: Vety\\*klusteri\n")
    assert f"Sanoit: ”{PROBLEM}”" in out


def test_json_and_keeping(run) -> None:
    code, out, _ = run("--problem", PROBLEM, "--json", "--keep", "--language", "sv")
    made = json.loads(out)
    assert code == 0
    assert made["url"].endswith(made["token"])
    assert made["plan"]["steps"][0]["title"]
    assert json.loads(run("--problem", PROBLEM, "--json")[1])["token"] is None


@pytest.mark.parametrize("form", ["md", "docx", "xlsx", "ics", "json", "pdf"])
def test_files(run, tmp_path, form) -> None:
    code, out, err = run("--problem", PROBLEM, "--out", f"plan.{form}")
    assert (code, out, err.strip()) == (0, "", f"plan.{form}")
    assert (tmp_path / f"plan.{form}").stat().st_size > 500


def test_no_answer_is_told(run) -> None:
    code, out, _ = run("--problem", "qqxyzw wzyxqq")
    assert code == 1
    assert "qqxyzw wzyxqq" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--problem"),
        (("--problem", "x"), "--problem"),
        (("--problem", PROBLEM, "--out", "plan.exe"), ".docx"),
        (("--problem", PROBLEM, "--start", "eilen"), "2027-03-31"),
        (("--problem", PROBLEM, "--months", "99"), "--months"),
        (("--problem", PROBLEM, "--out", "ei/ole/plan.md"), "cannot be written"),
    ],
)
def test_wrong_use(run, arguments, said) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert said in err.replace("\n", " ").replace("│", "").replace("  ", " ")


def test_questions_are_asked(run, monkeypatch) -> None:
    answers = iter(["Vetyklusteri", 4, PROBLEM, "", 3, 1000, 99, 9])
    monkeypatch.setattr(command.sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(answers))
    code, out, _ = run("--json")
    situation = json.loads(out)["plan"]["situation"]
    assert code == 0
    assert (situation["cluster"], situation["phase"], situation["problems"]) == (
        "Vetyklusteri",
        "orkestroi",
        [PROBLEM],
    )
