"""Words and their places: hyphens, numbers, emoji, control characters, any text at all."""

import threading
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookbook_search.analyze import Analyzer, fold, normalise
from cookbook_search.analyze.spoken import spoken_candidates, with_diacritics
from cookbook_search.analyze.tokens import words
from cookbook_search.types import LANGUAGES, Language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yritys, kaupunki & me.", ["yritys", "kaupunki", "me"]),
        ("pk-yritys EU:n jäsen", ["pk-yritys", "eu:n", "jäsen"]),
        ("elinkeino- ja työllisyys", ["elinkeino", "ja", "työllisyys"]),
        ("vaa\u2019an vaa'an", ["vaa'an", "vaa'an"]),
        ("B\u20102B ja B2B", ["b-2b", "ja", "b2b"]),
        ("2026 3,5 % 1–9", ["2026", "3", "5", "1", "9"]),
        ("snake_case", ["snake", "case"]),
        ("🙂 raha🙂loppui 👩‍💻", ["raha", "loppui"]),
        ("", []),
        (" \n\t ", []),
        ("--- ??? …", []),
        ("ÄÄRI Öljy Åbo", ["ääri", "öljy", "åbo"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert [word for _, _, word in words(text)] == expected


def test_the_places_of_words_cut_them_out_of_the_text() -> None:
    text = "Miksi pk-yritys, 🙂 EU:n Jäsen lähti?"

    assert [text[start:end] for start, end, _ in words(text)] == [
        "Miksi", "pk-yritys", "EU:n", "Jäsen", "lähti",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u0308iti", "äiti"),
        ("a\0b\x07c\nd\te", "a b c d e"),
        ("\ud800x", " x"),
        ("\ue000x", " x"),
        ("🙂 é", "🙂 é"),
    ],
)
def test_normalising_composes_letters_and_blanks_control_characters(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("word", "folded"),
    [("päättäjä", "paattaja"), ("småföretag", "smaforetag"), ("café", "cafe"), ("b2b", "b2b")],
)
def test_folding_removes_diacritics(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(st.text(max_size=200))
def test_normalised_text_is_composed_holds_no_control_and_stays_so(text: str) -> None:
    once = normalise(text)

    assert not {"Cc", "Cs", "Co"} & {unicodedata.category(char) for char in once}
    assert normalise(once) == once


@given(st.text(max_size=200).map(normalise))
def test_words_stand_in_order_without_overlap(text: str) -> None:
    end_of_last = 0
    for start, end, word in words(text):
        assert end_of_last <= start < end <= len(text)
        assert word.strip()
        end_of_last = end


letters = st.text(st.sampled_from("abdefghijklmnoprstuvyäöåAEIÄÖ-'’:0129 .,_🙂\n"), max_size=60)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), letters).map(normalise), st.sampled_from(LANGUAGES))
def test_any_text_can_be_analysed(analyzer: Analyzer, text: str, language: Language) -> None:
    tokens = analyzer.tokens(text, language)

    assert [(token.start, token.end, token.surface) for token in tokens] == list(words(text))
    for token in tokens:
        assert token.lemmas
        assert all(token.terms)


@settings(max_examples=60, deadline=None)
@given(letters.map(normalise))
def test_any_text_can_be_analysed_without_voikko(fallback: Analyzer, text: str) -> None:
    assert [token.surface for token in fallback.tokens(text, "fi")] == [word for *_, word in words(text)]


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=60), letters))
def test_the_language_of_any_text_is_one_of_ours(analyzer: Analyzer, text: str) -> None:
    assert analyzer.detect(text) in LANGUAGES


def test_a_long_word_is_analysed(analyzer: Analyzer) -> None:
    assert [token.surface for token in analyzer.tokens("a" * 2000, "fi")] == ["a" * 2000]


def test_terms_are_lemmas_then_parts(analyzer: Analyzer) -> None:
    (token,) = analyzer.tokens("jäsenmaksujen", "fi")

    assert token.terms == (*token.lemmas, *token.parts)
    assert token.terms[0] == "jäsenmaksu"


def test_one_letter_is_no_topic(analyzer: Analyzer) -> None:
    assert [token.stop for token in analyzer.tokens("x yritys 7 2026", "fi")] == [True, False, True, False]


@pytest.mark.parametrize(
    ("typed", "standard"),
    [
        ("saadaanks", "saadaanko"),
        ("firmois", "firmoissa"),
        ("meil", "meillä"),
        ("korkee", "korkea"),
        ("aikasemmin", "aikaisemmin"),
        ("yrityskin", "yritys"),
    ],
)
def test_spoken_candidates_propose_the_standard_form(typed: str, standard: str) -> None:
    assert standard in set(spoken_candidates(typed)) | {
        twice for once in spoken_candidates(typed) for twice in spoken_candidates(once)
    }


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("eivat", "eivät"),
        ("tyopaja", "työpaja"),
        ("yhteistyo", "yhteistyö"),
        ("klusterikehittamisen", "klusterikehittämisen"),
    ],
)
def test_diacritics_are_proposed(typed: str, right: str) -> None:
    assert right in set(with_diacritics(typed))


def test_words_without_a_and_o_get_no_diacritics() -> None:
    assert list(with_diacritics("kirje")) == []


def test_threads_share_one_analyzer(analyzer: Analyzer) -> None:
    texts: list[tuple[str, Language]] = [
        (f"{word} {other}", language)
        for language, corpus in (
            ("fi", ["klusterikehittämisen", "jasenmaksujen", "firmois", "elinkeinokehittäjille", "rahottaa"]),
            ("sv", ["medlemsföretagen", "näringslivsutvecklare", "utvecklingen", "avgifterna"]),
            ("en", ["companies", "memberships", "funding", "start-ups"]),
        )
        for word in corpus
        for other in corpus
    ]
    expected = [analyzer.tokens(text, language) for text, language in texts]
    shared = type(analyzer)(analyzer._morphology)  # the same morphology, nothing remembered
    start = threading.Barrier(8)
    found: list[list[object]] = [[] for _ in range(8)]

    def work(number: int) -> None:
        start.wait()
        found[number] = [shared.tokens(text, language) for text, language in texts]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(tokens == expected for tokens in found)
