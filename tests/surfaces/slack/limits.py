"""Slack's published limits of Block Kit, messages and views as a checker of JSON.

Source: docs.slack.dev/reference/block-kit (blocks, elements, composition objects),
docs.slack.dev/reference/views and the pages of the methods.
"""

from __future__ import annotations

import re
from typing import Any

MRKDWN_OR_PLAIN = {"mrkdwn", "plain_text"}


def message_faults(message: dict[str, Any]) -> list[str]:
    """What Slack would refuse of a message."""
    faults = []
    if not message.get("text") and not message.get("blocks"):
        faults.append("no_text")
    if len(message.get("text") or "") > 40_000:
        faults.append("msg_too_long")
    if metadata := message.get("metadata"):
        if set(metadata) != {"event_type", "event_payload"} or not isinstance(
            metadata["event_payload"], dict
        ):
            faults.append("invalid_metadata_format")
        if len(str(metadata).encode()) > 8000:
            faults.append("metadata_too_large")
    blocks = message.get("blocks") or []
    return faults + block_faults(blocks, 50) + mention_faults(message.get("text") or "")


def view_faults(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse of a view."""
    faults = block_faults(view.get("blocks") or [], 100)
    if view["type"] == "modal":
        for name in ("title", "close"):
            faults += text_faults(view[name], 24, name, {"plain_text"})
    if len(view.get("private_metadata", "")) > 3000:
        faults.append("private_metadata")
    return faults


def block_faults(blocks: list[dict[str, Any]], most: int) -> list[str]:
    faults = [] if 0 < len(blocks) <= most or not blocks else [f"{len(blocks)} blocks"]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        faults.append("block_id twice")
    for block in blocks:
        faults += [f"{block.get('type')}: {fault}" for fault in CHECKS[block["type"]](block)]
    return faults


def section_faults(block):
    faults = only(block, {"type", "text", "fields", "accessory", "block_id"})
    if "text" not in block and "fields" not in block:
        faults.append("neither text nor fields")
    if "text" in block:
        faults += text_faults(block["text"], 3000, "text", MRKDWN_OR_PLAIN)
    fields = block.get("fields", [])
    if "fields" in block and not 1 <= len(fields) <= 10:
        faults.append("fields")
    for field in fields:
        faults += text_faults(field, 2000, "field", MRKDWN_OR_PLAIN)
    if "accessory" in block:
        faults += element_faults(block["accessory"])
    return faults


def header_faults(block):
    return only(block, {"type", "text", "block_id"}) + text_faults(block["text"], 150, "text", {"plain_text"})


def context_faults(block):
    faults = only(block, {"type", "elements", "block_id"})
    if not 1 <= len(block["elements"]) <= 10:
        faults.append("elements")
    for element in block["elements"]:
        faults += text_faults(element, 3000, "element", MRKDWN_OR_PLAIN)
    return faults


def actions_faults(block):
    faults = only(block, {"type", "elements", "block_id"})
    if not 1 <= len(block["elements"]) <= 25:
        faults.append("elements")
    ids = [element["action_id"] for element in block["elements"]]
    if len(ids) != len(set(ids)):
        faults.append("action_id twice")
    for element in block["elements"]:
        faults += element_faults(element)
    return faults


def input_faults(block):
    faults = only(block, {"type", "label", "element", "dispatch_action", "block_id", "hint", "optional"})
    return (
        faults + text_faults(block["label"], 2000, "label", {"plain_text"}) + element_faults(block["element"])
    )


def divider_faults(block):
    return only(block, {"type", "block_id"})


CHECKS = {
    "section": section_faults,
    "header": header_faults,
    "context": context_faults,
    "actions": actions_faults,
    "input": input_faults,
    "divider": divider_faults,
}


def element_faults(element: dict[str, Any]) -> list[str]:
    faults = [] if 1 <= len(element["action_id"]) <= 255 else ["action_id"]
    kind = element["type"]
    if kind == "button":
        faults += only(element, {"type", "text", "action_id", "value", "url", "style", "accessibility_label"})
        faults += text_faults(element["text"], 75, "button", {"plain_text"})
        faults += [] if 1 <= len(element.get("value", "x")) <= 2000 else ["value"]
        faults += [] if len(element.get("accessibility_label", "")) <= 75 else ["accessibility_label"]
    elif kind == "static_select":
        faults += only(element, {"type", "placeholder", "action_id", "options", "initial_option"})
        faults += text_faults(element["placeholder"], 150, "placeholder", {"plain_text"})
        faults += [] if 1 <= len(element["options"]) <= 100 else ["options"]
        for option in element["options"]:
            faults += text_faults(option["text"], 75, "option", {"plain_text"})
            faults += [] if 1 <= len(option["value"]) <= 150 else ["option value"]
            if "description" in option:
                faults += text_faults(option["description"], 75, "description", {"plain_text"})
        if "initial_option" in element and element["initial_option"] not in element["options"]:
            faults.append("initial_option")
    elif kind == "plain_text_input":
        faults += only(
            element,
            {"type", "action_id", "placeholder", "initial_value", "max_length", "dispatch_action_config"},
        )
        faults += text_faults(element["placeholder"], 150, "placeholder", {"plain_text"})
        faults += [] if element.get("max_length", 1) <= 3000 else ["max_length"]
        faults += [] if len(element.get("initial_value", "")) <= element["max_length"] else ["initial_value"]
    else:
        faults.append(f"unknown element {kind}")
    return faults


def text_faults(text: dict[str, Any], most: int, name: str, kinds: set[str]) -> list[str]:
    if text["type"] not in kinds:
        return [f"{name}: {text['type']}"]
    allowed = {"mrkdwn": {"type", "text", "verbatim"}, "plain_text": {"type", "text", "emoji"}}
    faults = only(text, allowed[text["type"]])
    if not 1 <= len(text["text"]) <= most:
        faults.append(f"{name} of {len(text['text'])} characters")
    if text["type"] == "mrkdwn":
        faults += [] if text.get("verbatim") is True else [f"{name}: not verbatim"]
        faults += mention_faults(text["text"])
    return faults


def mention_faults(text: str) -> list[str]:
    """Anything in ``<...>`` but links and single users, half an entity, and shouts that Slack may read."""
    faults = [
        f"strange <{inside}>"
        for inside in re.findall(r"<([^>]*)>?", text)
        if not re.fullmatch(r"https?://[^|\s]+\|[^|]+|@U[A-Z0-9]+", inside)
    ]
    if re.search(r"&(?!amp;|lt;|gt;)", text):
        faults.append("half an entity")
    if re.search(r"[@!](channel|here|everyone)\b", text):
        faults.append("a shout")
    return faults


def only(thing: dict[str, Any], names: set[str]) -> list[str]:
    return [f"unknown field {name}" for name in thing if name not in names]
