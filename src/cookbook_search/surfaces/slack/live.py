"""A message that grows while an answer is written, within Slack's rate of one update a second."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.surfaces.slack.blocks import MAX_TEXT, Note
from cookbook_search.surfaces.slack.mrkdwn import clip_escaped

log = logging.getLogger(__name__)
PATIENCE = 0.7
"""Seconds in which an answer comes whole, without a first message that is rewritten at once."""
INTERVAL = 1.1
"""Seconds between two updates."""


class LiveMessage:
    """Posted when the answer takes longer than a moment, updated as it grows, replaced by the whole."""

    def __init__(
        self,
        client: AsyncWebClient,
        channel: str,
        thread: str | None,
        text: str,
        patience: float = PATIENCE,
        interval: float = INTERVAL,
    ) -> None:
        """``text`` stands there until there is more to show."""
        self._client = client
        self._patience = patience
        self._interval = interval
        self._channel = channel
        self._thread = thread
        self._text = text
        self._shown = ""
        self._ts: str | None = None
        self._ending = asyncio.Event()
        self._growing = asyncio.create_task(self._grow())

    def show(self, text: str) -> None:
        """The text so far; only the newest is sent when it is time to send."""
        self._text = text

    async def finish(self, note: Note) -> str:
        """Show the whole answer, however much was shown before; its ``ts``. Raises SlackApiError."""
        self._ending.set()
        await self._growing
        if self._ts is None:
            posted = await self._client.chat_postMessage(
                channel=self._channel, thread_ts=self._thread, **note.payload()
            )
            return str(posted["ts"])
        fields = note.payload()
        del fields["unfurl_links"], fields["unfurl_media"]
        await self._client.chat_update(channel=self._channel, ts=self._ts, **fields)
        return self._ts

    async def _grow(self) -> None:
        try:
            while not await self._ended(self._patience if self._ts is None else self._interval):
                if self._text != self._shown:
                    await self._send(clip_escaped(self._text, MAX_TEXT))
        except (SlackClientError, ClientError, TimeoutError) as error:  # the whole may still arrive
            log.warning("an answer cannot be shown while it grows: %s", error)

    async def _send(self, text: str) -> None:
        self._shown = self._text
        if self._ts is None:
            posted = await self._client.chat_postMessage(
                channel=self._channel,
                thread_ts=self._thread,
                text=text,
                unfurl_links=False,
                unfurl_media=False,
            )
            self._ts = str(posted["ts"])
        else:
            await self._client.chat_update(channel=self._channel, ts=self._ts, text=text)

    async def _ended(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return False
        return True
