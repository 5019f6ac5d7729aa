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
LEAST_SHARE = 0.45
"""A hit less probable than this share of the best one is not taken."""
FIRST = 1.0
"""Worth added to the best hit of each problem, so that no problem goes without."""
BEHIND = 0.5
"""Share of its worth that a hit keeps that belongs to a phase which the cluster has behind it."""
CORE_VALUE = 0.12
CORE_DECAY = 0.8
"""Worth of the central recipe of the present phase, and of each next one of the one before."""
CORE_EACH = 2
"""Central recipes of a phase."""
CORE_LEAST = 2
"""Recipes that must need one before it counts as central."""
PHASE_MONTHS = 4
"""Months that a phase takes at least: later phases are left for the next plan."""


@dataclass(slots=True)
class Candidate:
    """A recipe that might be in the plan."""

    recipe: Recipe
    value: float = 0.0
    """Sum of the calibrated probabilities with which it answers the asker's words."""
    reasons: list[Reason] = field(default_factory=list)
    first: bool = False
    """Whether it is the best answer to one of the problems."""
    goals: tuple[str, ...] = ()
    """Problems behind what needs it."""

    @property
    def words(self) -> tuple[str, ...]:
        """The problems that it answers itself."""
        return tuple(reason.words for reason in self.reasons if reason.kind == "problem")


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
        _add(found, result, problem, situation)
        if (best := _best_recipe(result)) is not None:
            found[best.key].value += FIRST
            found[best.key].first = True
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


def _add(found: dict[str, Candidate], result: SearchResult, problem: str, situation: Situation) -> None:
    share = 1.0
    scores = [hit.score for hit in result.recipes if isinstance(hit.document, Recipe)]
    for hit in result.recipes:
        if isinstance(hit.document, Recipe) and hit.score >= LEAST_SHARE * max(scores):
            candidate = found.setdefault(hit.document.key, Candidate(hit.document))
            behind = PHASES.index(hit.document.phase) < PHASES.index(situation.phase)
            candidate.value += share * hit.score * (BEHIND if behind else 1.0)
            candidate.reasons.append(Reason(kind="problem", words=problem, explanation=hit.why[:2000]))
            share *= DECAY


def _best_recipe(result: SearchResult) -> Recipe | None:
    return next((hit.document for hit in result.recipes if isinstance(hit.document, Recipe)), None)


def _core(situation: Situation, recipes: Sequence[Recipe]) -> Iterable[tuple[Recipe, float]]:
    """What other recipes lean on most, of the phases that the months reach; nearest first."""
    needed = Counter((recipe.owner, other) for recipe in recipes for other in recipe.prerequisites)
    now = PHASES.index(situation.phase)
    value = CORE_VALUE
    for phase in PHASES[now : now + 1 + situation.months // PHASE_MONTHS]:
        central = [r for r in recipes if r.phase == phase and needed[r.owner, r.id] >= CORE_LEAST]
        central.sort(key=lambda recipe: (-needed[recipe.owner, recipe.id], recipe.key))
        for recipe in central[:CORE_EACH]:
            yield recipe, value
            value *= CORE_DECAY
