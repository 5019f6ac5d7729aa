"""Situation -> plan: candidates, what fits, calendar, roles, risks, metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cookbook_search.answer.library import Library
from cookbook_search.answer.outline import PITFALLS, sentences
from cookbook_search.plan.choose import Candidate, Choice, Search, choose
from cookbook_search.plan.measure import framework
from cookbook_search.plan.order import in_order, needed_for
from cookbook_search.plan.recheck import recheck
from cookbook_search.plan.schedule import Slot, euros_of, schedule, weeks_of
from cookbook_search.types import Metric, Recipe
from cookbook_search.types.plan import LeftOut, Limit, Plan, PlanStep, Reason, Risk, Role, Situation

MOST = 14
"""Recipes of one plan: more is a programme that nobody follows."""
LEFT_OUT = 6
"""Recipes told as left out, most valuable first."""
RISKS = 2
"""Pitfalls taken of one recipe."""


@dataclass(frozen=True, slots=True)
class _Fit:
    slots: list[Slot]
    candidates: dict[str, Candidate]
    assumed: dict[str, Recipe]
    left_out: list[tuple[Candidate, Limit]]


class Planner:
    """Makes plans from one snapshot."""

    def __init__(self, library: Library, recipes: Sequence[Recipe], metrics: Sequence[Metric]) -> None:
        self._library = library
        self._recipes = {recipe.key: recipe for recipe in recipes}
        self._metrics = {metric.key: metric for metric in metrics}

    def make(self, situation: Situation, search: Search) -> Plan:
        """The plan for a situation; it has no steps where the cookbook answers none of the problems."""
        choice = choose(situation, search, list(self._recipes.values()))
        if not choice.answers:
            return Plan(situation=situation, steps=(), unanswered=choice.unanswered)
        fit = self._fit(situation, choice)
        steps = tuple(self._step(slot, fit, situation) for slot in fit.slots)
        plan = Plan(
            situation=situation,
            steps=tuple(sorted(steps, key=lambda step: step.start_week)),
            assumed=tuple(recipe.title[situation.language] for recipe in fit.assumed.values()),
            left_out=tuple(
                _left_out(candidate, limit, situation) for candidate, limit in fit.left_out[:LEFT_OUT]
            ),
            unanswered=choice.unanswered,
            risks=tuple(risk for slot in fit.slots for risk in self._risks(slot.recipe)),
            metrics=framework(situation, _with_goals(fit), choice.answers, self._metrics),
        )
        return plan.model_copy(update={"cautions": recheck(plan)})

    def _fit(self, situation: Situation, choice: Choice) -> _Fit:
        """Take candidates, best first, each with what it needs, as long as time and money suffice."""
        fit = _Fit([], {}, {}, [])
        for candidate in choice.candidates:
            if candidate.recipe.key in fit.candidates:
                fit.candidates[candidate.recipe.key].reasons.extend(candidate.reasons)
                continue
            before, done = needed_for(candidate.recipe, self._recipes, situation.phase)
            trial = dict(fit.candidates) | {candidate.recipe.key: candidate}
            for recipe in before:
                trial.setdefault(recipe.key, _prerequisite(recipe, candidate, situation))
            slots = self._scheduled(trial, situation)
            if limit := _exceeded(slots, situation):
                fit.left_out.append((candidate, limit))
                continue
            fit.slots[:] = slots
            fit.candidates.update(trial)
            fit.assumed.update({recipe.key: recipe for recipe in done})
        return fit

    def _scheduled(self, chosen: dict[str, Candidate], situation: Situation) -> list[Slot]:
        values = {key: candidate.value for key, candidate in chosen.items()}
        recipes = [candidate.recipe for candidate in chosen.values()]
        return schedule(in_order(recipes, self._recipes, values), situation.people)

    def _step(self, slot: Slot, fit: _Fit, situation: Situation) -> PlanStep:
        recipe = slot.recipe
        low, high = euros_of(recipe)
        within = {candidate.recipe.id for candidate in fit.candidates.values()}
        return PlanStep(
            id=recipe.id,
            owner=recipe.owner,
            title=recipe.title[situation.language],
            phase=recipe.phase,
            start_week=slot.start_week,
            weeks=slot.weeks,
            people=slot.people,
            euros_low=low,
            euros_high=high,
            reasons=tuple(dict.fromkeys(fit.candidates[recipe.key].reasons)),
            prerequisites=tuple(other for other in recipe.prerequisites if other in within),
            roles=tuple(self._roles(recipe)),
        )

    def _roles(self, recipe: Recipe) -> list[Role]:
        steps = self._library.outline(recipe).steps
        return [Role(task=step.title, responsible=step.who) for step in steps]

    def _risks(self, recipe: Recipe) -> list[Risk]:
        part = self._library.outline(recipe).part(PITFALLS)
        risks = []
        for item in (part.items if part else ())[:RISKS]:
            first, *rest = sentences(item)
            risks.append(Risk(recipe=recipe.id, title=first.rstrip("."), remedy=" ".join(rest)))
        return risks


def open_planner(library: Library, documents: Sequence[object]) -> Planner:
    """A planner over the documents of a snapshot."""
    recipes = [document for document in documents if isinstance(document, Recipe)]
    metrics = [document for document in documents if isinstance(document, Metric)]
    return Planner(library, recipes, metrics)


def _prerequisite(recipe: Recipe, of: Candidate, situation: Situation) -> Candidate:
    reason = Reason(kind="prerequisite", words=of.recipe.title[situation.language])
    return Candidate(recipe, of.value, [reason])


def _exceeded(slots: Sequence[Slot], situation: Situation) -> Limit | None:
    if len(slots) > MOST:
        return "size"
    if max(slot.end_week for slot in slots) > weeks_of(situation):
        return "months"
    if sum(euros_of(slot.recipe)[0] for slot in slots) > situation.euros:
        return "euros"
    return None


def _left_out(candidate: Candidate, limit: Limit, situation: Situation) -> LeftOut:
    recipe = candidate.recipe
    return LeftOut(
        id=recipe.id,
        owner=recipe.owner,
        title=recipe.title[situation.language],
        phase=recipe.phase,
        limit=limit,
        weeks=recipe.effort.weeks,
        euros_low=euros_of(recipe)[0],
        reasons=tuple(candidate.reasons),
    )


def _with_goals(fit: _Fit) -> list[tuple[Recipe, float, list[str]]]:
    """The plan's recipes, each with its value and the problems that led to it."""
    return [
        (of.recipe, of.value, [reason.words for reason in of.reasons if reason.kind == "problem"])
        for of in fit.candidates.values()
    ]
