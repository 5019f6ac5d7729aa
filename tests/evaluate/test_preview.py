"""The preview: what a staged snapshot would change, before anybody sees it."""

from __future__ import annotations

import json

import pytest
from kitchen import write_cookbook, write_recipe

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import EvaluationError, NoSnapshot
from cookbook_search.evaluate import preview, read_preview, write_preview

JUDGED = [
    {"qid": "a", "lang": "fi", "style": "plain", "query": "Yritykset käyvät kerran eivätkä palaa",
     "recipes": {"yritysten-paluu": 3}, "metrics": {"paluuosuus": 3}},
    {"qid": "b", "lang": "en", "style": "plain", "query": "Where do we find money for the experiment?",
     "recipes": {"avustushaku": 3}},
    {"qid": "c", "lang": "fi", "style": "off", "query": "Miten paistan lohta uunissa?"},
]  # fmt: skip


@pytest.fixture
def corpus(tmp_path):
    return write_cookbook(tmp_path / "corpus")


@pytest.fixture
def cookbook(tmp_path, corpus):
    opened = Cookbook(
        Settings(corpus=(corpus,), index=tmp_path / "index", judged_queries=tmp_path / "judged.jsonl")
    )
    opened.index()
    return opened


def judge(tmp_path, queries=JUDGED):
    lines = "".join(json.dumps(query) + "\n" for query in queries)
    (tmp_path / "judged.jsonl").write_text(lines, encoding="utf-8")


def lose_a_recipe_and_gain_one(corpus):
    (corpus / "reseptit" / "avustushaku.md").unlink()
    write_recipe(corpus, "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    path = corpus / "reseptit" / "luottamus.md"
    path.write_text(path.read_text(encoding="utf-8").replace("vaikenevat", "hymyilevät"), encoding="utf-8")


def test_judged_queries_documents_and_figures_are_compared(cookbook, corpus, tmp_path):
    judge(tmp_path)
    lose_a_recipe_and_gain_one(corpus)
    cookbook.index(stage=True)
    steps = []
    made = preview(cookbook, lambda *step: steps.append(step))
    assert steps[-1] == ("compare", 6, 6)
    assert (made.before, made.after) == (cookbook.snapshots.current, cookbook.snapshots.staged)
    assert (made.queries, made.source) == (3, str(tmp_path / "judged.jsonl"))
    assert [(change.what, change.id, change.sections) for change in made.changes] == [
        ("added", "uusi", ()), ("changed", "luottamus", ("Pulma",)), ("removed", "avustushaku", ()),
    ]  # fmt: skip
    figures = {(figure.group, figure.measure): figure for figure in made.figures}
    lost = figures["en", "recall@5"]
    assert (lost.before, lost.after, lost.difference, lost.queries) == (1, 0, -1, 1)
    assert lost.is_sure
    assert not lost.is_better
    assert figures["all", "recall@5"].difference == -0.5
    assert ("sv", "recall@5") not in figures
    first = made.shifted[0]
    assert (first.qid, first.before.recipes[0]) == ("b", "avustushaku")
    assert first.gain < 0
    assert "avustushaku" not in first.after.recipes
    assert [query.shift for query in made.shifted] == sorted((q.shift for q in made.shifted), reverse=True)


def test_without_judged_queries_the_phrasings_of_the_cookbook_are_asked(cookbook, corpus):
    write_recipe(corpus, "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    cookbook.index(stage=True)
    made = preview(cookbook)
    assert made.source == ""
    assert made.queries > 20
    figures = {(figure.group, figure.measure): figure for figure in made.figures}
    assert figures["all", "recall@5"].after > 0.9


def test_only_what_the_search_sees_is_counted_apart(cookbook, corpus):
    questions = corpus / "kysymykset" / "luottamus.yaml"
    questions.parent.mkdir()
    questions.write_text(
        "id: luottamus\nfi: [{style: plain, text: Miksi kilpailijat vaikenevat?}]\n", "utf-8"
    )
    cookbook.index(stage=True)
    made = preview(cookbook)
    assert (made.changes, made.hidden) == ((), 1)


def test_nothing_can_be_compared_where_nothing_waits(cookbook):
    with pytest.raises(NoSnapshot, match="--stage"):
        preview(cookbook)


def test_faulty_judgements_are_named(cookbook, corpus, tmp_path):
    (tmp_path / "judged.jsonl").write_text('{"qid": "a"}\n', encoding="utf-8")
    write_recipe(corpus, "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    cookbook.index(stage=True)
    with pytest.raises(EvaluationError, match=r"judged\.jsonl"):
        preview(cookbook)


def test_a_kept_preview_is_read_for_its_own_snapshots_alone(cookbook, corpus, tmp_path):
    judge(tmp_path)
    write_recipe(corpus, "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    cookbook.index(stage=True)
    made, path = preview(cookbook), tmp_path / "preview.json"
    assert read_preview(path, made.before, made.after) is None
    write_preview(path, made)
    assert read_preview(path, made.before, made.after) == made
    assert read_preview(path, made.after, made.before) is None
    path.write_text("{", encoding="utf-8")
    assert read_preview(path, made.before, made.after) is None
