"""The regression floor: the shipped corpus, model and parameters on the development queries.

Each floor is the measured figure less the half width of its 95 % interval (docs/evaluation.md), so
that chance in a small change does not break it and a real loss does. Without Voikko the figures are
lower, and the floors are of no use.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cookbook_search.analyze import Analyzer
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.evaluate import Estimate, evaluate, read_queries, summarise

ROOT = Path(__file__).parents[2]
FLOORS = {
    "all": {"ndcg@10": 0.75, "recall@5": 0.89, "mrr": 0.81, "metric_ndcg@10": 0.80, "refusal": 0.90},
    "fi": {"ndcg@10": 0.76},
    "sv": {"ndcg@10": 0.66},
    "en": {"ndcg@10": 0.73},
}
MOST_FALSE_REFUSALS = 0.05


@pytest.fixture(scope="module")
def measured(analyzer: Analyzer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Estimate]]:
    """Group -> measure -> estimate of the shipped retrieval."""
    if analyzer.name != "voikko":
        pytest.skip("the floors were measured with Voikko")
    cookbook = Cookbook(Settings(corpus=(ROOT / "corpus",), index=tmp_path_factory.mktemp("floor")))
    cookbook.index()
    outcomes = evaluate(read_queries(ROOT / "evaluation/dev.jsonl"), cookbook.search)
    return summarise(outcomes, lambda _: "all") | summarise(outcomes, lambda outcome: outcome.query.lang)


@pytest.mark.parametrize(
    ("group", "measure"), [(group, measure) for group, floors in FLOORS.items() for measure in floors]
)
def test_quality_stays_above_its_floor(
    measured: dict[str, dict[str, Estimate]], group: str, measure: str
) -> None:
    assert measured[group][measure].mean >= FLOORS[group][measure]


def test_few_answerable_queries_are_refused(measured: dict[str, dict[str, Estimate]]) -> None:
    assert measured["all"]["false_refusal"].mean <= MOST_FALSE_REFUSALS
