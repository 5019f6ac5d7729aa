"""Scores -> probabilities: is this document relevant, has the cookbook an answer at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cookbook_search.index import Snapshot
from cookbook_search.retrieve.parameters import Logistic
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import EXCLUDED, Ranking

Matrix = npt.NDArray[np.float64]


def probability(model: Logistic, features: Matrix) -> Matrix:
    """Probability of each row of features."""
    odds = np.clip(features @ np.asarray(model.weights) + model.bias, -500, 500)  # exp(-odds) stays finite
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def query_features(query: Query, snapshot: Snapshot, ranking: Ranking) -> Matrix:
    """What tells an answerable query from the rest; shape (1, 8).

    Best fused score, best cosine, mean cosine of the best chunk of the five best documents, share of
    the query's rarity that its best document holds, share of the query's words that the corpus
    knows, how far the best document stands out from the twentieth, the best cosine to a question that
    the cookbook does not answer, and how far that is above the best cosine of all chunks.
    """
    scores = np.sort(ranking.documents[ranking.documents > EXCLUDED / 2])[::-1]
    if not len(scores):
        return np.zeros((1, 8))
    best = int(np.argmax(ranking.documents))
    heads = [ranking.best_cosine(int(at)) for at in np.argsort(-ranking.documents, kind="stable")[:5]]
    outside = float((snapshot.outside @ query.vector).max(initial=0.0))
    twentieth = scores[min(19, len(scores) - 1)]
    values = (
        float(scores[0]),
        float(ranking.chunk_cosine.max(initial=0.0)),
        sum(heads) / len(heads),
        coverage(query, snapshot, best),
        known_share(query, snapshot),
        float(scores[0] - twentieth),
        outside,
        outside - float(ranking.chunk_cosine.max(initial=0.0)),
    )
    return np.array([values])


def document_features(
    ranking: Ranking, numbers: npt.NDArray[np.int64], answerable: float, best: float | None = None
) -> Matrix:
    """What tells a relevant document; shape (len(numbers), 3): score, gap to the best, answerability.

    ``best`` is the best score of all documents where the ranking holds only those that a filter lets through.
    """
    scores = ranking.documents[numbers].astype(np.float64)
    if best is None:
        best = float(ranking.documents.max(initial=EXCLUDED))
    return np.column_stack([scores, scores - best, np.full(len(numbers), answerable)])


def metric_features(
    ranking: Ranking, metrics: npt.NDArray[np.int64], recommenders: Matrix, recommended: npt.NDArray[np.bool_]
) -> Matrix:
    """What tells a relevant metric; shape (metrics, 4).

    Its own gap to the best metric and to the best document of all, the probability of the best
    recipe that recommends it, and the sum of those probabilities. ``recommenders`` holds the
    probabilities of the best recipes, ``recommended`` (recipes, metrics) which metrics they name.
    """
    own = ranking.documents[metrics].astype(np.float64)
    named = recommenders[:, None] * recommended
    best_metric = own.max(initial=-1e9)
    best = float(ranking.documents.max(initial=EXCLUDED))
    return np.column_stack([own - best_metric, own - best, named.max(axis=0, initial=0.0), named.sum(axis=0)])


def coverage(query: Query, snapshot: Snapshot, document: int) -> float:
    """Share of the query's rarity found in the document's chunks, 0..1."""
    start, end = snapshot.chunk_range[document], snapshot.chunk_range[document + 1]
    total = held = 0.0
    for token in query.tokens:
        rarity = max((snapshot.chunk_postings.rarity(term) for term in token.lemmas), default=0.0) or 8.0
        total += rarity
        if any(_holds(snapshot, term, start, end) for term in token.terms):
            held += rarity
    return held / total if total else 0.0


def known_share(query: Query, snapshot: Snapshot) -> float:
    """Share of the query's content words that the corpus uses, 0..1."""
    known = [any(term in snapshot.chunk_postings.terms for term in token.terms) for token in query.tokens]
    return sum(known) / len(known) if known else 0.0


def _holds(snapshot: Snapshot, term: str, start: int, end: int) -> bool:
    postings = snapshot.chunk_postings
    number = postings.terms.get(term)
    if number is None:
        return False
    texts = postings.texts[postings.starts[number] : postings.starts[number + 1]]
    at = int(np.searchsorted(texts, start))
    return at < len(texts) and int(texts[at]) < end
