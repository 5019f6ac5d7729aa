"""Scores -> probabilities: is this document relevant, has the cookbook an answer at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cookbook_search.retrieve.parameters import Logistic
from cookbook_search.retrieve.rank import EXCLUDED, Ranking

Matrix = npt.NDArray[np.float64]


def probability(model: Logistic, features: Matrix) -> Matrix:
    """Probability of each row of features."""
    odds = np.clip(features @ np.asarray(model.weights) + model.bias, -500, 500)  # exp(-odds) stays finite
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


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
