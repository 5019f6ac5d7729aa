"""Suggestions while typing: by word, forgiving, in three languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kitchen import write_cookbook

from cookbook_search.parse import read_corpus
from cookbook_search.retrieve import Suggester


@pytest.fixture(scope="module")
def suggest(tmp_path_factory):
    corpus, faults = read_corpus((write_cookbook(tmp_path_factory.mktemp("cookbook")),))
    assert faults == []
    return Suggester(corpus.documents)


def texts(suggestions):
    return [found.text for found in suggestions]


@pytest.mark.parametrize(
    "typed",
    [
        "Yritykset palaavat",
        "yri",
        "YRITYKSET PAL",
        "palaavat yrit",
        "yritkyset",
        "yrtykset",
        "yritykse t",
        "yrityksillä palaavat",
    ],
)
def test_a_title_is_found_however_it_is_begun(suggest, typed):
    assert texts(suggest(typed, "fi"))[0] == "Yritykset palaavat"


@pytest.mark.parametrize(
    ("typed", "language", "title"),
    [("företagen ko", "sv", "Företagen kommer tillbaka"), ("foretagen", "sv", "Företagen kommer tillbaka"),
     ("firms", "en", "Firms come back"), ("fimrs", None, "Firms come back")],
)  # fmt: skip
def test_every_language_is_searched(suggest, typed, language, title):
    found = suggest(typed, language)
    assert found[0].text == title
    assert found[0].kind == "recipe"
    assert found[0].document.id == "yritysten-paluu"


def test_a_piece_inside_a_compound_is_found(suggest):
    assert "Hankerahan haku" in texts(suggest("raha", "fi"))


def test_the_readers_language_comes_first(suggest):
    for language in ("fi", "sv", "en"):
        assert suggest("b", language)[0].language == language or not [
            found for found in suggest("b", language) if found.language == language
        ]


def test_a_document_is_suggested_by_one_title_and_one_problem_at_most(suggest):
    for typed in ("yritykset", "k", "e", "företag"):
        keys = [(found.document.key, found.kind == "problem") for found in suggest(typed, limit=20)]
        assert len(keys) == len(set(keys))


def test_titles_stand_before_problems(suggest):
    kinds = [found.kind == "problem" for found in suggest("yrit", "fi")]
    assert True in kinds
    assert kinds == sorted(kinds)


def test_highlights_are_the_words_that_fit(suggest):
    found = suggest("pal yritykset", "fi")[0]
    assert [found.text[start:end] for start, end in found.highlights] == ["Yritykset", "palaavat"]


@pytest.mark.parametrize("typed", ["", " ", "?!", "xyzzyq", "§", "\x00"])
def test_nothing_fits_nothing(suggest, typed):
    assert suggest(typed) == ()


def test_no_documents_no_suggestions():
    assert Suggester(())("yritys") == ()


@given(typed=st.text(max_size=60), limit=st.integers(1, 20))
def test_anything_may_be_typed(suggest, typed, limit):
    found = suggest(typed, None, limit)
    assert len(found) <= limit
    for suggestion in found:
        for start, end in suggestion.highlights:
            assert 0 <= start < end <= len(suggestion.text)
