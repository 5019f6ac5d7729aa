"""Free text becomes a query, or is refused in one sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.analyze import normalise
from cookbook_search.errors import QueryError
from cookbook_search.retrieve.query import MAX_LENGTH, MENDED, PART_WEIGHT, SYNONYM_WEIGHT, clean
from cookbook_search.retrieve.synonyms import Synonyms
from cookbook_search.types import Term, Vocabulary


@pytest.fixture
def voikko_reader(searcher, analyzer):
    """Reads queries with Voikko; without it there are no suggestions."""
    if analyzer.name != "voikko":
        pytest.skip("Voikko is not installed")
    return searcher.reader


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  miksi \t\n kukaan ei tule?  ", "miksi kukaan ei tule?"),
        ("yritys\0palaa\x1b[31m", "yritys palaa [31m"),
        ("ä".encode().decode("utf-8"), "ä"),
        ("a\u0308iti", "äiti"),
        ("raha 💶 loppui", "raha 💶 loppui"),
        ("x", "x"),
        ("1", "1"),
    ],
)
def test_cleaning(typed, cleaned):
    assert clean(typed) == cleaned


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "\n\t", "\0\x01\x7f", "💶🎉👍🏽", "?!… –", "\u200b\u200d", "\ud800", "___", "'-'"],
)
def test_a_query_without_a_word_is_refused(typed):
    with pytest.raises(QueryError, match="holds no word"):
        clean(typed)


def test_two_thousand_characters_are_read_and_one_more_is_refused():
    longest = "klusteri " * 222 + "on"
    assert len(longest) == MAX_LENGTH == 2000
    assert clean(longest) == longest
    with pytest.raises(QueryError, match="has 2001 characters; use at most 2000"):
        clean(longest + "x")
    with pytest.raises(QueryError, match="has 2001 characters"):
        clean(" " * 2001)


def test_the_language_is_detected_or_taken_as_given(searcher):
    assert searcher.reader.read("Miksi yritykset eivät palaa?").language == "fi"
    assert searcher.reader.read("Varför kommer företagen inte tillbaka?").language == "sv"
    assert searcher.reader.read("Why do the companies not come back?").language == "en"
    assert searcher.reader.read("Why do the companies not come back?", "sv").language == "sv"


def test_function_words_are_left_out_unless_there_is_nothing_else(searcher):
    read = searcher.reader.read("Miksi ne yritykset eivät palaa?")
    assert [token.surface for token in read.tokens] == ["yritykset", "palaa"]
    assert [token.surface for token in searcher.reader.read("ja se on", "fi").tokens] == ["ja", "se", "on"]


def test_inflected_and_typed_without_dots_means_the_same(searcher):
    plain = searcher.reader.read("yritys pöytä", "fi")
    hurried = searcher.reader.read("yrityksille poydalle", "fi")
    assert {"yritys", "pöytä"} <= plain.own_terms & hurried.own_terms


def test_a_typing_error_is_read_as_the_nearest_word_of_the_corpus(searcher):
    query = searcher.reader.read("kilpaillijat eivät luota", "fi")
    assert dict(query.corrected) == {"kilpaillijat": "kilpailijat"}
    right = searcher.reader.read("kilpailijat eivät luota", "fi")
    assert right.corrected == {}
    assert query.own_terms == right.own_terms
    assert np.allclose(query.vector, right.vector)
    assert query.text == "kilpaillijat eivät luota"


def test_real_words_and_nonsense_are_not_corrected(searcher):
    assert searcher.reader.read("kalastus järvellä", "fi").corrected == {}
    assert searcher.reader.read("zzzxqwv", "fi").corrected == {}


def test_synonyms_weigh_less_and_are_not_highlighted(searcher):
    query = searcher.reader.read("tilaisuus", "fi")
    assert query.weights["tilaisuus"] == 1
    assert query.weights["tapahtuma"] == SYNONYM_WEIGHT
    assert "tapahtuma" in query.weights
    assert "tapahtuma" not in query.own_terms
    assert "evenemang" in query.weights


def test_phrases_have_synonyms_and_are_synonyms(analyzer):
    term = Term(
        id="pula", fi=("osaajapula", "pula osaajista"), sv=("kompetensbrist",), en=("skills shortage",)
    )
    synonyms = Synonyms(Vocabulary(terms=(term,)), analyzer)

    def expand(text, language):
        return synonyms.expand([t for t in analyzer.tokens(text, language) if not t.stop], language)

    assert expand("osaajapulan", "fi")["osaajapulan"] == {
        "pula": 0.5, "osaaja": 0.5, "kompetensbrist": 1.0, "skill": 0.5, "shortag": 0.5,
    }  # fmt: skip
    assert set(expand("the shortages of skills", "en")) == set()
    found = expand("we see a skills shortage here", "en")
    assert set(found) == {"skills shortage"}
    assert found["skills shortage"]["osaajapula"] == 1.0
    assert set(expand("mikä pula osaajista", "fi")) == {"pula osaajista"}
    assert expand("pula", "fi") == {}


@pytest.mark.parametrize(
    ("typed", "language", "read"),
    [
        ("ekosystemit", "fi", "ekosysteemit"),  # the language knows it, the corpus does not
        ("enviroment", "en", "environment"),
        ("naringsliv", "sv", "näringsliv"),
    ],
)
def test_a_word_that_the_corpus_lacks_is_mended_by_the_language(voikko_reader, typed, language, read):
    assert voikko_reader.read(typed, language).corrected == {typed: read}


def test_a_word_that_no_language_knows_is_read_in_the_one_that_can_mend_it(voikko_reader):
    query = voikko_reader.read("kilpaillijat")
    assert (query.language, query.corrected) == ("fi", {"kilpaillijat": "kilpailijat"})


def test_only_so_many_unknown_words_are_looked_up(searcher, monkeypatch):
    looked = []
    monkeypatch.setattr(searcher.reader, "_meant", lambda word, _language: looked.append(word))
    searcher.reader.read(" ".join(f"qwxzq{chr(97 + at)}v" for at in range(MENDED + 8)), "fi")
    assert len(looked) == MENDED


def test_compound_parts_weigh_less_than_the_word(searcher):
    query = searcher.reader.read("puhelinkierros", "fi")
    assert query.weights["puhelinkierros"] == 1
    assert query.weights["puhelin"] == query.weights["kierros"] == PART_WEIGHT


@given(st.text(max_size=300))
def test_any_text_is_refused_or_read(searcher, text):
    if not any(char.isalnum() for char in normalise(text)):
        with pytest.raises(QueryError, match="holds no word"):
            searcher.reader.read(text)
        return
    query = searcher.reader.read(text)
    assert query.language in {"fi", "sv", "en"}
    assert query.tokens
    assert query.vector.dtype == np.float32
    length = float(np.linalg.norm(query.vector))
    assert length == pytest.approx(1, abs=1e-4) or length == 0
    assert all(0 < weight <= 1 for weight in query.weights.values())
    assert all(0 <= token.start < token.end <= len(query.text) for token in query.tokens)
