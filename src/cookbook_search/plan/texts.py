"""What a plan takes from the texts of recipes: who does what, what goes wrong, what a small city changes."""

from __future__ import annotations

import re

from cookbook_search.answer.library import Library
from cookbook_search.answer.outline import NO_MONEY, PITFALLS, SEVERAL_CITIES, SMALL_CITY, sentences
from cookbook_search.types import Recipe
from cookbook_search.types.plan import Risk, Role, Situation, Tip, TipKind

MOST = 2000
"""Characters of a text that a plan holds."""
RISKS = 2
"""Pitfalls taken of one recipe."""
SMALL = 30
"""Companies below which a cluster is small."""
_MARK = re.compile(r"\s*\[\d+(?:, ?\d+)*\]")


def roles_of(library: Library, recipe: Recipe) -> tuple[Role, ...]:
    """The tasks of a recipe, each with whom the recipe gives it to."""
    return tuple(
        Role(task=step.title[:MOST], responsible=step.who[:MOST]) for step in library.outline(recipe).steps
    )


def risks_of(library: Library, recipe: Recipe) -> tuple[Risk, ...]:
    """The first pitfalls of a recipe, each with what to do about it; in Finnish."""
    part = library.outline(recipe).part(PITFALLS)
    items = (sentences(_MARK.sub("", item)) for item in (part.items if part else ())[:RISKS])
    return tuple(
        Risk(recipe=recipe.id, title=first.rstrip(".")[:MOST], remedy=" ".join(rest)[:MOST])
        for first, *rest in items
    )


def tips_of(library: Library, recipe: Recipe, situation: Situation) -> tuple[Tip, ...]:
    """The recipe's own variations that fit the situation."""
    fitting: list[tuple[TipKind, str]] = []
    if situation.companies is not None and situation.companies < SMALL:
        fitting.append(("small", SMALL_CITY))
    if len(situation.cities) > 1:
        fitting.append(("cities", SEVERAL_CITIES))
    if int(recipe.effort.euros.split("-")[-1]) > situation.euros:
        fitting.append(("money", NO_MONEY))
    outline = library.outline(recipe)
    tips = []
    for kind, heading in fitting:
        part = outline.part(heading)
        if part is not None:
            tips.append(Tip(kind=kind, text=_MARK.sub("", " ".join((*part.prose, *part.items)))[:MOST]))
    return tuple(tips)
