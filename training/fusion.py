"""Fit fusion and calibration on the development queries and write ``parameters.json``.

    python -m training.fusion [evaluation/dev.jsonl]

Fusion: a random search over few parameters, scored by nDCG@10 and recall@5 and chosen anew in each
outer fold of a cross-validation, so that the reported figures are of queries that the choice did
not see. Calibration: logistic models with an L2 penalty; their reported errors are of held-out folds
too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import open_analyzer
from cookbook_search.config import read_settings
from cookbook_search.embed import open_embedder
from cookbook_search.evaluate import GRADE_NEEDED, JudgedQuery, read_queries
from cookbook_search.index import load
from cookbook_search.retrieve import Parameters, Query, Searcher, open_searcher, read_parameters
from cookbook_search.retrieve.calibrate import document_features, metric_features, probability, query_features
from cookbook_search.retrieve.parameters import Logistic
from cookbook_search.retrieve.rank import Ranking, rank
from cookbook_search.retrieve.search import RECOMMENDERS

OUT = Path("src/cookbook_search/retrieve/parameters.json")
SEED = 20261124
TRIALS = 400
FOLDS = 5
RELEVANT = 2
FALSE_REFUSALS = 0.02
"""Share of answerable development queries that the threshold may refuse."""
PENALTY = 1.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A judged query, read once."""

    judged: JudgedQuery
    query: Query
    gains: Floats
    """Grade of each document."""


def ndcg(order: npt.NDArray[np.int64], gains: Floats, pool: npt.NDArray[np.int64], depth: int = 10) -> float:
    """NDCG with linear gains over the documents of the pool."""
    ideal = np.sort(gains[pool])[::-1][:depth]
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    best = float((ideal * discounts[: len(ideal)]).sum())
    found = gains[order[:depth]]
    return float((found * discounts[: len(found)]).sum()) / best if best else float("nan")


def draw(random: np.random.Generator, start: Parameters, near: bool) -> Parameters:
    """A random set of fusion parameters: anywhere, or near ``start``."""

    def value(low: float, high: float, now: float) -> float:
        if near:
            return float(np.clip(now + random.normal(0, (high - low) / 12), low, high))
        return float(random.uniform(low, high))

    offsets = tuple(value(-0.15, 0.15, now) if at else 0.0 for at, now in enumerate(start.kind_offsets))
    return start.model_copy(
        update={
            "lexical_weight": value(0.0, 1.0, start.lexical_weight),
            "lexical_floor": value(0.0, 20.0, start.lexical_floor),
            "kind_offsets": offsets,
            "sharpness": value(4.0, 40.0, start.sharpness),
            "document_weight": value(0.0, 0.8, start.document_weight),
            "neighbour_weight": value(0.0, 2.5, start.neighbour_weight),
        }
    )


def fit_logistic(features: Floats, labels: Floats, weights: Floats | None = None) -> Logistic:
    """Newton's method on the penalised log likelihood; features are standardised inside."""
    mean, deviation = features.mean(0), features.std(0) + 1e-9
    x = np.column_stack([(features - mean) / deviation, np.ones(len(features))])
    w = np.ones(len(labels)) if weights is None else weights
    beta = np.zeros(x.shape[1])
    penalty = np.diag([PENALTY] * features.shape[1] + [1e-6])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (w * (labels - p)) - penalty @ beta
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    slopes = beta[:-1] / deviation
    return Logistic(bias=float(beta[-1] - slopes @ mean), weights=tuple(float(value) for value in slopes))


def calibration_error(probabilities: Floats, labels: Floats, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins (Naeini et al. 2015)."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += inside.mean() * abs(probabilities[inside].mean() - labels[inside].mean())
    return error


def read_cases(path: Path, searcher: Searcher) -> list[Case]:
    """Read and analyse the judged queries."""
    number = {document.id: at for at, document in enumerate(searcher.snapshot.documents)}
    cases = []
    for judged in read_queries(path):
        gains = np.zeros(len(number))
        for document, grade in (judged.recipes | judged.metrics).items():
            if document in number:
                gains[number[document]] = grade
        cases.append(Case(judged, searcher.reader.read(judged.query), gains))
    return cases


def score(cases: Sequence[Case], searcher: Searcher, parameters: Parameters) -> Floats:
    """nDCG@10 of recipes (weight 3) and metrics, and recall@5 of what is needed, for each answerable case."""
    scores = []
    for case in cases:
        documents = rank(case.query, searcher.snapshot, parameters, searcher.neighbours).documents
        values = []
        for pool, judged in (
            (searcher.recipes, case.judged.recipes),
            (searcher.metrics, case.judged.metrics),
        ):
            if judged:
                order = pool[np.argsort(-documents[pool], kind="stable")]
                weight = 3 if pool is searcher.recipes else 1
                values += [ndcg(order, case.gains, pool)] * weight
                needed = pool[case.gains[pool] >= GRADE_NEEDED]
                if len(needed):
                    values.append(float(np.isin(needed, order[:5]).mean()))
        scores.append(float(np.mean(values)))
    return np.array(scores)


def tune(cases: Sequence[Case], searcher: Searcher, start: Parameters) -> tuple[Parameters, float, float]:
    """The best parameters, their score on all cases, and the score of held-out folds."""
    random = np.random.default_rng(SEED)
    answerable = [case for case in cases if not case.judged.must_be_refused]
    trials = [start]
    table = [score(answerable, searcher, start)]
    for number in range(TRIALS):
        best = trials[int(np.argmax([row.mean() for row in table]))]
        trial = draw(random, best, near=number >= TRIALS // 3)
        trials.append(trial)
        table.append(score(answerable, searcher, trial))
    scores = np.array(table)
    folds = random.permutation(len(answerable)) % FOLDS
    held_out = np.zeros(len(answerable))
    for fold in range(FOLDS):
        chosen = int(np.argmax(scores[:, folds != fold].mean(axis=1)))
        held_out[folds == fold] = scores[chosen, folds == fold]
    winner = int(np.argmax(scores.mean(axis=1)))
    return trials[winner], float(scores[winner].mean()), float(held_out.mean())


def calibrate(
    cases: Sequence[Case], searcher: Searcher, tuned: Parameters
) -> tuple[Parameters, dict[str, float]]:
    """Fit the three logistic models; figures are of held-out folds."""
    snapshot = searcher.snapshot
    random = np.random.default_rng(SEED + 1)
    folds = random.permutation(len(cases)) % FOLDS
    rankings = [rank(case.query, snapshot, tuned, searcher.neighbours) for case in cases]
    asked = np.concatenate(
        [query_features(c.query, snapshot, r) for c, r in zip(cases, rankings, strict=True)]
    )
    is_answerable = np.array([not case.judged.must_be_refused for case in cases], dtype=float)
    balance = np.where(is_answerable > 0, 1.0, is_answerable.sum() / max(1.0, (1 - is_answerable).sum()) / 2)
    held = np.zeros(len(cases))
    for fold in range(FOLDS):
        model = fit_logistic(asked[folds != fold], is_answerable[folds != fold], balance[folds != fold])
        held[folds == fold] = probability(model, asked[folds == fold])
    answerable = fit_logistic(asked, is_answerable, balance)
    threshold = float(np.quantile(held[is_answerable > 0], FALSE_REFUSALS))
    chances = probability(answerable, asked)
    relevance, relevance_error = _fit_documents(cases, rankings, chances, searcher, folds)
    tuned = tuned.model_copy(
        update={"answerable": answerable, "answer_threshold": threshold, "relevance": relevance}
    )
    metric_relevance, metric_error = _fit_metrics(cases, rankings, chances, searcher, tuned, folds)
    figures = {
        "held-out refusal": float((held[is_answerable == 0] < threshold).mean()),
        "held-out false refusal": float((held[is_answerable > 0] < threshold).mean()),
        "held-out calibration error of recipes": relevance_error,
        "held-out calibration error of metrics": metric_error,
    }
    return tuned.model_copy(update={"metric_relevance": metric_relevance}), figures


def _fit_documents(
    cases: Sequence[Case],
    rankings: Sequence[Ranking],
    chances: Floats,
    searcher: Searcher,
    folds: npt.NDArray[np.int64],
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
    folds: npt.NDArray[np.int64],
) -> tuple[Logistic, float]:
    features, labels, fold_of = [], [], []
    for case, ranking, chance, fold in zip(cases, rankings, chances, folds, strict=True):
        if case.judged.must_be_refused:
            continue
        everything = np.arange(len(searcher.snapshot.documents))
        probabilities = probability(tuned.relevance, document_features(ranking, everything, float(chance)))
        order = searcher.recipes[np.argsort(-ranking.documents[searcher.recipes], kind="stable")][
            :RECOMMENDERS
        ]
        features.append(
            metric_features(ranking, searcher.metrics, probabilities[order], searcher.recommended[order])
        )
        labels.append((case.gains[searcher.metrics] >= RELEVANT).astype(float))
        fold_of.append(np.full(len(searcher.metrics), fold))
    return _fit(np.concatenate(features), np.concatenate(labels), np.concatenate(fold_of))


def _fit(features: Floats, labels: Floats, folds: npt.NDArray[np.int64]) -> tuple[Logistic, float]:
    held = np.zeros(len(labels))
    for fold in range(FOLDS):
        model = fit_logistic(features[folds != fold], labels[folds != fold])
        held[folds == fold] = probability(model, features[folds == fold])
    return fit_logistic(features, labels), calibration_error(held, labels)


def main() -> None:
    """Tune, calibrate, write, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("queries", type=Path, nargs="?", default=Path("evaluation/dev.jsonl"))
    path: Path = parser.parse_args().queries
    settings = read_settings()
    analyzer = open_analyzer(settings.analyzer)
    embedder = open_embedder(settings.model, analyzer)
    snapshot = load(settings.index, analyzer, embedder)
    searcher = open_searcher(snapshot, read_parameters(), analyzer, embedder)
    cases = read_cases(path, searcher)
    tuned, in_sample, held_out = tune(cases, searcher, searcher.parameters)
    tuned, figures = calibrate(cases, searcher, tuned)
    figures = {"score in sample": in_sample, "score held out": held_out} | figures
    told = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
    fitted = f"{dt.date.today()}: {len(cases)} development queries; {told}"
    OUT.write_text(
        json.dumps(tuned.model_copy(update={"fitted": fitted}).model_dump(mode="json"), indent=1) + "\n",
        encoding="utf-8",
    )
    print(fitted)


if __name__ == "__main__":
    main()
