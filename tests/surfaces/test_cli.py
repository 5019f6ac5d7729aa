"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cookbook_search.index import current_id
from cookbook_search.surfaces.cli import main

QUERY = "Kilpailijat eivät kerro toisilleen mitään"
NONSENSE = "qqxyzw wzyxqq"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; its exit status, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["cookbook", *(str(argument) for argument in arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code or 0, printed.out, printed.err

    return command


@pytest.fixture
def judged(tmp_path):
    """Three judged queries."""
    path = tmp_path / "judged.jsonl"
    lines = [
        {"qid": "1", "lang": "fi", "style": "formal", "query": QUERY, "recipes": {"luottamus": 3}},
        {"qid": "2", "lang": "sv", "style": "spoken", "query": "Konkurrenterna litar inte på varandra",
         "recipes": {"luottamus": 3}, "metrics": {"jasenmaara": 2}},
        {"qid": "3", "lang": "fi", "style": "formal", "query": NONSENSE},
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_check_of_a_good_corpus(run, small_corpus):
    code, out, err = run("check", small_corpus)
    assert (code, out) == (0, "")
    assert err == "5 documents, 0 faults\n"
    code, out, _ = run("check", small_corpus, "--json")
    assert code == 0
    assert json.loads(out) == {"documents": 5, "faults": []}


def test_check_tells_every_fault_with_its_line(run, small_corpus):
    for path in sorted((small_corpus / "reseptit").glob("*.md")):
        path.write_text(path.read_text(encoding="utf-8").replace("phase:", "vaihe:"), encoding="utf-8")
    code, out, err = run("check", small_corpus)
    assert code == 1
    assert "reseptit/arvolupaus-yrityksille.md:" in out
    assert "reseptit/jasenmaksut.md:" in out
    assert "3 documents" in err
    code, out, _ = run("check", small_corpus, "--json", "--only", "jasenmaksut")
    faults = json.loads(out)["faults"]
    assert code == 1
    assert {fault["path"] for fault in faults} == {"reseptit/jasenmaksut.md"}
    assert all(set(fault) == {"path", "line", "rule", "message"} and fault["line"] > 0 for fault in faults)


def test_check_of_a_folder_that_is_not_there(run, tmp_path):
    code, out, _ = run("check", tmp_path / "nowhere")
    assert code == 1
    assert "does not exist" in out


def test_index_and_search(run, corpora, tmp_path):
    vantaa, espoo = corpora
    code, out, err = run("index", "--corpus", vantaa, "--corpus", espoo, "--index", "here")
    assert (code, err) == (0, "")
    assert out == f"{current_id(tmp_path / 'here')}: 11 documents, {out.split()[-2]} chunks\n"
    code, out, _ = run("index", "--corpus", vantaa, "--corpus", espoo, "--index", "here", "--json")
    assert code == 0
    assert json.loads(out)["id"] == current_id(tmp_path / "here")
    code, out, _ = run("search", QUERY, "--index", "here")
    assert code == 0
    assert "Luottamus kilpailijoiden kesken" in out
    assert "Jäsenmäärä" in out


def test_index_of_a_faulty_corpus_names_every_file_and_keeps_the_old_one(run, corpora, tmp_path):
    corpus = shutil.copytree(corpora[0], tmp_path / "corpus")
    assert run("index", "--index", "here")[0] == 0
    before = current_id(tmp_path / "here")
    for name in ("luottamus", "ydinjoukko"):
        path = corpus / "reseptit" / f"{name}.md"
        path.write_text(path.read_text(encoding="utf-8").replace("phase:", "phase: [", 1), encoding="utf-8")
    code, out, err = run("index", "--index", "here")
    assert (code, out) == (1, "")
    assert "reseptit/luottamus.md:" in err
    assert "reseptit/ydinjoukko.md:" in err
    assert "Traceback" not in err
    assert current_id(tmp_path / "here") == before


def test_search_as_json_has_the_shape_of_the_api(run, index):
    code, out, _ = run("search", QUERY, "--json", "--limit", "2", "--index", index)
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == {
        "query_id", "language", "answerable", "took_ms", "recipes", "metrics", "suggestions", "facets"
    }  # fmt: skip
    assert len(answer["recipes"]) == 2
    assert answer["language"] == "fi"


def test_search_with_filters_and_language(run, index):
    code, out, _ = run(
        "search", "rahaa kokeiluun", "--json", "--language", "fi", "--phase", "rahoita", "--tag", "rahoitus",
        "--owner", "Espoo", "--index", index,
    )  # fmt: skip
    answer = json.loads(out)
    assert code == 0
    assert [recipe["id"] for recipe in answer["recipes"]] == ["avustushaku"]
    assert set(answer["facets"]["owner"]) <= {"Espoo"}


def test_a_refused_search_ends_with_one(run, index):
    code, out, _ = run("search", QUERY, "--tag", "ei-ole", "--index", index)
    assert code == 1
    assert "Keittokirjassa ei ole vastausta tähän" in out
    code, out, _ = run("search", QUERY, "--tag", "ei-ole", "--language", "en", "--index", index)
    assert code == 1
    assert "The cookbook has no answer to this" in out
    code, out, _ = run("search", QUERY, "--tag", "ei-ole", "--json", "--index", index)
    assert code == 1
    assert json.loads(out)["answerable"] is False


def test_corrections_are_shown(run, index):
    _, out, _ = run("search", "kilpaillijat", "--language", "fi", "--index", index)
    assert "kilpaillijat → kilpailijat" in out


def test_explain(run, index):
    code, out, _ = run(
        "search", "kilpaillijat qqxyzw tilaisuus", "--language", "fi", "--explain", "--index", index
    )
    assert code == 0
    assert "language fi" in out
    assert "corrected kilpaillijat -> kilpailijat" in out
    assert "not in the corpus: qqxyzw" in out
    assert "synonyms of " in out
    assert "luottamus" in out
    code, out, _ = run("search", "kilpailijat", "--explain", "--json", "--index", index)
    assert code == 0
    assert json.loads(out)["documents"][0]["probability"] >= 0


def test_eval(run, index, judged, tmp_path):
    code, out, _ = run("eval", judged, "--index", index)
    assert code == 0
    for word in ("language", "style", "all", "ndcg@10", "false_refusal", "spoken"):
        assert word in out
    code, out, _ = run("eval", judged, "--json", "--index", index, "--per-query", tmp_path / "each.jsonl")
    figures = json.loads(out)
    assert code == 0
    assert figures["queries"] == 3
    assert set(figures["language"]) == {"fi", "sv"}
    assert set(figures["style"]) == {"formal", "spoken"}
    assert figures["all"]["all"]["ndcg@10"]["count"] == 2
    assert figures["all"]["all"]["refusal"]["count"] == 1
    assert figures["difference"] == {}
    each = [json.loads(line) for line in (tmp_path / "each.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["qid"] for one in each] == ["1", "2", "3"]


def test_eval_under_the_floor_ends_with_one(run, index, judged):
    assert run("eval", judged, "--floor", "1.01", "--json", "--index", index)[0] == 1
    assert run("eval", judged, "--floor", "0", "--json", "--index", index)[0] == 0


def test_eval_against_other_settings_is_paired(run, index, judged, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(f'index = "{index}"\ncache_size = 0\n', encoding="utf-8")
    code, out, _ = run("eval", judged, "--against", other, "--index", index, "--json")
    difference = json.loads(out)["difference"]
    assert code == 0
    assert difference["ndcg@10"] == {"mean": 0, "low": 0, "high": 0, "count": 2}
    assert "difference ndcg@10: 0.000" in run("eval", judged, "--against", other, "--index", index)[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["search", "?!", "--index", "INDEX"], "describe the problem"),
        (["search", "x" * 2001, "--index", "INDEX"], "use at most 2000"),
        (["search", "klusteri", "--index", "nowhere"], "run `cookbook index`"),
        (["search"], "Missing argument"),
        (["search", "a", "--limit", "0"], "--limit"),
        (["search", "a", "--limit", "51"], "--limit"),
        (["search", "a", "--language", "de"], "--language"),
        (["nothing"], "No such command"),
        (["index", "--colour", "red"], "No such option"),
        (["eval", "nowhere.jsonl"], "nowhere.jsonl"),
        (["eval", "JUDGED", "--against", "nowhere.toml", "--index", "INDEX"], "nowhere.toml cannot be read"),
        (["serve", "--port", "99999"], "COOKBOOK_PORT"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_wrong_use_ends_with_two_and_a_sentence(run, index, judged, arguments, sentence):
    known = {"INDEX": index, "JUDGED": judged}
    code, out, err = run(*(known.get(argument, argument) for argument in arguments))
    assert code == 2
    assert sentence in err
    assert out == ""
    assert "Traceback" not in err


def test_a_wrong_setting_ends_with_two(run, monkeypatch):
    monkeypatch.setenv("COOKBOOK_CACHE_SIZE", "many")
    code, _, err = run("search", "klusteri")
    assert code == 2
    assert "COOKBOOK_CACHE_SIZE" in err


def test_a_damaged_index_ends_with_two(run, index, tmp_path):
    shutil.copytree(index, tmp_path / "copy")
    (tmp_path / "copy" / current_id(index) / "dense.faiss").write_bytes(b"")
    code, _, err = run("search", "klusteri", "--index", "copy")
    assert code == 2
    assert "torn or altered; run `cookbook index`" in err


def test_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for command in ("check", "index", "search", "serve", "eval"):
        assert command in out


def test_the_installed_command_shows_its_progress_on_a_terminal(corpora, tmp_path):
    """On a terminal the build draws a bar; into a file it prints its result alone."""
    command = Path(sys.executable).with_name("cookbook")
    master, slave = pty.openpty()
    arguments = [str(command), "index", "--corpus", str(corpora[0]), "--index", str(tmp_path / "index")]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=slave, env=environment, cwd=tmp_path)
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 4096):
            shown += piece
    except OSError:  # the terminal is gone once the process has ended
        pass
    out, _ = process.communicate(timeout=60)
    os.close(master)
    assert process.returncode == 0
    assert out.decode().startswith(current_id(tmp_path / "index"))
    for step in (b"analyze", b"write", b"switch"):
        assert step in shown
