"""Scores to probabilities: fitted on judged queries, reported on held-out folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cookbook_search.retrieve import Parameters, Searcher
from cookbook_search.retrieve.answerable import query_features
from cookbook_search.retrieve.calibrate import document_features, metric_features, probability
from cookbook_search.retrieve.parameters import Logistic
from cookbook_search.retrieve.rank import Ranking, rank
from cookbook_search.retrieve.search import RECOMMENDERS
from training.judged import Case
from training.logistic import calibration_error, fit_logistic
from training.refusal import learn_refusal

SEED = 20261125
FOLDS = 5
RELEVANT = 2
FALSE_REFUSALS = 0.025
"""Share of answerable development queries that the threshold may refuse."""
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def calibrate(
    cases: Sequence[Case], searcher: Searcher, tuned: Parameters
) -> tuple[Parameters, dict[str, float]]:
    """Fit the three logistic models; figures are of held-out folds."""
    folds = np.random.default_rng(SEED).permutation(len(cases)) % FOLDS
    rankings = [rank(case.query, searcher.snapshot, tuned, searcher.neighbours) for case in cases]
    tuned, figures, chances = _fit_refusal(cases, rankings, searcher, tuned, folds)
    relevance, recipe_error = _fit_documents(cases, rankings, chances, searcher, folds)
    tuned = tuned.model_copy(update={"relevance": relevance})
    metric_relevance, metric_error = _fit_metrics(cases, rankings, chances, searcher, tuned, folds)
    figures["held-out calibration error of recipes"] = recipe_error
    figures["held-out calibration error of metrics"] = metric_error
    return tuned.model_copy(update={"metric_relevance": metric_relevance}), figures


def _fit_refusal(
    cases: Sequence[Case], rankings: Sequence[Ranking], searcher: Searcher, tuned: Parameters, folds: Numbers
) -> tuple[Parameters, dict[str, float], Floats]:
    """Learn on the corpus; scale, and choose the threshold, on the judged queries."""
    learned, on_corpus = learn_refusal(searcher.snapshot, searcher.reader)
    asked = [query_features(c.query, searcher.snapshot, r) for c, r in zip(cases, rankings, strict=True)]
    odds = np.concatenate(asked) @ np.asarray(learned.weights) + learned.bias
    answerable = np.array([not case.judged.must_be_refused for case in cases], dtype=np.float64)
    refused, falsely = np.zeros(len(cases)), np.zeros(len(cases))
    for fold in range(FOLDS):
        seen = folds != fold
        threshold = _threshold(odds[seen], answerable[seen] > 0)
        refused[~seen] = odds[~seen] < threshold
    falsely = refused[answerable > 0]
    scale = fit_logistic(odds[:, None], answerable)
    model = Logistic(
        bias=scale.bias + scale.weights[0] * learned.bias,
        weights=tuple(scale.weights[0] * weight for weight in learned.weights),
    )
    chances = probability(model, np.concatenate(asked))
    threshold = _threshold(chances, answerable > 0)
    figures = {
        "held-out refusal": float(refused[answerable == 0].mean()),
        "held-out false refusal": float(falsely.mean()),
        "refusal of the corpus's own questions from outside at 3 % false": on_corpus,
    }
    return tuned.model_copy(update={"answerable": model, "answer_threshold": threshold}), figures, chances


def _threshold(values: Floats, answerable: npt.NDArray[np.bool_]) -> float:
    """Midway between the last that is rightly refused and the value at which too many are falsely."""
    limit = float(np.quantile(values[answerable], FALSE_REFUSALS))
    refused = values[~answerable & (values < limit)]
    return (float(refused.max()) + limit) / 2 if len(refused) else limit


def _fit_documents(
    cases: Sequence[Case],
    rankings: Sequence[Ranking],
    chances: Floats,
    searcher: Searcher,
    folds: Numbers,
) -> tuple[Logistic, float]:
    features, labels, fold_of = [], [], []
    for case, ranking, chance, fold in zip(cases, rankings, chances, folds, strict=True):
        features.append(document_features(ranking, searcher.recipes, float(chance)))
        labels.append((case.gains[searcher.recipes] >= RELEVANT).astype(float))
        fold_of.append(np.full(len(searcher.recipes), fold))
    return _fit(np.concatenate(features), np.concatenate(labels), np.concatenate(fold_of))


def _fit_metrics(
    cases: Sequence[Case],
    rankings: Sequence[Ranking],
    chances: Floats,
    searcher: Searcher,
    tuned: Parameters,
    folds: Numbers,
) -> tuple[Logistic, float]:
    features, labels, fold_of = [], [], []
    for case, ranking, chance, fold in zip(cases, rankings, chances, folds, strict=True):
        if case.judged.must_be_refused:
            continue
        everything = np.arange(len(searcher.snapshot.documents))
        probabilities = probability(tuned.relevance, document_features(ranking, everything, float(chance)))
        order = searcher.recipes[np.argsort(-ranking.documents[searcher.recipes], kind="stable")]
        best = order[:RECOMMENDERS]
        features.append(
            metric_features(ranking, searcher.metrics, probabilities[best], searcher.recommended[best])
        )
        labels.append((case.gains[searcher.metrics] >= RELEVANT).astype(float))
        fold_of.append(np.full(len(searcher.metrics), fold))
    return _fit(np.concatenate(features), np.concatenate(labels), np.concatenate(fold_of))


def _fit(features: Floats, labels: Floats, folds: Numbers) -> tuple[Logistic, float]:
    held = np.zeros(len(labels))
    for fold in range(FOLDS):
        model = fit_logistic(features[folds != fold], labels[folds != fold])
        held[folds == fold] = probability(model, features[folds == fold])
    return fit_logistic(features, labels), calibration_error(held, labels)
