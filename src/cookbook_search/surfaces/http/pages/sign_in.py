"""Where people say who they are, and where they stop being it."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from cookbook_search.errors import DocumentNotFound
from cookbook_search.surfaces.http.access import SIGN_IN
from cookbook_search.surfaces.http.door import Door, is_of_this_site
from cookbook_search.surfaces.http.pages.editor import PATH as EDITORS
from cookbook_search.surfaces.http.pages.site import PRIVATE, Site

SIGN_OUT = "/poistu"


def router(site: Site, door: Door) -> APIRouter:
    """``/kirjaudu`` and ``/poistu``."""
    routes = APIRouter()

    def page(request: Request, status: int = HTTPStatus.OK, fault: str = "") -> Response:
        if not door.exists:
            return site.missing(request, DocumentNotFound("Nobody signs in here."))
        action = site.href(request)(SIGN_IN, to=_wanted(request))
        shown = site.page(request, "sign_in.html", status, fault=fault, action=action)
        shown.headers.update(PRIVATE)
        return shown

    def to(path: str) -> RedirectResponse:
        return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers=PRIVATE)

    @routes.get(SIGN_IN)
    def sign_in(request: Request) -> Response:
        return page(request)

    @routes.post(SIGN_IN)
    async def signed_in(request: Request) -> Response:
        if not door.exists:
            return page(request)
        if not is_of_this_site(request):
            return page(request, HTTPStatus.FORBIDDEN, "editor.foreign")
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        if door.is_stuck:
            return page(request, HTTPStatus.TOO_MANY_REQUESTS, "editor.stuck")
        if not door.tries(form.get("token", [""])[0].strip()):
            return page(request, HTTPStatus.FORBIDDEN, "editor.wrong")
        response = to(_wanted(request) or site.href(request)(EDITORS))
        door.let_in(request, response)
        return response

    @routes.post(SIGN_OUT)
    def signed_out(request: Request) -> Response:
        response = to(site.href(request)(SIGN_IN if door.exists else "/"))
        if is_of_this_site(request):
            door.see_out(response)
        return response

    return routes


def _wanted(request: Request) -> str:
    """Where the visitor was going: a path of ours, or empty."""
    path = request.query_params.get("to", "")
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else ""
