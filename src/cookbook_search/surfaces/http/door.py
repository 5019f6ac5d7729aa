"""The door: who comes in by an API key, who by the cookie of a session, and who stays anyone."""

from __future__ import annotations

import hmac
import logging
from asyncio import to_thread
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi.responses import Response
from starlette.requests import HTTPConnection

from cookbook_search.access.keys import looks_like_a_key
from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.problems import problem_response, status_of
from cookbook_search.surfaces.http.rate import Attempts, address_of, too_many
from cookbook_search.types import OPEN, ApiKey, Caller

log = logging.getLogger(__name__)
COOKIE = "istunto"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WAIT_SECONDS = 60


class Door:
    """Finds the caller of each request, and begins and ends sessions. Safe to share by threads."""

    def __init__(self, cookbook: Cookbook) -> None:
        settings = cookbook.settings
        self._keys = cookbook.keys
        self._sessions = cookbook.sessions
        self._token = settings.editor_token.get_secret_value().encode()
        self._base_url = settings.base_url
        self.anyone = Caller(OPEN[settings.access])
        self.attempts = Attempts()

    @property
    def has_token(self) -> bool:
        """Whether editors may sign in with a shared token."""
        return bool(self._token)

    def fits(self, token: str) -> bool:
        """Whether it is the editors' token, compared in constant time."""
        return self.has_token and hmac.compare_digest(token.encode(), self._token)

    async def identify(self, request: HTTPConnection) -> Caller | Response:
        """The caller, or the answer to one who shows what does not hold."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and looks_like_a_key(credentials.strip()):
            return await self._by_key(request, credentials.strip())
        ticket = request.cookies.get(self.cookie(request, COOKIE))
        caller = await self._by_ticket(ticket) if ticket else None
        if caller is None:
            return self.anyone
        if request.scope["method"] not in SAFE_METHODS and not self.is_of_this_site(request):
            detail = "This came from another site's page, with your session; nothing was done."
            return problem_response(HTTPStatus.FORBIDDEN, detail)
        return caller

    def let_in(self, request: HTTPConnection, response: Response, ticket: str) -> None:
        """Give the session its cookie."""
        self.set_cookie(request, response, COOKIE, ticket, int(self._sessions.lifetime.total_seconds()))

    def see_out(self, request: HTTPConnection, response: Response) -> None:
        """End the session and take the cookie away. Raises StoreError."""
        if ticket := request.cookies.get(self.cookie(request, COOKIE)):
            self._sessions.end(ticket)
        self.drop_cookie(request, response, COOKIE)

    def set_cookie(
        self, request: HTTPConnection, response: Response, name: str, value: str, seconds: int
    ) -> None:
        """A cookie hidden from scripts, which other sites' pages do not send with what they post.

        Not SameSite=Strict: who comes back from the identity provider comes from another site.
        """
        response.set_cookie(
            self.cookie(request, name), value, max_age=seconds, secure=self.is_secure(request), httponly=True,
            samesite="lax",
        )  # fmt: skip

    def drop_cookie(self, request: HTTPConnection, response: Response, name: str) -> None:
        """Take a cookie away."""
        secure = self.is_secure(request)
        response.delete_cookie(self.cookie(request, name), secure=secure, httponly=True, samesite="lax")

    def cookie(self, request: HTTPConnection, name: str) -> str:
        """Name of a cookie; over https no other host and no http page can set it (__Host-)."""
        return f"__Host-{name}" if self.is_secure(request) else name

    def is_secure(self, request: HTTPConnection) -> bool:
        """Whether the reader's connection is https, as far as we are told."""
        return request.url.scheme == "https" or self._base_url.startswith("https://")

    def is_of_this_site(self, request: HTTPConnection) -> bool:
        """Whether the request comes from a page of ours, as browsers tell it; programs tell nothing.

        The check of Go's CrossOriginProtection (https://pkg.go.dev/net/http#CrossOriginProtection).
        """
        if site := request.headers.get("sec-fetch-site"):
            return site in {"same-origin", "none"}
        origin = request.headers.get("origin")
        ours = {request.headers.get("host", ""), urlsplit(self._base_url).netloc}
        return origin is None or urlsplit(origin).netloc in ours

    async def _by_key(self, request: HTTPConnection, secret: str) -> Caller | Response:
        key = self._keys.known(secret)
        if key is None:
            address = address_of(request.scope)
            if self.attempts.are_used_up(address):
                return too_many("Too many wrong keys from this address; wait a minute.", WAIT_SECONDS)
            try:
                key = await to_thread(self._keys.find, secret)
            except CookbookError as error:
                return problem_response(status_of(error), str(error))
            if key is None:
                self.attempts.count(address)
                return _wrong_key()
        return self._of_key(key)

    def _of_key(self, key: ApiKey) -> Caller:
        return Caller(key.scopes | self.anyone.scopes, "key", key.id, key.name)

    async def _by_ticket(self, ticket: str) -> Caller | None:
        try:
            caller = self._sessions.known(ticket) or await to_thread(self._sessions.find, ticket)
        except CookbookError as error:
            log.warning("a session cannot be looked up: %s", error)
            return None
        if caller is None:
            return None
        return Caller(caller.scopes | self.anyone.scopes, caller.way, caller.id, caller.name)


def _wrong_key() -> Response:
    detail = "This API key does not hold: it is mistyped, has run out or was revoked. Ask for another one."
    response = problem_response(HTTPStatus.UNAUTHORIZED, detail)
    response.headers["WWW-Authenticate"] = 'Bearer realm="cookbook", error="invalid_token"'
    response.headers["Cache-Control"] = "no-store"
    return response
