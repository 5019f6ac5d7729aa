"""Swedish and English words, and which language a short query is in."""

import pytest

from cookbook_search.analyze import Analyzer
from cookbook_search.analyze.swedish import split_compound
from cookbook_search.types import Language


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("jäsenmaksu", "fi"),
        ("klusteri", "fi"),
        ("yritykset eivat sitoudu", "fi"),
        ("Mistä rahaa?", "fi"),
        ("mä en tiiä mitä tehdä", "fi"),
        ("pk-yritysten kansainvälistyminen", "fi"),
        ("medlemsavgift", "sv"),
        ("små företag", "sv"),
        ("hur får vi företagen med", "sv"),
        ("Vem ska leda klustret?", "sv"),
        ("membership fee", "en"),
        ("funding", "en"),
        ("how do we get firms to commit", "en"),
        ("Who should lead the cluster?", "en"),
        ("mikä on pitch", "fi"),  # function words decide between a name or loan and the rest
        ("hur gör vantaa", "sv"),
        ("what about vantaa", "en"),
    ],
)
def test_the_language_of_a_short_query(analyzer: Analyzer, query: str, language: Language) -> None:
    assert analyzer.detect(query) == language


@pytest.mark.parametrize("query", ["", " ", "123", "1000 €", "🙂", "сайт", "???", "\u200b"])
def test_finnish_where_nothing_speaks_for_another(analyzer: Analyzer, query: str) -> None:
    assert analyzer.detect(query) == "fi"


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("medlemsföretagen", ("medlem", "företag")),
        ("näringslivsutvecklare", ("näringsliv", "utveckl")),
        ("medlemsavgiften", ("medlem", "avgift")),
        ("företag", ()),
        ("och", ()),
    ],
)
def test_swedish_compounds_are_split_into_known_halves(
    analyzer: Analyzer, word: str, parts: tuple[str, ...]
) -> None:
    assert analyzer.forms(word, "sv").parts == parts


def test_inflected_swedish_and_english_words_share_a_stem(analyzer: Analyzer) -> None:
    assert analyzer.forms("företagen", "sv").lemmas == analyzer.forms("företag", "sv").lemmas
    assert analyzer.forms("companies", "en").lemmas == analyzer.forms("company", "en").lemmas
    assert analyzer.forms("funding", "en").lemmas != analyzer.forms("found", "en").lemmas


def test_hyphens_part_swedish_and_english_words(analyzer: Analyzer) -> None:
    assert analyzer.forms("e-handel", "sv").parts == ("e", "handel")
    assert analyzer.forms("start-ups", "en").parts == ("start", "up")


def test_english_words_are_not_split(analyzer: Analyzer) -> None:
    assert analyzer.forms("workshop", "en").parts == ()


@pytest.mark.parametrize(
    ("word", "language", "known"),
    [
        ("företag", "sv", True),
        ("medlemsföretagen", "sv", True),
        ("qqqxyz", "sv", False),
        ("companies", "en", True),
        ("qqqxyz", "en", False),
    ],
)
def test_what_is_a_word_of_the_language(
    analyzer: Analyzer, word: str, language: Language, known: bool
) -> None:
    assert analyzer.knows(word, language) is known


def test_function_words_are_told_by_language(analyzer: Analyzer) -> None:
    assert [token.stop for token in analyzer.tokens("och företag", "sv")] == [True, False]
    assert [token.stop for token in analyzer.tokens("the company", "en")] == [True, False]


@pytest.mark.parametrize(
    ("word", "halves"),
    [
        ("abcdefgh", ("abcd", "efgh")),
        ("abcdsefgh", ("abcd", "efgh")),
        ("abcdxefgh", ()),
        ("efgh", ()),
        ("abcefgh", ()),
    ],
)
def test_the_split_takes_known_halves_and_drops_a_joining_s(word: str, halves: tuple[str, ...]) -> None:
    known = {"abcd", "efgh", "abc"}

    assert split_compound(word, lambda part: part if part in known else None) == halves


def test_the_longest_last_half_wins() -> None:
    known = {"abcd", "efghijkl", "abcdefgh", "ijkl"}

    found = split_compound("abcdefghijkl", lambda part: part if part in known else None)

    assert found == ("abcd", "efghijkl")
