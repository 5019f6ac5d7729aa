"""Texts as bags of numbered terms, exactly as the shipped model reads them, batched for training."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer, Token, normalise
from cookbook_search.embed.static import StaticModelCard, ngram_terms, token_terms
from cookbook_search.types import Language

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Analysed = list[Token]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some bags, laid out for an embedding bag."""

    terms: Ints
    weights: Floats
    offsets: Ints


class Everything(Container[str]):
    """Holds every term: the vocabulary before one is chosen."""

    def __contains__(self, term: object) -> bool:
        return True


def analyse(analyzer: Analyzer, texts: Sequence[tuple[Language, str]]) -> list[Analysed]:
    """Tokens of each text."""
    return [analyzer.tokens(normalise(text), language) for language, text in texts]


class Bags:
    """Bags of texts in flat arrays; words can be left out or read as their n-grams at random."""

    def __init__(
        self,
        analysed: Sequence[Analysed],
        languages: Sequence[Language],
        number: dict[str, int],
        card: StaticModelCard,
        *,
        with_ngrams: bool,
    ) -> None:
        """``number`` is the vocabulary; ``with_ngrams`` keeps n-grams of known words for ``noise``."""
        entries: list[tuple[int, float, int, bool]] = []
        ends: list[int] = []
        word = 0
        for tokens, language in zip(analysed, languages, strict=True):
            for token in tokens:
                terms = token_terms(token, language, number, card)
                if not token.stop and (with_ngrams or not terms):
                    grams = ngram_terms(token.surface, language, number, card)
                    entries += [(number[gram], weight, word, bool(terms)) for gram, weight in grams]
                entries += [(number[term], weight, word, False) for term, weight in terms]
                word += 1
            ends.append(len(entries))
        self._terms = np.array([entry[0] for entry in entries], dtype=np.int64)
        self._weights = np.array([entry[1] for entry in entries], dtype=np.float32)
        self._words = np.array([entry[2] for entry in entries], dtype=np.int64)
        self._spare = np.array([entry[3] for entry in entries], dtype=np.bool_)
        """N-grams of a word that has terms of its own."""
        self._has_spare = np.zeros(word + 1, dtype=np.bool_)
        self._has_spare[self._words[self._spare]] = True
        self._starts = np.array([0, *ends], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def take(self, chosen: Ints, noise: Noise | None = None) -> Batch:
        """The bags of the chosen texts, in that order."""
        starts, lengths = self._starts[chosen], np.diff(self._starts)[chosen]
        owner = np.repeat(np.arange(len(chosen)), lengths)
        first = np.cumsum(lengths) - lengths
        at = np.arange(int(lengths.sum())) - first[owner] + starts[owner]
        spare = self._spare[at]
        keep = ~spare if noise is None else noise.keep(self._words[at], spare, self._has_spare)
        at, owner = at[keep], owner[keep]
        sizes = np.bincount(owner, minlength=len(chosen))
        return Batch(self._terms[at], self._weights[at], np.cumsum(sizes) - sizes)


@dataclass(frozen=True, slots=True)
class Noise:
    """Leaves words out and reads words as their n-grams, so that none is leaned on."""

    random: np.random.Generator
    drop: float
    """Share of words left out."""
    spell: float
    """Share of words read as n-grams alone."""

    def keep(
        self, words: Ints, spare: npt.NDArray[np.bool_], has_spare: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        """Which entries stay; ``words`` tells the word of each entry."""
        if not len(words):
            return np.zeros(0, dtype=np.bool_)
        low = int(words.min())
        draws = self.random.random(int(words.max()) - low + 1)[words - low]
        spelled = (draws < self.drop + self.spell) & has_spare[words]
        return np.asarray((draws >= self.drop) & (spare == spelled), dtype=bool)
