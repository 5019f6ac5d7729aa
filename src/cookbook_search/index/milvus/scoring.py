"""Cosines and BM25 of the chunks, asked of Milvus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.index import dense
from cookbook_search.index.contents import Spans
from cookbook_search.index.lexical import FieldPostings
from cookbook_search.index.milvus.client import MOST, Milvus, Query
from cookbook_search.index.protocols import Floats, Numbers


@dataclass(frozen=True, slots=True)
class Chunks:
    """The collection of one snapshot's chunks."""

    milvus: Milvus
    name: str
    ranges: Numbers
    """The chunks of document ``d`` are ``ranges[d]:ranges[d + 1]``."""

    @property
    def size(self) -> int:
        """Number of chunks."""
        return int(self.ranges[-1])

    def best(
        self, field: str, asked: Query, count: int, documents: Numbers | None = None
    ) -> tuple[Floats, Numbers]:
        """Products and numbers of the ``count`` best chunks, best first, of these documents alone."""
        where = "" if documents is None else _among(documents)
        return self.milvus.search(self.name, field, asked, min(count, MOST), where, self._breadth(field))

    def of_documents(self, field: str, asked: Query, documents: Numbers, absent: float | None) -> Floats:
        """Products of all chunks of these rising documents, one after the other.

        ``absent`` stands for chunks that are not found; None: the least product found does.
        """
        lengths = self.ranges[documents + 1] - self.ranges[documents]
        offsets = np.cumsum(lengths) - lengths
        total = np.full(int(lengths.sum()), np.nan, dtype=np.float32)
        for some in _pages(lengths):
            page = documents[some]
            products, numbers = self.best(field, asked, int(lengths[some].sum()), page)
            owners = some.start + np.searchsorted(self.ranges[page + 1], numbers, side="right")
            total[numbers - self.ranges[documents[owners]] + offsets[owners]] = products
        if absent is None:
            absent = float(np.nanmin(total)) if len(total) and not np.isnan(total).all() else 0.0
        return np.nan_to_num(total, nan=absent)

    def starting_in(self, firsts: Numbers) -> Numbers:
        """The documents whose chunks begin at these numbers."""
        return np.searchsorted(self.ranges, firsts, side="right") - 1

    def _breadth(self, field: str) -> int:
        graph = field == "vector" and self.size > dense.SCANNED_UP_TO
        return dense.SEARCH_BREADTH if graph else 0


@dataclass(frozen=True, slots=True)
class MilvusDense:
    """``DenseSearch`` on Milvus."""

    chunks: Chunks

    @property
    def size(self) -> int:
        """Number of chunks."""
        return self.chunks.size

    @property
    def most_at_once(self) -> int:
        """See ``DenseSearch.most_at_once``: a few pages."""
        return 3 * MOST

    def cosines(self, query: Floats, first: int, end: int) -> Floats:
        """See ``DenseSearch.cosines``; the range is of whole documents."""
        firsts = self.chunks.ranges[:-1]
        documents = np.flatnonzero((firsts >= first) & (firsts < end))
        return self.chunks.of_documents("vector", query, documents, None)

    def within(self, query: Floats, firsts: Numbers, ends: Numbers) -> Floats:
        """See ``DenseSearch.within``; the ranges are whole documents."""
        return self.chunks.of_documents("vector", query, self.chunks.starting_in(firsts), None)

    def search(self, query: Floats, count: int, among: Numbers | None = None) -> tuple[Floats, Numbers]:
        """See ``DenseSearch.search``."""
        documents = None
        if among is not None:
            documents = np.unique(self.chunks.starting_in(among))
        return self.chunks.best("vector", query, count, documents)


@dataclass(frozen=True, slots=True)
class MilvusLexical:
    """``LexicalSearch`` on Milvus."""

    chunks: Chunks
    spans: Spans
    fields: FieldPostings

    @property
    def terms(self) -> Mapping[str, int]:
        """See ``LexicalSearch.terms``."""
        return self.spans.terms

    def holding(self, term: str) -> npt.NDArray[np.int32]:
        """See ``LexicalSearch.holding``; read from this machine's copies of words and documents."""
        number = self.terms.get(term)
        found = [np.zeros(0, dtype=np.int64)]
        if number is not None:
            starts, ranges = self.spans.starts, self.chunks.ranges
            of_term = slice(self.fields.starts[number], self.fields.starts[number + 1])
            for document in self.fields.documents[of_term].tolist():
                first, end = starts[ranges[document]], starts[ranges[document + 1]]
                places = first + np.flatnonzero(self.spans.rows[first:end, 2] == number)
                found.append(np.unique(np.searchsorted(starts, places, side="right") - 1))
        return np.concatenate(found).astype(np.int32)

    def search(self, weights: Mapping[str, float]) -> Floats:
        """See ``LexicalSearch.search``."""
        return self._within(weights, np.arange(len(self.chunks.ranges) - 1))

    def candidates(self, weights: Mapping[str, float], count: int) -> Numbers:
        """See ``LexicalSearch.candidates``; these are the best ones."""
        asked = self._asked(weights)
        return np.sort(self.chunks.best("terms", asked, count)[1]) if asked else np.zeros(0, np.int64)

    def at(self, weights: Mapping[str, float], texts: Numbers) -> Floats:
        """See ``LexicalSearch.at``."""
        asked, total = self._asked(weights), np.zeros(len(texts), dtype=np.float32)
        if asked and len(texts):
            milvus, name = self.chunks.milvus, self.chunks.name
            where, count = f"id in {texts.tolist()}", min(len(texts), MOST)
            products, numbers = milvus.search(name, "terms", asked, count, where)
            total[np.searchsorted(texts, numbers)] = products
        return total

    def within(self, weights: Mapping[str, float], firsts: Numbers, ends: Numbers) -> Floats:
        """See ``LexicalSearch.within``; the ranges are whole documents."""
        return self._within(weights, self.chunks.starting_in(firsts))

    def _within(self, weights: Mapping[str, float], documents: Numbers) -> Floats:
        asked = self._asked(weights)
        if not asked:
            ranges = self.chunks.ranges
            return np.zeros(int((ranges[documents + 1] - ranges[documents]).sum()), dtype=np.float32)
        return self.chunks.of_documents("terms", asked, documents, 0.0)

    def _asked(self, weights: Mapping[str, float]) -> dict[int, float]:
        return {self.terms[term]: weight for term, weight in weights.items() if term in self.terms}


def _among(documents: Numbers) -> str:
    """A condition on documents; a run of numbers is told by its ends."""
    if not len(documents):
        return "document < 0"
    first, last = int(documents[0]), int(documents[-1])
    if last - first == len(documents) - 1:
        return f"document >= {first} and document <= {last}"
    return f"document in {documents.tolist()}"


def _pages(lengths: Numbers) -> Iterator[slice]:
    """Runs of documents that have at most ``MOST`` chunks together."""
    first = total = 0
    for at, length in enumerate(lengths.tolist()):
        if total + length > MOST:
            yield slice(first, at)
            first, total = at, 0
        total += length
    if first < len(lengths):
        yield slice(first, len(lengths))
