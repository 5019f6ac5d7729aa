"""What the cookbook lacks: see the gaps, take a draft."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from cookbook_search.errors import CookbookError, SnapshotError
from cookbook_search.surfaces.http.pages.desk import GAPS, desk_page
from cookbook_search.surfaces.http.pages.site import PRIVATE, Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.types import AnyDocument
from cookbook_search.usage import draft_recipe


def router(site: Site) -> APIRouter:
    """``/toimitus/aukot`` and the drafts under it."""
    routes = APIRouter()
    cookbook = site.cookbook

    def to(request: Request, path: str) -> RedirectResponse:
        return RedirectResponse(site.href(request)(path), HTTPStatus.SEE_OTHER, headers=PRIVATE)

    @routes.get(GAPS)
    def gaps(request: Request) -> Response:
        try:
            report, documents = cookbook.gaps(), cookbook.snapshot.documents
        except CookbookError as error:
            no_index = isinstance(error, SnapshotError)
            return desk_page(site, request, "gaps.html", status_of(error), report=None, no_index=no_index)
        by_id: dict[str, AnyDocument] = {document.id: document for document in documents}
        return desk_page(
            site, request, "gaps.html", report=report, by_id=by_id, draft=GAPS,
            days=cookbook.settings.retention_days, log_queries=cookbook.settings.log_queries,
        )  # fmt: skip

    @routes.get(GAPS + "/{gap_id}.md")
    def draft(request: Request, gap_id: str) -> Response:
        documents = cookbook.snapshot.documents
        for gap in cookbook.gaps().gaps:
            if gap.id == gap_id:
                taken = {document.id for document in documents}
                today = dt.datetime.now().astimezone().date()
                name, text = draft_recipe(gap, documents, taken, today)
                headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}.md"'}
                return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)
        return to(request, GAPS)

    return routes
