"""The index: build a new one beside, see what changes, publish, go back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.access import FRAGMENT_HEADER, name_of
from cookbook_search.surfaces.http.pages.desk import INDEX, by_id, desk_page
from cookbook_search.surfaces.http.pages.plan_form import Form, read_form
from cookbook_search.surfaces.http.pages.site import PRIVATE, Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.staging import STEPS, Staging

Fields = Annotated[Form, Depends(read_form)]
FIRST = 12
"""Queries shown at once; the others unfold."""


def router(site: Site) -> APIRouter:
    """``/toimitus/indeksi``."""
    routes = APIRouter()
    staging = Staging(site.cookbook)

    @routes.get(INDEX)
    def index(request: Request) -> Response:
        return _page(site, staging, request)

    @routes.post(INDEX)
    def act(request: Request, form: Fields) -> Response:
        action = form.get("do", "")
        try:
            done = staging.act(action, form.get("snapshot", ""), name_of(request))
        except CookbookError as error:
            return _page(site, staging, request, status_of(error), wrong=error)
        address = site.href(request)(INDEX, tehty=action if done else "")
        return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=PRIVATE)

    return routes


def _page(
    site: Site,
    staging: Staging,
    request: Request,
    status: int = HTTPStatus.OK,
    wrong: CookbookError | None = None,
) -> Response:
    snapshots = site.cookbook.snapshots
    kept = snapshots.all()
    named = {one.id: one for one in kept}
    template = "console_job.html" if FRAGMENT_HEADER in request.headers else "console_index.html"
    return desk_page(
        site, request, template, status,
        kept=kept, current=named.get(snapshots.current), staged=named.get(snapshots.staged),
        before=named.get(snapshots.before), rolled_back=snapshots.rolled_back,
        job=staging.job, running=staging.is_running, steps=STEPS, preview=staging.preview,
        first=FIRST, did=request.query_params.get("tehty", ""), wrong=wrong,
        wrong_key=_key(wrong), by_id=by_id(site.cookbook),
    )  # fmt: skip


def _key(wrong: CookbookError | None) -> str:
    name = type(wrong).__name__
    known = {"BuildRunning", "NoSnapshot", "SnapshotDamaged", "SnapshotMismatch"}
    return name if name in known else "SnapshotError"
