"""First vectors of terms: the teacher's vectors of what a term means, averaged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import fold
from cookbook_search.types import Language
from training.bags import Analysed, Bags, Floats

SIF = 1e-3
"""Smooth inverse frequency (Arora et al. 2017): a term of share p weighs SIF / (SIF + p)."""
SLICE = 20_000
NGRAM_WORDS = 12
"""Words that an n-gram must stand in to have a row."""


def counts(analysed: Sequence[Analysed], languages: Sequence[Language]) -> Counter[str]:
    """In how many places each term ``fi:klusteri`` stands."""
    found: Counter[str] = Counter()
    for tokens, language in zip(analysed, languages, strict=True):
        found.update(f"{language}:{term}" for token in tokens for term in token.terms)
    return found


def frequency_weights(terms: Sequence[str], count: Counter[str]) -> Floats:
    """SIF weight of each term within its language."""
    total: Counter[str] = Counter()
    for term, number in count.items():
        total[term[:2]] += number
    shares = np.array([count[term] / max(total[term[:2]], 1) for term in terms])
    return np.asarray(SIF / (SIF + shares), dtype=np.float32)


def principal_axes(vectors: Floats, dimension: int) -> tuple[Floats, Floats]:
    """Mean and the strongest directions (dimension, columns) of the teacher's vectors."""
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    _, axes = np.linalg.eigh(centred.T @ centred)
    return mean, np.ascontiguousarray(axes[:, ::-1][:, :dimension].T)


def mean_vectors(bags: Bags, weights: Floats, targets: Floats, size: int) -> tuple[Floats, Floats]:
    """Weighted mean of the targets of the texts that hold a term, and the weight behind it.

    A text's weight is shared by its words, so that a label of one word says more than a sentence.
    """
    total = np.zeros((size, targets.shape[1]), dtype=np.float32)
    mass = np.zeros(size, dtype=np.float32)
    for start in range(0, len(bags), SLICE):
        chosen = np.arange(start, min(start + SLICE, len(bags)))
        batch = bags.take(chosen)
        sizes = np.diff([*batch.offsets, len(batch.terms)])
        owner = np.repeat(np.arange(len(chosen)), sizes)
        shares = batch.weights / np.maximum(np.bincount(owner, batch.weights, len(chosen)), 1e-6)[owner]
        shares = np.asarray(shares * weights[chosen][owner], dtype=np.float32)
        order = np.argsort(batch.terms, kind="stable")
        terms, first = np.unique(batch.terms[order], return_index=True)
        if len(terms):
            values = shares[order, None] * targets[chosen][owner[order]]
            total[terms] += np.add.reduceat(values, first, axis=0)
            mass[terms] += np.add.reduceat(shares[order], first)
    return np.asarray(total / np.maximum(mass, 1e-9)[:, None], dtype=np.float32), mass


def unit(vectors: npt.NDArray[np.floating]) -> Floats:
    """Rows of length 1; zero rows stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def word_ngrams(term: str, size: int) -> set[str]:
    """n-grams of a term ``fi:klusteri`` as ``fi#<klu``."""
    language, _, word = term.partition(":")
    framed = f"<{fold(word)}>"
    return {f"{language}#{framed[at : at + size]}" for at in range(len(framed) - size + 1)}


def ngram_vectors(terms: Sequence[str], vectors: Floats, size: int) -> tuple[list[str], Floats]:
    """n-grams that stand in enough words, each the mean of those words' vectors."""
    holders = Counter(gram for term in terms for gram in word_ngrams(term, size))
    grams = sorted(gram for gram, number in holders.items() if number >= NGRAM_WORDS)
    number = {gram: at for at, gram in enumerate(grams)}
    total = np.zeros((len(grams), vectors.shape[1]), dtype=np.float32)
    for term, vector in zip(terms, vectors, strict=True):
        for gram in word_ngrams(term, size):
            if gram in number:
                total[number[gram]] += vector
    return grams, total / np.array([max(holders[gram], 1) for gram in grams], dtype=np.float32)[:, None]
