"""What tells a question that the cookbook answers from one that it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.index import KIND_CODES, Border, Snapshot
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import Ranking
from cookbook_search.types import LANGUAGES, AnyDocument, Language, Vocabulary

NEAR = (1, 5, 20)
"""How many of the nearest questions a mean is taken of."""
LEAST_WORDS = 3
"""The terms that speak loudest for outside, of which a mean is taken."""
FEW_WORDS = 2
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


def subjects(
    documents: Sequence[AnyDocument], vocabulary: Vocabulary, analyzer: Analyzer
) -> Mapping[Language, frozenset[str]]:
    """Base forms, by language, of the words in the titles, in the tags and in the vocabulary."""
    found: dict[Language, frozenset[str]] = {}
    for language in LANGUAGES:
        names = [document.title[language] for document in documents]
        names += [tag[language] for tag in vocabulary.tags]
        names += [word for term in vocabulary.terms for word in getattr(term, language)]
        tokens = analyzer.tokens(normalise(" . ".join(names)).lower(), language)
        found[language] = frozenset(lemma for token in tokens if not token.stop for lemma in token.lemmas)
    return found


def is_subject(query: Query, named: Mapping[Language, frozenset[str]]) -> bool:
    """Whether the query is one or two words that all name what the cookbook is about.

    So short a query says too little for the probability to be trusted, and somebody who types a word of
    the titles looks for it.
    """
    own = named[query.language]
    return 0 < len(query.tokens) <= FEW_WORDS and all(
        not own.isdisjoint(token.lemmas) for token in query.tokens
    )


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
