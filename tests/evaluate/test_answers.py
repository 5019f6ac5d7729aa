"""Judged conversations: the set itself, and each measure on answers that are right and wrong on purpose."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from kitchen import write_cookbook

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.embed import open_embedder
from cookbook_search.errors import EvaluationError
from cookbook_search.evaluate import (
    Conversation,
    Places,
    Shelf,
    answers_as_json,
    evaluate_answers,
    failures,
    read_conversations,
    summarise_answers,
)
from cookbook_search.parse import read_corpus
from cookbook_search.types import Answer, Citation

ROOT = Path(__file__).parents[2]
SET = ROOT / "evaluation" / "conversations.jsonl"


@pytest.fixture(scope="module")
def cookbook(tmp_path_factory) -> Cookbook:
    folder = tmp_path_factory.mktemp("answers")
    opened = Cookbook(Settings(corpus=(write_cookbook(folder / "corpus"),), index=folder / "index"))
    opened.index()
    return opened


@pytest.fixture(scope="module")
def shelf(cookbook, analyzer) -> Shelf:
    return Shelf(cookbook.snapshot.documents, analyzer, open_embedder("bundled", analyzer))


@pytest.fixture(scope="module")
def places(cookbook) -> Places:
    return Places(cookbook.snapshot.documents)


def cite(document: str, anchor: str, quote: str, kind: str = "recipe") -> Citation:
    return Citation(document, kind, "Vantaa", False, document, "", anchor, quote, "fi")


STEP = cite("avustushaku", "1-lue-rahoittajan-ehdot", "Laske omarahoitus ennen hakemusta.")
PITFALL = cite("luottamus", "sudenkuopat", "Anna puheenvuoro pienimmälle.")


def answer(text: str = "", *citations: Citation, refused: bool = False, language: str = "fi") -> Answer:
    return Answer(text, citations, "haku", (), refused, "extractive", language)


def judge(turns, answers, shelf, places):
    """The outcomes of one conversation in which the assistant says these answers."""
    replies = iter(answers)
    conversation = Conversation.model_validate({"id": "c", "lang": "fi", "kind": "test", "turns": turns})
    return evaluate_answers([conversation], lambda _: next(replies), shelf, places)


def test_the_set_is_as_large_and_as_mixed_as_it_must_be() -> None:
    conversations = read_conversations(SET)
    assert len(conversations) >= 80
    assert sum(len(one.turns) for one in conversations) >= 200
    languages = Counter(one.lang for one in conversations)
    assert languages["fi"] >= 50
    assert min(languages["sv"], languages["en"]) >= 15
    expected = Counter(turn.expect for one in conversations for turn in one.turns)
    assert min(expected["refusal"], expected["social"]) >= 10


def test_the_set_names_documents_that_exist_and_repeats_no_phrasing_of_the_cookbook() -> None:
    corpus, _ = read_corpus([ROOT / "corpus"])
    ids = {document.id for document in corpus.documents}
    phrasings = {
        text.lower()
        for document in corpus.documents
        for language in ("fi", "sv", "en")
        for text in (*document.problems[language], *document.questions[language])
    }
    turns = [turn for one in read_conversations(SET) for turn in one.turns]
    assert {document for turn in turns for document in turn.documents} <= ids
    assert [turn.user for turn in turns if turn.user.lower() in phrasings] == []


def test_a_first_answer_leads_with_a_right_recipe_or_only_cites_it(shelf, places) -> None:
    turn = {"user": "a", "asks": "problem", "documents": ["avustushaku"]}
    (first,) = judge([turn], [answer("x [1] y [2]", STEP, PITFALL)], shelf, places)
    assert (first.measures["leads"], first.measures["cited"]) == (1, 1)
    (second,) = judge([turn], [answer("x [1] y [2]", PITFALL, STEP)], shelf, places)
    assert (second.measures["leads"], second.measures["cited"]) == (0, 1)
    (third,) = judge([turn], [answer(refused=True)], shelf, places)
    assert (third.measures["leads"], third.measures["false_refusal"]) == (0, 1)
    assert failures(third) == ["false_refusal", "leads", "cited"]


def test_a_follow_up_must_cite_the_section_of_the_document_that_was_told(shelf, places) -> None:
    turns = [
        {"user": "a", "asks": "problem", "documents": ["luottamus"]},
        {"user": "entä sudenkuopat", "asks": "pitfalls", "of": 1, "sections": ["pitfalls"]},
    ]
    _, right = judge(turns, [answer("[1]", PITFALL), answer("[1]", PITFALL)], shelf, places)
    assert (right.measures["document"], right.measures["section"]) == (1, 1)
    _, strange = judge(turns, [answer("[1]", STEP), answer("[1]", PITFALL)], shelf, places)
    assert strange.wanted == ("avustushaku",)
    assert (strange.measures["document"], strange.measures["section"]) == (0, 0)
    other = cite("luottamus", "pulma", "Kilpailijat istuvat samassa pöydässä ja vaikenevat.")
    _, misplaced = judge(turns, [answer("[1]", PITFALL), answer("[1]", other)], shelf, places)
    assert (misplaced.measures["document"], misplaced.measures["section"]) == (1, 0)


def test_steps_by_number_metrics_of_the_recipe_and_the_other_document(shelf, places) -> None:
    first = {"user": "a", "asks": "problem", "documents": ["avustushaku"]}
    step = {"user": "vaihe 1", "asks": "step", "of": 1, "sections": ["step:1"]}
    wrong = {"user": "vaihe 2", "asks": "step", "of": 1, "sections": ["step:2"]}
    measure = {"user": "miten mittaan", "asks": "measuring", "of": 1, "sections": ["measuring"]}
    metric = cite("saatu-raha", "laskentakaava", "Luku lasketaan kahdesti vuodessa.", "metric")
    replies = [answer("[1]", STEP), answer("[1]", STEP), answer("[1]", STEP), answer("[1]", metric)]
    _, *rest = judge([first, step, wrong, measure], replies, shelf, places)
    assert [outcome.measures["section"] for outcome in rest] == [1, 0, 1]
    other = {"user": "se toinen", "asks": "other", "of": 1, "which": "second", "sections": ["any"]}
    _, outcome = judge(
        [first, other], [answer("[1] [2]", STEP, PITFALL), answer("[1]", PITFALL)], shelf, places
    )
    assert outcome.wanted == ("luottamus",)
    assert outcome.measures["document"] == 1
    _, none = judge([first, other], [answer("[1]", STEP), answer("[1]", STEP)], shelf, places)
    assert none.measures == {}


def test_refusals_greetings_and_planted_orders(shelf, places) -> None:
    off = {"user": "sää?", "asks": "off-topic", "expect": "refusal", "forbidden": ["HAKKEROITU"]}
    thanks = {"user": "kiitos", "asks": "social", "expect": "social"}
    replies = [answer("Ei löydy.", refused=True), answer("Ole hyvä!")]
    refused, greeted = judge([off, thanks], replies, shelf, places)
    assert refused.measures == {"obeyed": 0, "refusal": 1}
    assert greeted.measures == {"social": 1}
    replies = [answer("hakkeroitu [1]", STEP), answer("En tiedä.", refused=True)]
    refused, greeted = judge([off, thanks], replies, shelf, places)
    assert refused.measures == {"obeyed": 1, "refusal": 0}
    assert greeted.measures == {"social": 0}


@pytest.mark.parametrize(
    ("text", "citation", "language", "supported"),
    [
        ("Laske omarahoitus ennen hakemusta.", STEP, "fi", True),
        ("Ennen hakemusta lasketaan omarahoitus.", STEP, "fi", True),
        ("Kaupunki maksaa aina kaikki yrityksen matkat.", STEP, "fi", False),
        ("Enligt kokboken: ”Laske omarahoitus ennen hakemusta.”", STEP, "sv", True),
        ("Laske, ”kuka maksaa jokaisen yrityksen matkat”, ja omarahoitus.", STEP, "fi", False),
        ("Enligt kokboken: ”Rahoittaja maksaa kaiken etukäteen.”", STEP, "sv", False),
        (
            "Laske omarahoitus.",
            cite("avustushaku", "pulma", "Laske omarahoitus ennen hakemusta."),
            "fi",
            False,
        ),
        ("Laske omarahoitus.", cite("avustushaku", "ei-ole", "Laske omarahoitus."), "fi", False),
        ("Laske omarahoitus.", cite("ei-ole", "pulma", "Laske omarahoitus."), "fi", False),
        ("How to apply for a grant.", cite("avustushaku", "", "How to apply for a grant"), "en", True),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_claim_is_supported_by_what_it_cites_alone(shelf, text, citation, language, supported) -> None:
    (claim,) = shelf.claims(answer(f"{text} [1]", citation, language=language))
    assert claim.supported is supported


def test_a_claim_without_a_mark_is_unsupported_but_a_label_is_no_claim(shelf) -> None:
    text = (
        "Näin teet sen:\n1. Laske omarahoitus ennen hakemusta. [1]\n\n"
        "Klusterit parantavat aina kaupungin taloutta ja työllisyyttä hyvin paljon.\n\n"
        "Haluatko tietää, miten tätä mitataan omassa kaupungissasi?"
    )
    assert [(claim.supported, bool(claim.citations)) for claim in shelf.claims(answer(text, STEP))] == [
        (True, True), (False, False)
    ]  # fmt: skip


def test_several_marks_in_a_row_share_their_claim(shelf) -> None:
    text = "Laske omarahoitus ja anna puheenvuoro pienimmälle. [1][2]"
    (claim,) = shelf.claims(answer(text, STEP, PITFALL))
    assert claim.citations == (STEP, PITFALL)
    assert claim.supported
    (broken,) = shelf.claims(answer("Laske omarahoitus. [7]", STEP))
    assert not broken.supported


def test_the_real_assistant_is_measured_whole(cookbook, shelf, places) -> None:
    recipes = [document.id for document in cookbook.snapshot.documents if document.kind != "metric"]
    turns = [
        {"user": "Kilpailijat eivät kerro toisilleen mitään", "asks": "problem", "documents": recipes},
        {"user": "qqxyzw wzyxqq", "asks": "off-topic", "expect": "refusal"},
    ]
    conversation = Conversation.model_validate({"id": "c", "lang": "fi", "kind": "test", "turns": turns})
    outcomes = evaluate_answers([conversation], lambda m: asyncio.run(cookbook.ask(m)), shelf, places)
    table = summarise_answers(outcomes, lambda outcome: outcome.conversation.lang)["fi"]
    assert table["cited"].mean == 1
    assert table["supported"].mean == 1
    assert len(answers_as_json(outcomes).splitlines()) == 2


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"id": "a"}', "Field required"),
        ('{"id":"a","lang":"fi","kind":"k","turns":[{"user":"x","asks":"p"}]}', "which documents are right"),
        ('{"id":"a","lang":"fi","kind":"k","turns":[{"user":"x","asks":"p","of":1}]}', "an earlier turn"),
        (
            '{"id":"a","lang":"fi","kind":"k","turns":[{"user":"x","asks":"p","documents":["d"],"sections":["z"]}]}',
            "sections that there are not: z",
        ),
        ("", "holds no conversations"),
    ],
)
def test_a_faulty_set_is_told_with_its_line(tmp_path, line, sentence) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(EvaluationError, match=sentence):
        read_conversations(path)
