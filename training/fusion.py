"""Fit fusion, refusal and calibration, and write ``parameters.json``.

    python -m training.fusion [evaluation/dev.jsonl]

Fusion: a random search over few parameters on the development queries, scored by nDCG@10 and
recall@5 and chosen anew in each outer fold of a cross-validation, so that the reported figures are
of queries that the choice did not see. Refusal is learned on the corpus's own phrasings against its
questions from outside (``training.refusal``); the development queries only scale it and set the
threshold. Calibration: logistic models with an L2 penalty; their reported errors are of held-out
folds too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

import numpy as np

from cookbook_search.analyze import open_analyzer
from cookbook_search.config import read_settings
from cookbook_search.embed import open_embedder
from cookbook_search.index import load
from cookbook_search.retrieve import Parameters, Searcher, open_searcher, read_parameters
from training.calibration import calibrate
from training.judged import Table, documents, quality, read_cases, same_as_search, tabulate

OUT = Path("src/cookbook_search/retrieve/parameters.json")
SEED = 20261124
FOLDS = 5


def draw(random: np.random.Generator, start: Parameters, width: float) -> Parameters:
    """Fusion parameters near ``start``: each drawn from a normal of ``width`` times its range, clipped."""

    def value(low: float, high: float, now: float) -> float:
        return float(np.clip(now + random.normal(0, (high - low) * width), low, high))

    offsets = tuple(value(-0.2, 0.2, now) if at else 0.0 for at, now in enumerate(start.kind_offsets))
    fields = tuple(value(0.0, 6.0, now) for now in start.field_weights[:-1])
    return start.model_copy(
        update={
            "lexical_weight": value(0.0, 1.5, start.lexical_weight),
            "lexical_floor": value(0.0, 20.0, start.lexical_floor),
            "kind_offsets": offsets,
            "sharpness": value(3.0, 40.0, start.sharpness),
            "field_weights": (*fields, 1.0),
            "document_weight": value(0.0, 1.0, start.document_weight),
            "wording_weight": value(0.0, 0.5, start.wording_weight),
            "neighbour_weight": value(0.0, 3.0, start.neighbour_weight),
            "belief_sharpness": value(2.0, 15.0, start.belief_sharpness),
            "belief_weight": value(0.0, 2.0, start.belief_weight),
        }
    )


def tune(table: Table, start: Parameters, trials: int) -> tuple[Parameters, float, float]:
    """The best parameters, their quality on all cases, and the quality of held-out folds."""
    random = np.random.default_rng(SEED)
    tried = [start]
    qualities = [quality(table, documents(table, start))]
    for number in range(trials):
        best = tried[int(np.argmax([row.mean() for row in qualities]))]
        trial = draw(random, best, width=0.2 * (1 - number / trials) + 0.02)
        tried.append(trial)
        qualities.append(quality(table, documents(table, trial)))
    scores = np.array(qualities)
    folds = random.permutation(scores.shape[1]) % FOLDS
    held_out = np.zeros(scores.shape[1])
    for fold in range(FOLDS):
        chosen = int(np.argmax(scores[:, folds != fold].mean(axis=1)))
        held_out[folds == fold] = scores[chosen, folds == fold]
    winner = int(np.argmax(scores.mean(axis=1)))
    return tried[winner], float(scores[winner].mean()), float(held_out.mean())


def open_index() -> Searcher:
    """The current snapshot with the parameters as they are."""
    settings = read_settings()
    assert isinstance(settings.index, Path)
    analyzer = open_analyzer(settings.analyzer)
    embedder = open_embedder(settings.model, analyzer)
    return open_searcher(load(settings.index, analyzer, embedder), read_parameters(), analyzer, embedder)


def main() -> None:
    """Tune, calibrate, write, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("queries", type=Path, nargs="?", default=Path("evaluation/dev.jsonl"))
    parser.add_argument("--trials", type=int, default=400, help="0: leave the fusion, calibrate anew")
    wanted = parser.parse_args()
    searcher = open_index()
    cases = read_cases(wanted.queries, searcher)
    table = tabulate(cases, searcher)
    if not same_as_search(table, searcher.parameters):
        sys.exit("training.judged no longer computes what retrieve.rank does; mend one of them.")
    tuned, in_sample, held_out = tune(table, searcher.parameters, wanted.trials)
    tuned, figures = calibrate(cases, searcher, tuned)
    figures = {"quality in sample": in_sample, "quality held out": held_out} | figures
    told = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
    fitted = f"{dt.date.today()}: {len(cases)} development queries; {told}"
    OUT.write_text(
        json.dumps(tuned.model_copy(update={"fitted": fitted}).model_dump(mode="json"), indent=1) + "\n",
        encoding="utf-8",
    )
    print(fitted)


if __name__ == "__main__":
    main()
