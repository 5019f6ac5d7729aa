"""JSON over HTTP: /api/v1 and the health checks."""

from __future__ import annotations

import time
from asyncio import to_thread
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response

from cookbook_search.app import Cookbook
from cookbook_search.surfaces.http.embedding import FetchSite, surface_of
from cookbook_search.surfaces.http.problems import MEDIA_TYPE, problem_response
from cookbook_search.surfaces.render import to_html
from cookbook_search.surfaces.wire.base import Problem
from cookbook_search.surfaces.wire.documents import (
    DocumentOut,
    LibraryResponse,
    cookbook_out,
    document_card,
    document_out,
)
from cookbook_search.surfaces.wire.search import (
    SearchParameters,
    SearchRequest,
    SearchResponse,
    search_json,
)
from cookbook_search.surfaces.wire.suggest import SuggestParameters, SuggestResponse, suggest_response
from cookbook_search.types import Filters, Kind, Language, Surface

_PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
    for status, text in ((422, "The request is wrong."), (503, "No index answers yet."))
}
_NOT_FOUND: dict[int | str, dict[str, object]] = {
    404: {
        "description": "No such document.",
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    }
}
LanguageParameter = Annotated[Language, Query(description="Language of titles and summaries.")]
OwnerParameter = Annotated[str | None, Query(max_length=100, description="City, where several have this id.")]


def router(cookbook: Cookbook) -> APIRouter:
    """The routes, answering from this cookbook."""
    routes = APIRouter()

    def answer(
        query: str, limit: int, language: Language | None, filters: Filters, surface: Surface
    ) -> Response:
        begun = time.perf_counter()
        result = cookbook.search(query, limit, language, filters)
        took_ms = (time.perf_counter() - begun) * 1000
        query_id = cookbook.usage.record_search(result, surface, narrowed=filters != Filters())
        return Response(search_json(result, query_id, took_ms), media_type="application/json")

    async def answer_in_turn(
        query: str, limit: int, language: Language | None, filters: Filters, fetch_site: str
    ) -> Response:
        """In the event loop where that is over sooner than a thread would begin."""
        if cookbook.is_quick:
            return answer(query, limit, language, filters, surface_of(fetch_site))
        return await to_thread(answer, query, limit, language, filters, surface_of(fetch_site))

    @routes.post("/api/v1/search", response_model=SearchResponse, responses=_PROBLEMS, tags=["search"])
    async def search(request: SearchRequest, fetch_site: FetchSite = "") -> Response:
        """Ranked recipes and metrics for a problem in everyday words."""
        return await answer_in_turn(
            request.query, request.limit, request.language, request.filters.to_filters(), fetch_site
        )

    @routes.get("/api/v1/search", response_model=SearchResponse, responses=_PROBLEMS, tags=["search"])
    async def search_by_address(
        parameters: Annotated[SearchParameters, Query()], fetch_site: FetchSite = ""
    ) -> Response:
        """The same by query parameters."""
        return await answer_in_turn(
            parameters.q, parameters.limit, parameters.language, parameters.to_filters(), fetch_site
        )

    @routes.get("/api/v1/suggest", responses=_PROBLEMS, tags=["search"])
    def suggest(parameters: Annotated[SuggestParameters, Query()]) -> SuggestResponse:
        """Titles and phrasings of problems for an unfinished query."""
        found = cookbook.suggest(parameters.q, parameters.language, parameters.limit)
        return suggest_response(parameters.q, found)

    def document(document_id: str, kind: Kind, language: Language, owner: str | None) -> DocumentOut:
        found = cookbook.document(document_id, kind, owner)
        return document_out(found, to_html(found), language)

    @routes.get("/api/v1/recipes/{document_id}", responses=_PROBLEMS | _NOT_FOUND, tags=["library"])
    def recipe(
        document_id: str, language: LanguageParameter = "fi", owner: OwnerParameter = None
    ) -> DocumentOut:
        """One recipe."""
        return document(document_id, "recipe", language, owner)

    @routes.get("/api/v1/methods/{document_id}", responses=_PROBLEMS | _NOT_FOUND, tags=["library"])
    def method(
        document_id: str, language: LanguageParameter = "fi", owner: OwnerParameter = None
    ) -> DocumentOut:
        """One method."""
        return document(document_id, "method", language, owner)

    @routes.get("/api/v1/metrics/{document_id}", responses=_PROBLEMS | _NOT_FOUND, tags=["library"])
    def metric(
        document_id: str, language: LanguageParameter = "fi", owner: OwnerParameter = None
    ) -> DocumentOut:
        """One metric."""
        return document(document_id, "metric", language, owner)

    @routes.get("/api/v1/library", responses=_PROBLEMS, tags=["library"])
    def library(language: LanguageParameter = "fi") -> LibraryResponse:
        """All recipes, methods and metrics."""
        snapshot = cookbook.snapshot
        return LibraryResponse(
            documents=[document_card(found, language) for found in snapshot.documents],
            cookbooks=[cookbook_out(imprint, language) for imprint in snapshot.imprints],
            tags={tag.id: tag[language] for tag in snapshot.vocabulary.tags},
        )

    return routes


def health(cookbook: Cookbook) -> APIRouter:
    """The routes that operations ask."""
    routes = APIRouter()

    @routes.get("/healthz", response_class=PlainTextResponse, tags=["operations"])
    async def healthz() -> str:
        """The process answers."""
        return "ok"

    @routes.get(
        "/readyz", response_class=PlainTextResponse, responses={503: _PROBLEMS[503]}, tags=["operations"]
    )
    async def readyz() -> Response:
        """A snapshot answers."""
        if not cookbook.ready:
            return problem_response(503, "No snapshot answers yet; run `cookbook index`.")
        return PlainTextResponse(cookbook.snapshot.manifest.id)

    return routes
