"""The measurement framework: few metrics, all four levels, each tied to a goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cookbook_search.types import LEVELS, Language, Level, Metric, Recipe, SearchResult
from cookbook_search.types.plan import PlannedMetric, Situation

MOST = 12
"""Metrics of one plan."""
USUAL = 10
"""Metrics that are chosen at most; the rest is room for the asker's own."""
LEAST = 4
A_PERSON = 2
"""Metrics that are chosen where nobody has time for them, and those that each person can look after."""
MOST_OF_LEVEL = 3
IMPACT_MONTHS = 12
"""Months below which no impact shows: one metric of that level is enough."""
OWN_MATCH = 0.5
"""Weight of a metric's own match with a problem beside the recipes that recommend it."""


@dataclass(frozen=True, slots=True)
class Led:
    """A recipe of the plan, its worth, and the problems behind it."""

    recipe: Recipe
    value: float
    goals: tuple[str, ...]


@dataclass(slots=True)
class _Scored:
    metric: Metric
    score: float = 0.0
    via: list[str] = field(default_factory=list)
    goals: dict[str, float] = field(default_factory=dict)


def framework(
    situation: Situation,
    recipes: Sequence[Led],
    answers: Sequence[tuple[str, SearchResult]],
    metrics: Mapping[str, Metric],
    common: Mapping[str, int],
) -> tuple[PlannedMetric, ...]:
    """At most a dozen metrics: the best of each problem, the best of each level, then the best of all.

    ``answers`` are the search results of the problems; ``metrics`` every metric by its key. A level that
    nothing in the plan recommends gets the metric that is most ``common`` (key -> recipes).
    """
    scored: dict[str, _Scored] = {}
    for led in recipes:
        for metric_id in led.recipe.metrics:
            if (metric := metrics.get(f"{led.recipe.owner}/{metric_id}")) is not None:
                of = scored.setdefault(metric.key, _Scored(metric))
                of.score += led.value
                of.via.append(led.recipe.id)
                for goal in led.goals:
                    of.goals[goal] = of.goals.get(goal, 0.0) + led.value
    for goal, result in answers:
        for hit in result.metrics:
            of = scored.setdefault(hit.document.key, _Scored(hit.document))
            of.score += OWN_MATCH * hit.score
            of.goals[goal] = of.goals.get(goal, 0.0) + OWN_MATCH * hit.score
    goals = [goal for goal, _ in answers]
    return tuple(
        planned(found.metric, situation.language, _goal(found), found.via)
        for found in _cover(scored, goals, metrics, common, situation)
    )


def planned(metric: Metric, language: Language, goal: str, via: Sequence[str]) -> PlannedMetric:
    """The metric's row."""
    return PlannedMetric(
        id=metric.id,
        owner=metric.owner,
        title=metric.title[language],
        level=metric.level,
        unit=metric.unit,
        formula=metric.formula,
        direction=metric.direction,
        goal=goal,
        via=tuple(dict.fromkeys(via)),
        source=metric.data_source[language],
        frequency=metric.frequency[language],
    )


def _cover(
    scored: Mapping[str, _Scored],
    goals: Sequence[str],
    metrics: Mapping[str, Metric],
    common: Mapping[str, int],
    situation: Situation,
) -> list[_Scored]:
    """In the order of the levels, best first."""
    usual = min(USUAL, LEAST + A_PERSON * situation.people)
    ranked = sorted(scored.values(), key=lambda found: (not found.via, -found.score, found.metric.id))
    taken: dict[str, _Scored] = {}
    for goal in goals:
        own = max(ranked, key=lambda found: found.goals.get(goal, 0.0), default=None)
        if own is not None and goal in own.goals:
            taken.setdefault(own.metric.key, own)
    for level in LEVELS:
        covered = any(found.metric.level == level for found in taken.values())
        if not covered and (best := _best_of_level(level, ranked, metrics, common)):
            taken[best.metric.key] = best
    for found in ranked:
        of_level = sum(other.metric.level == found.metric.level for other in taken.values())
        is_early = found.metric.level == LEVELS[-1] and situation.months < IMPACT_MONTHS
        if found.via and len(taken) < usual and of_level < (1 if is_early else MOST_OF_LEVEL):
            taken.setdefault(found.metric.key, found)
    return sorted(taken.values(), key=lambda found: (LEVELS.index(found.metric.level), -found.score))


def _best_of_level(
    level: Level, ranked: Sequence[_Scored], metrics: Mapping[str, Metric], common: Mapping[str, int]
) -> _Scored | None:
    best = next((found for found in ranked if found.metric.level == level and found.via), None)
    if best is not None:
        return best
    spare = [metric for metric in metrics.values() if metric.level == level]
    if not spare:
        return None
    metric = max(spare, key=lambda other: (common.get(other.key, 0), other.key))
    return next((found for found in ranked if found.metric == metric), _Scored(metric))


def _goal(found: _Scored) -> str:
    """The problem that it tells most of."""
    return max(found.goals, key=lambda problem: found.goals[problem], default="")
