"""Prerequisites before what needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from cookbook_search.types import PHASES, Phase, Recipe

Recipes = Mapping[str, Recipe]


def needed_for(recipe: Recipe, recipes: Recipes, now: Phase) -> tuple[list[Recipe], list[Recipe]]:
    """(what must be done before, what is taken as done) of a recipe, nearest first.

    A prerequisite of a phase before ``now`` is taken as done, and what it needs itself is not asked.
    """
    before: dict[str, Recipe] = {}
    done: dict[str, Recipe] = {}
    queue = [recipe]
    while queue:
        for other in _prerequisites(queue.pop(0), recipes):
            if PHASES.index(other.phase) < PHASES.index(now):
                done.setdefault(other.key, other)
            elif other.key not in before and other.key != recipe.key:
                before[other.key] = other
                queue.append(other)
    return list(before.values()), list(done.values())


MEASURING: Phase = "mittaa"


def in_order(
    chosen: Iterable[Recipe], recipes: Recipes, values: Mapping[str, float], now: Phase
) -> list[Recipe]:
    """The chosen recipes, each after its prerequisites; else by phase, then the most valuable first.

    Measuring begins with the work of the present phase: a baseline cannot be taken afterwards.
    Recipes that need each other in a circle come in that second order.
    """
    within = {recipe.key: recipe for recipe in chosen}
    graph = {
        key: {other.key for other in _prerequisites(recipe, recipes)} & within.keys()
        for key, recipe in within.items()
    }
    _break_circles(graph)
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ordered: list[Recipe] = []
    ready: list[str] = []
    while sorter.is_active():
        ready += sorter.get_ready()
        ready.sort(key=lambda key: (_rank(within[key], now), -values.get(key, 0.0), key))
        first = ready.pop(0)
        ordered.append(within[first])
        sorter.done(first)
    return ordered


def _rank(recipe: Recipe, now: Phase) -> int:
    place = PHASES.index(recipe.phase)
    return min(place, PHASES.index(now)) if recipe.phase == MEASURING else place


def _prerequisites(recipe: Recipe, recipes: Recipes) -> list[Recipe]:
    found = (recipes.get(f"{recipe.owner}/{other}") for other in recipe.prerequisites)
    return [other for other in found if other is not None]


def _break_circles(graph: dict[str, set[str]]) -> None:
    """Drop from ``graph`` each edge that closes a circle (depth first, keys in order)."""
    state: dict[str, int] = {}

    def visit(key: str) -> None:
        state[key] = 1
        for other in sorted(graph[key]):
            if state.get(other) == 1:
                graph[key].discard(other)
            elif other not in state:
                visit(other)
        state[key] = 2

    for key in sorted(graph):
        if key not in state:
            visit(key)
