"""App Home: search, phases, examples and what was searched last; its state lives in the view itself."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.errors import QueryError
from cookbook_search.surfaces.slack.blocks import (
    MAX_VIEW_BLOCKS,
    Block,
    actions,
    button,
    context,
    divider,
    header,
    section,
    words,
)
from cookbook_search.surfaces.slack.bot import Asker, Bot, asker_of
from cookbook_search.surfaces.slack.commands import value_of
from cookbook_search.surfaces.slack.mrkdwn import clip, escape
from cookbook_search.surfaces.slack.results import document_note, search_note
from cookbook_search.surfaces.slack.wording import Wording
from cookbook_search.surfaces.wire.search import MAX_QUERY
from cookbook_search.types import LANGUAGES, PHASES, Language, Phase, Recipe

EXAMPLES = 4
RECENT = 5
RECENT_QUERY = 200
LIMIT = 5
NAMES: dict[Language, str] = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


@dataclass(frozen=True, slots=True)
class Home:
    """What a user's App Home shows; kept by Slack in the view, not by us."""

    query: str = ""
    phase: str = ""
    recent: tuple[str, ...] = ()
    """Latest searches made here, newest first."""
    language: str = ""
    """Chosen here; empty: as Slack is set."""

    @property
    def metadata(self) -> str:
        """As the view carries it; 3,000 characters at most."""
        return json.dumps(asdict(self), ensure_ascii=False)


def home_of(view: dict[str, Any] | None) -> Home:
    """Read it back; a new one where there is none, or not one of ours."""
    try:
        kept = json.loads((view or {}).get("private_metadata") or "{}")
        return Home(
            str(kept.get("query", "")),
            str(kept.get("phase", "")),
            tuple(str(query) for query in kept.get("recent", ())[:RECENT]),
            str(kept.get("language", "")),
        )
    except (ValueError, AttributeError, TypeError):
        return Home()


def register(app: AsyncApp, bot: Bot) -> None:
    """Show App Home when it is opened, and again after each click in it."""

    @app.event("app_home_opened")
    async def on_opened(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext) -> None:
        if event.get("tab", "home") == "home":
            await publish(bot, asker_of(client, context), home_of(event.get("view")))

    @app.action(re.compile(r"^home:(search|again:\d+|phase|language:\w\w|clear)$"))
    async def on_click(
        ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        home = after(home_of(body.get("view")), body["actions"][0]["action_id"], value_of(body))
        await publish(bot, asker_of(client, context), home)


def after(home: Home, action: str, value: str) -> Home:
    """The state after a click."""
    name = action.split(":")[1]
    if name == "language":
        return replace(home, language=value)
    if name == "clear":
        return replace(home, query="", phase="", recent=())
    if name == "phase":
        return replace(home, phase=value, query="")
    query = clip(value, MAX_QUERY)
    if not query:
        return replace(home, query="", phase="")
    kept = clip(query, RECENT_QUERY)
    recent = (kept, *(other for other in home.recent if other != kept))[:RECENT]
    return replace(home, query=kept, phase="", recent=recent)


async def publish(bot: Bot, asker: Asker, home: Home) -> None:
    """Show this state to the user."""
    language = next((one for one in LANGUAGES if one == home.language), None)
    if language is None:
        wording = await bot.wordings.of(asker.client, asker.team, asker.user)
    else:
        wording = bot.wordings[language]
    blocks = [*_top(home, wording), *await _middle(bot, asker, home, wording), *_bottom(home, wording)]
    view = {"type": "home", "private_metadata": home.metadata, "blocks": blocks[:MAX_VIEW_BLOCKS]}
    await asker.client.views_publish(user_id=asker.user, view=view)


def _top(home: Home, wording: Wording) -> list[Block]:
    box: Block = {
        "type": "input",
        "dispatch_action": True,
        "block_id": "home:box",
        "label": words(wording.plain("home.label"), 2000),
        "element": {
            "type": "plain_text_input",
            "action_id": "home:search",
            "placeholder": words(wording.plain("home.placeholder"), 150),
            "max_length": MAX_QUERY,
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        },
    }
    if home.query:
        box["element"]["initial_value"] = home.query
    options = [
        {
            "text": words(wording.word(f"phase.{phase}"), 75),
            "description": words(wording.word(f"phase.{phase}.help"), 75),
            "value": phase,
        }
        for phase in PHASES
    ]
    phases: Block = {
        "type": "static_select",
        "action_id": "home:phase",
        "placeholder": words(wording.plain("home.phase"), 150),
        "options": options,
    }
    if chosen := [option for option in options if option["value"] == home.phase]:
        phases["initial_option"] = chosen[0]
    return [header(wording.plain("home.title")), section(wording("home.intro")), box, actions([phases])]


async def _middle(bot: Bot, asker: Asker, home: Home, wording: Wording) -> list[Block]:
    """What was found, or the recipes of a phase."""
    if home.query:
        try:
            result = await asyncio.to_thread(bot.cookbook.search, home.query, LIMIT)
        except QueryError:
            return [divider(), section(wording("unclear"))]
        query_id = bot.cookbook.usage.record_search(result, "slack")
        if not home.language:
            wording = await bot.wordings.of(asker.client, asker.team, asker.user, result.language)
        shown = search_note(result, query_id, wording, bot.metric).blocks
        private = {"share", "chat"}
        return [divider(), *(block for one in shown for block in _without(one, private))]
    if home.phase in PHASES:
        return _phase(bot, home.phase, wording)
    return []


def _phase(bot: Bot, phase: Phase, wording: Wording) -> list[Block]:
    recipes = [
        document
        for document in bot.cookbook.snapshot.documents
        if isinstance(document, Recipe) and document.phase == phase
    ]
    blocks: list[Block] = [divider(), section(f"*{escape(wording.word(f'phase.{phase}'))}*")]
    for recipe in recipes:
        blocks.append(document_note(recipe, wording).blocks[0])
    return blocks


def _without(block: Block, names: set[str]) -> list[Block]:
    """The block without the buttons that need a channel; nothing where none is left."""
    if block["type"] != "actions":
        return [block]
    kept = [element for element in block["elements"] if element["action_id"] not in names]
    for element in kept:
        if str(element["action_id"]).startswith("search:"):
            element["action_id"] = f"home:again:{element['action_id'].split(':')[1]}"
    return [actions(kept)] if kept else []


def _bottom(home: Home, wording: Wording) -> list[Block]:
    examples = [wording.word(f"example.{number}") for number in range(1, EXAMPLES + 1)]
    blocks: list[Block] = [divider(), section(f"*{wording('home.examples')}*"), actions(_again(examples, 0))]
    if home.recent:
        clear = button(wording.plain("home.clear"), "home:clear", "clear")
        blocks += [
            section(f"*{wording('home.recent')}*"),
            actions([*_again(home.recent, EXAMPLES), clear]),
            context(wording("home.recent.note")),
        ]
    languages = [
        button(NAMES[language], f"home:language:{language}", language)
        for language in LANGUAGES
        if language != wording.language
    ]
    return [*blocks, divider(), actions(languages)]


def _again(queries: tuple[str, ...] | list[str], first: int) -> list[Block]:
    return [button(query, f"home:again:{first + at}", query) for at, query in enumerate(queries)]
