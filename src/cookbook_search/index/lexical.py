"""BM25 postings as plain arrays, memory-mapped.

A posting of a chunk holds the finished BM25 score of a term (eager scoring: Lù 2024,
https://arxiv.org/abs/2407.03618; Lucene's variant, equal to bm25s), so a query only adds up
slices. A posting of a document holds how often the term stands in each of its fields, so that
the weights of the fields can be tuned without a new build (BM25F: Robertson, Zaragoza, Taylor
2004, https://doi.org/10.1145/1031171.1031181).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from cookbook_search.index.columns import map_column

K1 = 1.2
B = 0.75
CHAMPIONS = 512
"""Postings of a term that are always looked at when candidates are sought."""
Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Field = Literal["title", "problem", "question", "heading", "body"]
FIELDS: tuple[Field, ...] = ("title", "problem", "question", "heading", "body")
FieldWeights = tuple[float, float, float, float, float]
"""Weight of each of ``FIELDS``."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Scores by term. ``starts`` has one entry a term and one more; the others one a posting."""

    terms: Mapping[str, int]
    starts: Numbers
    texts: npt.NDArray[np.int32]
    """Numbers of the texts that hold the term, rising."""
    scores: Scores
    size: int
    """Number of texts."""
    champions: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Places of the best ``CHAMPIONS`` postings of each term that has more, rising."""

    def search(self, weights: Mapping[str, float]) -> Scores:
        """BM25 of every text for weighted query terms; float32 of shape (size,)."""
        total = np.zeros(self.size, dtype=np.float32)
        for start, end, weight in self._slices(weights):
            total[self.texts[start:end]] += weight * self.scores[start:end]
        return total

    def holding(self, term: str) -> npt.NDArray[np.int32]:
        """The texts that hold a term, rising."""
        number = self.terms.get(term)
        return self.texts[:0] if number is None else self.texts[self.starts[number] : self.starts[number + 1]]

    def candidates(self, weights: Mapping[str, float], count: int) -> npt.NDArray[np.int64]:
        """About the ``count`` best texts, rising, without a look at every posting.

        Long lists are represented by their champions (Manning, Raghavan, Schütze 2008, section 7.1.3).
        """
        texts, scores = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.float32)]
        for start, end, weight in self._slices(weights):
            places: slice | npt.NDArray[np.int64] = slice(start, end)
            if end - start > CHAMPIONS:
                first, last = np.searchsorted(self.champions, (start, end))
                places = self.champions[first:last]
            texts.append(self.texts[places])
            scores.append(weight * self.scores[places])
        found, owners = np.unique(np.concatenate(texts), return_inverse=True)
        if len(found) <= count:
            return found.astype(np.int64)
        total = np.bincount(owners, np.concatenate(scores), minlength=len(found))
        return np.sort(found[np.argpartition(total, -count)[-count:]]).astype(np.int64)

    def at(self, weights: Mapping[str, float], texts: npt.NDArray[np.int64]) -> Scores:
        """BM25 of these rising texts alone, found by bisection."""
        total = np.zeros(len(texts), dtype=np.float32)
        texts = texts.astype(self.texts.dtype)  # else each bisection would convert the whole list
        for start, end, weight in self._slices(weights):
            held = self.texts[start:end]
            places = np.minimum(np.searchsorted(held, texts), len(held) - 1)
            total += weight * np.where(held[places] == texts, self.scores[start:end][places], np.float32(0))
        return total

    def within(
        self, weights: Mapping[str, float], firsts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> Scores:
        """BM25 of the texts in these rising ranges ``firsts[i]:ends[i]``, one range after the other."""
        lengths = ends - firsts
        offsets = np.cumsum(lengths) - lengths
        total = np.zeros(int(lengths.sum()), dtype=np.float32)
        bounds = np.concatenate([firsts, ends]).astype(self.texts.dtype)
        for start, end, weight in self._slices(weights):
            held = self.texts[start:end]
            low, high = np.searchsorted(held, bounds).reshape(2, -1)
            counts = high - low
            places = np.arange(counts.sum()) + np.repeat(low - (np.cumsum(counts) - counts), counts)
            total[held[places] + np.repeat(offsets - firsts, counts)] += (
                weight * self.scores[start:end][places]
            )
        return total

    def _slices(self, weights: Mapping[str, float]) -> Iterator[tuple[int, int, np.float32]]:
        """(start, end, weight) of the postings of each term that there is."""
        for term, weight in weights.items():
            number = self.terms.get(term)
            if number is not None and self.starts[number] < self.starts[number + 1]:
                yield int(self.starts[number]), int(self.starts[number + 1]), np.float32(weight)

    def rarity(self, term: str) -> float:
        """Inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)); 0 for an unknown term."""
        number = self.terms.get(term)
        if number is None:
            return 0.0
        count = int(self.starts[number + 1] - self.starts[number])
        return float(np.log1p((self.size - count + 0.5) / (count + 0.5)))


class FieldPostings:
    """Terms of the documents by field."""

    def __init__(
        self,
        terms: Mapping[str, int],
        starts: Numbers,
        documents: npt.NDArray[np.int32],
        frequencies: npt.NDArray[np.float16],
        size: int,
    ) -> None:
        """``frequencies`` has shape (postings, fields): occurrences over the relative length of the field."""
        self.terms = terms
        self.starts = starts
        self.documents = documents
        self.frequencies = frequencies
        self.size = size
        self.weighted = lru_cache(maxsize=2)(self._weighted)

    def _weighted(self, weights: FieldWeights) -> Postings:
        """Finished BM25F scores for these weights of the fields; kept for the next call."""
        frequency = self.frequencies @ np.asarray(weights, dtype=np.float32)
        rarity = np.repeat(_rarities(self.starts, self.size), np.diff(self.starts))
        scores = (rarity * frequency / (np.float32(K1) + frequency)).astype(np.float32)
        return Postings(self.terms, self.starts, self.documents, scores, self.size)

    def parts(self, weights: Mapping[str, float], fields: FieldWeights, document: int) -> dict[Field, float]:
        """What each field adds to the BM25F of one document."""
        total = np.zeros(len(FIELDS))
        for term, weight in weights.items():
            number = self.terms.get(term)
            if number is None:
                continue
            start, end = self.starts[number], self.starts[number + 1]
            at = start + int(np.searchsorted(self.documents[start:end], document))
            if at < end and self.documents[at] == document:
                frequency = self.frequencies[at] * np.asarray(fields)
                total += weight * self._rarity(int(end - start)) * frequency / (K1 + frequency.sum())
        return dict(zip(FIELDS, total.tolist(), strict=True))

    def _rarity(self, holding: int) -> float:
        return float(np.log1p((self.size - holding + 0.5) / (holding + 0.5)))


def build_postings(
    terms: Mapping[str, int], rows: npt.NDArray[np.integer], texts: npt.NDArray[np.integer], size: int
) -> Postings:
    """Index occurrences: ``rows`` the number of the term of each, ``texts`` the text that it stands in."""
    keys, counts = np.unique(rows.astype(np.int64) * size + texts, return_counts=True)
    numbers, holders = keys // max(size, 1), keys % max(size, 1)
    del keys
    starts = np.searchsorted(numbers, np.arange(len(terms) + 1)).astype(np.int64)
    relative = _relative_lengths(np.bincount(texts, minlength=size))
    frequency = counts.astype(np.float32)
    del counts
    saturated = frequency / (np.float32(K1) * relative[holders] + frequency)
    scores = _rarities(starts, size)[numbers] * saturated
    scores = scores.astype(np.float32)
    return Postings(terms, starts, holders.astype(np.int32), scores, size, _champions(starts, scores))


def build_field_postings(
    terms: Mapping[str, int],
    rows: npt.NDArray[np.integer],
    documents: npt.NDArray[np.integer],
    fields: npt.NDArray[np.integer],
    size: int,
) -> FieldPostings:
    """Index occurrences by field: term, document and place in ``FIELDS`` of each."""
    keys, places = np.unique(rows.astype(np.int64) * size + documents, return_inverse=True)
    numbers, holders = keys // max(size, 1), keys % max(size, 1)
    starts = np.searchsorted(numbers, np.arange(len(terms) + 1)).astype(np.int64)
    width = len(FIELDS)
    counts = np.bincount(places * width + fields, minlength=len(keys) * width).reshape(-1, width)
    lengths = np.bincount(documents.astype(np.int64) * width + fields, minlength=size * width)
    relative = np.stack([_relative_lengths(of_field) for of_field in lengths.reshape(-1, width).T], axis=1)
    frequencies = (counts / relative[holders]).astype(np.float16)
    return FieldPostings(terms, starts, holders.astype(np.int32), frequencies, size)


PARTS = ("starts", "texts", "scores", "champions")
"""Arrays of ``Postings``, each a file."""


def write_postings(postings: Postings, folder: Path) -> None:
    """Write ``postings-*.npy`` to the folder; the terms are the snapshot's."""
    for part in PARTS:
        np.save(folder / f"postings-{part}.npy", getattr(postings, part), allow_pickle=False)


def write_field_postings(postings: FieldPostings, folder: Path) -> None:
    """Write ``fields-*.npy`` to the folder; the terms are the snapshot's."""
    for part in ("starts", "documents", "frequencies"):
        np.save(folder / f"fields-{part}.npy", getattr(postings, part), allow_pickle=False)


def read_postings(folder: Path, terms: Mapping[str, int], size: int) -> Postings:
    """Memory-map what ``write_postings`` wrote."""
    starts, texts, scores, champions = (map_column(folder / f"postings-{part}.npy") for part in PARTS)
    return Postings(terms, starts, texts, scores, size, champions)


def read_field_postings(folder: Path, terms: Mapping[str, int], size: int) -> FieldPostings:
    """Memory-map what ``write_field_postings`` wrote."""
    starts, documents, frequencies = (
        map_column(folder / f"fields-{part}.npy") for part in ("starts", "documents", "frequencies")
    )
    return FieldPostings(terms, starts, documents, frequencies, size)


def _champions(starts: Numbers, scores: Scores) -> Numbers:
    """Places of the best postings of each long list."""
    places = [np.zeros(0, dtype=np.int64)]
    for number in np.flatnonzero(np.diff(starts) > CHAMPIONS):
        start, end = starts[number], starts[number + 1]
        places.append(start + np.sort(np.argpartition(-scores[start:end], CHAMPIONS)[:CHAMPIONS]))
    return np.concatenate(places).astype(np.int64)


def _rarities(starts: Numbers, size: int) -> Scores:
    """Inverse document frequency of each term."""
    holding = np.diff(starts)
    return np.log1p((size - holding + 0.5) / (holding + 0.5)).astype(np.float32)


def _relative_lengths(lengths: npt.NDArray[np.integer]) -> Scores:
    """1 - b + b * length / mean length of each text; 1 where nothing has a length."""
    mean = lengths.mean() if len(lengths) else 0.0
    return (1 - B + B * lengths / mean if mean else np.ones(len(lengths))).astype(np.float32)
