"""Hits sorted into what answers and what only touches the matter."""

from __future__ import annotations

from dataclasses import dataclass

from cookbook_search.types import Hit, MetricHit, SearchResult

LIKELY = 0.15
"""Probability from which a hit is shown as an answer."""
CLOSEST = 3
"""Recipes, or metrics, shown where none is likely."""
METRICS = 5
WEAKER = 5


@dataclass(frozen=True, slots=True)
class Shelves:
    """What the page of results shows, and where."""

    recipes: tuple[Hit, ...]
    weaker: tuple[Hit, ...]
    metrics: tuple[MetricHit, ...]
    other_metrics: tuple[MetricHit, ...]
    sure: bool
    """Whether any recipe is likely to answer; else the closest are shown as such."""


def shelve(result: SearchResult) -> Shelves:
    """Sort the hits of an answered query."""
    sure = any(hit.score >= LIKELY for hit in result.recipes)
    floor = LIKELY if sure else min((hit.score for hit in result.recipes[:CLOSEST]), default=0)
    recipes = tuple(hit for hit in result.recipes if hit.score >= floor)
    named = {metric for hit in recipes for metric in hit.metrics}
    fitting = [hit for hit in result.metrics if hit.score >= LIKELY or hit.document.id in named]
    metrics = tuple(fitting[:METRICS]) or result.metrics[:CLOSEST]
    return Shelves(
        recipes=recipes,
        weaker=tuple(hit for hit in result.recipes if hit.score < floor)[:WEAKER],
        metrics=metrics,
        other_metrics=tuple(hit for hit in result.metrics if hit not in metrics and hit.via),
        sure=sure,
    )
