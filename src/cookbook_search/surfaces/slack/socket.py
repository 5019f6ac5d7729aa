"""Socket Mode: the bot calls Slack, so that no address of ours needs to be open to the internet."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Mapping
from contextlib import suppress

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from cookbook_search.app import Cookbook
from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.slack.application import SlackApplication
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.upkeep import kept_up
from cookbook_search.types import Language

log = logging.getLogger(__name__)
PING_SECONDS = 5.0
"""How often the connection is tried; a dead one is replaced soon after."""


async def run(
    cookbook: Cookbook,
    strings: Mapping[Language, Strings],
    stop: asyncio.Event,
    ping_seconds: float = PING_SECONDS,
) -> None:
    """Answer over Socket Mode until told to stop, then let what is at work end.

    The cookbook is looked after meanwhile, and closed in the end. Raises SettingsError where
    Slack refuses a token, or is not reached.
    """
    token = cookbook.settings.slack_app_token.get_secret_value()
    if not token.startswith("xapp-"):
        raise SettingsError("COOKBOOK_SLACK_APP_TOKEN must hold Slack's app-level token, `xapp-...`.")
    slack = SlackApplication(cookbook, strings)
    async with kept_up(cookbook):
        await slack.open()
        try:
            await _check(slack, token)
            handler = AsyncSocketModeHandler(slack.bolt, token, ping_interval=ping_seconds)
            await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's
            log.info("connected to Slack")
            await stop.wait()
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
        finally:
            await slack.close()


def stop_on_signals(stop: asyncio.Event) -> None:
    """End well on Ctrl-C and when a service manager asks."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)


async def _check(slack: SlackApplication, token: str) -> None:
    """Say at once what would otherwise be tried for ever."""
    client = slack.bolt.client
    try:
        await client.apps_connections_open(app_token=token)
        if client.token:
            await client.auth_test()
    except SlackApiError as error:
        reason = error.response.get("error")
        raise SettingsError(
            f"Slack refused a token: {reason}. Check COOKBOOK_SLACK_APP_TOKEN and COOKBOOK_SLACK_BOT_TOKEN."
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        address = slack.bot.cookbook.settings.slack_api_url
        raise SettingsError(f"Slack at {address} is not reached: {error}") from error
