"""Finnish through Voikko: base forms, compound parts, hurried and spoken spellings."""

import pytest

from cookbook_search.analyze import Analyzer


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("yrityksille", "yritys"),
        ("yritykset", "yritys"),
        ("rahoituksesta", "rahoitus"),
        ("kaupungeissa", "kaupunki"),
        ("sitoutuneet", "sitoutunut"),
        ("klusterikehittämisen", "klusterikehittäminen"),
        ("mittarien", "mittari"),
        ("vantaalla", "vantaa"),
    ],
)
def test_an_inflected_word_has_its_base_form(voikko: Analyzer, word: str, lemma: str) -> None:
    assert lemma in voikko.forms(word, "fi").lemmas


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("klusterikehittämisen", {"klusteri", "kehittää"}),
        ("jäsenmaksujen", {"jäsen", "maksu"}),
        ("elinkeinokehittäjille", {"elinkeino", "kehittäjä", "kehittää"}),
        ("pk-yritykselle", {"pk", "yritys"}),
        ("hankerahoituksen", {"hanke", "rahoitus"}),
        ("kehittäjä", {"kehittää"}),
    ],
)
def test_a_compound_has_its_parts_and_a_derivation_its_root(
    voikko: Analyzer, word: str, parts: set[str]
) -> None:
    assert parts <= set(voikko.forms(word, "fi").parts)


@pytest.mark.parametrize("word", ["klusterikehittämisen", "jäsenmaksujen", "pk-yritykselle", "kuusi"])
def test_no_term_of_a_word_stands_twice(voikko: Analyzer, word: str) -> None:
    forms = voikko.forms(word, "fi")

    assert len({*forms.lemmas, *forms.parts}) == len(forms.lemmas) + len(forms.parts)
    assert 1 <= len(forms.lemmas) <= 3


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("sitouttaa", "sitouttaa"),
        ("eivat", "eivät"),
        ("jasenmaksu", "jäsenmaksu"),
        ("kehittamisen", "kehittämisen"),
        ("vaikuttavuutta", "vaikuttavuutta"),
        ("tyopaja", "työpaja"),
        ("tyopajoissa", "työpajoissa"),
        ("lahtotaso", "lähtötaso"),
        ("yhteistyota", "yhteistyötä"),
        ("paattajat", "päättäjät"),
    ],
)
def test_missing_diacritics_reach_the_right_base_form(voikko: Analyzer, typed: str, right: str) -> None:
    assert voikko.forms(typed, "fi").lemmas == voikko.forms(right, "fi").lemmas
    assert voikko.forms(right, "fi").lemmas


def test_a_query_without_diacritics(voikko: Analyzer) -> None:
    tokens = voikko.tokens("yritykset eivat sitoudu", "fi")

    assert [token.lemmas[0] for token in tokens] == ["yritys", "ei", "sitoutua"]
    assert [token.stop for token in tokens] == [False, True, False]


@pytest.mark.parametrize(
    ("spoken", "lemma"),
    [
        ("saadaanks", "saada"),
        ("firmois", "firma"),
        ("tapahtumis", "tapahtuma"),
        ("korkee", "korkea"),
        ("nopeesti", "nopea"),
        ("rahottaa", "rahoittaa"),
        ("yrityksiin", "yritys"),
    ],
)
def test_spoken_words_reach_the_written_base_form(voikko: Analyzer, spoken: str, lemma: str) -> None:
    assert lemma in voikko.forms(spoken, "fi").lemmas


@pytest.mark.parametrize("word", ["mä", "noi", "sä", "me", "ne", "eivät", "että"])
def test_spoken_and_written_function_words_carry_no_topic(voikko: Analyzer, word: str) -> None:
    assert [token.stop for token in voikko.tokens(word, "fi")] == [True]


def test_a_colloquial_question_keeps_its_topic(voikko: Analyzer) -> None:
    tokens = voikko.tokens("mä en tiiä saadaanks noi firmat maksaa jäsenmaksui", "fi")

    topic = {term for token in tokens if not token.stop for term in token.terms}
    assert {"firma", "maksaa", "jäsenmaksu", "jäsen", "maksu"} <= topic


@pytest.mark.parametrize("word", ["qqqxyz", "zzzz", "b2b", "сайт"])
def test_an_unknown_word_has_no_forms_and_stands_for_itself_in_a_text(voikko: Analyzer, word: str) -> None:
    assert voikko.forms(word, "fi").lemmas == ()
    assert not voikko.knows(word, "fi")
    assert [token.terms for token in voikko.tokens(word, "fi")] == [(word,)]


@pytest.mark.parametrize(
    ("typed", "right"),
    [("raakaaineeksi", "raaka-aine"), ("mediaalan", "media-ala"), ("linjaauto", "linja-auto")],
)
def test_a_hyphen_left_out_between_equal_vowels_is_put_back(voikko: Analyzer, typed: str, right: str) -> None:
    assert right in voikko.forms(typed, "fi").lemmas


def test_a_hyphenated_unknown_word_is_known_by_its_pieces(voikko: Analyzer) -> None:
    forms = voikko.forms("qqqxyz-yritysten", "fi")

    assert forms.lemmas == ("qqqxyz-yritysten",)
    assert set(forms.parts) == {"qqqxyz", "yritys"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("yritystenkin", True),
        ("vantaa", True),
        ("pk-yritys", True),
        ("klusteri-ilta", True),
        ("yrytys", False),
        ("qqqxyz-ilta", False),
    ],
)
def test_what_is_finnish_as_written(voikko: Analyzer, word: str, expected: bool) -> None:
    assert voikko.is_finnish(word) is expected


def test_missing_diacritics_are_no_finnish_as_written(voikko: Analyzer) -> None:
    assert voikko.knows("kehittamisen", "fi")
    assert not voikko.is_finnish("kehittamisen")


def test_the_name_and_version_tell_the_morphology(voikko: Analyzer) -> None:
    assert voikko.name == "voikko"
    assert "voikko" in voikko.version
