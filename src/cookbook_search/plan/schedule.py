"""Recipes in the calendar: as early as prerequisites and people allow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cookbook_search.types import Recipe
from cookbook_search.types.plan import Situation

WEEKS_A_MONTH = 52 / 12
PARALLEL = 2
"""Recipes that one person carries at a time: none of them takes all of anybody's week."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A recipe's place in the calendar."""

    recipe: Recipe
    start_week: int
    weeks: int
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


def schedule(ordered: Sequence[Recipe], people: int) -> list[Slot]:
    """Place each recipe, in this order, in the first week that its prerequisites and the people allow.

    A recipe that wants more people than there are takes all of them, and longer in proportion.
    """
    used: dict[int, int] = {}
    ends: dict[str, int] = {}
    slots: list[Slot] = []
    for recipe in ordered:
        wanted = recipe.effort.people
        taken = min(wanted, people)
        weeks = math.ceil(recipe.effort.weeks * wanted / taken)
        start = max((ends.get(f"{recipe.owner}/{other}", 0) for other in recipe.prerequisites), default=0)
        while not _is_free(used, start, weeks, taken, people * PARALLEL):
            start += 1
        for week in range(start, start + weeks):
            used[week] = used.get(week, 0) + taken
        ends[recipe.key] = start + weeks
        slots.append(Slot(recipe, start, weeks, taken))
    return slots


def _is_free(used: Mapping[int, int], start: int, weeks: int, people: int, most: int) -> bool:
    return all(used.get(week, 0) + people <= most for week in range(start, start + weeks))
