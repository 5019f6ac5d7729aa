"""Is what an answer says in the cookbook? Each cited claim is compared with the section it points to.

A mark ``[n]``, or several in a row, covers what stands before it in its line, back to the mark before.
The claim is supported where the quotes stand in the cited sections, and the claim repeats the sections:
by a quotation, by its content words, or, across languages, by a statement of the document that is aligned in
the three languages or by the meaning that the embedding model sees.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.embed import Embedder
from cookbook_search.parse import plain_text, sections
from cookbook_search.types import (
    LANGUAGES,
    Answer,
    AnyDocument,
    Citation,
    Effort,
    Language,
    Localised,
    Method,
    Metric,
    Recipe,
)

LEXICAL_LEAST = 0.5
"""Share of a claim's content words that the section has."""
COSINE_LEAST = 0.35
"""Cosine between a Swedish or English claim and the quote; 95 % of wrong pairs stay below."""
_FRONT_OF = {"Aineisto ja lähde": "data_source", "Mittausväli ja vastuu": "frequency"}
"""Section of a metric -> field of its front matter that says the same in three languages."""
INGREDIENTS = frozenset({"Ainekset", "Tarvitset"})
LABEL_WORDS = 6
"""A line without a mark that has at most so many words is a label, not a claim."""
_MARKS = re.compile(r"\[\d{1,2}\](?:\s?\[\d{1,2}\])*")
_QUOTED = re.compile(r"[”“]([^”“]{12,})”|\"([^\"]{12,})\"|«([^»]{12,})»|»([^»]{12,})»")
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^\*\*[^*]+\*\*:?( \([^)]*\))?$")
_INTERFACE_WORDS = 3
"""Words of its own that a phrase of the interface must have for a line to be known by it."""
_SYNTAX = re.compile(r"^\s*(?:[-*•>]|\d+\.|#+)\s+|[*_`]+")


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of an answer and what it leans on; no citations where it has none."""

    text: str
    citations: tuple[Citation, ...]
    supported: bool


class Shelf:
    """The documents of a snapshot, by section, for looking claims up."""

    def __init__(self, documents: tuple[AnyDocument, ...], analyzer: Analyzer, embedder: Embedder) -> None:
        self._documents = {(document.owner, document.id, document.kind): document for document in documents}
        self._analyzer = analyzer
        self._embedder = embedder
        self._texts: dict[tuple[str, str, str], Mapping[str, str]] = {}

    def claims(self, answer: Answer) -> list[Claim]:
        """Every claim of the answer, in order."""
        return [
            Claim(text, citations, bool(citations) and self._holds(text, citations, answer.language))
            for text, citations in (*_pieces(_FENCE.sub("", answer.text), answer), *_copied(answer))
        ]

    def section_text(self, citation: Citation) -> str:
        """The text under the cited heading with its subsections; the front matter's without an anchor."""
        document = self._documents.get((citation.owner, citation.id, citation.kind))
        if document is None:
            return ""
        key = (citation.owner, citation.id, citation.kind)
        if key not in self._texts:
            self._texts[key] = _texts_by_anchor(document)
        return self._texts[key].get(citation.anchor, "")

    def _holds(self, claim: str, citations: tuple[Citation, ...], language: Language) -> bool:
        texts = [self.section_text(citation) for citation in citations]
        quotes = [_plain(citation.quote) for citation in citations]
        if not all(text and quote in _plain(text) for text, quote in zip(texts, quotes, strict=True)):
            return False
        section = "\n".join(texts)
        quoted = [_plain(" ".join(groups)) for groups in _QUOTED.findall(claim)]
        if quoted:  # words given as the cookbook's own must be
            return all(words in _plain(section) for words in quoted)
        if _plain(claim) in _plain(section) or self._share(claim, section, language) >= LEXICAL_LEAST:
            return True
        if language == "fi":
            return False
        finnish = self._finnish(claim, citations, language)
        if finnish and self._share(finnish, section, "fi") >= LEXICAL_LEAST:
            return True
        return self._cosine(claim, language, citations) >= COSINE_LEAST

    def _finnish(self, claim: str, citations: tuple[Citation, ...], language: Language) -> str:
        """The Finnish of those statements of the cited documents that the claim repeats in its language."""
        said = _plain(claim)
        cited = (self._documents.get((c.owner, c.id, c.kind)) for c in citations)
        pairs = (statement for document in cited if document for statement in document.statements)
        return " ".join(pair.fi for pair in pairs if _plain(pair[language]) in said)

    def _share(self, claim: str, section: str, language: Language) -> float:
        wanted = self._terms(claim, language)
        return len(wanted & self._terms(section, language)) / len(wanted) if wanted else 1.0

    def _terms(self, text: str, language: Language) -> set[str]:
        tokens = self._analyzer.tokens(normalise(text), language)
        return {token.lemmas[0] for token in tokens if not token.stop}

    def _cosine(self, claim: str, language: Language, citations: tuple[Citation, ...]) -> float:
        quotes = " ".join(citation.quote for citation in citations)
        first, second = self._embedder.embed([claim, quotes], [language, "fi"], "passage")
        return float(np.dot(first, second))


def _pieces(text: str, answer: Answer) -> Iterator[tuple[str, tuple[Citation, ...]]]:
    """(claim, its citations) for each run of marks; none for a line that claims without one."""
    for line in text.split("\n"):
        begun = 0
        for marks in _MARKS.finditer(line):
            yield _clean(line[begun : marks.start()]), _cited(marks.group(), answer)
            begun = marks.end()
        rest = line[begun:].strip()
        if not (_HEADING.match(rest) or _is_interface(rest, answer.language)):
            said = re.sub(r"\([^)]*\)", "", rest.rstrip("*_"))  # an aside explains, it claims nothing
            if len(re.findall(r"\w+", said)) > LABEL_WORDS and not said.endswith((":", "?")):
                yield _clean(rest), ()


def _copied(answer: Answer) -> Iterator[tuple[str, tuple[Citation, ...]]]:
    """Each block to copy, with the citations of the last marks before it."""
    for fence in _FENCE.finditer(answer.text):
        marks = _MARKS.findall(answer.text[: fence.start()])
        yield fence[1], _cited(marks[-1], answer) if marks else ()


def _cited(marks: str, answer: Answer) -> tuple[Citation, ...]:
    numbers = map(int, re.findall(r"\d+", marks))
    return tuple(answer.citations[n - 1] for n in numbers if 1 <= n <= len(answer.citations))


def _is_interface(line: str, language: Language) -> bool:
    """Whether the line is wholly one of the assistant's own phrases, which say nothing of the matter."""
    return any(phrase.fullmatch(_clean(line)) for phrase in _phrases(language))


@cache
def _phrases(language: Language) -> tuple[re.Pattern[str], ...]:
    """The assistant's phrases as patterns, their places open."""
    path = files("cookbook_search.answer").joinpath("words", f"{language}.toml")
    texts = (text for text in tomllib.loads(path.read_text("utf-8")).values() if isinstance(text, str))
    own = (text for text in texts if len(re.findall(r"\w+", re.sub(r"{\w*}", "", text))) >= _INTERFACE_WORDS)
    return tuple(
        re.compile(".+?".join(map(re.escape, re.split(r"{\w*}", _clean(text)))), re.DOTALL) for text in own
    )


def _texts_by_anchor(document: AnyDocument) -> dict[str, str]:
    """Anchor -> text under its heading, subsections included, heading first."""
    front = " ".join(f"{document.title[code]}. {document.summary[code]}" for code in LANGUAGES)
    if isinstance(document, Metric):
        front += " ".join(f"{document.data_source[c]} {document.frequency[c]}" for c in LANGUAGES)
        front += f" {document.formula} {document.unit}"
    effort = document.effort if isinstance(document, Recipe | Method) else None
    needs = _needs(effort) if effort else ""
    texts = {"": f"{front} {needs}"}
    found = sections(document.body)
    for section in found:
        inside = [s for s in found if s.headings[: len(section.headings)] == section.headings]
        texts[section.anchor] = "\n".join(f"{s.heading}\n{plain_text(s.tokens)}" for s in inside)
        if section.heading in INGREDIENTS:  # the front matter's effort is what they come to
            texts[section.anchor] += f"\n{needs}"
        elif isinstance(document, Metric) and section.heading in _FRONT_OF:
            field: Localised = getattr(document, _FRONT_OF[section.heading])
            texts[section.anchor] += "\n" + " ".join(field[code] for code in LANGUAGES)
    return texts


def _needs(effort: Effort) -> str:
    """The numbers of the front matter with their words, as an answer would put them."""
    euros = " – ".join(f"{int(number):,}".replace(",", " ") for number in effort.euros.split("-"))
    return (
        f"{effort.weeks} viikkoa veckor weeks, {effort.people} tekijää personer people, "
        f"{euros} euroa euro euros palkkojen lisäksi utöver löner besides salaries"
    )


def _plain(text: str) -> str:
    """Lower-case words with single blanks: punctuation, list marks and line breaks set aside."""
    return " ".join(re.findall(r"\w+", re.sub(r"\[\d+\]", " ", normalise(text).lower())))


def _clean(text: str) -> str:
    return _SYNTAX.sub("", text).strip(" .,;:–-")
