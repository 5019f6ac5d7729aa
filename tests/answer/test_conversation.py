"""Follow-ups are understood in the light of the conversation, also by clients that keep little of it."""

from __future__ import annotations

import asyncio

import pytest

from cookbook_search.errors import QueryError
from cookbook_search.types import Message

PROBLEM = {
    "fi": "Yritykset käyvät kerran eivätkä palaa, mitä teen?",
    "sv": "Företagen kommer en gång och sedan hör vi inget mer.",
    "en": "Companies show up once and we never see them again.",
}
FIRST = "yritysten-sitouttaminen"


def cited(answer):
    return {citation.id for citation in answer.citations}


def anchors(answer):
    return {citation.anchor for citation in answer.citations}


@pytest.fixture(scope="module")
def step(library):
    """Anchor of a step of the first recipe."""
    steps = library.outline(library.find(f"Vantaa/{FIRST}")).steps
    return lambda number: steps[number - 1].part.anchor


@pytest.mark.parametrize(
    ("language", "question", "anchor"),
    [
        ("fi", "Entä jos meillä ei ole rahaa?", "ei-rahaa"),
        ("fi", "miten tämä tehdään pienessä kaupungissa", "pieni-kaupunki"),
        ("fi", "naapurikaupunki on mukana myös, mitä muuttuu?", "useita-kaupunkeja"),
        ("fi", "miten mittaan tämän?", "nain-mittaat"),
        ("fi", "mistä tiedän että tää toimi?", "nain-mittaat"),
        ("fi", "mikä voi mennä pieleen?", "sudenkuopat"),
        ("fi", "mihin tämä perustuu?", "lahteet"),
        ("fi", "miksi näin käy?", "pulma"),
        ("fi", "anna esimerkki", "kuvitteellinen-esimerkki"),
        ("fi", "paljonko tämä vie aikaa ja kuka sen tekee?", "ainekset"),
        ("fi", "sopiiko tämä meille?", "milloin-kaytat"),
        ("sv", "och om vi inte har några pengar?", "ei-rahaa"),
        ("sv", "hur mäter jag det?", "nain-mittaat"),
        ("sv", "vad kan gå fel?", "sudenkuopat"),
        ("sv", "vad bygger det på?", "lahteet"),
        ("en", "what if we have no money?", "ei-rahaa"),
        ("en", "how do I know it worked?", "nain-mittaat"),
        ("en", "what are the usual mistakes?", "sudenkuopat"),
        ("en", "give me an example", "kuvitteellinen-esimerkki"),
        ("en", "how long does it take?", "ainekset"),
    ],
)
def test_a_side_of_the_document_at_hand(talk, language, question, anchor):
    first, second = talk(PROBLEM[language], question)
    assert FIRST in cited(first)
    assert cited(second) == {FIRST}
    assert anchors(second) == {anchor}
    assert second.language == language
    assert second.query == f"{PROBLEM[language]} {question}"
    assert not second.refused


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("kerro vaihe 3 tarkemmin", 3),
        ("entä toinen vaihe?", 2),
        ("viidennestä vaiheesta lisää", 5),
        ("avaa kohtaa neljä", 4),
        ("viimeinen vaihe", 8),
    ],
)
def test_a_step(talk, step, question, number):
    *_, answer = talk(PROBLEM["fi"], question)
    assert anchors(answer) == {step(number)}


@pytest.mark.parametrize(
    ("language", "question"),
    [("sv", "berätta mer om steg 2"), ("en", "tell me more about the second step")],
)
def test_a_step_in_other_languages(talk, step, language, question):
    *_, answer = talk(PROBLEM[language], question)
    assert anchors(answer) == {step(2)}


def test_the_next_step_counts_from_the_one_told(talk, step):
    *_, told, after, third = talk(PROBLEM["fi"], "kerro vaihe 1", "ja seuraava?", "mitä sitten?")
    assert [anchors(answer) for answer in (told, after, third)] == [{step(1)}, {step(2)}, {step(3)}]


def test_after_the_last_step_come_other_documents(talk):
    *_, after = talk(PROBLEM["fi"], "kerro viimeinen vaihe", "mitä sitten?")
    assert FIRST not in cited(after)
    assert after.citations


def test_a_step_that_is_not_there_is_said_so(talk):
    *_, answer = talk(PROBLEM["fi"], "kerro vaihe 12")
    assert "12" in answer.text.split("\n")[0]
    assert cited(answer) == {FIRST}


def test_a_message_to_copy(talk):
    *_, answer = talk(PROBLEM["fi"], "tee siitä viesti yrityksille")
    assert "```\nHei [etunimi]" in answer.text
    assert cited(answer) == {FIRST}


def test_a_new_question_leaves_the_topic(talk):
    *_, other = talk(PROBLEM["fi"], "Mistä saamme rahaa kokeiluun?")
    assert cited(other) >= {"nopeat-kokeilut"}
    assert other.query == "Mistä saamme rahaa kokeiluun?"


def test_steps_belong_to_the_recipe_also_after_a_metric(talk, step):
    *_, metric, told = talk(PROBLEM["fi"], "kerro lisää jäsenpysyvyydestä", "kerro vaihe 2")
    assert "jasenpysyvyys" in cited(metric)
    assert anchors(told) == {step(2)}


def test_a_formula_belongs_to_the_metric_that_was_shown(talk):
    *_, answer = talk(PROBLEM["fi"], "miten luku lasketaan?")
    assert anchors(answer) >= {"laskentakaava"}
    assert cited(answer) == {"aktiiviset-jasenet"}


def test_the_second_of_those_shown(talk):
    *_, listed, second, third = talk(PROBLEM["fi"], "onko muita keinoja?", "tuo toinen", "entä se kolmas?")
    shown = [citation.id for citation in listed.citations]
    assert shown[1] in cited(second)
    assert shown[2] in cited(third)


def test_the_second_metric(talk):
    *_, answer = talk(PROBLEM["fi"], "miten mittaan tämän?", "kerro siitä toisesta")
    assert "jasenpysyvyys" in cited(answer)


def test_comparing_sets_two_documents_side_by_side(talk):
    *_, compared = talk(PROBLEM["fi"], "vertaa näitä kahta")
    assert len(cited(compared)) == 2
    assert FIRST in cited(compared)


def test_the_language_follows_the_question(talk):
    answers = talk(PROBLEM["fi"], "how do I measure this?", "miten mittaan tämän?")
    assert [answer.language for answer in answers] == ["fi", "en", "fi"]


def test_a_word_that_is_none_of_the_languages_stays_in_the_conversations(talk):
    *_, answer = talk(PROBLEM["sv"], "ok")
    assert answer.language == "sv"


def test_thanks_and_greetings_are_met_without_a_search(talk):
    hello, *_, thanks = talk("hei", PROBLEM["fi"], "kiitos!")
    assert not hello.citations
    assert not hello.refused
    assert hello.suggestions
    assert not thanks.citations


def test_a_follow_up_to_nothing_asks_what_it_is_about(talk):
    [answer] = talk("miten mittaan tämän?")
    assert not answer.citations
    assert answer.suggestions


def test_an_assistants_turn_alone_is_enough_to_go_on_from(cookbook, talk, step):
    [told] = talk(PROBLEM["fi"])
    turns = [Message("assistant", told.text), Message("user", "kerro vaihe 2")]
    assert anchors(asyncio.run(cookbook.ask(turns))) == {step(2)}


def test_the_users_turns_alone_are_enough_too(cookbook, step):
    turns = [Message("user", PROBLEM["fi"]), Message("user", "kerro vaihe 2")]
    assert anchors(asyncio.run(cookbook.ask(turns))) == {step(2)}


def test_what_the_assistant_named_counts_as_shown(cookbook):
    """A language model words its answers in its own way; the titles in them tell what was shown."""
    turns = [
        Message("user", PROBLEM["fi"]),
        Message(
            "assistant", "Kokeile ensin: **Jäsenmaksut ja palvelumyynti** [1] tai **Nopeat kokeilut** [2]."
        ),
        Message("user", "kerro vaihe 1"),
    ]
    assert cited(asyncio.run(cookbook.ask(turns))) == {"jasenmaksut"}


@pytest.mark.parametrize("turns", [[], [Message("assistant", "hei")]])
def test_the_last_turn_must_be_a_question(cookbook, turns):
    with pytest.raises(QueryError, match="last"):
        asyncio.run(cookbook.ask(turns))


def test_turns_that_cannot_be_read_are_passed_over(cookbook):
    turns = [Message("user", "???"), Message("assistant", ""), Message("user", PROBLEM["fi"])]
    assert FIRST in cited(asyncio.run(cookbook.ask(turns)))
