"""Mentions, threads and direct messages."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.surfaces.slack.blocks import note
from cookbook_search.surfaces.slack.bot import Asker, Bot, asker_of
from cookbook_search.surfaces.slack.conversation import (
    SlackMessage,
    is_human,
    is_other_party,
    read_past,
    turns,
)
from cookbook_search.surfaces.slack.mrkdwn import plain
from cookbook_search.types import Message

_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


def register(app: AsyncApp, bot: Bot) -> None:
    """Answer where we are spoken to, and nowhere else."""

    @app.event("app_mention")
    async def on_mention(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext) -> None:
        if not is_human(event) or not await _is_first(bot, event):
            return
        asker = asker_of(client, context)
        thread = str(event.get("thread_ts") or event["ts"])
        async with bot.in_turn(event["channel"], thread):
            messages = await _thread(bot, asker, event) if event.get("thread_ts") else []
            await _answer_thread(bot, asker, event, thread, messages)

    @app.event("message")
    async def on_message(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext) -> None:
        if not is_human(event):
            return
        asker = asker_of(client, context)
        if event.get("channel_type") == "im":
            await _answer_direct(bot, asker, event)
        elif _may_be_ours(event, asker):
            await _answer_if_other_party(bot, asker, event)


async def _answer_direct(bot: Bot, asker: Asker, event: SlackMessage) -> None:
    if not await _is_first(bot, event):
        return
    channel, thread = event["channel"], event.get("thread_ts")
    minutes = bot.cookbook.settings.conversation_minutes
    async with bot.in_turn(channel, thread or ""):
        question = plain(str(event.get("text") or ""))
        if not question:
            await _help(bot, asker, channel, thread)
            return
        past = await read_past(asker.client, channel, thread, event["ts"], minutes)
        await bot.answer(asker, channel, thread, turns(past, asker.bot, event["ts"]), question)


async def _answer_if_other_party(bot: Bot, asker: Asker, event: SlackMessage) -> None:
    thread = str(event["thread_ts"])
    async with bot.in_turn(event["channel"], thread):
        messages = await _thread(bot, asker, event)
        before = [message for message in messages if float(message["ts"]) < float(event["ts"])]
        if is_other_party(before, asker.user, asker.bot) and await _is_first(bot, event):
            await _answer_thread(bot, asker, event, thread, messages)


async def _answer_thread(
    bot: Bot, asker: Asker, event: SlackMessage, thread: str, messages: list[SlackMessage]
) -> None:
    """Answer in the thread; a bare mention asks about what was said last."""
    past = turns(messages, asker.bot, event["ts"])
    question = plain(str(event.get("text") or ""))
    if not question:
        past, question = _last_question(past)
    if question:
        await bot.answer(asker, event["channel"], thread, past, question)
    else:
        await _help(bot, asker, event["channel"], thread)


def _last_question(past: list[Message]) -> tuple[list[Message], str]:
    for place in range(len(past) - 1, -1, -1):
        if past[place].role == "user":
            return past[:place], past[place].content
    return past, ""


async def _help(bot: Bot, asker: Asker, channel: str, thread: str | None) -> None:
    wording = await bot.wordings.of(asker.client, asker.team, asker.user)
    command = bot.cookbook.settings.slack_command
    fields = note(wording("help", command=command)).payload()
    await asker.client.chat_postMessage(channel=channel, thread_ts=thread, **fields)


async def _is_first(bot: Bot, event: SlackMessage) -> bool:
    """Whether the message was not answered before, by whatever event it came."""
    return await bot.received.first(f"message:{event['channel']}:{event['ts']}")


async def _thread(bot: Bot, asker: Asker, event: SlackMessage) -> list[SlackMessage]:
    minutes = bot.cookbook.settings.conversation_minutes
    return await read_past(asker.client, event["channel"], event["thread_ts"], event["ts"], minutes)


def _may_be_ours(event: SlackMessage, asker: Asker) -> bool:
    """A reply in a thread that the asker or we began, and that speaks to nobody by name.

    A mention of ours comes as an event of its own.
    """
    parent = event.get("parent_user_id")
    in_thread = bool(event.get("thread_ts")) and parent in {None, asker.user, asker.bot}
    return in_thread and not _MENTION.search(str(event.get("text") or ""))
