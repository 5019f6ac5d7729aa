"""``/slack/*``: Slack's requests over HTTP, and the install by several workspaces.

Bolt takes most of a second to import, which a server without Slack should not pay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from cookbook_search.app import Cookbook
from cookbook_search.surfaces.http.access import Guarded
from cookbook_search.surfaces.http.problems import problem_response
from cookbook_search.surfaces.strings import Strings
from cookbook_search.types import Language, Scope

if TYPE_CHECKING:
    from cookbook_search.surfaces.slack.application import SlackApplication

TIME = re.compile(r"[0-9]{1,12}")
"""Seconds since 1970, as Slack signs them; Bolt trips over any other."""


class SlackEndpoint:
    """The routes that answer Slack; none where it is not configured."""

    def __init__(self, cookbook: Cookbook, strings: Mapping[Language, Strings]) -> None:
        """Raises SettingsError where the settings of Slack do not fit together."""
        self.routes: list[Route] = []
        self._application: SlackApplication | None = None
        if not cookbook.settings.slack_signing_secret.get_secret_value():
            return
        from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler

        from cookbook_search.surfaces.slack.application import SlackApplication

        self._application = SlackApplication(cookbook, strings)
        bolt = AsyncSlackRequestHandler(self._application.bolt).handle

        async def handle(request: Request) -> Response:
            try:
                if not TIME.fullmatch(request.headers.get("x-slack-request-timestamp", "0")):
                    raise ValueError("no time")
                return await bolt(request)
            except ValueError:  # Bolt reads the body before it verifies the signature
                return problem_response(HTTPStatus.BAD_REQUEST, "This is no request of Slack's.")

        answers = request_response(handle)
        self._add("/slack/events", "POST", Guarded(answers))  # Slack signs what it sends
        if self._application.bolt.oauth_flow is not None:
            closed = cookbook.settings.access == "closed"
            self._add("/slack/install", "GET", Guarded(answers, *[Scope.ADMIN] * closed))
            self._add("/slack/oauth_redirect", "GET", Guarded(answers))  # a state that an install was given

    def _add(self, path: str, method: str, guarded: Guarded) -> None:
        self.routes.append(Route(path, guarded, methods=[method], include_in_schema=False))

    async def open(self) -> None:
        """Get ready, in the loop of the server."""
        if self._application is not None:
            await self._application.open()

    async def close(self) -> None:
        """Let what is at work end."""
        if self._application is not None:
            await self._application.close()
