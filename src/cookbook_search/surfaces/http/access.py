"""Who may do what over HTTP: every request has a caller, and every route says what it requires.

A route declares ``dependencies=[requires(Scope.EDITOR)]``, or ``[OPEN_TO_ALL]`` where it needs nothing; a
route that declares neither fails the tests. Refused programs get problem details, refused people the page
where they can sign in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from cookbook_search.surfaces.http.problems import problem_response
from cookbook_search.types import Access, Caller, Scope

SIGN_IN = "/kirjaudu"
FRAGMENT_HEADER = "x-fragment"
"""With this request header only the changing part of a page is rendered; the page's script asks so."""
PROGRAMS = (
    "/api/",
    "/mcp",
    "/metrics",
    "/slack/",
    "/haku.atom",
    "/muutokset.",
    "/opensearch",
    "/sitemap.xml",
)
"""Paths that programs read: a sign-in page would only confuse them."""
_SHOWN = (b"authorization", b"cookie")
"""Headers by which somebody may be known; without them there is nothing to look up."""
_CHALLENGE = 'Bearer realm="cookbook"'
FORM = "application/x-www-form-urlencoded"
Identify = Callable[[HTTPConnection], Awaitable[Caller | Response]]
"""The caller, or the answer to one who shows what does not hold."""


class Refusal(Exception):
    """The caller has none of the scopes that the route requires."""

    def __init__(self, needed: tuple[Scope, ...], caller: Caller) -> None:
        self.needed = needed
        self.caller = caller
        super().__init__(f"{caller.way} {caller.id} has no scope {' or '.join(needed)}")


class Requirement:
    """A dependency: the caller, who has one of the scopes; of no scopes, anyone."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes

    async def __call__(self, request: Request) -> Caller:
        """Raises Refusal."""
        caller = caller_of(request)
        if self.scopes and not caller.may(*self.scopes):
            raise Refusal(self.scopes, caller)
        return caller


OPEN_TO_ALL = Dependency(Requirement())
"""Declares a route that anyone may call."""


def requires(*scopes: Scope) -> Dependency:
    """Declares a route for callers who have one of the scopes; gives them to whom asks for the value."""
    assert scopes, "use OPEN_TO_ALL"
    return Dependency(Requirement(*scopes))


def caller_of(request: HTTPConnection) -> Caller:
    """Who sends the request."""
    caller = request.scope["caller"]
    assert isinstance(caller, Caller)
    return caller


def name_of(request: HTTPConnection) -> str:
    """Who asks, as records of changes keep it: a person's or a key's name; empty where none is known."""
    caller = caller_of(request)
    return caller.name or (caller.id if caller.way == "key" else "")


class Identified:
    """ASGI middleware: finds the caller of each request."""

    def __init__(self, app: ASGIApp, identify: Identify, anyone: Caller) -> None:
        self._app = app
        self._identify = identify
        self._anyone = anyone

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller."""
        if scope["type"] == "http":
            found: Caller | Response = self._anyone
            if any(name in _SHOWN for name, _ in scope["headers"]):
                found = await self._identify(HTTPConnection(scope))
            if isinstance(found, Response):
                await found(scope, receive, send)
                return
            scope["caller"] = found
            if found.way != "anyone":
                send = _private(send)
        await self._app(scope, receive, send)


def _private(send: Send) -> Send:
    """No cache on the way keeps what somebody got because of who they are."""

    async def send_private(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("Cache-Control", "private, no-cache")
        await send(message)

    return send_private


class Guarded:
    """An ASGI application for callers who have one of the scopes, of none for anyone; no FastAPI route."""

    def __init__(self, app: ASGIApp, *scopes: Scope) -> None:
        self.requirement = Requirement(*scopes)
        self._app = app

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        try:
            await self.requirement(Request(scope))
        except Refusal as refusal:
            await refused(Request(scope), refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def install_refusals(app: FastAPI, again: Callable[[Request], Awaitable[Response]]) -> None:
    """Turn refusals into answers; ``again`` keeps a form that somebody sent after their session had ended."""

    @app.exception_handler(Refusal)
    async def handle(request: Request, refusal: Refusal) -> Response:
        answer = refused(request, refusal)
        is_form = request.headers.get("content-type", "").startswith(FORM)
        if request.method == "POST" and is_form and answer.status_code == HTTPStatus.SEE_OTHER:
            return await again(request)
        return answer


def describe_access(app: FastAPI, access: Access) -> None:
    """Tell in the OpenAPI document how a program says who it is."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        document = described()
        told = "An API key: `Authorization: Bearer ckb_...`. Keys have scopes: search, chat, editor, admin."
        key = {"type": "http", "scheme": "bearer", "description": told}
        document["components"]["securitySchemes"] = {"key": key}
        document["security"] = [{"key": []}] if access == "closed" else [{}, {"key": []}]
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def refused(request: Request, refusal: Refusal) -> Response:
    """401 or 403 for a program; for a person, the way to the sign-in page and back."""
    by_program = request.url.path.startswith(PROGRAMS) or FRAGMENT_HEADER in request.headers
    if not by_program and refusal.caller.way != "key":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        query = {"to": here, "vaatii": refusal.needed[0], "lang": request.query_params.get("lang", "")}
        address = f"{SIGN_IN}?{urlencode({name: value for name, value in query.items() if value})}"
        return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
    names = " or ".join(f"`{scope}`" for scope in refusal.needed)
    if refusal.caller.way == "anyone":
        detail = f"This needs an API key with the scope {names}; send it as `Authorization: Bearer <key>`."
        response = problem_response(HTTPStatus.UNAUTHORIZED, detail)
        response.headers["WWW-Authenticate"] = _CHALLENGE
    else:
        detail = f"This needs the scope {names}, which you do not have; ask who runs this service."
        response = problem_response(HTTPStatus.FORBIDDEN, detail)
        scopes = " ".join(refusal.needed)
        response.headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="insufficient_scope", scope="{scopes}"'
    response.headers["Cache-Control"] = "no-store"
    return response
