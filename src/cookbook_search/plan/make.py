"""Situation -> plan: candidates, what fits, calendar, roles, risks, metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cookbook_search.answer.library import Library
from cookbook_search.plan.choose import Candidate, Choice, Search, choose
from cookbook_search.plan.measure import Led, framework, planned
from cookbook_search.plan.order import in_order, needed_for
from cookbook_search.plan.recheck import recheck
from cookbook_search.plan.schedule import Slot, euros_of, schedule, weeks_of, work_of, work_of_recipe
from cookbook_search.plan.texts import risks_of, roles_of, tips_of
from cookbook_search.types import Metric, Recipe
from cookbook_search.types.plan import (
    MOST_ROWS,
    LeftOut,
    Limit,
    Plan,
    PlannedMetric,
    PlanStep,
    Reason,
    Situation,
)

MOST = 12
"""Recipes of one plan: more is a programme that nobody follows."""
MOST_WITH_CORE = 8
"""Up to so many, central recipes are added to those that answer the asker's words."""
LEFT_OUT = 6
"""Recipes told as left out, most valuable first."""


@dataclass(frozen=True, slots=True)
class _Fit:
    slots: dict[str, Slot]
    candidates: dict[str, Candidate]
    """Of the plan, by key."""
    assumed: dict[str, Recipe]
    left_out: list[tuple[Candidate, Limit]]


class Planner:
    """Makes plans from one snapshot, and mends them."""

    def __init__(self, library: Library, recipes: Sequence[Recipe], metrics: Sequence[Metric]) -> None:
        self._library = library
        self.recipes = {recipe.key: recipe for recipe in recipes}
        """By key, in the cookbook's order."""
        self.metrics = {metric.key: metric for metric in metrics}

    def make(self, situation: Situation, search: Search) -> Plan:
        """The plan for a situation; it has no steps where the cookbook answers none of the problems."""
        choice = choose(situation, search, list(self.recipes.values()))
        if not choice.answers:
            return Plan(situation=situation, steps=(), unanswered=choice.unanswered)
        fit = self._fit(situation, choice)
        steps = [self._step(key, slot, fit, situation) for key, slot in fit.slots.items()]
        recipes = [self.recipes[key] for key in fit.slots]
        assumed = [recipe for key, recipe in fit.assumed.items() if key not in fit.candidates]
        return checked(
            Plan(
                situation=situation,
                steps=tuple(steps),
                assumed=tuple(recipe.title[situation.language] for recipe in assumed),
                left_out=tuple(_left_out(of, limit, situation) for of, limit in fit.left_out[:LEFT_OUT]),
                unanswered=choice.unanswered,
                risks=tuple(risk for recipe in recipes for risk in risks_of(self._library, recipe)),
                metrics=framework(situation, _led(fit), choice.answers, self.metrics, self._common(recipes)),
            )
        )

    def add_recipe(self, plan: Plan, key: str) -> Plan:
        """The plan with one recipe more, as early as it fits.

        One that is there already changes nothing, nor does one that the plan has no room for.
        Raises KeyError where the cookbook has none with this key.
        """
        recipe, situation = self.recipes[key], plan.situation
        if len(plan.steps) >= MOST_ROWS or any(f"{step.owner}/{step.id}" == key for step in plan.steps):
            return plan
        reasons = next((out.reasons for out in plan.left_out if f"{out.owner}/{out.id}" == key), ())
        candidate = Candidate(recipe, 0.0, list(reasons) or [Reason(kind="asked", words="")])
        work = [work_of(step, situation.start) for step in plan.steps]
        slots = schedule([*work, work_of_recipe(recipe)], situation.people, situation.start)
        fit = _Fit({}, {key: candidate}, {}, [])
        step = self._step(key, slots[key], fit, situation)
        risks = risks_of(self._library, recipe)
        left = tuple(out for out in plan.left_out if f"{out.owner}/{out.id}" != key)
        return plan.model_copy(
            update={"steps": (*plan.steps, step), "risks": (*plan.risks, *risks), "left_out": left}
        )

    def add_metric(self, plan: Plan, key: str) -> Plan:
        """The plan with one metric more; one that is there already changes nothing. Raises KeyError."""
        metric = self.metrics[key]
        if len(plan.metrics) >= MOST_ROWS or any(f"{row.owner}/{row.id}" == key for row in plan.metrics):
            return plan
        via = [
            step.id
            for step in plan.steps
            if (recipe := self.recipes.get(f"{step.owner}/{step.id}")) and metric.id in recipe.metrics
        ]
        row: PlannedMetric = planned(metric, plan.situation.language, "", via)
        return plan.model_copy(update={"metrics": (*plan.metrics, row)})

    def _fit(self, situation: Situation, choice: Choice) -> _Fit:
        """Take candidates, best first, each with what it needs, as long as time and money suffice."""
        fit = _Fit({}, {}, {}, [])
        for candidate in choice.candidates:
            known = fit.candidates.get(candidate.recipe.key)
            if known is not None:
                known.reasons.extend(candidate.reasons)
                continue
            asked = any(reason.kind == "problem" for reason in candidate.reasons)
            if not asked and len(fit.slots) >= MOST_WITH_CORE:
                continue
            before, done = needed_for(candidate.recipe, self.recipes, situation.phase)
            trial = dict(fit.candidates) | {candidate.recipe.key: candidate}
            for recipe in before:
                trial.setdefault(recipe.key, _prerequisite(recipe, candidate, situation))
            slots = self._scheduled(trial, situation)
            if limit := _exceeded(slots, fit.slots, trial, situation):
                if asked:
                    fit.left_out.append((candidate, limit))
                continue
            fit.slots.clear()
            fit.slots.update(slots)
            fit.candidates.update(trial)
            fit.assumed.update({recipe.key: recipe for recipe in done})
        return fit

    def _scheduled(self, chosen: dict[str, Candidate], situation: Situation) -> dict[str, Slot]:
        values = {key: candidate.value for key, candidate in chosen.items()}
        recipes = [candidate.recipe for candidate in chosen.values()]
        ordered = [
            work_of_recipe(recipe) for recipe in in_order(recipes, self.recipes, values, situation.phase)
        ]
        slots = schedule(ordered, situation.people, situation.start)
        return dict(sorted(slots.items(), key=lambda item: item[1].start_week))

    def _step(self, key: str, slot: Slot, fit: _Fit, situation: Situation) -> PlanStep:
        recipe = self.recipes[key]
        low, high = euros_of(recipe)
        return PlanStep(
            id=recipe.id,
            owner=recipe.owner,
            title=recipe.title[situation.language],
            phase=recipe.phase,
            start_week=slot.start_week,
            weeks=slot.weeks,
            people=slot.people,
            wanted=recipe.effort.people,
            euros_low=low,
            euros_high=high,
            reasons=tuple(dict.fromkeys(fit.candidates[key].reasons)),
            prerequisites=recipe.prerequisites,
            roles=roles_of(self._library, recipe),
            tips=tips_of(self._library, recipe, situation),
        )

    def _common(self, recipes: Sequence[Recipe]) -> Mapping[str, int]:
        """Key of a metric -> how many recipes recommend it, those of the plan's phases counted tenfold."""
        phases = {recipe.phase for recipe in recipes}
        counts: Counter[str] = Counter()
        for recipe in self.recipes.values():
            weight = 10 if recipe.phase in phases else 1
            counts.update({f"{recipe.owner}/{metric}": weight for metric in recipe.metrics})
        return counts


def open_planner(library: Library, documents: Sequence[object]) -> Planner:
    """A planner over the documents of a snapshot."""
    recipes = [document for document in documents if isinstance(document, Recipe)]
    metrics = [document for document in documents if isinstance(document, Metric)]
    return Planner(library, recipes, metrics)


def checked(plan: Plan) -> Plan:
    """The plan, its steps by start week, with everything that does not hold as it stands."""
    steps = tuple(sorted(plan.steps, key=lambda step: step.start_week))
    ordered = plan.model_copy(update={"steps": steps})
    return ordered.model_copy(update={"cautions": recheck(ordered)})


def _prerequisite(recipe: Recipe, of: Candidate, situation: Situation) -> Candidate:
    reason = Reason(kind="prerequisite", words=of.recipe.title[situation.language])
    return Candidate(recipe, of.value, [reason], goals=of.words)


def _exceeded(
    slots: Mapping[str, Slot],
    before: Mapping[str, Slot],
    chosen: Mapping[str, Candidate],
    situation: Situation,
) -> Limit | None:
    """What ran out; ``before`` are the slots without the newest recipe."""
    if len(slots) > MOST:
        return "size"
    if any(_is_late(slot, before.get(key), chosen[key], situation) for key, slot in slots.items()):
        return "months"
    if sum(euros_of(candidate.recipe)[0] for candidate in chosen.values()) > situation.euros:
        return "euros"
    return None


def _is_late(slot: Slot, before: Slot | None, candidate: Candidate, situation: Situation) -> bool:
    """Whether it ends after the plan.

    The best answer to a problem may, if it begins in time and nothing else delays it: what matters most
    is begun, and the plan says how much is missing.
    """
    last = weeks_of(situation)
    if candidate.first and slot.start_week < last:
        return before is not None and slot.end_week > max(before.end_week, last)
    return slot.end_week > last


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


def _led(fit: _Fit) -> list[Led]:
    """The plan's recipes, each with its value and the problems that led to it."""
    return [Led(of.recipe, of.value, of.words or of.goals) for of in fit.candidates.values()]
