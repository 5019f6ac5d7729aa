"""Block Kit: the few blocks we use, each within the limits that Slack publishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cookbook_search.surfaces.slack.mrkdwn import clip, clip_escaped, split

Block = dict[str, Any]
MAX_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_SECTION = 3000
MAX_FIELD = 2000
MAX_HEADER = 150
MAX_BUTTON = 75
MAX_VALUE = 2000
MAX_ELEMENTS = 25
MAX_TITLE = 24
"""Characters of a modal's title."""
MAX_TEXT = 3000
"""Characters of the text beside blocks, which notifications and screen readers use; Slack allows 40,000."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message: blocks for the eye, text for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...]
    metadata: dict[str, Any] | None = None
    """What we read back when the conversation goes on."""

    def payload(self) -> dict[str, Any]:
        """Arguments of ``chat.postMessage`` and its like: no unfurling, nothing parsed."""
        fields: dict[str, Any] = {
            "text": clip_escaped(self.text, MAX_TEXT),
            "blocks": list(self.blocks[:MAX_BLOCKS]),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return fields | ({"metadata": self.metadata} if self.metadata else {})


def note(text: str, metadata: dict[str, Any] | None = None) -> Note:
    """A message of mrkdwn alone."""
    return Note(text, tuple(sections(text)), metadata)


def mrkdwn(text: str, limit: int = MAX_SECTION) -> Block:
    """Formatted text; ``verbatim`` keeps Slack from making links of what looks like one."""
    return {"type": "mrkdwn", "text": clip_escaped(text, limit) or " ", "verbatim": True}


def words(text: str, limit: int) -> Block:
    """Plain text."""
    return {"type": "plain_text", "text": clip(text, limit) or " ", "emoji": True}


def section(text: str, fields: Sequence[str] = (), accessory: Block | None = None) -> Block:
    """Text, under it up to ten fields in two columns, beside it an element."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if fields:
        block["fields"] = [mrkdwn(field, MAX_FIELD) for field in fields[:10]]
    if accessory:
        block["accessory"] = accessory
    return block


def sections(text: str) -> list[Block]:
    """A text of any length as as many sections as it takes."""
    return [section(piece) for piece in split(text, MAX_SECTION)]


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": words(text, MAX_HEADER)}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def button(text: str, action: str, value: str, label: str = "") -> Block:
    """A button; ``label`` is what a screen reader says where the text is not enough."""
    block: Block = {
        "type": "button",
        "text": words(text, MAX_BUTTON),
        "action_id": action,
        "value": value[:MAX_VALUE],
    }
    return block | ({"accessibility_label": clip(label, MAX_BUTTON)} if label else {})


def actions(buttons: Iterable[Block]) -> Block:
    """A row of buttons and selects."""
    return {"type": "actions", "elements": list(buttons)[:MAX_ELEMENTS]}


def modal(title: str, close: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """A window over Slack."""
    return {
        "type": "modal",
        "title": words(title, MAX_TITLE),
        "close": words(close, MAX_TITLE),
        "blocks": list(blocks[:MAX_VIEW_BLOCKS]),
    }
