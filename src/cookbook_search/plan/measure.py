"""The measurement framework: few metrics, all four levels, each tied to a goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cookbook_search.types import LEVELS, Language, Level, Metric, Recipe, SearchResult
from cookbook_search.types.plan import PlannedMetric, Situation

MOST = 12
MOST_OF_LEVEL = 4
OWN_MATCH = 0.5
"""Weight of a metric's own match with a problem beside the recipes that recommend it."""


@dataclass(slots=True)
class _Scored:
    metric: Metric
    score: float = 0.0
    via: list[str] = field(default_factory=list)
    goals: dict[str, float] = field(default_factory=dict)


def framework(
    situation: Situation,
    recipes: Sequence[tuple[Recipe, float, Sequence[str]]],
    answers: Sequence[tuple[str, SearchResult]],
    metrics: Mapping[str, Metric],
) -> tuple[PlannedMetric, ...]:
    """At most a dozen metrics, the best of each level first of all.

    ``recipes`` are the plan's, each with its value and the problems that led to it; ``answers`` the
    search results of the problems; ``metrics`` every metric by its key. A level that nothing in the
    plan recommends is filled from the metrics that most recipes of the cookbook share with the plan.
    """
    scored: dict[str, _Scored] = {}
    for recipe, value, goals in recipes:
        for metric_id in recipe.metrics:
            if (metric := metrics.get(f"{recipe.owner}/{metric_id}")) is not None:
                of = scored.setdefault(metric.key, _Scored(metric))
                of.score += value
                of.via.append(recipe.id)
                for goal in goals or situation.problems[:1]:
                    of.goals[goal] = of.goals.get(goal, 0.0) + value
    for goal, result in answers:
        for hit in result.metrics:
            of = scored.setdefault(hit.document.key, _Scored(hit.document))
            of.score += OWN_MATCH * hit.score
            of.goals[goal] = of.goals.get(goal, 0.0) + OWN_MATCH * hit.score
    return tuple(_row(found, situation) for found in _cover(scored, metrics))


def _cover(scored: Mapping[str, _Scored], metrics: Mapping[str, Metric]) -> list[_Scored]:
    """The best of each level, then the best of all up to the limits; in the order of the levels."""
    ranked = sorted(scored.values(), key=lambda found: (-found.score, found.metric.id))
    taken: dict[Level, list[_Scored]] = {level: [] for level in LEVELS}
    for level in LEVELS:
        best = next((found for found in ranked if found.metric.level == level), None)
        if best is None:
            spare = next((metric for metric in metrics.values() if metric.level == level), None)
            best = _Scored(spare) if spare is not None else None
        if best is not None:
            taken[level].append(best)
    for found in ranked:
        level = found.metric.level
        is_room = sum(map(len, taken.values())) < MOST and len(taken[level]) < MOST_OF_LEVEL
        if found.via and is_room and found not in taken[level]:
            taken[level].append(found)
    return [found for level in LEVELS for found in taken[level]]


def _row(found: _Scored, situation: Situation) -> PlannedMetric:
    metric = found.metric
    language: Language = situation.language
    goal = max(found.goals, key=lambda problem: found.goals[problem], default=situation.problems[0])
    return PlannedMetric(
        id=metric.id,
        owner=metric.owner,
        title=metric.title[language],
        level=metric.level,
        unit=metric.unit,
        formula=metric.formula,
        direction=metric.direction,
        goal=goal,
        via=tuple(dict.fromkeys(found.via)),
        source=metric.data_source[language],
        frequency=metric.frequency[language],
    )
