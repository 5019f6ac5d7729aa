"""The filters of the results: what may be chosen, how many documents each choice would leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import QueryParams

from cookbook_search.app import Cookbook
from cookbook_search.index import Snapshot
from cookbook_search.types import KINDS, PHASES, Filters, Language, SearchResult

FIELDS = ("phase", "kind", "tag", "owner")
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    field: str
    value: str
    label: str
    count: int
    """Documents that match with this value, the other filters as they are."""
    on: bool
    href: str
    """Address of the results with this value chosen, or given up."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter."""

    field: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        """How many of the values are chosen."""
        return sum(choice.on for choice in self.choices)


def read_filters(parameters: QueryParams, snapshot: Snapshot) -> Filters:
    """The filters of an address; values that the cookbook does not have are passed over."""
    asked = {field: parameters.getlist(field) for field in FIELDS}
    known = _values(snapshot).items()
    return Filters(**{field: tuple(v for v in values if v in asked[field]) for field, values in known})


def chosen(filters: Filters) -> dict[str, tuple[str, ...]]:
    """The filters as parameters of an address."""
    return {field: values for field in FIELDS if (values := getattr(filters, field))}


def facets(
    cookbook: Cookbook,
    result: SearchResult,
    filters: Filters,
    words: Labels,
    language: Language,
    href: Callable[..., str],
) -> tuple[Facet, ...]:
    """The filters worth showing for these results.

    A filter counts its values as if none of them was chosen: one sees what another choice would give.
    """  # fmt: skip
    labels = _labels(cookbook.snapshot, words, language)
    found: list[Facet] = []
    for field, values in _values(cookbook.snapshot).items():
        kept = getattr(filters, field)
        counts = _counts(cookbook, result, filters, field) if kept else result.facets.get(field, {})
        choices = [
            Choice(
                field, value, labels[field].get(value, value), counts.get(value, 0), value in kept,
                href("/", q=result.query, **chosen(_toggled(filters, field, value))),
            )
            for value in values
            if counts.get(value, 0) or value in kept
        ]  # fmt: skip
        if field == "tag":
            choices.sort(key=lambda choice: -choice.count)
        if len(choices) > 1 or kept:
            found.append(Facet(field, tuple(choices)))
    return tuple(found)


def _counts(cookbook: Cookbook, result: SearchResult, filters: Filters, field: str) -> dict[str, int]:
    without: dict[str, Any] = {field: ()}
    wider = cookbook.search(result.query, 1, filters=replace(filters, **without))
    return wider.facets.get(field, {})


def _toggled(filters: Filters, field: str, value: str) -> Filters:
    kept: tuple[str, ...] = getattr(filters, field)
    wanted = tuple(v for v in kept if v != value) if value in kept else (*kept, value)
    changed: dict[str, Any] = {field: wanted}
    return replace(filters, **changed)


def _values(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    return {
        "phase": PHASES,
        "kind": KINDS,
        "tag": tuple(tag.id for tag in snapshot.vocabulary.tags),
        "owner": tuple(sorted({document.owner for document in snapshot.documents})),
    }


def _labels(snapshot: Snapshot, words: Labels, language: Language) -> dict[str, dict[str, str]]:
    return {
        "phase": {phase: words[f"phase.{phase}"] for phase in PHASES},
        "kind": {kind: words[f"kinds.{kind}"] for kind in KINDS},
        "tag": {tag.id: tag[language] for tag in snapshot.vocabulary.tags},
        "owner": {},
    }
