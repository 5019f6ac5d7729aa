"""Where people say who they are, and where they stop being it."""

from __future__ import annotations

from asyncio import to_thread
from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from cookbook_search.errors import CookbookError, DocumentNotFound
from cookbook_search.surfaces.http.access import SIGN_IN
from cookbook_search.surfaces.http.door import Door
from cookbook_search.surfaces.http.pages.editor import PATH as EDITORS
from cookbook_search.surfaces.http.pages.site import PRIVATE, Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.http.rate import address_of
from cookbook_search.types import ROLES

SIGN_OUT = "/poistu"


def router(site: Site, door: Door) -> APIRouter:
    """``/kirjaudu`` and ``/poistu``."""
    routes = APIRouter()

    def page(request: Request, status: int = HTTPStatus.OK, fault: str = "") -> Response:
        if not door.has_token:
            return site.missing(request, DocumentNotFound("Nobody signs in here."))
        action = site.href(request)(SIGN_IN, to=_wanted(request))
        hours = f"{site.cookbook.settings.session_hours:g}"
        shown = site.page(request, "sign_in.html", status, fault=fault, action=action, hours=hours)
        shown.headers.update(PRIVATE)
        return shown

    def to(path: str) -> RedirectResponse:
        return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers=PRIVATE)

    @routes.get(SIGN_IN)
    def sign_in(request: Request) -> Response:
        return page(request)

    @routes.post(SIGN_IN)
    async def signed_in(request: Request) -> Response:
        if not door.has_token:
            return page(request)
        if not door.is_of_this_site(request):
            return page(request, HTTPStatus.FORBIDDEN, "editor.foreign")
        address = address_of(request.scope)
        if door.attempts.are_used_up(address):
            return page(request, HTTPStatus.TOO_MANY_REQUESTS, "editor.stuck")
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        if not door.fits(form.get("token", [""])[0].strip()):
            door.attempts.count(address)
            return page(request, HTTPStatus.FORBIDDEN, "editor.wrong")
        try:
            ticket = await to_thread(site.cookbook.sessions.begin, "token", "token", "", ROLES["editor"])
        except CookbookError as error:
            return page(request, status_of(error), "gaps.away")
        response = to(_wanted(request) or site.href(request)(EDITORS))
        door.let_in(request, response, ticket)
        return response

    @routes.post(SIGN_OUT)
    def signed_out(request: Request) -> Response:
        """One whom another site sent never comes here: the middleware refuses it."""
        response = to(site.href(request)(SIGN_IN if door.has_token else "/"))
        try:
            door.see_out(request, response)
        except CookbookError as error:
            return page(request, status_of(error), "gaps.away")
        return response

    return routes


def _wanted(request: Request) -> str:
    """Where the visitor was going: a path of ours, or empty."""
    path = request.query_params.get("to", "")
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else ""
