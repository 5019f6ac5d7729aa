"""Does a plan hold as it stands, also after somebody has edited it?"""

from __future__ import annotations

from cookbook_search.plan.schedule import PARALLEL, weeks_of
from cookbook_search.types import LEVELS
from cookbook_search.types.plan import Caution, Plan


def recheck(plan: Plan) -> tuple[Caution, ...]:
    """Everything that does not hold: order, time, people, money, levels of metrics; empty: all does."""
    return (*_order(plan), *_months(plan), *_people(plan), *_euros(plan), *_levels(plan))


def _order(plan: Plan) -> list[Caution]:
    steps = {step.id: step for step in plan.steps}
    return [
        Caution(kind="order", step=step.id, other=other, amount=steps[other].end_week - step.start_week)
        for step in plan.steps
        for other in step.prerequisites
        if other in steps and steps[other].end_week > step.start_week
    ]


def _months(plan: Plan) -> list[Caution]:
    late = plan.weeks - weeks_of(plan.situation)
    return [Caution(kind="months", amount=late)] if late > 0 else []


def _people(plan: Plan) -> list[Caution]:
    """The week in which most people are missing."""
    most = plan.situation.people * PARALLEL
    missing = max(
        (
            sum(step.people for step in plan.steps if step.start_week <= week < step.end_week) - most
            for week in range(plan.weeks)
        ),
        default=0,
    )
    return [Caution(kind="people", amount=-(-missing // PARALLEL))] if missing > 0 else []


def _euros(plan: Plan) -> list[Caution]:
    low = sum(step.euros_low for step in plan.steps) - plan.situation.euros
    high = sum(step.euros_high for step in plan.steps) - plan.situation.euros
    if low > 0:
        return [Caution(kind="euros", amount=low)]
    return [Caution(kind="euros_high", amount=high)] if high > 0 else []


def _levels(plan: Plan) -> list[Caution]:
    present = {metric.level for metric in plan.metrics}
    return [Caution(kind="level", other=level) for level in LEVELS if plan.steps and level not in present]
