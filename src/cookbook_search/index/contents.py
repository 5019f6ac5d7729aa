"""What a snapshot holds besides vectors and postings: documents, chunks, words and their places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from cookbook_search.analyze import Token
from cookbook_search.types import AnyDocument, Chunk, Vocabulary

_DOCUMENT: TypeAdapter[AnyDocument] = TypeAdapter(AnyDocument)
_READER_FIELDS = ("body", "body_line", "path", "digest")
DOCUMENTS, VOCABULARY, CHUNKS, OFFSETS = (
    "documents.jsonl",
    "vocabulary.json",
    "chunks.jsonl",
    "chunks-offsets.npy",
)
SPANS, SPAN_STARTS, TERMS = "spans.npy", "spans-starts.npy", "spans-terms.txt"
FORMS = "forms.tsv"


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the words of the chunks stand and which terms they stand for.

    ``rows`` is int32 of shape (n, 3): start, end, number of the term; the rows of chunk ``c`` are
    ``starts[c]:starts[c + 1]``. A word has a row for each of its terms.
    """

    rows: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    terms: dict[str, int]

    def places(self, chunk: int, wanted: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
        """Half-open character ranges in the chunk of words that stand for a wanted term (bool a term)."""
        rows = self.rows[self.starts[chunk] : self.starts[chunk + 1]]
        found = rows[wanted[rows[:, 2]], :2]
        return sorted({(start, end) for start, end in found.tolist()})

    def wanted(self, terms: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which of the snapshot's terms are among these; bool a term."""
        mask = np.zeros(len(self.terms), dtype=bool)
        mask[[self.terms[term] for term in terms if term in self.terms]] = True
        return mask


class ChunkStore:
    """Chunks read one at a time from a memory-mapped file."""

    def __init__(self, folder: Path) -> None:
        self._offsets = np.asarray(np.load(folder / OFFSETS, allow_pickle=False))
        path = folder / CHUNKS
        empty = path.stat().st_size == 0  # a map cannot be empty
        self._bytes: Any = b"" if empty else np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> Chunk:
        start, end = self._offsets[number], self._offsets[number + 1]
        values = json.loads(bytes(self._bytes[start:end]))
        return Chunk(**{**values, "headings": tuple(values["headings"])})


def write_contents(
    folder: Path,
    documents: Sequence[AnyDocument],
    vocabulary: Vocabulary,
    chunks: Sequence[Chunk],
    tokens: Sequence[Sequence[Token]],
) -> None:
    """Write documents, chunks, spans and word forms to the folder."""
    with (folder / DOCUMENTS).open("w", encoding="utf-8") as file:
        for document in documents:
            front = document.model_dump(mode="json")
            reader = {field: getattr(document, field) for field in _READER_FIELDS}
            questions = document.questions.model_dump(mode="json")
            file.write(json.dumps(front | reader | {"questions": questions}, ensure_ascii=False) + "\n")
    (folder / VOCABULARY).write_text(vocabulary.model_dump_json(), encoding="utf-8")
    offsets = [0]
    with (folder / CHUNKS).open("wb") as chunk_file:
        for chunk in chunks:
            chunk_file.write(json.dumps(asdict(chunk), ensure_ascii=False).encode() + b"\n")
            offsets.append(chunk_file.tell())
    np.save(folder / OFFSETS, np.array(offsets, dtype=np.int64), allow_pickle=False)
    _write_spans(folder, tokens)
    _write_forms(folder, chunks, tokens)


def read_documents(folder: Path) -> list[AnyDocument]:
    """Documents in the order of their chunks."""
    with (folder / DOCUMENTS).open("rb") as file:
        return [_DOCUMENT.validate_json(line) for line in file]


def read_vocabulary_file(folder: Path) -> Vocabulary:
    """The vocabulary that the snapshot was built with."""
    return Vocabulary.model_validate_json((folder / VOCABULARY).read_bytes())


def read_spans(folder: Path) -> Spans:
    """Memory-map the spans."""
    text = (folder / TERMS).read_text(encoding="utf-8")
    terms = {term: number for number, term in enumerate(text.split("\n"))} if text else {}
    rows = np.load(folder / SPANS, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return Spans(rows, np.asarray(np.load(folder / SPAN_STARTS, allow_pickle=False)), terms)


def read_forms(folder: Path) -> dict[str, dict[str, int]]:
    """Word forms of the corpus by language -> how often each stands there."""
    forms: dict[str, dict[str, int]] = {}
    for line in (folder / FORMS).read_text(encoding="utf-8").splitlines():
        language, form, count = line.split("\t")
        forms.setdefault(language, {})[form] = int(count)
    return forms


def _write_spans(folder: Path, tokens: Sequence[Sequence[Token]]) -> None:
    terms: dict[str, int] = {}
    rows: list[tuple[int, int, int]] = []
    starts = [0]
    for of_chunk in tokens:
        for token in of_chunk:
            if not token.stop:
                rows += [(token.start, token.end, terms.setdefault(term, len(terms))) for term in token.terms]
        starts.append(len(rows))
    np.save(folder / SPANS, np.array(rows, dtype=np.int32).reshape(-1, 3), allow_pickle=False)
    np.save(folder / SPAN_STARTS, np.array(starts, dtype=np.int64), allow_pickle=False)
    (folder / TERMS).write_text("\n".join(terms), encoding="utf-8")


def _write_forms(folder: Path, chunks: Sequence[Chunk], tokens: Sequence[Sequence[Token]]) -> None:
    counts: dict[tuple[str, str], int] = {}
    for chunk, of_chunk in zip(chunks, tokens, strict=True):
        if chunk.kind == "question":  # hurried questions hold typing errors on purpose
            continue
        for token in of_chunk:
            key = (chunk.language, token.surface)
            counts[key] = counts.get(key, 0) + 1
    lines = (f"{language}\t{form}\t{count}\n" for (language, form), count in sorted(counts.items()))
    (folder / FORMS).write_text("".join(lines), encoding="utf-8")
