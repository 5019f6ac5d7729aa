"""The slash command, the message shortcut, and the buttons under what they show."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.errors import DocumentNotFound, QueryError
from cookbook_search.surfaces.slack.blocks import Note, modal, note
from cookbook_search.surfaces.slack.bot import Asker, Bot, asker_of, deliver
from cookbook_search.surfaces.slack.conversation import question_metadata, read_past, turns
from cookbook_search.surfaces.slack.mrkdwn import clip, plain
from cookbook_search.surfaces.slack.results import (
    document_note,
    metrics_note,
    reference,
    search_note,
    steps_note,
)
from cookbook_search.surfaces.slack.wording import Wording
from cookbook_search.surfaces.wire.feedback import FeedbackRequest
from cookbook_search.surfaces.wire.search import MAX_QUERY
from cookbook_search.types import AnyDocument, Recipe

Body = dict[str, Any]
SHORTCUT = "find_recipe"
LIMIT = 5
HELP = {"", "help", "apua", "ohje", "hjälp", "?"}


def register(app: AsyncApp, bot: Bot) -> None:
    """Answer commands and clicks; each is acknowledged before the work begins."""

    @app.command(bot.cookbook.settings.slack_command)
    async def on_command(
        ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        await deliver(body["response_url"], await found(bot, asker_of(client, context), body.get("text", "")))

    @app.shortcut({"type": "message_action", "callback_id": SHORTCUT})
    async def on_shortcut(
        ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        text = clip(plain(str(body["message"].get("text") or "")), MAX_QUERY)
        await deliver(body["response_url"], await found(bot, asker_of(client, context), text))

    @app.action(re.compile(r"^search:\d+$"))
    async def on_search(ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        await deliver(body["response_url"], await found(bot, asker_of(client, context), value_of(body)))

    @app.action(re.compile(r"^(steps|metrics|share)$"))
    async def on_document(
        ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        await _show(bot, asker_of(client, context), body)

    @app.action("chat")
    async def on_chat(ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        await _start_chat(bot, asker_of(client, context), body)

    @app.action(re.compile(r"^ask:\d+$"))
    async def on_ask(ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        await _ask(bot, asker_of(client, context), body)

    @app.action(re.compile(r"^vote:(up|down)$"))
    async def on_vote(ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        await ack()
        given = json.loads(value_of(body))
        vote = FeedbackRequest.model_validate(
            {"query_id" if given["kind"] == "search" else "answer_id": given["about"], "vote": given["vote"]}
        )
        await asyncio.to_thread(bot.cookbook.usage.give_feedback, vote.about, vote.kind, vote.vote)
        asker = asker_of(client, context)
        wording = await bot.wordings.of(client, asker.team, asker.user)
        await _tell(asker, body, note(wording("thanks")), wording)


async def found(bot: Bot, asker: Asker, text: str) -> Note:
    """What the cookbook has for a problem; help where there is none to read."""
    query = plain(text)
    if query.lower() in HELP:
        wording = await bot.wordings.of(asker.client, asker.team, asker.user)
        return note(wording("help", command=bot.cookbook.settings.slack_command))
    try:
        result = await asyncio.to_thread(bot.cookbook.search, query, LIMIT)
    except QueryError:
        wording = await bot.wordings.of(asker.client, asker.team, asker.user)
        if len(query) > MAX_QUERY:
            return note(wording("long", n=str(len(query)), max=str(MAX_QUERY)))
        return note(wording("unclear"))
    query_id = bot.cookbook.usage.record_search(result, "slack")
    wording = await bot.wordings.of(asker.client, asker.team, asker.user, result.language)
    return search_note(result, query_id, wording, bot.metric)


def value_of(body: Body) -> str:
    """The value of the button that was pressed, or of the option that was chosen."""
    pressed = body["actions"][0]
    return str(pressed.get("value") or (pressed.get("selected_option") or {}).get("value") or "")


async def _show(bot: Bot, asker: Asker, body: Body) -> None:
    """Steps and metrics to who asked, a shared recipe to the channel."""
    key = body["actions"][0]["action_id"]
    wanted = reference(value_of(body))
    wording = await bot.wordings.of(asker.client, asker.team, asker.user, wanted.language)
    try:
        document = bot.document(wanted)
    except DocumentNotFound:
        await _tell(asker, body, note(wording("gone")), wording)
        return
    if key == "share":
        lead = f"<@{asker.user}> {wording('shared')}"
        await deliver(body["response_url"], document_note(document, wording, lead), in_channel=True)
        return
    shown = steps_note(document, wording) if key == "steps" else _metrics(bot, document, wording)
    await _tell(asker, body, shown, wording)


def _metrics(bot: Bot, document: AnyDocument, wording: Wording) -> Note:
    ids = document.metrics if isinstance(document, Recipe) else ()
    metrics = [metric for metric in (bot.metric(one, document.owner) for one in ids) if metric]
    return metrics_note(document, metrics, wording)


async def _tell(asker: Asker, body: Body, whole: Note, wording: Wording) -> None:
    """To the user alone: beside the message that was clicked, or in a window over App Home."""
    if body.get("response_url"):
        await deliver(body["response_url"], whole)
    else:
        view = modal(wording.plain("name"), wording.plain("close"), whole.blocks)
        await asker.client.views_open(trigger_id=body["trigger_id"], view=view)


async def _start_chat(bot: Bot, asker: Asker, body: Body) -> None:
    """Ask the question in a direct message, and say where it goes on."""
    question = value_of(body)
    wording = await bot.wordings.of(asker.client, asker.team, asker.user)
    quoted = note(wording("asked", question=question), question_metadata(question))
    opened = await asker.client.chat_postMessage(channel=asker.user, **quoted.payload())
    channel = str(opened["channel"])
    if body.get("response_url"):
        await deliver(body["response_url"], note(wording("go_on", channel=channel)))
    async with bot.in_turn(channel, ""):
        await bot.answer(asker, channel, None, [], question)


async def _ask(bot: Bot, asker: Asker, body: Body) -> None:
    """A suggestion that was pressed, asked in the same conversation."""
    question = value_of(body)
    channel, message = body["channel"]["id"], body["message"]
    thread = message.get("thread_ts")
    wording = await bot.wordings.of(asker.client, asker.team, asker.user)
    async with bot.in_turn(channel, thread or ""):
        quoted = note(f"<@{asker.user}> {wording('asks', question=question)}", question_metadata(question))
        posted = await asker.client.chat_postMessage(channel=channel, thread_ts=thread, **quoted.payload())
        ts, minutes = str(posted["ts"]), bot.cookbook.settings.conversation_minutes
        past = turns(await read_past(asker.client, channel, thread, ts, minutes), asker.bot, ts)
        await bot.answer(asker, channel, thread, past, question)
