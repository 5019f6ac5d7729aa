"""Judged queries -> nDCG@10, recall@5, MRR, refusals, by language and style, with intervals.

Measures come from ir-measures; intervals are percentile bootstrap over queries (Sakai 2006),
comparisons are paired by query.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from cookbook_search.evaluate.intervals import Estimate, estimate
from cookbook_search.evaluate.lines import read_lines
from cookbook_search.types import Language, SearchResult

Search = Callable[[str], SearchResult]
GRADE_NEEDED = 3
"""Grade of a document that the asker needs; recall@5 is about these."""
_NDCG = "nDCG@10"
_RECIPE_MEASURES = {"ndcg@10": _NDCG, "mrr": "RR(rel=2)"}
"""Name here -> name in ir-measures."""
_RECALL = f"R(rel={GRADE_NEEDED})@5"


class JudgedQuery(BaseModel):
    """A line of a judgements file; no judgement at all means that it must be refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    qid: str
    lang: Language
    style: str
    query: str
    recipes: dict[str, int] = Field(default_factory=dict)
    metrics: dict[str, int] = Field(default_factory=dict)

    @property
    def must_be_refused(self) -> bool:
        """Whether the cookbook has nothing on the matter."""
        return not self.recipes and not self.metrics


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one query went; a measure that does not apply is missing."""

    query: JudgedQuery
    refused: bool
    measures: Mapping[str, float]
    """``ndcg@10``, ``recall@5``, ``mrr`` (recipes), ``metric_ndcg@10``, ``refusal``, ``false_refusal``."""
    recipes: tuple[str, ...]
    metrics: tuple[str, ...]


MEASURES = ("ndcg@10", "recall@5", "mrr", "metric_ndcg@10", "refusal", "false_refusal")


def read_queries(path: Path) -> list[JudgedQuery]:
    """Read JSON lines. Raises EvaluationError naming the line that cannot be used."""
    return read_lines(path, JudgedQuery, "qid", "queries")


def evaluate(queries: Iterable[JudgedQuery], search: Search) -> list[Outcome]:
    """Run every query and measure it."""
    return [_measure(query, search(query.query)) for query in queries]


def summarise(outcomes: Sequence[Outcome], by: Callable[[Outcome], str]) -> dict[str, dict[str, Estimate]]:
    """Group -> measure -> estimate, groups in alphabetical order; measures without queries are left out."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(by(outcome), []).append(outcome)
    return {
        name: {
            measure: estimate(values)
            for measure in MEASURES
            if (values := [o.measures[measure] for o in groups[name] if measure in o.measures])
        }
        for name in sorted(groups)
    }


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> dict[str, Estimate]:
    """Mean difference second - first by measure, paired by query."""
    by_qid = {outcome.query.qid: outcome for outcome in second}
    pairs = [(outcome, by_qid[outcome.query.qid]) for outcome in first if outcome.query.qid in by_qid]
    return {
        measure: estimate(differences)
        for measure in MEASURES
        if (
            differences := [
                b.measures[measure] - a.measures[measure]
                for a, b in pairs
                if measure in a.measures and measure in b.measures
            ]
        )
    }


def outcomes_as_json(outcomes: Sequence[Outcome]) -> str:
    """Per-query results, one JSON object a line."""
    return "\n".join(
        json.dumps(
            {"qid": o.query.qid, "lang": o.query.lang, "style": o.query.style, "query": o.query.query,
             "refused": o.refused, "measures": dict(o.measures), "recipes": o.recipes, "metrics": o.metrics},
            ensure_ascii=False,
        )
        for o in outcomes
    )  # fmt: skip


def _measure(query: JudgedQuery, result: SearchResult) -> Outcome:
    recipes = tuple(hit.document.id for hit in result.recipes)
    metrics = tuple(hit.document.id for hit in result.metrics)
    refused = not result.answerable
    measures: dict[str, float] = {}
    if query.must_be_refused:
        measures["refusal"] = float(refused)
    else:
        measures["false_refusal"] = float(refused)
    if query.recipes:
        measures |= _values(_RECIPE_MEASURES, query.recipes, recipes)
        if GRADE_NEEDED in query.recipes.values():
            measures |= _values({"recall@5": _RECALL}, query.recipes, recipes)
    if query.metrics:
        measures |= _values({"metric_ndcg@10": _NDCG}, query.metrics, metrics)
    return Outcome(query, refused, measures, recipes, metrics)


def _values(
    measures: Mapping[str, str], judged: Mapping[str, int], ranked: Sequence[str]
) -> dict[str, float]:
    """Each measure of one ranking; an empty ranking scores 0."""
    if not ranked:
        return dict.fromkeys(measures, 0.0)
    import ir_measures  # every command would wait for it

    parsed = {name: ir_measures.parse_measure(measure) for name, measure in measures.items()}
    run = {"q": {document: float(len(ranked) - place) for place, document in enumerate(ranked)}}
    found = ir_measures.calc_aggregate(list(parsed.values()), {"q": dict(judged)}, run)
    return {name: float(found[measure]) for name, measure in parsed.items()}
