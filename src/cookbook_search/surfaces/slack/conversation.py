"""A thread or a direct message of Slack as the conversation that the assistant reads."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.surfaces.slack.mrkdwn import clip, plain
from cookbook_search.surfaces.wire.chat import MAX_CONTENT, MAX_MESSAGES
from cookbook_search.types import Answer, Message, Role

log = logging.getLogger(__name__)
SlackMessage = dict[str, Any]
ANSWER, QUESTION = "cookbook_answer", "cookbook_question"
"""Types of the metadata on messages of ours: what was answered, what somebody asked by a button."""
ROLES: dict[str, Role] = {ANSWER: "assistant", QUESTION: "user"}
KEPT = 3000
"""Characters of a turn in metadata; Slack takes a few thousand bytes."""
PAGE = 200
PAGES = 5
HUMAN_SUBTYPES = {None, "", "file_share", "thread_broadcast"}


def answer_metadata(answer: Answer) -> dict[str, Any]:
    """The answer as the assistant will read it back."""
    return {"event_type": ANSWER, "event_payload": {"text": clip(answer.text, KEPT)}}


def question_metadata(question: str) -> dict[str, Any]:
    """A question that a button asked for somebody."""
    return {"event_type": QUESTION, "event_payload": {"text": clip(question, KEPT)}}


async def read_past(
    client: AsyncWebClient, channel: str, thread: str | None, before: str, minutes: float
) -> list[SlackMessage]:
    """The messages of a thread; without one, those of a direct conversation, back as many minutes.

    Empty where Slack does not let us read: the question is then answered by itself.
    """
    try:
        if thread:
            return await _read_thread(client, channel, thread)
        answer = await client.conversations_history(
            channel=channel,
            latest=before,
            oldest=f"{float(before) - minutes * 60:.6f}",
            inclusive=False,
            limit=MAX_MESSAGES,
            include_all_metadata=True,
        )
        return list(answer.get("messages") or [])
    except (SlackClientError, ClientError, TimeoutError) as error:
        log.warning("the conversation cannot be read in Slack: %s", error)
        return []


async def _read_thread(client: AsyncWebClient, channel: str, thread: str) -> list[SlackMessage]:
    messages: list[SlackMessage] = []
    cursor = ""
    for _ in range(PAGES):
        answer = await client.conversations_replies(
            channel=channel, ts=thread, limit=PAGE, cursor=cursor or None, include_all_metadata=True
        )
        messages += answer.get("messages") or []
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return messages


def is_human(message: SlackMessage) -> bool:
    """Written by a person: not by a bot, not a notice of Slack's."""
    written = message.get("user") and not message.get("bot_id") and not message.get("app_id")
    return bool(written) and message.get("subtype") in HUMAN_SUBTYPES


def turns(messages: Iterable[SlackMessage], bot: str, before: str) -> list[Message]:
    """What was said before the message of this ``ts``, oldest first; ``bot`` is our user.

    Metadata counts only on messages of ours, for any app may write any metadata.
    """
    said: list[Message] = []
    for message in sorted(messages, key=lambda message: float(message["ts"])):
        if float(message["ts"]) >= float(before):
            continue
        if is_human(message):
            role: Role | None = "user"
            text = plain(str(message.get("text") or ""))
        else:
            metadata = message.get("metadata") or {} if message.get("user") == bot else {}
            role = ROLES.get(str(metadata.get("event_type")))
            text = str((metadata.get("event_payload") or {}).get("text") or "")
        if role and text:
            said.append(Message(role, text[:MAX_CONTENT]))
    return said[-(MAX_MESSAGES - 1) :]


def is_other_party(messages: Sequence[SlackMessage], user: str, bot: str) -> bool:
    """Whether the thread is a conversation of this user and us alone, in which we have spoken."""
    people = {message["user"] for message in messages if is_human(message)}
    spoke = any(
        message.get("user") == bot and (message.get("metadata") or {}).get("event_type") == ANSWER
        for message in messages
    )
    return spoke and people <= {user}
