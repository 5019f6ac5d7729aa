"""A small graph of recipes to plan with, and a search that answers from a table."""

from __future__ import annotations

import datetime as dt

import pytest

from cookbook_search.types import Hit, Metric, MetricHit, Phrasings, Recipe, SearchResult
from cookbook_search.types.plan import Situation

WORDS = {"fi": "teksti", "sv": "text", "en": "text"}


def recipe(
    document_id: str, phase: str, people: int = 1, weeks: int = 4, euros: str = "0-1000", **more
) -> Recipe:
    return Recipe.model_validate(
        {
            "id": document_id, "kind": "recipe", "phase": phase, "tags": ("x",), "problems": Phrasings(),
            "title": dict.fromkeys(WORDS, document_id), "summary": WORDS,
            "effort": {"people": people, "weeks": weeks, "euros": euros},
            "updated": dt.date(2026, 11, 24), "owner": "Vantaa", **more,
        }
    )  # fmt: skip


def metric(document_id: str, level: str) -> Metric:
    return Metric.model_validate(
        {
            "id": document_id, "kind": "metric", "level": level, "unit": "kpl", "formula": "a / b",
            "direction": "up", "data_source": WORDS, "frequency": WORDS, "tags": ("x",),
            "problems": Phrasings(), "title": dict.fromkeys(WORDS, document_id),
            "summary": WORDS, "updated": dt.date(2026, 11, 24), "owner": "Vantaa",
        }
    )  # fmt: skip


def found(*hits: tuple[Recipe, float], metrics: tuple[tuple[Metric, float], ...] = ()) -> SearchResult:
    return SearchResult(
        "q", "fi", bool(hits),
        tuple(Hit(document, score, "why", (), ()) for document, score in hits),
        tuple(MetricHit(document, score, ()) for document, score in metrics),
    )  # fmt: skip


@pytest.fixture
def situation() -> Situation:
    return Situation(
        cluster="Vetyklusteri", phase="kaynnista", problems=("Kukaan ei tule",), people=2, euros=5000,
        months=12, start=dt.date(2027, 1, 4),
    )  # fmt: skip
