"""The editors' door: one shared token, a signed cookie."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response
from starlette.requests import HTTPConnection

from cookbook_search.types import OPEN, ROLES, Access, Caller

COOKIE = "toimitus"
SESSION_SECONDS = 12 * 3600
MOST_FAILURES = 10
FAILURE_SECONDS = 60.0
"""Wrong tokens within this time, from anyone, close the door until it has passed."""


class Door:
    """Lets in who knows the token; without a token there is no door. Safe to share by threads."""

    def __init__(self, token: str, access: Access, clock: Callable[[], float] = time.time) -> None:
        self._token = token.encode()
        self._anyone = Caller(OPEN[access])
        self._key = hashlib.sha256(b"editor session\0" + self._token).digest()
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=MOST_FAILURES)

    @property
    def exists(self) -> bool:
        """Whether a token is set at all."""
        return bool(self._token)

    @property
    def is_stuck(self) -> bool:
        """Whether so many wrong tokens came lately that none is tried now."""
        recent = [at for at in self._failures if self._clock() - at < FAILURE_SECONDS]
        return len(recent) == MOST_FAILURES

    def tries(self, token: str) -> bool:
        """Whether it is the token, compared in constant time; never while the door is stuck."""
        if not self.exists or self.is_stuck:
            return False
        if hmac.compare_digest(token.encode(), self._token):
            return True
        self._failures.append(self._clock())
        return False

    def let_in(self, request: Request, response: Response) -> None:
        """Give the session its cookie: signed, hidden from scripts, sent to no other site."""
        expires = str(int(self._clock()) + SESSION_SECONDS)
        response.set_cookie(
            COOKIE, f"{expires}.{self._signature(expires)}", max_age=SESSION_SECONDS, path="/",
            secure=request.url.scheme == "https", httponly=True, samesite="lax",
        )  # fmt: skip

    def see_out(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")

    async def identify(self, request: HTTPConnection) -> Caller:
        """Who sends the request, by its cookie."""
        if not self.is_open_to(request):
            return self._anyone
        return Caller(ROLES["editor"], way="token")

    def is_open_to(self, request: HTTPConnection) -> bool:
        """Whether the request's cookie is ours and has not run out."""
        expires, _, signature = request.cookies.get(COOKIE, "").partition(".")
        if not self.exists or not hmac.compare_digest(signature.encode(), self._signature(expires).encode()):
            return False
        return expires.isdigit() and int(expires) > self._clock()

    def _signature(self, expires: str) -> str:
        return hmac.new(self._key, expires.encode(), hashlib.sha256).hexdigest()


def is_of_this_site(request: Request) -> bool:
    """Whether a form was sent from our own page, as the browser tells it; a request without a browser is."""
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
