"""The editors' pages: sign in, see the gaps, take a draft. Absent unless a token is set."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from cookbook_search.errors import CookbookError, DocumentNotFound
from cookbook_search.surfaces.http.door import PATH, Door, is_of_this_site
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.types import AnyDocument
from cookbook_search.usage import draft_recipe

GAPS = f"{PATH}/aukot"
SIGN_IN, SIGN_OUT = f"{PATH}/kirjaudu", f"{PATH}/poistu"
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


def router(site: Site) -> APIRouter:
    """``/toimitus`` and what lies under it."""
    routes = APIRouter()
    cookbook = site.cookbook
    door = Door(cookbook.settings.editor_token.get_secret_value())

    def gone(request: Request) -> Response:
        return site.missing(request, DocumentNotFound("There are no editors' pages."))

    def to(request: Request, path: str) -> RedirectResponse:
        return RedirectResponse(site.href(request)(path), HTTPStatus.SEE_OTHER, headers=_PRIVATE)

    def sign_in_page(request: Request, status: int = HTTPStatus.OK, fault: str = "") -> Response:
        page = site.page(request, "sign_in.html", status, fault=fault, action=SIGN_IN)
        page.headers.update(_PRIVATE)
        return page

    @routes.get(PATH)
    def start(request: Request) -> Response:
        return to(request, GAPS) if door.exists else gone(request)

    @routes.get(SIGN_IN)
    def sign_in(request: Request) -> Response:
        return sign_in_page(request) if door.exists else gone(request)

    @routes.post(SIGN_IN)
    async def signed_in(request: Request) -> Response:
        if not door.exists:
            return gone(request)
        if not is_of_this_site(request):
            return sign_in_page(request, HTTPStatus.FORBIDDEN, "editor.foreign")
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        if door.is_stuck:
            return sign_in_page(request, HTTPStatus.TOO_MANY_REQUESTS, "editor.stuck")
        if not door.tries(form.get("token", [""])[0].strip()):
            return sign_in_page(request, HTTPStatus.FORBIDDEN, "editor.wrong")
        response = to(request, GAPS)
        door.let_in(request, response)
        return response

    @routes.post(SIGN_OUT)
    def signed_out(request: Request) -> Response:
        if not door.exists:
            return gone(request)
        response = to(request, SIGN_IN)
        if is_of_this_site(request):
            door.see_out(response)
        return response

    @routes.get(GAPS)
    def gaps(request: Request) -> Response:
        if not door.exists:
            return gone(request)
        if not door.is_open_to(request):
            return to(request, SIGN_IN)
        try:
            report = cookbook.gaps()
        except CookbookError as error:
            return site.page(request, "gaps.html", status_of(error), report=None, sign_out=SIGN_OUT)
        by_id: dict[str, AnyDocument] = {document.id: document for document in cookbook.snapshot.documents}
        page = site.page(
            request, "gaps.html", report=report, by_id=by_id, sign_out=SIGN_OUT, draft=GAPS,
            days=cookbook.settings.retention_days, log_queries=cookbook.settings.log_queries,
        )  # fmt: skip
        page.headers.update(_PRIVATE)
        return page

    @routes.get(GAPS + "/{gap_id}.md")
    def draft(request: Request, gap_id: str) -> Response:
        if not door.exists:
            return gone(request)
        if not door.is_open_to(request):
            return to(request, SIGN_IN)
        documents = cookbook.snapshot.documents
        for gap in cookbook.gaps().gaps:
            if gap.id == gap_id:
                taken = {document.id for document in documents}
                today = dt.datetime.now().astimezone().date()
                name, text = draft_recipe(gap, documents, taken, today)
                headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="{name}.md"'}
                return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)
        return to(request, GAPS)

    return routes
