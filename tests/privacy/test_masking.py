"""Personal data goes, the question stays; in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookbook_search.analyze import normalise, open_analyzer
from cookbook_search.parse import read_corpus
from cookbook_search.privacy import Masker
from cookbook_search.privacy.identifiers import finnish_check_character
from cookbook_search.types import LANGUAGES

CORPUS = Path(__file__).parents[2] / "corpus"

MASKED = [
    # e-mail
    ("fi", "Kirjoita osoitteeseen matti.virtanen@vantaa.fi", "Kirjoita osoitteeseen [sähköposti]"),
    ("sv", "min adress är anna_b+klubb@foretag.co.uk tack", "min adress är [sähköposti] tack"),
    ("en", "mail me: j.smith (at) firm.fi", "mail me: [sähköposti]"),
    # telephone
    ("fi", "soita 040 123 4567 heti", "soita [puhelin] heti"),
    ("fi", "puh. 09 310 8191", "puh. [puhelin]"),
    ("fi", "numero on +358 50 1234567.", "numero on [puhelin]."),
    ("sv", "ring 0400-123456", "ring [puhelin]"),
    ("sv", "tel. 0046 70 123 45 67", "tel. [puhelin]"),
    ("en", "call +358(0)40-1234567 today", "call [puhelin] today"),
    # personal identity codes
    ("fi", "hetuni on 131052-308T", "hetuni on [henkilötunnus]"),
    ("fi", "hetu 010594Y9032 ja 010516B903X", "hetu [henkilötunnus] ja [henkilötunnus]"),
    ("fi", "tunnus 131052308T ilman väliviivaa", "tunnus [henkilötunnus] ilman väliviivaa"),
    ("fi", "väärin näppäilty 131052-308A", "väärin näppäilty [henkilötunnus]"),
    ("sv", "personnummer 811218-9876", "personnummer [henkilötunnus]"),
    ("en", "born 131052a308t", "born [henkilötunnus]"),
    # accounts
    ("fi", "maksa tilille FI21 1234 5600 0007 85", "maksa tilille [tilinumero]"),
    ("sv", "konto SE4550000000058398257466", "konto [tilinumero]"),
    # addresses, plates, machines
    ("fi", "Käynti Lehdokkitie 2 A 5, 01300 Vantaa", "Käynti [osoite]"),
    ("fi", "asun Mannerheimintiellä 12 b", "asun [osoite]"),
    ("sv", "Bor på Skolgatan 14 i Esbo", "Bor på [osoite] i Esbo"),
    ("en", "Visit 221 Baker Street please", "Visit [osoite] please"),
    ("fi", "auto ABC-123 seisoo pihalla", "auto [rekisterinumero] seisoo pihalla"),
    ("en", "it came from 192.168.10.7", "it came from [ip-osoite]"),
    ("en", "it came from 2001:db8::ff00:42:8329", "it came from [ip-osoite]"),
    # names
    ("fi", "Matti Virtanen ei vastaa", "[nimi] ei vastaa"),
    ("fi", "Kysyin Anna-Leena Kukkoselta maksusta", "Kysyin [nimi] maksusta"),
    ("fi", "matti virtanen ei vastaa puhelimeen", "[nimi] ei vastaa puhelimeen"),
    ("fi", "kysyin virtaselta ja pekalta tänään", "kysyin [nimi] ja [nimi] tänään"),
    ("fi", "Toimitusjohtaja Laine lähtee", "Toimitusjohtaja [nimi] lähtee"),
    ("fi", "Nyt Satu vetää verkostoa", "Nyt [nimi] vetää verkostoa"),
    ("fi", "Nimeni on Xu Wei ja johdan yritystä", "Nimeni on [nimi] ja johdan yritystä"),
    ("fi", "MATTI VIRTANEN EI VASTAA", "[nimi] EI VASTAA"),
    ("sv", "Jag pratade med Gunilla Sjöblom om avgiften", "Jag pratade med [nimi] om avgiften"),
    ("sv", "Lindström vill inte vara med", "[nimi] vill inte vara med"),
    ("sv", "Hur får vi Anna att dela sina kontakter?", "Hur får vi [nimi] att dela sina kontakter?"),
    ("en", "John Smith left our steering group", "[nimi] left our steering group"),
    ("en", "I asked Mr Brown for help", "I asked Mr [nimi] for help"),
    ("en", "Everything goes through Pirkko, so what now?", "Everything goes through [nimi], so what now?"),
]  # fmt: skip

KEPT = [
    ("fi", "Miten saamme Vantaan yritykset mukaan?"),
    ("fi", "Onko Business Finland -rahoitus mahdollinen Vantaalla vai Espoossa?"),
    ("fi", "Koneen ja Metson alihankkijat, metalliala, ohjelmistoala, kiertotalous"),
    ("fi", "Koskinen Oy ja Lindström Oy eivät tule samaan pöytään"),
    ("fi", "Aalto-yliopisto, Laurea ja Metropolia kumppaneina"),
    ("fi", "Kehätie 3 ja valtatie 4 ovat tukossa"),
    ("fi", "Budjetti on 10 000–12 000 euroa vuosina 2024-2026, puolet 50 %"),
    ("fi", "Y-tunnus 1234567-8 ja päätös 12.3.2025 § 45"),
    ("fi", "ISO-900 sertifikaatti ja de minimis 300000 euroa"),
    ("fi", "Porterin klusteriteoria ja Hilman ilmoitukset"),
    ("fi", "mika on paras tapa mitata verkoston tiheytta"),
    ("fi", "eka tyopaja miten saadaan lupaukset irti"),
    ("fi", "Salon ja Lahden klusterit"),
    ("sv", "Hur får vi företagen i Vanda, Esbo och Åbo med i maj?"),
    ("sv", "Visa mig hur stig och väg delas, alla är för men ingen gör något"),
    ("sv", "Stadsdirektören och ordföranden är oense"),
    ("en", "How do we get Business Finland money in May or April?"),
    ("en", "My French partner asked for a logframe, will it help?"),
    ("en", "Porter's diamond of clusters"),
    ("en", "Version 1.2.3 of the ERDF template, ABC analysis"),
]  # fmt: skip


@pytest.fixture(scope="module")
def masker(analyzer) -> Masker:
    if analyzer.name != "voikko":
        pytest.fail("the masking of Finnish names needs Voikko: apt-get install libvoikko1 voikko-fi")
    return Masker(analyzer)


@pytest.mark.parametrize(("language", "text", "masked"), MASKED, ids=lambda value: str(value)[:40])
def test_personal_data_is_masked(masker, language, text, masked) -> None:
    assert masker.mask(text, language) == masked


@pytest.mark.parametrize(("language", "text"), KEPT, ids=lambda value: str(value)[:40])
def test_the_words_of_the_question_stay(masker, language, text) -> None:
    assert masker.mask(text, language) == text


def test_masking_twice_changes_nothing(masker) -> None:
    for language, text, masked in MASKED:
        assert masker.mask(masked, language) == masked, text


def test_no_title_and_summary_of_the_cookbook_changes(masker) -> None:
    corpus, _ = read_corpus([CORPUS])
    texts = [
        (language, text[language])
        for document in corpus.documents
        for language in LANGUAGES
        for text in (document.title, document.summary)
    ]
    assert len(texts) > 700
    assert [text for language, text in texts if masker.mask(text, language) != normalise(text)] == []


def test_the_check_character_is_that_of_the_register() -> None:
    assert [finnish_check_character(code) for code in ("131052-308T", "010594Y9032", "010516B903X")] == [
        "T", "2", "X"
    ]  # fmt: skip


def test_without_voikko_forms_and_common_names_are_still_masked() -> None:
    masker = Masker(open_analyzer("simplemma"))
    text = "Matti Virtanen, 040 123 4567, matti@vantaa.fi"
    assert masker.mask(text, "fi") == "[nimi], [puhelin], [sähköposti]"
