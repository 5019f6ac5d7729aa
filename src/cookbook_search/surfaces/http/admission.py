"""How many requests are answered at once, and for how long at most.

One more would only make all wait longer: it is told to come back, which costs nothing.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cookbook_search.surfaces.http.problems import problem_response

ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Answered however many others wait."""
SLOW = ("/api/v1/chat", "/keskustelu", "/mcp", "/tulosta/")
"""What may wait for a language model or a press; it gets half of the places, so that search goes on."""


class Admission:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        """``most`` requests at work and waiting; ``seconds`` until the response must have begun."""
        self._app = app
        self._most = most
        self._seconds = seconds
        self._inside = 0
        self._slow_inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while there is a place; answer 503 where there is none."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        slow = scope["path"].startswith(SLOW)
        if self._inside >= self._most or (slow and self._slow_inside >= max(self._most // 2, 1)):
            detail = "Too many requests are being answered at once; try again in a few seconds."
            await problem_response(HTTPStatus.SERVICE_UNAVAILABLE, detail)(scope, receive, send)
            return
        self._inside += 1
        self._slow_inside += slow
        try:
            await self._answer_in_time(scope, receive, send)
        finally:
            self._inside -= 1
            self._slow_inside -= slow

    async def _answer_in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A thread cannot be ended: its client is answered, and its place stays taken until it is done."""
        loop = asyncio.get_running_loop()
        refusing: asyncio.Task[None] | None = None

        def give_up() -> None:
            nonlocal refusing
            response = problem_response(
                HTTPStatus.SERVICE_UNAVAILABLE, "The answer took too long; try again."
            )
            refusing = loop.create_task(response(scope, receive, send))

        timer = loop.call_later(self._seconds, give_up)

        async def send_in_time(message: Message) -> None:
            if refusing is None:
                timer.cancel()
                await send(message)

        try:
            await self._app(scope, receive, send_in_time)
        finally:
            timer.cancel()
            if refusing is not None:
                await refusing
