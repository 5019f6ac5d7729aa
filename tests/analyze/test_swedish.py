"""Swedish as it is spoken and compounded in Finland."""

import pytest

from cookbook_search.analyze.spelling import Speller
from cookbook_search.analyze.wordfilter import WordFilter, pack


@pytest.mark.parametrize(
    ("inflected", "bare"),
    [("kortet", "kort"), ("nätverkets", "nätverk"), ("klustren", "kluster"), ("klusters", "kluster")],
)
def test_a_noun_has_one_stem_with_and_without_its_article(analyzer, inflected, bare):
    assert analyzer.forms(inflected, "sv").lemmas == analyzer.forms(bare, "sv").lemmas


@pytest.mark.parametrize(
    ("spoken", "standard"),
    [("vaffö", "varför"), ("nåt", "något"), ("fakturona", "fakturorna"), ("stan", "staden")],
)
def test_a_spoken_form_is_read_as_the_written_one(analyzer, spoken, standard):
    assert analyzer.forms(spoken, "sv").lemmas == analyzer.forms(standard, "sv").lemmas


@pytest.mark.parametrize("word", ["sku", "måst", "int", "mä", "di"])
def test_spoken_function_words_carry_no_topic(analyzer, word):
    assert analyzer.tokens(word, "sv")[0].stop


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("tångrester", ("tång", "rest")),
        ("mätvärden", ("mät", "värd")),
        ("medlemsföretagen", ("medlem", "företag")),
    ],
)
def test_rare_compounds_come_apart(analyzer, compound, parts):
    assert analyzer.forms(compound, "sv").parts == parts


@pytest.mark.parametrize(("word", "language"), [("satsning", "sv"), ("floskler", "sv"), ("deployment", "en")])
def test_real_words_are_known_though_no_list_holds_them(analyzer, word, language):
    assert analyzer.knows(word, language)
    assert not analyzer.knows(f"{word[:3]}qx{word[3:]}", language)


def test_a_filter_holds_its_words_and_hardly_any_other():
    words = [f"ord{number}" for number in range(2000)]
    held = WordFilter(pack(words))
    assert all(word in held for word in words)
    assert sum(f"annat{number}" in held for number in range(2000)) < 20
    assert "ord" not in WordFilter(b"")


def test_two_errors_are_mended_only_where_the_first_letter_is_right():
    speller = Speller({"hälsning": 3, "employment": 2})
    assert speller.correct("satsning") is None
    assert speller.correct("deployment") is None
    assert speller.correct("emploimet") == "employment"
