"""Gaps: grouped, counted, masked, mended when the cookbook answers; drafts that the checks can read."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest
from kitchen import write_cookbook

from cookbook_search.app import Cookbook
from cookbook_search.check import check_corpus, structural_faults
from cookbook_search.config import Settings
from cookbook_search.embed import open_embedder
from cookbook_search.errors import CorpusError
from cookbook_search.parse import read_corpus
from cookbook_search.types import Asked, SearchResult
from cookbook_search.usage import Nearness, draft_recipe, records
from cookbook_search.usage.gaps import find_gaps

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
PARKING = ["pysäköintitunnus asukkaalle", "asukkaan pysäköintitunnus", "pysäköintitunnus"]
WASTE = ["biojätteen tyhjennys juhannuksena", "biojätteen tyhjennys"]


def asked(number: int, words: str, *, answered: bool = False, language: str = "fi") -> Asked:
    at = NOW - dt.timedelta(hours=number)
    return Asked(f"{number:016x}", at, "api", "search", language, words, answered)


def unknown(_text: str, _language: str) -> Nearness:
    return Nearness(False, ("luottamus", "ydinjoukko"))


@pytest.fixture(scope="module")
def embedder(analyzer):
    return open_embedder("bundled", analyzer)


@pytest.fixture(scope="module")
def questions() -> list[Asked]:
    return [asked(number, words) for number, words in enumerate([*PARKING, *WASTE, PARKING[0].upper()])]


def test_questions_of_one_meaning_are_one_gap(questions, embedder) -> None:
    report = find_gaps(questions, [], unknown, embedder, 1)
    first, second = report.gaps
    assert {text.lower() for _, text in first.questions} == set(PARKING)
    assert (first.count, first.refused, first.voted_down) == (4, 4, 0)
    assert first.label in {text for _, text in first.questions}
    assert (first.last_asked, first.first_asked) == (NOW, NOW - dt.timedelta(hours=5))
    assert {text for _, text in second.questions} == set(WASTE)
    assert first.nearest == ("luottamus", "ydinjoukko")


def test_the_order_of_the_questions_changes_nothing(questions, embedder) -> None:
    expected = find_gaps(questions, [], unknown, embedder, 1)
    for seed in range(5):
        mixed = random.Random(seed).sample(questions, len(questions))
        found = find_gaps(mixed, [], unknown, embedder, 1)
        assert [(gap.id, gap.count) for gap in found.gaps] == [(gap.id, gap.count) for gap in expected.gaps]


def test_small_groups_are_counted_and_not_shown(questions, embedder) -> None:
    report = find_gaps(questions, [], unknown, embedder, 3)
    assert [gap.count for gap in report.gaps] == [4]
    assert report.hidden == 2


def test_a_question_that_is_answered_now_is_no_gap(questions, embedder) -> None:
    def near(text: str, _language: str) -> Nearness:
        return Nearness("pysäköinti" in text.lower(), ())

    report = find_gaps(questions, [], near, embedder, 1)
    assert report.mended == 4
    assert [gap.count for gap in report.gaps] == [2]


def test_votes_against_count_once_a_question_and_bring_their_comments(embedder) -> None:
    answer = asked(1, "jäsenmaksun suuruus", answered=True)
    votes = [
        (answer, "liian yleinen"),
        (answer, ""),
        (asked(2, "jäsenmaksun suuruus", answered=True), "ei auttanut"),
    ]
    (gap,) = find_gaps([], votes, unknown, embedder, 1).gaps
    assert (gap.count, gap.voted_down, gap.refused) == (2, 2, 0)
    assert gap.comments == ("liian yleinen", "ei auttanut")


def test_labels_of_masking_do_not_make_questions_alike(embedder) -> None:
    questions = [asked(1, "[nimi] pysäköintitunnus [puhelin]"), asked(2, "[nimi] biojäte [puhelin]")]
    assert len(find_gaps(questions, [], unknown, embedder, 1).gaps) == 2


def test_nothing_asked_no_gaps(embedder) -> None:
    report = find_gaps([], [], unknown, embedder, 1)
    assert (report.gaps, report.hidden, report.mended) == ((), 0, 0)


@pytest.fixture
def cookbook(tmp_path) -> Cookbook:
    settings = Settings(
        corpus=(write_cookbook(tmp_path / "corpus"),), index=tmp_path / "index",
        database=f"sqlite:///{tmp_path}/state.db",
    )  # fmt: skip
    opened = Cookbook(settings)
    opened.index()
    yield opened
    opened.close()


def refused(cookbook: Cookbook, words: str) -> None:
    cookbook.usage.record_search(SearchResult(words, "fi", False), "web")


def test_the_cookbook_lists_what_searches_and_chats_asked_in_vain(cookbook, monkeypatch) -> None:
    monkeypatch.setattr(cookbook, "_near", unknown)
    for words in PARKING:
        refused(cookbook, f"{words}, kysyi Matti Virtanen")
    cookbook.usage.drain()
    report = cookbook.gaps()
    (gap,) = report.gaps
    assert gap.count == 3
    assert all("Virtanen" not in text for _, text in gap.questions)
    assert cookbook.gaps(least=4).hidden == 3


def test_retention_is_enforced(cookbook, monkeypatch) -> None:
    monkeypatch.setattr(cookbook, "_near", unknown)
    refused(cookbook, PARKING[0])
    cookbook.usage.drain()
    cookbook.usage.give_feedback("a" * 16, "search", "down")
    assert cookbook.usage.purge() == type(cookbook.usage.purge())(0, 0)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=91)
    monkeypatch.setattr(records, "_now", lambda: later)
    gone = cookbook.usage.purge()
    assert (gone.queries, gone.feedback) == (1, 1)
    assert cookbook.gaps(least=1).gaps == ()


def drafted(cookbook: Cookbook, corpus: Path) -> Path:
    questions = [
        asked(n, words) for n, words in enumerate(["Miten [nimi] saa pysäköintitunnuksen?", *PARKING])
    ]
    questions += [asked(9, "boendeparkering", language="sv")]
    embedder = open_embedder("bundled", cookbook._analyzer)
    gap = find_gaps(questions, [], unknown, embedder, 1).gaps[0]
    documents = cookbook.snapshot.documents
    document_id, text = draft_recipe(gap, documents, {d.id for d in documents}, dt.date(2026, 11, 24))
    path = corpus / "reseptit" / f"{document_id}.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_draft_is_read_and_its_missing_parts_are_named(cookbook, analyzer, tmp_path) -> None:
    path = drafted(cookbook, tmp_path / "corpus")
    corpus, faults = read_corpus([tmp_path / "corpus"])
    assert faults == []
    draft = next(document for document in corpus.documents if document.id == path.stem)
    assert len(draft.problems.fi) >= 3
    assert all("[" not in text for text in draft.problems.fi)
    assert draft.metrics == ("jasenmaara",)
    told = [f for f in check_corpus(corpus, analyzer) if Path(f.path).stem == path.stem]
    assert {"unfinished", "problems", "sources", "template", "length"} <= {fault.rule for fault in told}
    assert not {"schema", "dangling-id", "headings", "unknown-tag"} & {fault.rule for fault in told}
    missing = " ".join(fault.message for fault in told if fault.rule == "unfinished")
    for part in (
        "title.fi",
        "title.sv",
        "summary.en",
        "Pulma",
        "Sudenkuopat",
        "Ei rahaa",
        "Lähteet",
        "1. KIRJOITA",
    ):
        assert part in missing


def test_no_index_is_built_over_a_draft(cookbook, tmp_path) -> None:
    path = drafted(cookbook, tmp_path / "corpus")
    corpus, _ = read_corpus([tmp_path / "corpus"])
    assert {fault.rule for fault in structural_faults(corpus)} == {"unfinished"}
    with pytest.raises(CorpusError, match=path.stem):
        cookbook.index()


def test_a_draft_takes_a_free_id(cookbook, embedder) -> None:
    gap = find_gaps([asked(1, "Pysäköintitunnus!")], [], unknown, embedder, 1).gaps[0]
    documents = cookbook.snapshot.documents
    ids = []
    for _ in range(3):
        ids.append(draft_recipe(gap, documents, set(ids), dt.date(2026, 11, 24))[0])
    assert ids == ["pysakointitunnus", "pysakointitunnus-2", "pysakointitunnus-3"]
