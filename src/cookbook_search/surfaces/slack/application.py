"""The Bolt application over one cookbook; how requests reach it is chosen by who runs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError, SettingsError
from cookbook_search.surfaces.slack import commands, home, talk, unfurl
from cookbook_search.surfaces.slack.blocks import note
from cookbook_search.surfaces.slack.bot import Bot, NotDelivered, asker_of, deliver
from cookbook_search.surfaces.slack.connection import TIMEOUT_SECONDS, web_client
from cookbook_search.surfaces.slack.installations import (
    STATE_SECONDS,
    Authorize,
    Installations,
    States,
    open_seal,
)
from cookbook_search.surfaces.slack.received import Received, key_of
from cookbook_search.surfaces.slack.wording import Wording, Wordings
from cookbook_search.surfaces.strings import Strings
from cookbook_search.types import Language

log = logging.getLogger(__name__)
SCOPES = (
    "app_mentions:read", "channels:history", "chat:write", "commands", "groups:history", "im:history",
    "links:read", "links:write", "users:read",
)  # fmt: skip
FINISH_SECONDS = 20.0
"""How long listeners at work may take to end when the process is asked to."""
Next = Callable[[], Awaitable[BoltResponse]]


class SlackApplication:
    """A Bolt app with the bot it listens for; ``open`` and ``close`` in the loop that serves it."""

    def __init__(self, cookbook: Cookbook, strings: Mapping[Language, Strings]) -> None:
        """Raises SettingsError where the settings of Slack do not fit together."""
        settings = cookbook.settings
        wordings = Wordings(strings, settings.base_url, settings.language)
        self.bot = Bot(cookbook, wordings, Received(lambda: cookbook.database))
        self.bolt = _bolt(cookbook, wordings[settings.language])
        _keep_once(self.bolt, self.bot)
        _tell_errors(self.bolt, self.bot)
        for room in (commands, talk, home, unfurl):
            room.register(self.bolt, self.bot)
        runner = self.bolt.listener_runner
        runner.listener_start_handler = _Began(self.bot.working)
        runner.listener_completion_handler = _Ended(self.bot.working)

    async def open(self) -> None:
        """Share one session of connections among all calls."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self.bolt.client.session = aiohttp.ClientSession(timeout=timeout)

    async def close(self) -> None:
        """Let listeners at work end, then give the connections back."""
        await self.bot.finish(FINISH_SECONDS)
        if self.bolt.client.session is not None:
            await self.bolt.client.session.close()


class _Began(AsyncListenerStartHandler):
    def __init__(self, working: set[asyncio.Task[Any]]) -> None:
        self._working = working

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        if (task := asyncio.current_task()) is not None:
            self._working.add(task)


class _Ended(AsyncListenerCompletionHandler):
    def __init__(self, working: set[asyncio.Task[Any]]) -> None:
        self._working = working

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        if (task := asyncio.current_task()) is not None:
            self._working.discard(task)


def _bolt(cookbook: Cookbook, wording: Wording) -> AsyncApp:
    settings = cookbook.settings
    token = settings.slack_bot_token.get_secret_value()
    secret = settings.slack_signing_secret.get_secret_value()
    if bool(token) == bool(settings.slack_client_id):
        raise SettingsError(
            "Slack needs either COOKBOOK_SLACK_BOT_TOKEN (one workspace) or COOKBOOK_SLACK_CLIENT_ID "
            "(several workspaces install the app), not both; see docs/slack.md."
        )
    client = web_client(settings.slack_api_url, token)
    gone = wording.plain("not_authorized")
    if token:
        return AsyncApp(
            name="cookbook",
            client=client,
            signing_secret=secret,
            user_facing_authorize_error_message=gone,
        )
    oauth = _oauth(cookbook, wording)
    authorize = Authorize(
        logger=log,
        installation_store=oauth.installation_store,
        client_id=oauth.client_id,
        client_secret=oauth.client_secret,
        bot_only=True,
        cache_enabled=True,  # of auth.test alone: the token is looked up each time
        client=client,
    )
    app = AsyncApp(
        name="cookbook",
        client=client,
        signing_secret=secret,
        oauth_settings=oauth,
        authorize=authorize,  # type: ignore[arg-type]  # its own class is not among the types it takes
        installation_store=oauth.installation_store,
        installation_store_bot_only=True,
        user_facing_authorize_error_message=gone,
    )
    app.enable_token_revocation_listeners()
    return app


def _oauth(cookbook: Cookbook, wording: Wording) -> AsyncOAuthSettings:
    settings = cookbook.settings
    secret = settings.slack_client_secret.get_secret_value()
    if not secret:
        raise SettingsError("COOKBOOK_SLACK_CLIENT_ID needs COOKBOOK_SLACK_CLIENT_SECRET; see docs/slack.md.")
    seal = open_seal(settings.slack_token_key.get_secret_value())
    base = settings.base_url.rstrip("/")
    return AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=secret,
        scopes=SCOPES,
        user_scopes=(),
        redirect_uri=f"{base}/slack/oauth_redirect" if base else None,
        install_page_rendering_enabled=False,
        installation_store=Installations(lambda: cookbook.database, seal),
        installation_store_bot_only=True,
        state_store=States(lambda: cookbook.database),
        state_expiration_seconds=STATE_SECONDS,
        callback_options=_install_pages(wording),
        logger=log,
    )


def _install_pages(wording: Wording) -> AsyncCallbackOptions:
    async def success(args: AsyncSuccessArgs) -> BoltResponse:
        return _page(200, wording.plain("installed"), args.settings)

    async def failure(args: AsyncFailureArgs) -> BoltResponse:
        log.warning("an install in Slack failed: %s", args.reason)
        return _page(args.suggested_status_code, wording.plain("not_installed"), args.settings)

    return AsyncCallbackOptions(success=success, failure=failure)


def _page(status: int, text: str, settings: AsyncOAuthSettings) -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/plain; charset=utf-8",
        "Set-Cookie": settings.state_utils.build_set_cookie_for_deletion(),
    }
    return BoltResponse(status=status, body=text, headers=headers)


def _keep_once(app: AsyncApp, bot: Bot) -> None:
    @app.middleware
    async def once(body: dict[str, Any], next: Next) -> BoltResponse:  # noqa: A002  # Bolt's name
        """What Slack sent before is acknowledged and left alone; a database that is away asks for more."""
        key = key_of(body)
        if key is None or await bot.received.first(key):
            return await next()
        return BoltResponse(status=200, body="")


def _tell_errors(app: AsyncApp, bot: Bot) -> None:
    @app.error
    async def on_error(
        error: Exception,
        body: dict[str, Any],
        client: AsyncWebClient,
        context: AsyncBoltContext,
        response: BoltResponse | None,
    ) -> None:
        """Whoever waits is told; what was not acknowledged comes again and is left to that."""
        log.error("a request of Slack failed", exc_info=error)
        address = context.response_url
        event = body.get("event") or {}
        channel = str(event.get("channel") or "")
        if not address and (response is not None or not channel or not context.user_id):
            return
        asker = asker_of(client, context)
        wording = await bot.wordings.of(client, asker.team, asker.user)
        whole = note(wording("unavailable" if isinstance(error, CookbookError) else "failed"))
        try:
            if address:
                await deliver(address, whole)
            else:
                await client.chat_postEphemeral(
                    channel=channel, user=asker.user, thread_ts=event.get("thread_ts"), text=whole.text
                )
        except (SlackClientError, NotDelivered, aiohttp.ClientError) as lost:
            log.error("the user could not be told: %s", lost)
