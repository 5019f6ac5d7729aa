"""What a snapshot holds besides vectors and postings: documents, chunks, words and their places."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from cookbook_search.index.columns import map_column
from cookbook_search.types import AnyDocument, Chunk, Corpus, Imprint, Language, Vocabulary

_DOCUMENT: TypeAdapter[AnyDocument] = TypeAdapter(AnyDocument)
_IMPRINTS: TypeAdapter[tuple[Imprint, ...]] = TypeAdapter(tuple[Imprint, ...])
_READER_FIELDS = ("body", "body_line", "path", "digest", "guest", "licence")
DOCUMENTS, VOCABULARY, IMPRINTS = "documents.jsonl", "vocabulary.json", "imprints.json"
CHUNKS, OFFSETS = "chunks.jsonl", "chunks-offsets.npy"
SPANS, SPAN_STARTS, TERMS = "spans.npy", "spans-starts.npy", "terms.txt"
FORMS, OUTSIDE_TEXTS = "forms.tsv", "outside.tsv"
Forms = dict[str, dict[str, int]]
"""Language -> word form of the corpus -> how often it stands there."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the words of the chunks stand and which terms they stand for: the forward index.

    ``rows`` is int32 of shape (n, 3): start, end, number of the term; the rows of chunk ``c`` are
    ``starts[c]:starts[c + 1]``. A word has a row for each of its terms; the words of the chunk's
    heading, which are no part of its text, stand last and at 0..0.
    """

    rows: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    terms: Mapping[str, int]

    def of(self, chunk: int) -> npt.NDArray[np.int32]:
        """The rows of one chunk."""
        return self.rows[self.starts[chunk] : self.starts[chunk + 1]]

    def places(self, chunk: int, wanted: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
        """Half-open character ranges in the chunk of words that stand for a wanted term (bool a term)."""
        rows = self.of(chunk)
        found = rows[wanted[rows[:, 2]]].tolist()
        return sorted({(start, end) for start, end, _ in found if end})

    def wanted(self, terms: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which of the snapshot's terms are among these; bool a term."""
        mask = np.zeros(len(self.terms), dtype=bool)
        mask[[self.terms[term] for term in terms if term in self.terms]] = True
        return mask


CHUNKS_KEPT = 8192
"""Chunks kept parsed; a chunk takes about 1 KiB."""


class ChunkStore:
    """Chunks read one at a time from a memory-mapped file; those in use stay parsed."""

    def __init__(self, folder: Path) -> None:
        self._parsed = lru_cache(CHUNKS_KEPT)(self._parse)
        self._offsets = np.asarray(np.load(folder / OFFSETS, allow_pickle=False))
        path = folder / CHUNKS
        empty = path.stat().st_size == 0  # a map cannot be empty
        self._bytes: Any = b"" if empty else np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> Chunk:
        return self._parsed(number)

    def _parse(self, number: int) -> Chunk:
        values = json.loads(self.lines(number, number + 1))
        return Chunk(**{**values, "headings": tuple(values["headings"])})

    def lines(self, first: int, end: int) -> bytes:
        """Chunks ``first:end`` as they stand in the file."""
        return bytes(self._bytes[self._offsets[first] : self._offsets[end]])

    def lengths(self, first: int, end: int) -> npt.NDArray[np.int64]:
        """Bytes of each of the chunks ``first:end``."""
        return np.diff(self._offsets[first : end + 1])


def write_documents(folder: Path, corpus: Corpus) -> None:
    """Write documents, vocabulary and imprints."""
    with (folder / DOCUMENTS).open("w", encoding="utf-8") as file:
        for document in corpus.documents:
            front = document.model_dump(mode="json")
            reader = {field: getattr(document, field) for field in _READER_FIELDS}
            reader["questions"] = document.questions.model_dump(mode="json")
            reader["statements"] = [statement.model_dump() for statement in document.statements]
            file.write(json.dumps(front | reader, ensure_ascii=False) + "\n")
    (folder / VOCABULARY).write_text(corpus.vocabulary.model_dump_json(), encoding="utf-8")
    (folder / IMPRINTS).write_bytes(_IMPRINTS.dump_json(corpus.imprints))


def read_documents(folder: Path) -> list[AnyDocument]:
    """Documents in the order of their chunks."""
    with (folder / DOCUMENTS).open("rb") as file:
        return [_DOCUMENT.validate_json(line) for line in file]


def read_vocabulary_file(folder: Path) -> Vocabulary:
    """The vocabulary that the snapshot was built with."""
    return Vocabulary.model_validate_json((folder / VOCABULARY).read_bytes())


def read_imprints(folder: Path) -> tuple[Imprint, ...]:
    """Whose cookbooks the snapshot holds; none where it was built before they were kept."""
    path = folder / IMPRINTS
    return _IMPRINTS.validate_json(path.read_bytes()) if path.is_file() else ()


def write_terms(folder: Path, terms: Iterable[str]) -> None:
    """Write the terms, one a line, in the order of their numbers."""
    (folder / TERMS).write_text("\n".join(terms), encoding="utf-8")


def read_terms(folder: Path) -> dict[str, int]:
    """Term -> number."""
    text = (folder / TERMS).read_text(encoding="utf-8")
    return {term: number for number, term in enumerate(text.split("\n"))} if text else {}


def read_spans(folder: Path, terms: Mapping[str, int]) -> Spans:
    """Memory-map the spans."""
    starts = np.asarray(np.load(folder / SPAN_STARTS, allow_pickle=False))
    return Spans(map_column(folder / SPANS), starts, terms)


def write_forms(folder: Path, counts: Counter[tuple[str, str]]) -> None:
    """Write how often each (language, word form) stands in the corpus."""
    lines = (f"{language}\t{form}\t{count}\n" for (language, form), count in sorted(counts.items()) if count)
    (folder / FORMS).write_text("".join(lines), encoding="utf-8")


def read_forms(folder: Path) -> Forms:
    """Word forms of the corpus by language -> how often each stands there."""
    forms: Forms = {}
    for line in (folder / FORMS).read_text(encoding="utf-8").splitlines():
        language, form, count = line.split("\t")
        forms.setdefault(language, {})[form] = int(count)
    return forms


def write_outside_texts(folder: Path, examples: Sequence[tuple[Language, str]]) -> None:
    """Write the questions that the cookbook does not answer, in the order of their vectors."""
    lines = (f"{language}\t{text}\n" for language, text in examples)
    (folder / OUTSIDE_TEXTS).write_text("".join(lines), encoding="utf-8")


def read_outside_texts(folder: Path) -> dict[tuple[Language, str], int]:
    """(language, question) -> row of its vector."""
    lines = (folder / OUTSIDE_TEXTS).read_text(encoding="utf-8").split("\n")[:-1]
    examples = (line.partition("\t") for line in lines)
    return {(cast("Language", code), text): row for row, (code, _, text) in enumerate(examples)}
