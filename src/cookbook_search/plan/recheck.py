"""Does a plan hold as it stands, also after somebody has edited it?"""

from __future__ import annotations

from cookbook_search.plan.measure import MOST
from cookbook_search.plan.schedule import PARALLEL, weeks_of
from cookbook_search.types import LEVELS
from cookbook_search.types.plan import Caution, Plan


def recheck(plan: Plan) -> tuple[Caution, ...]:
    """Everything that does not hold: order, time, people, money, metrics; empty: all does."""
    checks = (_order, _months, _people, _hands, _euros, _levels)
    return tuple(caution for check in checks for caution in check(plan))


def _order(plan: Plan) -> list[Caution]:
    steps = {step.id: step for step in plan.steps}
    return [
        Caution(kind="order", step=step.id, other=other, amount=steps[other].end_week - step.start_week)
        for step in plan.steps
        for other in step.prerequisites
        if other in steps and other != step.id and steps[other].end_week > step.start_week
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


def _hands(plan: Plan) -> list[Caution]:
    """Steps that get fewer people than the recipe wants: help is needed from elsewhere."""
    return [
        Caution(kind="hands", step=step.id, amount=step.wanted - step.people)
        for step in plan.steps
        if step.wanted > step.people
    ]


def _euros(plan: Plan) -> list[Caution]:
    low = sum(step.euros_low for step in plan.steps) - plan.situation.euros
    high = sum(step.euros_high for step in plan.steps) - plan.situation.euros
    if low > 0:
        return [Caution(kind="euros", amount=low)]
    return [Caution(kind="euros_high", amount=high)] if high > 0 else []


def _levels(plan: Plan) -> list[Caution]:
    present = {metric.level for metric in plan.metrics}
    found = [Caution(kind="level", other=level) for level in LEVELS if plan.steps and level not in present]
    if len(plan.metrics) > MOST:
        found.append(Caution(kind="metrics", amount=len(plan.metrics) - MOST))
    return found
