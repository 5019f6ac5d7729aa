"""The ledger: what plans that may be counted tell about the recipes they used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cookbook_search.plan.follow import progress
from cookbook_search.types.plan import Evidence, KeptPlan, Moved

LEAST = 3
"""Plans below which nothing is told, so that no single cluster shows through."""


def ledger(kept: Sequence[KeptPlan]) -> Mapping[str, Evidence]:
    """Key of a recipe -> what its plans tell, for recipes of at least ``LEAST`` measured plans.

    A metric is told of where at least as many plans measured it twice, or once beside a baseline.
    """
    used: Counter[str] = Counter()
    measured: Counter[tuple[str, str]] = Counter()
    better: Counter[tuple[str, str]] = Counter()
    for one in kept:
        moves = {f"{p.row.owner}/{p.row.id}": p.moved for p in progress(one) if p.moved is not None}
        for step in one.plan.steps:
            recipe = f"{step.owner}/{step.id}"
            used[recipe] += 1
            for row in one.plan.metrics:
                key = f"{row.owner}/{row.id}"
                if key in moves and step.id in row.via:
                    measured[recipe, key] += 1
                    better[recipe, key] += moves[key] == "better"
    return {
        recipe: Evidence(
            plans=count,
            moved=tuple(
                Moved(id=metric.rpartition("/")[2], plans=of, better=better[of_recipe, metric])
                for (of_recipe, metric), of in measured.most_common()
                if of_recipe == recipe and of >= LEAST
            ),
        )
        for recipe, count in used.items()
        if count >= LEAST
    }
