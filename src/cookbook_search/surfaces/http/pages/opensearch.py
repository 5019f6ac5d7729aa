"""OpenSearch 1.1: how browsers and an intranet's own search find ours, and the answers that they read."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from cookbook_search.errors import CookbookError, QueryError
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import problem_response, status_of
from cookbook_search.surfaces.wire.search import MAX_LIMIT, MAX_QUERY
from cookbook_search.surfaces.wire.suggest import MAX_TYPED
from cookbook_search.types import Hit, MetricHit, SearchResult

PAGE = 10
"""Entries of a feed where the client names no number."""
_FOUNDED = dt.date(2026, 1, 1)
_UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold; they come from a query alone."""


def router(site: Site) -> APIRouter:
    """``/opensearch.xml``, ``/opensearch/suggestions``, ``/haku.atom``."""
    routes = APIRouter()
    cookbook = site.cookbook

    @routes.get("/opensearch.xml")
    def description(request: Request) -> Response:
        page = site.page(request, "opensearch.xml")
        page.headers["Content-Type"] = "application/opensearchdescription+xml"
        return page

    @routes.get("/opensearch/suggestions")
    def suggestions(request: Request) -> Response:
        """The query, its completions, what each of them is, and where it leads."""
        typed = request.query_params.get("q", "").strip()[:MAX_TYPED]
        language = site.language(request)
        try:
            found = cookbook.suggest(typed, language) if typed else ()
        except CookbookError as error:
            return problem_response(status_of(error), str(error))
        root, link, words = site.root(request), site.link(request), site.strings[language]
        completions, kinds, addresses = [], [], []
        for one in found:
            completions.append(one.text)
            kinds.append("" if one.kind == "problem" else words[f"kind.{one.kind}"])
            searching = f"/?{urlencode({'q': one.text, 'lang': language})}"
            addresses.append(root + (searching if one.kind == "problem" else link(one.document)))
        answer = [typed, completions, kinds, addresses]
        return JSONResponse(answer, media_type="application/x-suggestions+json")

    @routes.get("/haku.atom")
    def feed(request: Request) -> Response:
        """Recipes, methods and metrics together, best first."""
        query = _UNFIT.sub("", request.query_params.get("q", "")).strip()
        if len(query) > MAX_QUERY:
            detail = f"The query is longer than {MAX_QUERY} characters; put the problem in a few sentences."
            return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        begin = max(_number(request, "startIndex", 1), 1)
        try:
            found = cookbook.search(query, MAX_LIMIT) if query else None
        except QueryError:
            found = None  # nothing to search with: a feed without entries
        except CookbookError as error:
            return problem_response(status_of(error), str(error))
        if found and begin == 1:
            cookbook.usage.record_search(found, "api")
        return _feed(site, request, query, found, begin, min(_number(request, "count", PAGE), MAX_LIMIT))

    return routes


def _feed(
    site: Site, request: Request, query: str, found: SearchResult | None, begin: int, count: int
) -> Response:
    hits: tuple[Hit | MetricHit, ...] = (*found.recipes, *found.metrics) if found else ()
    ranked = sorted(hits, key=lambda hit: hit.score, reverse=True)
    shown = ranked[begin - 1 : begin - 1 + count]
    page = site.page(
        request, "haku.atom", query=query, shown=shown, begin=begin, count=count, total=len(ranked),
        asked=urlencode({"q": query, "lang": site.language(request)}),
        updated=max((hit.document.updated for hit in shown), default=_FOUNDED).isoformat(),
    )  # fmt: skip
    page.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return page


def _number(request: Request, name: str, otherwise: int) -> int:
    given = request.query_params.get(name, "")
    return int(given) if re.fullmatch(r"[0-9]{1,6}", given) else otherwise
