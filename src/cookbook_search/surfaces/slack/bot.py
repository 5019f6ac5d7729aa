"""What every listener works with, and the one way in which an answer reaches Slack."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError, DocumentNotFound, QueryError
from cookbook_search.surfaces.slack.answers import answer_note
from cookbook_search.surfaces.slack.blocks import Note, note
from cookbook_search.surfaces.slack.connection import retries
from cookbook_search.surfaces.slack.live import LiveMessage
from cookbook_search.surfaces.slack.mrkdwn import streamed
from cookbook_search.surfaces.slack.received import Received
from cookbook_search.surfaces.slack.results import Reference
from cookbook_search.surfaces.slack.wording import Wordings
from cookbook_search.surfaces.wire.chat import MAX_QUESTION
from cookbook_search.types import AnswerDone, AnyDocument, Message, Metric, SourcesFound, TextDelta

log = logging.getLogger(__name__)


class NotDelivered(Exception):
    """Slack refused what was sent to a ``response_url``."""


@dataclass(frozen=True)
class Asker:
    """Who is answered, and through which client."""

    client: AsyncWebClient
    team: str
    user: str
    bot: str
    """Our own user in this workspace."""


@dataclass(frozen=True)
class Bot:
    """One cookbook in Slack; shared by all workspaces."""

    cookbook: Cookbook
    wordings: Wordings
    received: Received
    working: set[asyncio.Task[Any]] = field(default_factory=set)
    """Listeners that are at work."""
    _turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def in_turn(self, channel: str, thread: str) -> AsyncIterator[None]:
        """One answer at a time in a conversation, in the order in which questions came."""
        lock = self._turns.setdefault((channel, thread), asyncio.Lock())
        async with lock:
            yield

    async def answer(
        self, asker: Asker, channel: str, thread: str | None, turns: Sequence[Message], question: str
    ) -> None:
        """Answer a question of a conversation in it; whatever goes wrong is said there too."""
        wording = await self.wordings.of(asker.client, asker.team, asker.user)
        if len(question) > MAX_QUESTION:
            long = wording("long", n=str(len(question)), max=str(MAX_QUESTION))
            await LiveMessage(asker.client, channel, thread, "").finish(note(long))
            return
        live = LiveMessage(asker.client, channel, thread, wording("searching"))
        try:
            whole = await self._stream(asker, live, [*turns, Message("user", question)])
        except QueryError:
            whole = note(wording("unclear"))
        except CookbookError as error:
            log.warning("no answer in Slack: %s", error)
            whole = note(wording("unavailable"))
        except Exception:  # an answer that was begun must end in words
            log.exception("no answer in Slack")
            whole = note(wording("failed"))
        await live.finish(whole)

    async def _stream(self, asker: Asker, live: LiveMessage, messages: list[Message]) -> Note:
        wording, text, done = None, "", None
        async for event in self.cookbook.stream(messages):
            if isinstance(event, SourcesFound):
                wording = await self.wordings.of(asker.client, asker.team, asker.user, event.language)
            elif isinstance(event, TextDelta):
                text += event.text
                live.show(streamed(text))
            elif isinstance(event, AnswerDone):
                done = event.answer
        assert wording is not None
        assert done is not None
        answer_id = self.cookbook.usage.record_answer(done, messages[-1].content, "slack")
        return answer_note(done, answer_id, wording)

    def document(self, wanted: Reference) -> AnyDocument:
        """The document that a button names. Raises DocumentNotFound."""
        return self.cookbook.document(wanted.id, wanted.kind, wanted.owner)

    def metric(self, document_id: str, owner: str) -> Metric | None:
        """A metric, where the cookbook (still) has it."""
        try:
            found = self.cookbook.document(document_id, "metric", owner)
        except DocumentNotFound:
            return None
        return found if isinstance(found, Metric) else None

    async def finish(self, seconds: float) -> None:
        """Let listeners that are at work end."""
        if self.working:
            await asyncio.wait(set(self.working), timeout=seconds)


def asker_of(client: AsyncWebClient, context: AsyncBoltContext) -> Asker:
    """Whoever caused the request."""
    return Asker(
        client,
        context.team_id or context.enterprise_id or "",
        context.user_id or "",
        context.bot_user_id or "",
    )


async def deliver(address: str, whole: Note, *, in_channel: bool = False, replace: bool = False) -> None:
    """Send a message to a ``response_url``: to the user alone unless ``in_channel``. Raises NotDelivered."""
    client = AsyncWebhookClient(address, retry_handlers=retries())
    fields = whole.payload() | {
        "response_type": "in_channel" if in_channel else "ephemeral",
        "replace_original": replace,
    }
    answer = await client.send_dict(fields)
    if answer.status_code != 200:
        raise NotDelivered(f"Slack refused a message: {answer.status_code} {answer.body[:200]}")
