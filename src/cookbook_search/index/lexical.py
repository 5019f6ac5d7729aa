"""BM25 postings as plain arrays: built by bm25s, read from memory-mapped files.

A posting holds the finished BM25 score of a term in a text (bm25s scores eagerly: Lù 2024,
https://arxiv.org/abs/2407.03618), so a query only adds up slices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Postings:
    """Scores by term. ``starts`` has one entry a term and one more; the others one a posting."""

    terms: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    texts: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    size: int
    """Number of texts."""

    def search(self, weights: Mapping[str, float]) -> Scores:
        """BM25 of every text for weighted query terms; float32 of shape (size,)."""
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in weights.items():
            number = self.terms.get(term)
            if number is not None:
                start, end = self.starts[number], self.starts[number + 1]
                total[self.texts[start:end]] += np.float32(weight) * self.scores[start:end]
        return total

    def rarity(self, term: str) -> float:
        """Inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)); 0 for an unknown term."""
        number = self.terms.get(term)
        if number is None:
            return 0.0
        count = int(self.starts[number + 1] - self.starts[number])
        return float(np.log1p((self.size - count + 0.5) / (count + 0.5)))


def build_postings(texts: Sequence[Iterable[str]]) -> Postings:
    """Index texts given as terms; a term that stands several times counts several times."""
    import bm25s  # only a build needs it: it would double the server's start

    vocabulary: dict[str, int] = {}
    ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms] for terms in texts]
    if not vocabulary:
        return Postings({}, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), len(ids))
    model = bm25s.BM25(method="lucene", k1=K1, b=B)
    model.index((ids, dict(vocabulary)), show_progress=False)  # it adds a term of its own
    starts = np.asarray(model.scores["indptr"], dtype=np.int64)[: len(vocabulary) + 1]
    return Postings(
        vocabulary,
        starts,
        np.asarray(model.scores["indices"], dtype=np.int32),
        np.asarray(model.scores["data"], dtype=np.float32),
        len(ids),
    )


def write_postings(postings: Postings, folder: Path, name: str) -> None:
    """Write ``name-*.npy`` and ``name-terms.txt`` to the folder."""
    (folder / f"{name}-terms.txt").write_text("\n".join(postings.terms), encoding="utf-8")
    for part in ("starts", "texts", "scores"):
        np.save(folder / f"{name}-{part}.npy", getattr(postings, part), allow_pickle=False)


def read_postings(folder: Path, name: str, size: int) -> Postings:
    """Memory-map what ``write_postings`` wrote."""
    text = (folder / f"{name}-terms.txt").read_text(encoding="utf-8")
    terms = {term: number for number, term in enumerate(text.split("\n"))} if text else {}
    starts, texts, scores = (
        np.load(folder / f"{name}-{part}.npy", mmap_mode="r", allow_pickle=False)
        for part in ("starts", "texts", "scores")
    )
    return Postings(terms, starts.view(np.ndarray), texts.view(np.ndarray), scores.view(np.ndarray), size)
