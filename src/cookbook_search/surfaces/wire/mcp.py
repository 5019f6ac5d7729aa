"""A page of search results as tools return it: the API's answer with citations and a place to go on."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from cookbook_search.surfaces.wire.citations import CitationOut, citation_out
from cookbook_search.surfaces.wire.search import MAX_LIMIT, SearchResponse, search_response
from cookbook_search.types import Citation, Hit, Language, SearchResult

MOST = MAX_LIMIT
"""Hits that can be paged through."""


class SearchPage(SearchResponse):
    """Recipes and metrics of one page, best first."""

    citations: list[CitationOut] = Field(description="The passages above, ready to be cited.")
    next_offset: int | None = Field(description="Where the next page begins; null on the last.")


def search_page(
    result: SearchResult, offset: int, limit: int, base_url: str, query_id: str, took_ms: float
) -> SearchPage:
    """The hits from ``offset``; the result holds one more than the page where there is a next one."""
    end = offset + limit
    more = max(len(result.recipes), len(result.metrics)) > end and end < MOST
    seen = {hit.document.id for hit in result.recipes[:end]}
    metrics = tuple(
        replace(hit, via=tuple(recipe for recipe in hit.via if recipe in seen))
        for hit in result.metrics[offset:end]
    )
    shown = replace(result, recipes=result.recipes[offset:end], metrics=metrics)
    response = search_response(shown, query_id, took_ms)
    citations = [c for hit in shown.recipes for c in _citations(hit, result.language)]
    return SearchPage(
        **response.model_dump(exclude={"recipes", "metrics"}),
        recipes=[hit.model_copy(update={"url": base_url.rstrip("/") + hit.url}) for hit in response.recipes],
        metrics=[hit.model_copy(update={"url": base_url.rstrip("/") + hit.url}) for hit in response.metrics],
        citations=[citation_out(citation, base_url) for citation in citations],
        next_offset=end if more else None,
    )


def _citations(hit: Hit, language: Language) -> list[Citation]:
    document = hit.document
    return [
        Citation(
            id=document.id,
            kind=document.kind,
            owner=document.owner,
            guest=document.guest,
            title=document.title[language],
            heading=passage.heading,
            anchor=passage.anchor,
            quote=passage.text,
            language=document.language,
        )
        for passage in hit.passages
    ]
