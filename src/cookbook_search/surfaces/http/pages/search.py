"""The search page: the box, the results, the shelves of the library under them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError
from cookbook_search.retrieve.search import FACET_LEAST
from cookbook_search.surfaces.http.pages.documents import existing
from cookbook_search.surfaces.http.pages.site import FRAGMENT_HEADER, Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.wire.search import MAX_QUERY
from cookbook_search.types import PHASES, AnyDocument, Filters, Recipe, SearchResult

FEW, MANY = 10, 30
"""Recipes of one answer, and after asking for more."""


def router(site: Site) -> APIRouter:
    """``/``."""
    routes = APIRouter()
    cookbook = site.cookbook

    @routes.get("/")
    def search_page(request: Request) -> HTMLResponse:
        query = request.query_params.get("q", "").strip()
        phase = tuple(p for p in request.query_params.getlist("phase") if p in PHASES)
        more = "more" in request.query_params
        template = "results.html" if FRAGMENT_HEADER in request.headers else "search.html"
        values: dict[str, Any] = {
            "query": query, "phase": phase, "more": more, "result": None, "error": None, "counts": {},
            "library": {}, "metric_titles": {}, "likely": FACET_LEAST, "max_query": MAX_QUERY, "query_id": "",
        }  # fmt: skip
        try:
            if query:
                found = cookbook.search(query, MANY if more else FEW, filters=Filters(phase=phase))
                everywhere = cookbook.search(query) if phase else found
                values["result"], values["counts"] = found, everywhere.facets.get("phase", {})
                values["metric_titles"] = _metric_documents(found, cookbook)
                if not more:  # more of the same answer is not a new question
                    values["query_id"] = cookbook.usage.record_search(found, "web", narrowed=bool(phase))
            values["library"] = _by_phase(cookbook.snapshot.documents)
        except CookbookError as error:
            return site.page(request, template, status_of(error), **values | {"error": type(error).__name__})
        return site.page(request, template, **values)

    return routes


def _by_phase(documents: tuple[AnyDocument, ...]) -> dict[str, list[AnyDocument]]:
    """Recipes by phase, then methods, then metrics by level."""
    shelves: dict[str, list[AnyDocument]] = {}
    for phase in PHASES:
        shelves[phase] = [d for d in documents if isinstance(d, Recipe) and d.phase == phase]
    for kind in ("method", "metric"):
        shelves[kind] = [d for d in documents if d.kind == kind]
    return {name: shelf for name, shelf in shelves.items() if shelf}


def _metric_documents(result: SearchResult, cookbook: Cookbook) -> dict[str, AnyDocument]:
    """The metrics that the hits recommend, by id."""
    found: dict[str, AnyDocument] = {}
    for hit in result.recipes:
        found |= {metric.id: metric for metric in existing(hit.metrics, "metric", cookbook)}
    return found
