"""Response headers that keep browsers safe, and limits on what a request brings."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cookbook_search.surfaces.http.problems import problem_response

_SOURCES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)


def content_policy(*frame_ancestors: str) -> str:
    """The Content-Security-Policy of a page that only these may show in a frame; nobody without any."""
    return f"{_SOURCES}; frame-ancestors " + (" ".join(frame_ancestors) or "'none'")


_UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking",
)  # fmt: skip
"""Features of browsers that no page of ours needs, nor one that is shown inside it."""
MAX_HEADERS = 100
"""Header fields of a request; browsers send about twenty."""

# A route that needs another value sets the header itself.
_HEADERS = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware."""

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, max_header_bytes: int, body_seconds: float, hsts_seconds: int
    ) -> None:
        """``hsts_seconds``: how long a browser that came by https comes by nothing else; 0: as it likes."""
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._max_header_bytes = max_header_bytes
        self._body_seconds = body_seconds
        self._only_https = {"Strict-Transport-Security": f"max-age={hsts_seconds}"} if hsts_seconds else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limits, then pass the request on and the headers back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = _HEADERS | (self._only_https if scope["scheme"] == "https" else {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        if self._says_too_much(scope):
            detail = "The headers or the address are too large; send less."
            response = problem_response(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)
            await response(scope, receive, send_with_headers)
        elif scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send_with_headers)
        else:
            await self._with_body(scope, receive, send_with_headers)

    def _says_too_much(self, scope: Scope) -> bool:
        headers = scope["headers"]
        size = len(scope["path"]) + len(scope["query_string"]) + sum(len(n) + len(v) for n, v in headers)
        return len(headers) > MAX_HEADERS or size > self._max_header_bytes

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on once its body is whole; one that breaks off midway reaches nothing."""
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await self._read_body(receive)
        except TimeoutError:
            response = problem_response(HTTPStatus.REQUEST_TIMEOUT, "The request body did not come in time.")
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        if body is None:
            return
        if len(body) > self._max_body_bytes:
            detail = f"The request body is larger than {self._max_body_bytes} bytes; send less."
            await problem_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)(scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _read_body(self, receive: Receive) -> bytes | None:
        """The body as far as it is looked at, too large or whole; None where the client went away."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._max_body_bytes or not message.get("more_body", False):
                return bytes(body)
