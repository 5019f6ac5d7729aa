"""What tells a question that the cookbook answers from one that it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.index import KIND_CODES, Border, Snapshot
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import Ranking
from cookbook_search.types import LANGUAGES, Language

NEAR = (1, 5, 20)
"""How many of the nearest questions a mean is taken of."""
LEAST_WORDS = 3
"""The terms that speak loudest for outside, of which a mean is taken."""
FEW_WORDS = 2
PHRASE_WORDS = 4
"""Words of a phrase at most."""
LOOKED_AT = 1000
"""Chunks at most in which a phrase is sought."""
NAMED = 0.8
"""Least probability of an answer to a query of few words that all name what the cookbook is about."""
_PHRASINGS = (KIND_CODES["problem"], KIND_CODES["question"])
Floats = npt.NDArray[np.float32]


def query_features(query: Query, snapshot: Snapshot, ranking: Ranking) -> npt.NDArray[np.float64]:
    """``features`` of a ranked query; shape (1, 14)."""
    kinds = ranking.found.of_chunks(snapshot.chunk_kind)
    own = ranking.chunk_cosine[(kinds == _PHRASINGS[0]) | (kinds == _PHRASINGS[1])]
    return np.array(
        [features(query.vector, query.own_terms, own, snapshot.outside @ query.vector, snapshot.border)]
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What the cookbook is about, by name: the words of its titles, and the phrases of its text."""

    subjects: Mapping[Language, frozenset[str]]
    """Base forms of the words in the titles, in the tags and in the vocabulary."""
    snapshot: Snapshot
    analyzer: Analyzer

    def holds(self, query: Query) -> bool:
        """Whether the query is nothing but a name or a phrase that the cookbook uses.

        So short a query says too little for the probability to be trusted, and somebody who types a
        word of the titles, or words that stand side by side in a recipe, looks for it.
        """
        return self._is_subject(query) or self._is_phrase(query.text)

    def _is_subject(self, query: Query) -> bool:
        own = self.subjects[query.language]
        return 0 < len(query.tokens) <= FEW_WORDS and all(
            not own.isdisjoint(token.lemmas) for token in query.tokens
        )

    def _is_phrase(self, text: str) -> bool:
        """Whether two to four words stand side by side in a section, in whatever language they are read."""
        for language in LANGUAGES:
            tokens = self.analyzer.tokens(text, language)
            words = [frozenset(token.lemmas) for token in tokens]
            if any(token.stop for token in tokens):
                continue
            if 1 < len(words) <= PHRASE_WORDS and self._stands(words):
                return True
        return False

    def _stands(self, words: Sequence[frozenset[str]]) -> bool:
        spans = self.snapshot.spans
        wanted = [spans.wanted(lemmas) for lemmas in words]
        for chunk in self._holding(words):
            rows = spans.of(chunk)
            rows = rows[rows[:, 1] > 0]
            places = np.unique(rows[:, 0], return_inverse=True)[1]
            held = [set(places[mask[rows[:, 2]]].tolist()) for mask in wanted]
            if any(all(at + step in held[step] for step in range(len(held))) for at in held[0]):
                return True
        return False

    def _holding(self, words: Sequence[frozenset[str]]) -> list[int]:
        """Chunks of titles, sections and steps that hold all the words; the first ``LOOKED_AT``."""
        postings = self.snapshot.chunk_postings
        holding = [
            np.unique(np.concatenate([postings.holding(lemma) for lemma in lemmas])) for lemmas in words
        ]
        chunks = reduce(lambda one, other: np.intersect1d(one, other, assume_unique=True), holding)
        chunks = chunks[~np.isin(self.snapshot.chunk_kind[chunks], _PHRASINGS)]
        return [int(chunk) for chunk in chunks[:LOOKED_AT]]


def names_of(snapshot: Snapshot, analyzer: Analyzer) -> Names:
    """What the snapshot's cookbook is about."""
    found: dict[Language, frozenset[str]] = {}
    for language in LANGUAGES:
        names = [document.title[language] for document in snapshot.documents]
        names += [tag[language] for tag in snapshot.vocabulary.tags]
        names += [word for term in snapshot.vocabulary.terms for word in getattr(term, language)]
        tokens = analyzer.tokens(normalise(" . ".join(names)).lower(), language)
        found[language] = frozenset(lemma for token in tokens if not token.stop for lemma in token.lemmas)
    return Names(found, snapshot, analyzer)


def features(
    vector: Floats, terms: Collection[str], own: Floats, outside: Floats, border: Border
) -> list[float]:
    """Fourteen numbers.

    Mean cosine of the 1, 5 and 20 nearest of the cookbook's own phrasings, the same of the questions
    from outside (``own`` and ``outside`` hold the cosines of all), the side of the border on which the
    vector lies; of the terms' log odds the sum, the sum over the root of their number, the least, the
    mean of the three least and the greatest; the share of terms that stand in neither group; and the
    logarithm of the number of terms.
    """
    known = sorted(border.odds[term] for term in terms if term in border.odds)
    words = [0.0] * 5
    if known:
        least = known[:LEAST_WORDS]
        total = sum(known)
        words = [total, total / len(known) ** 0.5, known[0], sum(least) / len(least), known[-1]]
    unknown = 1 - len(known) / len(terms) if terms else 0.0
    return [
        *_nearest(own),
        *_nearest(outside),
        border.side(vector),
        *words,
        unknown,
        float(np.log1p(len(terms))),
    ]


def _nearest(cosines: Floats) -> list[float]:
    if not len(cosines):
        return [0.0] * len(NEAR)
    most = min(NEAR[-1], len(cosines))
    best = np.sort(np.partition(cosines, -most)[-most:])[::-1]
    return [float(best[:count].mean()) for count in NEAR]
