"""The cookbook's own texts: per document, how people ask and what the document says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import yaml

from cookbook_search.analyze import normalise
from cookbook_search.chunk import chunks
from cookbook_search.parse import QUESTIONS, read_corpus
from cookbook_search.types import LANGUAGES, AnyDocument, Chunk, Language, Recipe

Role = Literal["title", "problem", "question", "statement", "body", "outside"]
ROLES: dict[str, Role] = {
    "title": "title", "problem": "problem", "question": "question", "statement": "statement",
    "section": "body", "step": "body",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DomainText:
    """One text of one document."""

    document: int
    """Number of the document; of a question from outside the number of documents."""
    language: Language
    role: Role
    style: str
    """Style of a phrasing; empty for the others."""
    text: str


@dataclass(frozen=True, slots=True)
class Domain:
    """All texts of a corpus."""

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    texts: tuple[DomainText, ...]
    related: npt.NDArray[np.bool_]
    """(documents + 1, documents + 1): they name each other, or are the same; neither is wrong for the other.

    The last row and column are of the questions from outside.
    """
    with_questions: int
    """Documents that have further phrasings."""


def read_domain(corpus: Path) -> Domain:
    """Texts of every readable document; faults are the business of ``cookbook check``."""
    read, _ = read_corpus((corpus,))
    documents = read.documents
    texts: list[DomainText] = []
    for number, document in enumerate(documents):
        styles = _styles(corpus / QUESTIONS / f"{document.id}.yaml")
        texts += [_domain_text(number, chunk, styles) for chunk in chunks(document)]
        texts += [
            DomainText(number, code, "title", "", document.title[code])
            for code in LANGUAGES
        ]  # fmt: skip
        texts += [
            DomainText(number, document.language, "statement", "", statement[document.language])
            for statement in document.statements
        ]
    texts += [
        DomainText(len(documents), code, "outside", "", normalise(" ".join(text.split())))
        for code in LANGUAGES
        for text in read.outside[code]
    ]
    return Domain(
        tuple(document.id for document in documents),
        tuple(document.kind for document in documents),
        tuple(texts),
        _related(documents),
        sum(any(document.questions[code] for code in LANGUAGES) for document in documents),
    )


def _domain_text(number: int, chunk: Chunk, styles: dict[str, str]) -> DomainText:
    text = f"{chunk.headings[-1]}. {chunk.text}" if chunk.headings else chunk.text
    style = styles.get(chunk.text, "") if chunk.kind == "question" else ""
    return DomainText(number, chunk.language, ROLES[chunk.kind], style, text)


def _styles(path: Path) -> dict[str, str]:
    """Style of each phrasing of a questions file."""
    if not path.exists():
        return {}
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        normalise(" ".join(entry["text"].split())): entry["style"]
        for code in LANGUAGES
        for entry in read.get(code) or ()
        if isinstance(entry, dict)
    }


def _related(documents: Sequence[AnyDocument]) -> npt.NDArray[np.bool_]:
    number = {document.id: at for at, document in enumerate(documents)}
    related = np.eye(len(documents) + 1, dtype=np.bool_)
    for at, document in enumerate(documents):
        named = [*document.related]
        if isinstance(document, Recipe):
            named += [*document.prerequisites, *document.methods, *document.metrics]
        for name in named:
            if name in number:
                related[at, number[name]] = related[number[name], at] = True
    return related
