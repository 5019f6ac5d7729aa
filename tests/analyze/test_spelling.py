"""Typing errors are read as words that the corpus uses, and nothing else is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.analyze import Speller

FORMS = {
    "yritys": 50,
    "yritykset": 30,
    "rahoitus": 40,
    "rahoitusta": 10,
    "sitoutuminen": 20,
    "jäsenmaksu": 15,
    "maksu": 9,
    "laksu": 1,
    "tuki": 30,
    "eu": 99,
    "b2bmyynti": 5,
    "paja": 3,
    "pajä": 1,
}


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(FORMS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yritsy", "yritys"),  # two letters swapped
        ("yritksi", None),  # two errors in a short word
        ("rahotus", "rahoitus"),
        ("sitoutumnien", "sitoutuminen"),
        ("sitoutmnen", "sitoutuminen"),  # two errors in a long word
        ("sitotmnn", None),
        ("jasenmaksu", "jäsenmaksu"),
        ("jasenmaks", "jäsenmaksu"),
        ("paksu", "maksu"),  # the commoner of two at the same distance
        ("tukk", None),  # too short to guess at
        ("2026", None),
        ("pk-yritys", None),
        ("", None),
        ("🙂🙂🙂🙂🙂", None),
    ],
)
def test_what_a_typing_error_is_read_as(speller: Speller, typed: str, meant: str | None) -> None:
    assert speller.correct(typed) == meant


def test_the_first_letter_weighs_more_than_how_common_a_word_is() -> None:
    assert Speller({"maksu": 9, "pakso": 1}).correct("paksu") == "pakso"


def test_of_forms_that_differ_in_diacritics_alone_the_commonest_is_meant(speller: Speller) -> None:
    assert speller.correct("paja") == "paja"


def test_known_words_are_those_of_the_corpus_as_written(speller: Speller) -> None:
    assert speller.knows("jäsenmaksu")
    assert not speller.knows("jasenmaksu")
    assert not speller.knows("eu")  # too short to correct to
    assert not speller.knows("b2bmyynti")


def test_an_empty_corpus_corrects_nothing() -> None:
    assert Speller({}).correct("yritys") is None


@given(st.text(max_size=30))
def test_a_correction_is_always_a_word_of_the_corpus(word: str) -> None:
    assert Speller(FORMS).correct(word) in {None, *FORMS}
