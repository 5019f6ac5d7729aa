"""Every side of every document of the cookbook: quotes stand where they are cited, claims have marks."""

from __future__ import annotations

import re

import pytest

from cookbook_search.answer import sections
from cookbook_search.answer.asking import ASKS
from cookbook_search.answer.citations import unmarked
from cookbook_search.answer.extractive import _SIDES
from cookbook_search.answer.wording import read_wordings
from cookbook_search.answer.writer import Writer
from cookbook_search.parse import plain_text
from cookbook_search.parse import sections as parse_sections
from cookbook_search.types import LANGUAGES

WORDINGS = read_wordings()
SIDES = {**_SIDES, **dict.fromkeys(sections.VARIATIONS)}
_MARK = re.compile(r"\[(\d+)\]")
_HEADING = re.compile(r"^\*\*[^*]+\*\*( \([^)]*\))?:?$")


def squeezed(text: str) -> str:
    return " ".join(text.replace("• ", "").split())


def texts_of(document) -> dict[str, str]:
    """Anchor -> plain text; the document itself under the empty anchor."""
    found = {part.anchor: squeezed(plain_text(part.tokens)) for part in parse_sections(document.body)}
    summaries = [document.summary[language] for language in LANGUAGES]
    facts = [getattr(document, name, None) for name in ("frequency", "data_source")]
    found[""] = " ".join([*summaries, *(fact[code] for fact in facts if fact for code in LANGUAGES)])
    return found


def compose(write, told, ask):
    return sections.variation(write, told, ask) if ask in sections.VARIATIONS else _SIDES[ask](write, told)


def unmarked_claims(blocks: list[str]) -> list[str]:
    """Lines that say something and have no mark; headings say nothing."""
    lines = [line for block in blocks for line in block.split("\n") if line.strip()]
    return [line for line in lines if not _MARK.search(line) and not _HEADING.match(line)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ask", SIDES)
def test_a_side_quotes_what_stands_there_and_marks_each_claim(library, ask, language):
    told_of = 0
    for document in library._snapshot.documents:
        told = library.outline(document)
        write = Writer(WORDINGS[language], library)
        blocks = compose(write, told, ask)
        told_of += bool(blocks)
        text = "\n\n".join(blocks)
        citations = write.ledger.citations
        assert {int(n) for n in _MARK.findall(text)} == set(range(1, len(citations) + 1)), document.id
        assert not unmarked_claims(blocks), document.id
        for citation in citations:
            cited = library.find(f"{citation.owner}/{citation.id}", citation.kind)
            assert squeezed(citation.quote) in texts_of(cited)[citation.anchor], (document.id, citation)
        if language == "fi":
            for citation in citations:
                assert "[" not in unmarked(citation.quote) or "[" in citation.quote
    assert told_of > 10, "the side is told of hardly any document"


def test_an_overview_of_each_recipe_is_short(library):
    for document in library._snapshot.documents:
        if document.kind != "recipe":
            continue
        told = library.outline(document)
        write = Writer(WORDINGS["fi"], library)
        blocks = [write.summary(document), *sections.steps(write, told)]
        blocks += sections.measures(write, told, most=2, whole=False) + sections.pitfall(write, told)
        assert 60 <= len(" ".join(blocks).split()) <= 240, document.id


def test_every_kind_of_ask_is_either_a_side_or_handled_elsewhere():
    elsewhere = {"compare", "template", "after", "other", "short", "greeting", "thanks", "help"}
    assert set(ASKS) == set(SIDES) | elsewhere


def test_the_wordings_have_the_same_keys_and_places():
    places = {
        language: {key: set(re.findall(r"{(\w+)}", phrase)) for key, phrase in wording._phrases.items()}
        for language, wording in WORDINGS.items()
    }
    assert places["fi"] == places["sv"] == places["en"]
