"""Which recipes answer the asker's words, and how much each is worth to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from cookbook_search.errors import QueryError
from cookbook_search.types import PHASES, Recipe, SearchResult
from cookbook_search.types.plan import Reason, Situation

Search = Callable[[str, int], SearchResult]
HITS = 4
"""Recipes taken for one problem."""
DECAY = 0.7
"""A hit counts this much of the one above it."""
LEAST_SHARE = 0.3
"""A hit less probable than this share of the best one is not taken."""
FIRST = 1.0
"""Worth added to the best hit of each problem, so that no problem goes without."""
CLUSTER_WEIGHT = 0.3
CORE_VALUES = (0.12, 0.1, 0.06)
"""Worth of the central recipe of the present phase and of the two next ones."""
CORE_MONTHS = (0, 4, 8)
"""Months that a plan must last before the present, next and second next phase are thought of."""
CORE_LEAST = 2
"""Recipes that must need one before it counts as central."""


@dataclass(slots=True)
class Candidate:
    """A recipe that might be in the plan."""

    recipe: Recipe
    value: float = 0.0
    """Sum of the calibrated probabilities with which it answers the asker's words."""
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found."""

    candidates: tuple[Candidate, ...]
    """Best first."""
    unanswered: tuple[str, ...]
    """Problems on which the cookbook has nothing."""
    answers: tuple[tuple[str, SearchResult], ...]
    """Each answered problem with what was found for it."""


def choose(situation: Situation, search: Search, recipes: Sequence[Recipe]) -> Choice:
    """Candidates for the situation; ``search`` takes a text and a limit."""
    found: dict[str, Candidate] = {}
    unanswered: list[str] = []
    answers: list[tuple[str, SearchResult]] = []
    for problem in situation.problems:
        result = _search(search, problem)
        if result is None or not result.answerable:
            unanswered.append(problem)
            continue
        answers.append((problem, result))
        _add(found, result, "problem", problem, 1.0)
        if (best := _best_recipe(result)) is not None:
            found[best.key].value += FIRST
    about = _search(search, situation.cluster)
    if about is not None and about.answerable:
        _add(found, about, "cluster", situation.cluster, CLUSTER_WEIGHT)
    for recipe, value in _core(situation, recipes):
        candidate = found.setdefault(recipe.key, Candidate(recipe))
        candidate.value += value
        candidate.reasons.append(Reason(kind="phase", words=recipe.phase))
    ordered = sorted(found.values(), key=lambda candidate: -candidate.value)
    return Choice(tuple(ordered), tuple(unanswered), tuple(answers))


def _search(search: Search, text: str) -> SearchResult | None:
    try:
        return search(text, HITS)
    except QueryError:
        return None  # «?!» is no problem that could be searched with


def _add(found: dict[str, Candidate], result: SearchResult, kind: str, words: str, weight: float) -> None:
    share = weight
    least = LEAST_SHARE * max((hit.score for hit in result.recipes), default=0.0)
    for hit in result.recipes:
        if isinstance(hit.document, Recipe) and hit.score >= least:
            candidate = found.setdefault(hit.document.key, Candidate(hit.document))
            candidate.value += share * hit.score
            candidate.reasons.append(
                Reason.model_validate({"kind": kind, "words": words, "explanation": hit.why})
            )
            share *= DECAY


def _best_recipe(result: SearchResult) -> Recipe | None:
    return next((hit.document for hit in result.recipes if isinstance(hit.document, Recipe)), None)


def _core(situation: Situation, recipes: Sequence[Recipe]) -> Iterable[tuple[Recipe, float]]:
    """The most needed recipe of the present phase and, where time allows, of the two next ones."""
    needed = Counter((recipe.owner, other) for recipe in recipes for other in recipe.prerequisites)
    now = PHASES.index(situation.phase)
    for phase, value, months in zip(PHASES[now : now + 3], CORE_VALUES, CORE_MONTHS, strict=False):
        central = [r for r in recipes if r.phase == phase and needed[r.owner, r.id] >= CORE_LEAST]
        if central and situation.months >= months:
            yield max(central, key=lambda recipe: needed[recipe.owner, recipe.id]), value
