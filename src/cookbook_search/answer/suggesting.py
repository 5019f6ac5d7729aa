"""Questions to go on with, in the words of the question's language."""

from __future__ import annotations

from collections.abc import Iterator

from cookbook_search.answer.conversation import Reading, Topic
from cookbook_search.answer.outline import EXAMPLE, MEASURING, NO_MONEY, PITFALLS, SMALL_CITY, Outline
from cookbook_search.answer.writer import Writer
from cookbook_search.types import Metric

MOST = 3


def suggestions(write: Writer, reading: Reading, told: Outline, topic: Topic | None) -> tuple[str, ...]:
    """What was not asked yet and the document can answer."""
    return tuple(list(_fitting(write, reading, told, topic))[:MOST])


def _fitting(write: Writer, reading: Reading, told: Outline, topic: Topic | None) -> Iterator[str]:
    asked = {*reading.asked.asks, *(topic.asks if topic and not reading.finding else ())}
    say = write.say
    if isinstance(told.document, Metric):
        sides = ("formula", "data", "target", "pitfalls")
        yield from (say(f"ask_{side}") for side in sides if side not in asked)
        return
    next_step = (reading.step or 0) + 1
    if next_step <= len(told.steps):
        yield say("ask_step", number=next_step)
    if "measure" not in asked and not reading.finding and told.part(MEASURING):
        yield say("ask_measure")
    if "template" not in asked and write.library.templates(told.document):
        yield say("ask_template")
    if "no_money" not in asked and told.part(NO_MONEY):
        yield say("ask_no_money")
    if "pitfalls" not in asked and told.part(PITFALLS):
        yield say("ask_pitfalls")
    if "small_city" not in asked and told.part(SMALL_CITY):
        yield say("ask_small_city")
    if "example" not in asked and told.part(EXAMPLE):
        yield say("ask_example")
