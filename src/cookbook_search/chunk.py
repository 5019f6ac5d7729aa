"""Documents -> chunks: the pieces that are embedded, indexed, found and quoted.

A chunk is a section or a step with its heading path and anchor; the title with its summary and
each phrasing of the problem are chunks of their own, in each language, and so are the key
statements in the languages that the body is not written in. Together the chunks of a document hold
all of its text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from cookbook_search.parse import Section, blocks, sections
from cookbook_search.types import LANGUAGES, AnyDocument, Chunk, ChunkKind, Language

MAX_WORDS = 110
"""Words in a chunk at most; a longer section is split between blocks, then between sentences."""
CHUNK_FORMAT = 3
"""Raised whenever the same document would give other chunks."""
STEP_HEADINGS = frozenset({"Työvaiheet", "Vaiheet"})
_SENTENCE_END = re.compile(r"(?<=[.!?…:;])\s+")


def chunks(document: AnyDocument) -> list[Chunk]:
    """All chunks of a document: titles, phrasings, questions, statements, then the body in reading order."""
    return [
        *_titles(document),
        *_phrasings(document, "problem"),
        *_phrasings(document, "question"),
        *_statements(document),
        *(chunk for section in sections(document.body) for chunk in _section_chunks(document, section)),
    ]


def _titles(document: AnyDocument) -> Iterator[Chunk]:
    for language in (document.language,) if document.plain else LANGUAGES:
        text = f"{document.title[language]}. {document.summary[language]}"
        # `~` stands in no anchor, so a section called `Fi` keeps another id
        yield Chunk(f"{document.key}#~{language}", document.key, "title", language, (), "", text)


def _phrasings(document: AnyDocument, kind: ChunkKind) -> Iterator[Chunk]:
    for language in LANGUAGES:
        texts = dict.fromkeys(document.problems[language])
        if kind == "question":
            texts = {text: None for text in document.questions[language] if text not in texts}
        for text in texts:
            yield _unplaced(document, kind, language, text)


def _statements(document: AnyDocument) -> Iterator[Chunk]:
    for language in LANGUAGES:
        if language != document.language:
            for text in dict.fromkeys(statement[language] for statement in document.statements):
                yield _unplaced(document, "statement", language, text)


def _unplaced(document: AnyDocument, kind: ChunkKind, language: Language, text: str) -> Chunk:
    """A chunk that stands on no page: only the index sees it."""
    return Chunk(f"{document.key}#{language}-{_digest(text)}", document.key, kind, language, (), "", text)


def _section_chunks(document: AnyDocument, section: Section) -> Iterator[Chunk]:
    is_step = section.level == 3 and section.headings[0] in STEP_HEADINGS
    pieces = _pieces([block for block in blocks(section.tokens) if block.strip()])
    for number, text in enumerate(pieces, start=1):
        part = f"~{number}" if number > 1 else ""
        yield Chunk(
            f"{document.key}#{section.anchor}{part}",
            document.key,
            "step" if is_step else "section",
            document.language,
            section.headings,
            section.anchor,
            text,
        )


def _pieces(texts: list[str]) -> Iterator[str]:
    """Join blocks up to MAX_WORDS; split what is longer at lines, sentences and, at worst, words."""
    gathered: list[str] = []
    size = 0
    for text in texts:
        for piece in _split(text):
            words = len(piece.split())
            if gathered and size + words > MAX_WORDS:
                yield "\n".join(gathered)
                gathered, size = [], 0
            gathered.append(piece)
            size += words
    if gathered:
        yield "\n".join(gathered)


def _split(text: str) -> Iterator[str]:
    if len(text.split()) <= MAX_WORDS:
        yield text
        return
    for splitter in (lambda t: t.split("\n"), _SENTENCE_END.split):
        parts = [part for part in splitter(text) if part.strip()]
        if len(parts) > 1:
            yield from _regroup(parts)
            return
    words = text.split()
    for start in range(0, len(words), MAX_WORDS):
        yield " ".join(words[start : start + MAX_WORDS])


def _regroup(parts: list[str]) -> Iterator[str]:
    """Pack neighbouring parts up to MAX_WORDS; a part that is too long is split again."""
    packed = ""
    for part in parts:
        if packed and len(packed.split()) + len(part.split()) > MAX_WORDS:
            yield from _split(packed)
            packed = ""
        packed = f"{packed} {part}".strip()
    if packed:
        yield from _split(packed)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
