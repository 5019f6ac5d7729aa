"""Where people say who they are, by the city's accounts or the editors' token, and stop being it."""

from __future__ import annotations

import hmac
import logging
import secrets
from asyncio import to_thread
from collections.abc import Awaitable, Callable
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import parse_qs, parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from cookbook_search.access import Person, Provider
from cookbook_search.errors import CookbookError, DocumentNotFound
from cookbook_search.surfaces.http.access import SIGN_IN, caller_of
from cookbook_search.surfaces.http.door import Door
from cookbook_search.surfaces.http.pages.desk import PATH as EDITORS
from cookbook_search.surfaces.http.pages.plan_form import MOST_FIELDS
from cookbook_search.surfaces.http.pages.site import PRIVATE, Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.http.rate import address_of
from cookbook_search.types import ROLES, Caller, Scope, SignIn

log = logging.getLogger(__name__)
BEGIN, RETURN, LEAVE = f"{SIGN_IN}/alku", f"{SIGN_IN}/paluu", f"{SIGN_IN}/loppu"
SIGN_OUT = "/poistu"
SIGNING_IN = "kirjautuminen"
"""Cookie of who has gone to the identity provider."""
SIGNING_SECONDS = 900


def router(site: Site, door: Door) -> APIRouter:
    """``/kirjaudu`` with what lies under it, and ``/poistu``."""
    routes = APIRouter()
    page = _Page(site, door)
    _add_doors(routes, site, door, page)
    if site.cookbook.provider is not None:
        _add_provider(routes, site, door, page, site.cookbook.provider)
    return routes


class _Page:
    """The sign-in page, as it is for this visitor."""

    def __init__(self, site: Site, door: Door) -> None:
        self._site = site
        self._door = door

    def __call__(self, request: Request, status: int = HTTPStatus.OK, fault: str = "") -> Response:
        site, settings = self._site, self._site.cookbook.settings
        if not site.signs_in and settings.access == "public":
            return site.missing(request, DocumentNotFound("Nobody signs in here."))
        caller, wanted = caller_of(request), _wanted(request)
        known = caller.way in {"person", "token"}
        if known and wanted and not fault:
            if _may_go_on(request, caller):
                return _to(wanted)
            status, fault = HTTPStatus.FORBIDDEN, "signin.lacks"
        href = site.href(request)
        shown = site.page(
            request, "sign_in.html", status, fault=fault, wanted=wanted, known=known, caller=caller,
            has_provider=site.cookbook.provider is not None, has_token=self._door.has_token,
            closed=settings.access == "closed", hours=f"{settings.session_hours:g}",
            editors=EDITORS if caller.may(Scope.EDITOR) else "",
            by_token=href(SIGN_IN, to=wanted), by_provider=href(BEGIN, to=wanted), sign_out=href(SIGN_OUT),
            left=LEAVE if "ulos" in request.query_params and site.cookbook.provider else "",
        )  # fmt: skip
        shown.headers.update(PRIVATE)
        return shown

    def failed(self, request: Request, error: CookbookError) -> Response:
        """The page with what went wrong."""
        return self(request, status_of(error), _FAULTS.get(type(error).__name__, "error.other.text"))


_FAULTS = {"StoreError": "gaps.away", "ProviderAway": "signin.away", "SignInFailed": "signin.failed"}
"""Class of an error -> what people are told."""


def _add_doors(routes: APIRouter, site: Site, door: Door, page: _Page) -> None:
    sessions = site.cookbook.sessions

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
            ticket = await to_thread(sessions.begin, "token", "token", "", ROLES["editor"])
        except CookbookError as error:
            return page.failed(request, error)
        response = _to(_wanted(request) or site.href(request)(EDITORS))
        door.let_in(request, response, ticket)
        return response

    @routes.post(SIGN_OUT)
    def signed_out(request: Request) -> Response:
        """One whom another site sent never comes here: the middleware refuses it."""
        way = caller_of(request).way
        response = _to(site.href(request)(SIGN_IN if site.signs_in else "/", ulos=way == "person" and "1"))
        try:
            door.see_out(request, response)
        except CookbookError as error:
            return page.failed(request, error)
        return response


def _add_provider(routes: APIRouter, site: Site, door: Door, page: _Page, provider: Provider) -> None:
    sessions = site.cookbook.sessions

    @routes.get(BEGIN)
    async def begin(request: Request) -> Response:
        """Send somebody to the provider, with a secret in their browser that only they can come back with."""
        secret = secrets.token_urlsafe(32)
        wanted = _wanted(request)
        try:
            address, signing = await provider.begin(site.root(request) + RETURN, _state(secret), wanted)
            await to_thread(sessions.begin_sign_in, secret, signing)
        except CookbookError as error:
            return page.failed(request, error)
        response = _to(address)
        door.set_cookie(request, response, SIGNING_IN, secret, SIGNING_SECONDS)
        return response

    @routes.get(RETURN)
    async def returned(request: Request) -> Response:
        secret = request.cookies.get(door.cookie(request, SIGNING_IN), "")
        state = request.query_params.get("state", "")
        if not secret or not hmac.compare_digest(_state(secret).encode(), state.encode()):
            return page(request, HTTPStatus.FORBIDDEN, "signin.lost")
        try:
            signing = await to_thread(sessions.finish_sign_in, secret)
            if signing is None:
                return page(request, HTTPStatus.FORBIDDEN, "signin.lost")
            if not _is_answer(request, site.cookbook.settings.oidc_issuer):
                return page(request, HTTPStatus.FORBIDDEN, "signin.refused")
            code = request.query_params["code"]
            person = await provider.finish(site.root(request) + RETURN, code, signing)
            response = await enter(request, person, signing)
        except CookbookError as error:
            return page.failed(request, error)
        door.drop_cookie(request, response, SIGNING_IN)
        return response

    async def enter(request: Request, person: Person, signing: SignIn) -> Response:
        """Begin the session of somebody who has a role here. Raises StoreError."""
        if person.role is None:
            log.info("somebody without a role wanted to sign in")
            return page(request, HTTPStatus.FORBIDDEN, "signin.norole")
        scopes = ROLES[person.role]
        ticket = await to_thread(sessions.begin, "person", person.subject, person.name, scopes)
        log.info("somebody signed in as %s", person.role)
        response = _to(signing.wanted or (EDITORS if Scope.EDITOR in scopes else "/"))
        door.let_in(request, response, ticket)
        return response

    @routes.get(LEAVE)
    async def leave(request: Request) -> Response:
        """To where the provider's own session ends, if it has such a page."""
        try:
            return _to(await provider.sign_out_address(site.root(request) + SIGN_IN) or SIGN_IN)
        except CookbookError as error:
            return page.failed(request, error)


def again_page(site: Site, door: Door) -> Callable[[Request], Awaitable[Response]]:
    """Makes the page that keeps what a form sent, for who must sign in before it can be sent again.

    What another site's page sent is not kept: nobody is made to send it by a button of ours.
    """

    async def again(request: Request) -> Response:
        back = site.href(request)(SIGN_IN)
        try:
            fields = parse_qsl(
                (await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS
            )
        except ValueError:
            return _to(back)
        if not door.is_of_this_site(request) or not site.signs_in:
            return _to(back)
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        known = caller_of(request).way != "anyone"
        shown = site.page(
            request, "sign_in_again.html", HTTPStatus.FORBIDDEN if known else HTTPStatus.UNAUTHORIZED,
            fields=fields, here=here, sign_in=back, known=known,
        )  # fmt: skip
        shown.headers.update(PRIVATE)
        return shown

    return again


def _may_go_on(request: Request, caller: Caller) -> bool:
    """Whether somebody who is known has what the page that they came from requires, as far as it is told."""
    required = request.query_params.get("vaatii", "")
    return required not in set(Scope) or caller.may(Scope(required))


def _is_answer(request: Request, issuer: str) -> bool:
    """Whether the provider says yes, and it is the one that was asked (RFC 9207)."""
    answer = request.query_params
    if error := answer.get("error"):
        log.info("the identity provider lets somebody not in: %s", error[:100])
    return "error" not in answer and bool(answer.get("code")) and answer.get("iss", issuer) == issuer


def _state(secret: str) -> str:
    """What the provider sends back; who sees it cannot tell the secret in the cookie."""
    return sha256(b"state\0" + secret.encode()).hexdigest()


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers=PRIVATE)


def _wanted(request: Request) -> str:
    """Where the visitor was going: a path of ours, or empty."""
    path = request.query_params.get("to", "")
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and len(path) <= 2_000 else ""
