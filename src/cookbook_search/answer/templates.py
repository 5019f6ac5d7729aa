"""A text to copy: the document's own template that fits best, or a plain message where it has none."""

from __future__ import annotations

import re

from cookbook_search.analyze import Analyzer
from cookbook_search.answer.conversation import Reading
from cookbook_search.answer.outline import Outline, Template
from cookbook_search.answer.writer import Writer
from cookbook_search.types import Language

_SENDABLE = re.compile(
    r"viesti|kutsu|kirje|sähköposti|soitto|puhe|tiedote|saate|muistutus|pyyntö|ilmoitus", re.IGNORECASE
)
"""In the name of a template that is meant to be sent or said to someone."""


def template(write: Writer, analyzer: Analyzer, told: Outline, reading: Reading) -> list[str]:
    """The template with a line that says where it stands; empty where the document has none at all."""
    found = write.library.templates(told.document)
    if not found:
        return []
    wanted = _terms(analyzer, reading.text, reading.language)
    best = max(found, key=lambda each: (_fit(analyzer, each, wanted, reading), -found.index(each)))
    part = next((part for part in told.parts if part.anchor == best.anchor), None)
    mark = write.cite(told.document, part, best.name)
    if reading.asked.sends and not _is_sendable(best):
        plain = write.say("message", title=told.document.title[reading.language])
        return [f"{write.say('plain_message', name=best.name)} {mark}", _fenced(plain)]
    introduced = write.say("template", name=best.name, heading=best.heading)
    return [f"{introduced} {mark}", _fenced(best.text), write.say("fill_in")]


def _fit(analyzer: Analyzer, each: Template, wanted: set[str], reading: Reading) -> int:
    shared = len(_terms(analyzer, each.name, "fi") & wanted)
    in_step = reading.step is not None and each.heading.startswith(f"{reading.step}.")
    return 2 * shared + 2 * (reading.asked.sends and _is_sendable(each)) + 4 * in_step


def _is_sendable(each: Template) -> bool:
    return bool(_SENDABLE.search(each.name)) or each.text.lstrip().startswith("Hei")


def _terms(analyzer: Analyzer, text: str, language: Language) -> set[str]:
    return {
        term for token in analyzer.tokens(text.lower(), language) if not token.stop for term in token.terms
    }


def _fenced(text: str) -> str:
    """A code block; its fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"
