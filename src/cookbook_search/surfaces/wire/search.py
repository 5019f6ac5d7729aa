"""Search as JSON: requests, responses and what becomes what."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic_core import to_json

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.surfaces.wire.documents import url_of
from cookbook_search.types import (
    Filters,
    Hit,
    Kind,
    Language,
    Level,
    MetricHit,
    Passage,
    Phase,
    Recipe,
    SearchResult,
)

MAX_QUERY = 2000
MAX_LIMIT = 50


class FilterFields(Wire):
    """Only documents that match every field that is not empty."""

    phase: list[Phase] = Field(default_factory=list, max_length=9)
    kind: list[Kind] = Field(default_factory=list, max_length=3)
    tag: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=20)
    owner: list[Annotated[str, Field(max_length=100)]] = Field(default_factory=list, max_length=20)

    def to_filters(self) -> Filters:
        """As retrieval takes them."""
        return Filters(tuple(self.phase), tuple(self.kind), tuple(self.tag), tuple(self.owner))


class SearchRequest(Wire):
    """A problem in everyday words."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"query": "Yritykset käyvät kerran eivätkä palaa, mitä teen?", "limit": 5}]
        },
    )

    query: str = Field(
        min_length=1, max_length=MAX_QUERY, description="The problem, in Finnish, Swedish or English."
    )
    limit: int = Field(default=10, ge=1, le=MAX_LIMIT, description="Recipes, and metrics, at most.")
    language: Language | None = Field(default=None, description="Language of the query; detected where null.")
    filters: FilterFields = Field(default_factory=FilterFields)


class SearchParameters(FilterFields):
    """The same as query parameters."""

    q: str = Field(
        min_length=1, max_length=MAX_QUERY, description="The problem, in Finnish, Swedish or English."
    )
    limit: int = Field(default=10, ge=1, le=MAX_LIMIT)
    language: Language | None = None


class PassageOut(Wire):
    """A piece of the document that answers."""

    heading: str
    anchor: str = Field(description="Fragment on the document's page.")
    text: str
    highlights: list[tuple[int, int]] = Field(description="Half-open character ranges of `text`.")


class RecipeHit(Wire):
    """A recipe or a method."""

    id: str
    kind: Kind
    title: str
    summary: str
    url: str
    owner: str = Field(description="The city whose cookbook it is of.")
    phase: Phase | None = Field(description="Null for a method.")
    score: float = Field(ge=0, le=1, description="Probability of relevance.")
    why: str
    passages: list[PassageOut]
    language: Language = Field(description="Language of the passages: Finnish, but for guests.")
    metrics: list[str] = Field(description="Ids of the metrics it recommends.")


class MetricHitOut(Wire):
    """A metric that shows whether it worked."""

    id: str
    title: str
    summary: str
    url: str
    owner: str
    score: float = Field(ge=0, le=1, description="Probability of relevance.")
    formula: str
    unit: str
    level: Level
    via: list[str] = Field(description="Ids of the returned recipes that recommend it.")


class SearchResponse(Wire):
    """Recipes and metrics, best first; both empty where the cookbook has no answer."""

    query_id: str
    language: Language
    answerable: bool
    took_ms: float
    recipes: list[RecipeHit]
    metrics: list[MetricHitOut]
    suggestions: list[str]
    facets: dict[str, dict[str, int]]


def search_response(result: SearchResult, query_id: str, took_ms: float) -> SearchResponse:
    """The API's answer, titles and summaries in the query's language."""
    return SearchResponse.model_validate(_search_fields(result, query_id, took_ms))


def search_json(result: SearchResult, query_id: str, took_ms: float) -> bytes:
    """The same as JSON: what we made ourselves needs no validation, which would take longer than all else."""
    return to_json(_search_fields(result, query_id, took_ms))


def _search_fields(result: SearchResult, query_id: str, took_ms: float) -> dict[str, object]:
    return {
        "query_id": query_id,
        "language": result.language,
        "answerable": result.answerable,
        "took_ms": round(took_ms, 3),
        "recipes": [_recipe_hit(hit, result.language) for hit in result.recipes],
        "metrics": [_metric_hit(hit, result.language) for hit in result.metrics],
        "suggestions": result.suggestions,
        "facets": result.facets,
    }


def _recipe_hit(hit: Hit, language: Language) -> dict[str, object]:
    document = hit.document
    return {
        "id": document.id,
        "kind": document.kind,
        "title": document.title[language],
        "summary": document.summary[language],
        "url": url_of(document),
        "owner": document.owner,
        "phase": document.phase if isinstance(document, Recipe) else None,
        "score": hit.score,
        "why": hit.why,
        "passages": [_passage(passage) for passage in hit.passages],
        "language": document.language,
        "metrics": hit.metrics,
    }


def _passage(passage: Passage) -> dict[str, object]:
    return {
        "heading": passage.heading,
        "anchor": passage.anchor,
        "text": passage.text,
        "highlights": passage.highlights,
    }


def _metric_hit(hit: MetricHit, language: Language) -> dict[str, object]:
    metric = hit.document
    return {
        "id": metric.id,
        "title": metric.title[language],
        "summary": metric.summary[language],
        "url": url_of(metric),
        "owner": metric.owner,
        "score": hit.score,
        "formula": metric.formula,
        "unit": metric.unit,
        "level": metric.level,
        "via": hit.via,
    }
