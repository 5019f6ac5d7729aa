"""Work in the calendar: as early as prerequisites, people and holidays allow."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from cookbook_search.types import Recipe
from cookbook_search.types.plan import PlanStep, Situation

WEEKS_A_MONTH = 52 / 12
PARALLEL = 2
"""Recipes that one person carries at a time: none of them takes all of anybody's week."""
STRETCH = 0.5
"""A recipe that gets half of the people it wants takes a quarter longer, with none it would take half
longer: most of its weeks is waiting for others."""
HOLIDAY_MONTH = 7
CHRISTMAS = (12, 22)
"""Month and first day: the week that begins on it or later in that month is nobody's working week."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be placed."""

    key: str
    weeks: int
    """Working weeks with the people it wants."""
    wanted: int
    """People."""
    needs: Collection[str] = ()
    """Keys of the work that must end before."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the calendar."""

    start_week: int
    weeks: int
    """Calendar weeks, holidays among them."""
    people: int

    @property
    def end_week(self) -> int:
        """The first week after it."""
        return self.start_week + self.weeks


def weeks_of(situation: Situation) -> int:
    """Whole weeks that the plan may last."""
    return math.floor(situation.months * WEEKS_A_MONTH)


def euros_of(recipe: Recipe) -> tuple[int, int]:
    """Least and most euros of a recipe."""
    low, _, high = recipe.effort.euros.partition("-")
    return int(low), int(high or low)


def work_of(step: PlanStep, start: dt.date) -> Work:
    """The work of a step that stands in a calendar already: its weeks without the holidays."""
    working = sum(not is_holiday(start, week) for week in range(step.start_week, step.end_week))
    return Work(
        f"{step.owner}/{step.id}", max(1, working), step.people, _keys(step.owner, step.prerequisites)
    )


def work_of_recipe(recipe: Recipe) -> Work:
    """The work of a recipe."""
    effort = recipe.effort
    return Work(recipe.key, effort.weeks, effort.people, _keys(recipe.owner, recipe.prerequisites))


def is_holiday(start: dt.date, week: int) -> bool:
    """Whether nobody works in the week so many after the one of ``start``: July and Christmas."""
    monday = start + dt.timedelta(weeks=week, days=-start.weekday())
    return monday.month == HOLIDAY_MONTH or (monday.month, monday.day) >= CHRISTMAS


def schedule(ordered: Sequence[Work], people: int, start: dt.date) -> dict[str, Slot]:
    """Place each work, in this order, in the first week that what it needs and the people allow.

    One that wants more people than there are takes all of them, and longer (``STRETCH``).
    """
    used: dict[int, int] = {}
    slots: dict[str, Slot] = {}
    for work in ordered:
        taken = min(work.wanted, people)
        length = math.ceil(work.weeks * (1 + STRETCH * (work.wanted - taken) / work.wanted))
        earliest = max((slots[key].end_week for key in work.needs if key in slots), default=0)
        slot = next(
            slot
            for slot in (_from(week, length, taken, start) for week in count(earliest))
            if not is_holiday(start, slot.start_week) and _is_free(used, slot, people * PARALLEL)
        )
        for week in range(slot.start_week, slot.end_week):
            used[week] = used.get(week, 0) + taken
        slots[work.key] = slot
    return slots


def _from(first: int, working: int, people: int, start: dt.date) -> Slot:
    """So many working weeks from this one on, with the holidays between."""
    end = first
    while working:
        working -= not is_holiday(start, end)
        end += 1
    return Slot(first, end - first, people)


def _is_free(used: Mapping[int, int], slot: Slot, most: int) -> bool:
    return all(used.get(week, 0) + slot.people <= most for week in range(slot.start_week, slot.end_week))


def _keys(owner: str, ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{owner}/{other}" for other in ids)
