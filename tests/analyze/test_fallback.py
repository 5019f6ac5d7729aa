"""The analyzer without Voikko, and how one is chosen."""

import ctypes

import libvoikko
import pytest

from cookbook_search.analyze import Analyzer, open_analyzer


def test_simplemma_gives_base_forms(fallback: Analyzer) -> None:
    assert fallback.forms("yrityksille", "fi").lemmas == ("yritys",)
    assert fallback.forms("tapahtumissa", "fi").lemmas == ("tapahtuma",)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("klusterikehittämisen", {"klusteri", "kehittäminen"}),
        ("jäsenmaksu", {"jäsen", "maksu"}),
        ("elinkeinokehittäjille", {"elinkeino", "kehittäjä"}),
    ],
)
def test_our_own_split_finds_the_halves_of_compounds(fallback: Analyzer, word: str, parts: set[str]) -> None:
    assert set(fallback.forms(word, "fi").parts) == parts


def test_a_query_without_diacritics_works_without_voikko(fallback: Analyzer) -> None:
    tokens = fallback.tokens("yritykset eivat sitoudu", "fi")

    assert [token.lemmas[0] for token in tokens] == ["yritys", "ei", "sitoutua"]


def test_spoken_words_work_without_voikko(fallback: Analyzer) -> None:
    assert fallback.forms("saadaanks", "fi").lemmas == ("saada",)
    assert fallback.forms("firmois", "fi").lemmas == ("firma",)


def test_an_unknown_word_has_no_forms(fallback: Analyzer) -> None:
    assert fallback.forms("qqqxyz", "fi").lemmas == ()
    assert not fallback.knows("qqqxyz", "fi")


def test_other_languages_are_the_same_without_voikko(fallback: Analyzer, analyzer: Analyzer) -> None:
    for word in ("medlemsföretagen", "näringslivet", "e-handel"):
        assert fallback.forms(word, "sv") == analyzer.forms(word, "sv")
    assert fallback.detect("hur får vi företagen med") == "sv"


def test_the_two_morphologies_have_other_names_and_versions(fallback: Analyzer, voikko: Analyzer) -> None:
    assert fallback.name == "simplemma"
    assert fallback.version != voikko.version


@pytest.fixture(params=[OSError("libvoikko.so.1: cannot open"), libvoikko.VoikkoException("no dictionary")])
def without_voikko(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Exception:
    """Voikko cannot be opened: its library or its dictionary is missing."""

    def refuse(*_: object, **__: object) -> ctypes.CDLL:
        raise request.param

    monkeypatch.setattr(libvoikko, "Voikko", refuse)
    return request.param


def test_auto_falls_back_where_voikko_is_missing(without_voikko: Exception) -> None:
    analyzer = open_analyzer("auto")

    assert analyzer.name == "simplemma"
    assert analyzer.forms("yrityksille", "fi").lemmas == ("yritys",)


def test_voikko_asked_for_by_name_is_not_replaced(without_voikko: Exception) -> None:
    with pytest.raises(type(without_voikko)):
        open_analyzer("voikko")


def test_auto_takes_voikko_where_it_is(voikko: Analyzer) -> None:
    assert open_analyzer("auto").version == voikko.version
