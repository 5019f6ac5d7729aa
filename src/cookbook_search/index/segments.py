"""Documents -> segments: chunks analysed and embedded, or taken over from the old snapshot.

A segment is a run of neighbouring documents as columns. A build joins segments one after the
other, so it holds the texts of a few documents at a time, whatever the size of the corpus.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer, words
from cookbook_search.chunk import chunks
from cookbook_search.embed import Embedder, Vectors
from cookbook_search.index.snapshot import KIND_CODES, FolderSnapshot
from cookbook_search.types import LANGUAGES, AnyDocument, Chunk, Language

BATCH = 64
"""Documents analysed and embedded at a time."""
Spans = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Segment:
    """Chunks of neighbouring documents."""

    documents: npt.NDArray[np.int64]
    """Number of chunks of each document."""
    lines: bytes
    """The chunks as JSON lines."""
    lengths: npt.NDArray[np.int64]
    """Bytes of each line."""
    kinds: npt.NDArray[np.uint8]
    languages: npt.NDArray[np.uint8]
    terms: Sequence[str]
    """In the order of their first use."""
    spans: Spans
    """As in ``contents.Spans``; the third column is a place in ``terms``."""
    span_counts: npt.NDArray[np.int64]
    """Rows of ``spans`` of each chunk."""
    vectors: Vectors
    forms: Counter[tuple[str, str]]
    """How often each (language, word form) stands in chunks that were read anew; questions, full of
    typing errors on purpose, are left out."""


def segments(
    documents: Sequence[AnyDocument], analyzer: Analyzer, embedder: Embedder, old: FolderSnapshot | None
) -> Iterator[Segment]:
    """Segments of all documents, in order.

    Unchanged documents of ``old`` are copied; of changed ones the chunks that stood there before.
    """
    names = [] if old is None else list(old.spans.terms)
    reader = _Reader(analyzer, embedder, old, names)
    kept = {} if old is None else {(d.key, d.digest): n for n, d in enumerate(old.documents)}
    fresh: list[AnyDocument] = []
    at = 0
    while at < len(documents):
        first = kept.get((documents[at].key, documents[at].digest))
        if old is None or first is None:
            fresh.append(documents[at])
            at += 1
            if len(fresh) == BATCH:
                yield reader.read(fresh)
                fresh = []
            continue
        if fresh:
            yield reader.read(fresh)
            fresh = []
        end = first + 1
        while at + end - first < len(documents) and end < len(old.documents):
            document = documents[at + end - first]
            if kept.get((document.key, document.digest)) != end:
                break
            end += 1
        yield copied(old, first, end, names)
        at += end - first
    if fresh:
        yield reader.read(fresh)


def copied(old: FolderSnapshot, first: int, end: int, names: Sequence[str]) -> Segment:
    """Documents ``first:end`` of a snapshot with these ``names`` of the terms, as they stand there."""
    begin, stop = int(old.chunk_range[first]), int(old.chunk_range[end])
    starts = old.spans.starts[begin : stop + 1]
    rows = old.spans.rows[starts[0] : starts[-1]].copy()
    used, seen, places = np.unique(rows[:, 2], return_index=True, return_inverse=True)
    order = np.argsort(seen)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rows[:, 2] = rank[places]
    return Segment(
        documents=np.diff(old.chunk_range[first : end + 1]),
        lines=old.chunks.lines(begin, stop),
        lengths=old.chunks.lengths(begin, stop),
        kinds=old.chunk_kind[begin:stop],
        languages=old.chunk_language[begin:stop],
        terms=[names[number] for number in used[order].tolist()],
        spans=rows,
        span_counts=np.diff(starts),
        vectors=old.dense.vectors[begin:stop],
        forms=Counter(),
    )


def kept_forms(documents: Sequence[AnyDocument], old: FolderSnapshot | None) -> Counter[tuple[str, str]]:
    """Word forms of those documents of the old snapshot that have not changed; see ``Segment.forms``."""
    if old is None:
        return Counter()
    counts = Counter({(language, form): n for language, of in old.forms.items() for form, n in of.items()})
    now = {(document.key, document.digest) for document in documents}
    for number, document in enumerate(old.documents):
        if (document.key, document.digest) not in now:
            places = range(int(old.chunk_range[number]), int(old.chunk_range[number + 1]))
            counts.subtract(_forms([old.chunks[at] for at in places]))
    return counts


def _forms(of_chunks: Sequence[Chunk]) -> Counter[tuple[str, str]]:
    return Counter(
        (chunk.language, form)
        for chunk in of_chunks
        if chunk.kind != "question"
        for _, _, form in words(chunk.text)
    )


def embedding_text(chunk: Chunk) -> str:
    """What a model sees of a chunk: its own heading, then its text."""
    return f"{chunk.headings[-1]}. {chunk.text}" if chunk.headings else chunk.text


class _Reader:
    """Analyses and embeds documents; what the same document held before is looked up."""

    def __init__(
        self, analyzer: Analyzer, embedder: Embedder, old: FolderSnapshot | None, names: Sequence[str]
    ) -> None:
        self._analyzer = analyzer
        self._embedder = embedder
        self._old = old
        self._names = names
        self._number = {} if old is None else {d.key: number for number, d in enumerate(old.documents)}
        self._heading_terms: dict[str, list[str]] = {}

    def read(self, documents: Sequence[AnyDocument]) -> Segment:
        """One segment of these documents."""
        by_document = [chunks(document) for document in documents]
        known = [self._known(document, of) for document, of in zip(documents, by_document, strict=True)]
        everything = [chunk for of in by_document for chunk in of]
        places = [place for of in known for place in of]
        lines = [json.dumps(asdict(chunk), ensure_ascii=False).encode() + b"\n" for chunk in everything]
        terms: dict[str, int] = {}
        spans = [self._spans(chunk, place, terms) for chunk, place in zip(everything, places, strict=True)]
        return Segment(
            documents=np.array([len(of) for of in by_document], dtype=np.int64),
            lines=b"".join(lines),
            lengths=np.array([len(line) for line in lines], dtype=np.int64),
            kinds=np.array([KIND_CODES[chunk.kind] for chunk in everything], dtype=np.uint8),
            languages=np.array([LANGUAGES.index(chunk.language) for chunk in everything], dtype=np.uint8),
            terms=list(terms),
            spans=np.array([row for of in spans for row in of], dtype=np.int32).reshape(-1, 3),
            span_counts=np.array([len(of) for of in spans], dtype=np.int64),
            vectors=self._vectors(everything, places),
            forms=_forms(everything),
        )

    def _known(self, document: AnyDocument, of_document: Sequence[Chunk]) -> list[int | None]:
        """Number in the old snapshot of each chunk that the document held before, word for word."""
        number = self._number.get(document.key)
        if self._old is None or number is None:
            return [None] * len(of_document)
        store, ranges = self._old.chunks, self._old.chunk_range
        before = {_content(store[at]): at for at in range(int(ranges[number]), int(ranges[number + 1]))}
        return [before.get(_content(chunk)) for chunk in of_document]

    def _spans(self, chunk: Chunk, place: int | None, terms: dict[str, int]) -> list[tuple[int, int, int]]:
        if place is not None and self._old is not None:
            return [
                (start, end, terms.setdefault(self._names[term], len(terms)))
                for start, end, term in self._old.spans.of(place).tolist()
            ]
        rows = [
            (token.start, token.end, terms.setdefault(term, len(terms)))
            for token in self._analyzer.tokens(chunk.text, chunk.language)
            if not token.stop
            for term in token.terms
        ]
        if chunk.headings:
            rows += [
                (0, 0, terms.setdefault(term, len(terms))) for term in self._terms_of(chunk.headings[-1])
            ]
        return rows

    def _terms_of(self, heading: str) -> list[str]:
        if heading not in self._heading_terms:
            tokens = self._analyzer.tokens(heading, "fi")
            self._heading_terms[heading] = [term for t in tokens if not t.stop for term in t.terms]
        return self._heading_terms[heading]

    def _vectors(self, everything: Sequence[Chunk], places: Sequence[int | None]) -> Vectors:
        vectors = np.zeros((len(everything), self._embedder.dimension), dtype=np.float32)
        fresh = [at for at, place in enumerate(places) if place is None]
        if self._old is not None and len(fresh) < len(everything):
            old = [at for at, place in enumerate(places) if place is not None]
            vectors[old] = self._old.dense.vectors[[place for place in places if place is not None]]
        if fresh:
            texts = [embedding_text(everything[at]) for at in fresh]
            languages: list[Language] = [everything[at].language for at in fresh]
            vectors[fresh] = self._embedder.embed(texts, languages, "passage")
        return vectors


def _content(chunk: Chunk) -> tuple[Language, tuple[str, ...], str]:
    """What analysis and embedding see of a chunk."""
    return chunk.language, chunk.headings[-1:], chunk.text
