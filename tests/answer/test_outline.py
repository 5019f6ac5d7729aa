"""Documents as the cookbook orders them, and their sentences."""

from __future__ import annotations

import pytest
from kitchen import corpus_of, write_cookbook

from cookbook_search.answer.outline import Outline, outline, sentences
from cookbook_search.chunk import chunks
from cookbook_search.types import AnyDocument


def outline_of(document: AnyDocument) -> Outline:
    body = [chunk for chunk in chunks(document) if chunk.kind in {"section", "step"}]
    return outline(document, body)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    corpus = corpus_of(write_cookbook(tmp_path_factory.mktemp("outline")))
    return {document.id: outline_of(document) for document in corpus.documents}


def test_steps_are_read_with_who_how_long_and_output(told):
    first, second = told["yritysten-paluu"].steps
    assert (first.number, first.title) == (1, "Soita kymmenelle poisjääneelle")
    assert (first.who, first.duration, first.output) == ("klusterivetäjä", "2 päivää", "luettelo syistä")
    assert first.part.anchor == "1-soita-kymmenelle-poisjaaneelle"
    assert (second.number, second.who, second.facts) == (2, "", "")
    assert second.text == ("Kerro yrityksille, mitä ne saavat, jos ne palaavat.",)


def test_items_and_prose_are_told_apart(told):
    pitfalls = told["luottamus"].part("Sudenkuopat")
    assert pitfalls is not None
    assert pitfalls.items[1] == "Isoin puhuu. Anna puheenvuoro pienimmälle."
    assert pitfalls.prose == ()
    assert told["luottamus"].part("Muunnelmat", "Ei rahaa") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yksi. Kaksi!", ["Yksi.", "Kaksi!"]),
        ("Jatkoi vain 74 [3]. Alku ratkaisee.", ["Jatkoi vain 74 [3].", "Alku ratkaisee."]),
        ('Kysy: "Mitä sait?" Kirjaa vastaus.', ['Kysy: "Mitä sait?"', "Kirjaa vastaus."]),
        ("Laske esim. Vantaan luvut. Vertaa.", ["Laske esim. Vantaan luvut.", "Vertaa."]),
        ("Haku päättyy 31.12. Hae ajoissa.", ["Haku päättyy 31.12. Hae ajoissa."]),
        ("Ei pistettä", ["Ei pistettä"]),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


def test_sentences_lose_nothing(told):
    for document in told.values():
        for part in document.parts:
            for line in part.lines:
                assert "".join("".join(sentences(line)).split()) == "".join(line.split())
