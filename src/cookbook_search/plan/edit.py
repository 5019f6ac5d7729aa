"""Changes to a plan that need nothing of the cookbook."""

from __future__ import annotations

from cookbook_search.plan.schedule import schedule, work_of
from cookbook_search.types.plan import Plan, PlanStep


def drop_step(plan: Plan, key: str) -> Plan:
    """Without this recipe (``owner/id``) and its risks; the calendar stays as it is."""
    steps = tuple(step for step in plan.steps if key_of(step) != key)
    left = {step.id for step in steps}
    risks = tuple(risk for risk in plan.risks if risk.recipe in left)
    return plan.model_copy(update={"steps": steps, "risks": risks})


def drop_metric(plan: Plan, key: str) -> Plan:
    """Without this metric (``owner/id``)."""
    metrics = tuple(row for row in plan.metrics if f"{row.owner}/{row.id}" != key)
    return plan.model_copy(update={"metrics": metrics})


def move_step(plan: Plan, key: str, by: int) -> Plan:
    """The step changes places with the one before (``by`` -1) or after it (1), and so do their starts."""
    steps = list(plan.steps)
    at = next((place for place, step in enumerate(steps) if key_of(step) == key), None)
    if at is None or not 0 <= at + by < len(steps):
        return plan
    first, second = sorted((at, at + by))
    early, late = steps[first], steps[second]
    steps[first] = late.model_copy(update={"start_week": early.start_week})
    steps[second] = early.model_copy(update={"start_week": max(late.start_week, early.start_week)})
    return plan.model_copy(update={"steps": tuple(steps)})


def reschedule(plan: Plan) -> Plan:
    """Every step as early as prerequisites, people and holidays allow, in the order of the steps.

    A step that stands before one that it needs comes after it.
    """
    start = plan.situation.start
    slots = schedule([work_of(step, start) for step in _sorted(plan)], plan.situation.people, start)
    steps = [
        step.model_copy(
            update={"start_week": slots[key_of(step)].start_week, "weeks": slots[key_of(step)].weeks}
        )
        for step in plan.steps
    ]
    return plan.model_copy(update={"steps": tuple(steps)})


def key_of(step: PlanStep) -> str:
    """``owner/id``, as of the recipe."""
    return f"{step.owner}/{step.id}"


def _sorted(plan: Plan) -> list[PlanStep]:
    """The steps in their order, but each after those that it needs."""
    waiting, placed = list(plan.steps), list[PlanStep]()
    while waiting:
        left = {step.id for step in waiting}
        ready = next(
            (step for step in waiting if not left & (set(step.prerequisites) - {step.id})), waiting[0]
        )
        waiting.remove(ready)
        placed.append(ready)
    return placed
