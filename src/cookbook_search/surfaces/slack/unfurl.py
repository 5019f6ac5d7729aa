"""Links to the cookbook that people write in Slack, shown as cards."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.app import Cookbook
from cookbook_search.errors import DocumentNotFound
from cookbook_search.surfaces.slack.bot import Bot, asker_of
from cookbook_search.surfaces.slack.results import document_note
from cookbook_search.surfaces.wire.documents import PATHS
from cookbook_search.types import AnyDocument, Kind

KINDS_OF_PATHS: dict[str, Kind] = {path: kind for kind, path in PATHS.items()}
MOST = 5
"""Cards under one message."""


def register(app: AsyncApp, bot: Bot) -> None:
    """Show a card for each link to a document, where somebody else than us wrote it."""

    @app.event("link_shared")
    async def on_link(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext) -> None:
        asker = asker_of(client, context)
        if event.get("user") == asker.bot or event.get("bot_id"):
            return
        wording = await bot.wordings.of(client, asker.team, str(event.get("user") or ""))
        cards: dict[str, dict[str, Any]] = {}
        for link in event.get("links", ()):
            document = linked(bot.cookbook, str(link.get("url") or ""))
            if document is not None and len(cards) < MOST:
                cards[link["url"]] = {"blocks": list(document_note(document, wording).blocks)}
        if not cards:
            return
        if event.get("unfurl_id"):
            await client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=cards)
        else:
            await client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls=cards)


def linked(cookbook: Cookbook, address: str) -> AnyDocument | None:
    """The document whose page on our public site this is."""
    base, asked = urlsplit(cookbook.settings.base_url.rstrip("/")), urlsplit(address.replace("&amp;", "&"))
    if not base.netloc or asked.scheme != base.scheme or asked.netloc.lower() != base.netloc.lower():
        return None
    path = unquote(asked.path)
    found = re.fullmatch(rf"{re.escape(base.path)}/([a-z]+)/([a-z0-9-]{{1,60}})/?", path)
    if found is None or found[1] not in KINDS_OF_PATHS:
        return None
    owner = parse_qs(asked.query).get("owner", [None])[0]
    try:
        return cookbook.document(found[2], KINDS_OF_PATHS[found[1]], owner)
    except DocumentNotFound:
        return None
