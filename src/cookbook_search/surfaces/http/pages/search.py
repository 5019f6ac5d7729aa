"""The search page: the box, the results with their filters, and the map of the phases under them."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.access import FRAGMENT_HEADER
from cookbook_search.surfaces.http.pages.documents import existing
from cookbook_search.surfaces.http.pages.facets import chosen, facets, read_filters
from cookbook_search.surfaces.http.pages.library import counts
from cookbook_search.surfaces.http.pages.shelves import shelve
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.wire.search import MAX_QUERY
from cookbook_search.types import AnyDocument, Filters, SearchResult, Suggestion

FEW, MANY = 10, 30
"""Recipes of one answer, and after asking for more."""
SAME_WORDS, ASKED_BEFORE = 5, 3
"""Titles, and phrasings of problems, shown where the cookbook has no answer."""


def router(site: Site) -> APIRouter:
    """``/``."""
    routes = APIRouter()
    cookbook = site.cookbook

    def found(request: Request, query: str, filters: Filters) -> dict[str, Any]:
        """What the results need. Raises CookbookError."""
        language, href = site.language(request), site.href(request)
        more = "more" in request.query_params
        result = cookbook.search(query, MANY if more else FEW, filters=filters)
        named = named_documents(result, cookbook)
        documents = cookbook.snapshot.documents
        return {
            "result": result,
            "more": more,
            "few": FEW,
            "shelves": shelve(result) if result.answerable else None,
            "facets": facets(cookbook, result, filters, site.strings[language], language, href),
            "named_by": lambda ids, by: [named[by.owner, i] for i in ids if (by.owner, i) in named],
            "titled": {d.title[result.language]: d for d in reversed(documents)},
            "several_owners": len({document.owner for document in documents}) > 1,
            "meant": corrected_query(result),
        } | _near_words(result, cookbook)

    @routes.get("/")
    def search_page(request: Request) -> HTMLResponse:
        query = request.query_params.get("q", "").strip()
        template = "results.html" if FRAGMENT_HEADER in request.headers else "search.html"
        values: dict[str, Any] = {
            "query": query, "result": None, "error": None, "filters": {}, "counts": {},
            "max_query": MAX_QUERY, "query_id": "", "same_words": (),
        }  # fmt: skip
        try:
            values["counts"] = counts(cookbook.snapshot.documents)
            if query:
                filters = read_filters(request.query_params, cookbook.snapshot)
                values |= {"filters": chosen(filters)} | found(request, query, filters)
                if "more" not in request.query_params:  # more of the same answer is not a new question
                    narrowed = filters != Filters()
                    values["query_id"] = cookbook.usage.record_search(
                        values["result"], "web", narrowed=narrowed
                    )
        except CookbookError as error:
            return site.page(request, template, status_of(error), **values | {"error": type(error).__name__})
        return site.page(request, template, **values)

    return routes


def named_documents(result: SearchResult, cookbook: Cookbook) -> dict[tuple[str, str], AnyDocument]:
    """The hits and the metrics that they recommend, by owner and id."""
    documents = [document for hit in result.recipes for document in (
        hit.document, *existing(hit.metrics, "metric", hit.document.owner, cookbook)
    )]  # fmt: skip
    return {(document.owner, document.id): document for document in documents}


def corrected_query(result: SearchResult) -> str:
    """The query as it was read, or empty where it was read as typed."""
    query = result.query
    for typed, read in result.corrected.items():
        query = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", read, query, flags=re.I)
    return query if query != result.query else ""


def _near_words(result: SearchResult, cookbook: Cookbook) -> dict[str, tuple[Suggestion, ...]]:
    """Titles that have all words of a query that was refused, phrasings of problems that have most."""
    near = () if result.answerable else cookbook.suggest(result.query, result.language, limit=20)
    titles = (found for found in near if found.kind != "problem")
    count = len(result.query.split())
    return {
        "same_words": tuple(found for found in titles if len(found.highlights) >= count)[:SAME_WORDS],
        "asked_before": tuple(found for found in near if found.kind == "problem")[:ASKED_BEFORE],
    }
