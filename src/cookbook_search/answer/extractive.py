"""The embedded answerer: short answers made of the cookbook's own sentences and structure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cookbook_search.analyze import Analyzer
from cookbook_search.answer import sections
from cookbook_search.answer.asking import SOCIAL, Ask
from cookbook_search.answer.conversation import MEASURING, Reading, Topic
from cookbook_search.answer.library import Library
from cookbook_search.answer.outline import SOURCES, Outline, Part, sentences
from cookbook_search.answer.suggesting import suggestions
from cookbook_search.answer.templates import template
from cookbook_search.answer.wording import Wording
from cookbook_search.answer.writer import Writer
from cookbook_search.timing import stage
from cookbook_search.types import AnyDocument, Citation, Language, Metric

SECOND_LEAST = 0.2
"""A second document at least this probable is mentioned too."""
DETAIL_LEAD = 0.2
"""A section that matches this much better than its document's titles answers by itself."""
VAGUE: frozenset[Ask] = frozenset({"more", "meaning", "steps", "why", "when"})
"""What gives way where something definite is asked for too."""
OTHERS: frozenset[Ask] = frozenset({"other", "after"})
SIDES = 2
"""Sides of a document told in one answer."""
Compose = Callable[[Writer, Outline], list[str]]
_SIDES: dict[Ask, Compose] = {
    "formula": sections.formula, "target": sections.target, "data": sections.data,
    "measure": sections.measures, "pitfalls": sections.pitfalls, "effort": sections.effort,
    "example": sections.example, "sources": sections.sources, "start": sections.start,
    "steps": lambda write, told: sections.steps(write, told, most=99), "when": sections.when,
    "why": sections.why, "meaning": sections.why, "tips": sections.pitfalls,
    "ingredients": sections.effort, "more": sections.start,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is sent."""

    blocks: tuple[str, ...]
    """Markdown blocks; an empty line stands between them."""
    citations: tuple[Citation, ...]
    suggestions: tuple[str, ...]
    refused: bool = False


class Extractive:
    """Composes answers from one snapshot."""

    def __init__(self, library: Library, analyzer: Analyzer, wordings: dict[Language, Wording]) -> None:
        self._library = library
        self._analyzer = analyzer
        self._wordings = wordings

    @stage("compose")
    def answer(self, reading: Reading, topic: Topic | None) -> Draft:
        """The answer to what was read."""
        write = Writer(self._wordings[reading.language], self._library)
        if reading.outcome == "social":
            return self._social(write, reading, topic)
        if reading.outcome != "answer" or reading.focus is None:
            return _refusal(write, reading)
        told = self._library.outline(reading.focus)
        blocks = (
            self._overview(write, reading, told)
            if reading.finding
            else self._follow(write, reading, told, topic)
        )
        return Draft(tuple(blocks), write.ledger.citations, suggestions(write, reading, told, topic))

    def _overview(self, write: Writer, reading: Reading, told: Outline) -> list[str]:
        """A question by itself: the best document told short, with what was asked for first."""
        asks = reading.asked.asks
        if "compare" in asks and len(reading.documents) > 1:
            return self._compare(write, reading)
        blocks = [self._lead(write, told.document)]
        if "template" in asks and (found := template(write, self._analyzer, told, reading)):
            return blocks + found
        if isinstance(told.document, Metric):
            return blocks + self._metric(write, reading, told)
        blocks += self._detail(write, reading, told) if not reading.asked.asks else []
        for ask in asks:
            if ask in sections.VARIATIONS:
                blocks += sections.variation(write, told, ask)
        asked_for = [ask for ask in ("pitfalls", "example", "effort") if ask in asks]
        for ask in asked_for[:1]:
            blocks += _SIDES[ask](write, told)
        blocks += sections.steps(write, told)
        if "example" not in asked_for:
            blocks += sections.measures(write, told, most=2, whole=False)
        if not asked_for:
            blocks += sections.pitfall(write, told) + sections.effort(write, told, whole=False)
        return blocks + self._second(write, reading)

    def _metric(self, write: Writer, reading: Reading, told: Outline) -> list[str]:
        """A metric told short: formula, rhythm, target, and the recipe that uses it."""
        blocks = (
            sections.formula(write, told, whole=False)
            + sections.rhythm(write, told)
            + sections.target(write, told, most=2)
        )
        others = [other for other in reading.documents[1:] if isinstance(other, Metric)]
        recipe = next((other for other in reading.documents if not isinstance(other, Metric)), None)
        if others and MEASURING.intersection(reading.asked.asks):
            blocks.append(
                write.say("also_metric", title=write.title(others[0])) + " " + write.summary(others[0], 1)
            )
        if recipe is not None:
            blocks.append(
                write.say("metric_recipe", title=write.title(recipe)) + " " + write.summary(recipe, 1)
            )
        return blocks

    def _follow(self, write: Writer, reading: Reading, told: Outline, topic: Topic | None) -> list[str]:
        """A continuation: what was asked for, of the document that it is about."""
        asked = reading.asked
        sides = [ask for ask in asked.asks if ask in _SIDES or ask in sections.VARIATIONS]
        if "compare" in asked.asks:
            return self._compare(write, reading)
        if "template" in asked.asks and (found := template(write, self._analyzer, told, reading)):
            return found
        if reading.step is not None:
            return self._step(write, reading, told)
        if asked.ordinal is None and OTHERS.intersection(asked.asks):
            return self._others(write, told, "after" if "after" in asked.asks else "other")
        if reading.place is not None and not sides:
            return self._passage(write, reading, told, self._part(told, reading.place.anchor))
        return self._sides(
            write, reading, told, sides, fresh=topic is None or told.document is not topic.focus
        )

    def _sides(
        self, write: Writer, reading: Reading, told: Outline, sides: list[Ask], fresh: bool
    ) -> list[str]:
        """The sides of a document that were asked for; a document that is new here is introduced."""
        if len(sides) > 1:
            sides = [ask for ask in sides if ask not in VAGUE]
        blocks = [self._lead(write, told.document)] if fresh or not sides else []
        for ask in sides[:SIDES]:
            told_side = (
                sections.variation(write, told, ask)
                if ask in sections.VARIATIONS
                else _SIDES[ask](write, told)
            )
            blocks += told_side or [write.say("missing", title=write.title(told.document))]
        if sides:
            return blocks
        if "short" in reading.asked.asks:
            return blocks + sections.effort(write, told, whole=False)
        if isinstance(told.document, Metric):
            return blocks + self._metric(write, reading, told)
        return blocks + sections.steps(write, told)

    def _lead(self, write: Writer, document: AnyDocument) -> str:
        name = "start_page" if document.plain else f"start_{document.kind}"
        start = write.say(name, title=write.title(document), owner=document.owner)
        return f"{start} {write.summary(document)}"

    def _step(self, write: Writer, reading: Reading, told: Outline) -> list[str]:
        number = reading.step or 1
        if not told.steps:
            return [write.say("no_steps", title=write.title(told.document))]
        if number > len(told.steps):
            if reading.asked.step == "next" or "after" in reading.asked.asks:
                return self._others(write, told, "after")
            count = len(told.steps)
            return [
                write.say("no_such_step", number=number, count=count),
                *sections.steps(write, told, most=99),
            ]
        return sections.step(write, told, number)

    def _compare(self, write: Writer, reading: Reading) -> list[str]:
        documents = list(reading.documents)
        same = [d for d in documents if isinstance(d, Metric) == isinstance(documents[0], Metric)]
        same += [d for d in self._library.named_by(documents[0], "related") if d not in same]
        return sections.compared(write, [self._library.outline(document) for document in same[:2]])

    def _others(self, write: Writer, told: Outline, key: str) -> list[str]:
        """What else there is: documents that the editors joined to this one."""
        related = self._library.named_by(told.document, "related")[:3]
        lines = [f"- {write.title(other)}: {write.summary(other, 1)}" for other in related]
        return ["\n".join([write.say(f"{key}_documents"), *lines])] if lines else [write.say("nothing_else")]

    def _second(self, write: Writer, reading: Reading) -> list[str]:
        found = reading.finding
        if found is None or len(found.scores) < 2 or found.scores[1] < SECOND_LEAST:
            return []
        other = next((d for d in found.documents if d is not reading.focus), None)
        return (
            [write.say("see_also", title=write.title(other)) + " " + write.summary(other, 1)] if other else []
        )

    def _detail(self, write: Writer, reading: Reading, told: Outline) -> list[str]:
        """The sentences that answer a question on a detail, where a section matches it clearly best."""
        place = reading.place
        if place is None or place.lead < DETAIL_LEAD:
            return []
        part = self._part(told, place.anchor)
        return self._passage(write, reading, told, part) if part and part.heading != SOURCES else []

    def _passage(self, write: Writer, reading: Reading, told: Outline, part: Part | None) -> list[str]:
        if part is None:
            return [write.say("missing", title=write.title(told.document))]
        title = write.title(told.document)
        start = write.say(f"passage_{told.document.kind}", title=title, heading=part.heading)
        best = self._best_sentences(reading, part)
        if not best:
            return [] if reading.finding else [write.say("missing", title=title)]
        if write.foreign(told.document, part):
            start = f"{start} ({write.say('in_finnish')})"
        return [" ".join([start, *write.lines(told.document, part, [best])])]

    def _best_sentences(self, reading: Reading, part: Part, most: int = 3) -> list[str]:
        """Neighbouring sentences that hold most of the question's own words; none where no line does."""
        words = [self._analyzer.forms(word, reading.language) for word in reading.asked.content]
        wanted = [{*forms.lemmas, *forms.parts} for forms in words]
        spoken = [(line, sentence) for line in part.lines for sentence in sentences(line)]
        held = [self._terms(line) for line, _ in spoken]
        shared = [sum(not of.isdisjoint(terms) for of in wanted) for terms in held]
        best = max(range(len(spoken)), key=lambda at: (shared[at], -at), default=None)
        foreign = reading.language != "fi"
        if best is None or not (foreign or shared[best] > len(wanted) / 2 or shared[best] == len(wanted)):
            return []
        line = spoken[best][0]
        return [sentence for of, sentence in spoken if of is line][:most]

    def _terms(self, text: str) -> set[str]:
        return {term for token in self._analyzer.tokens(text.lower(), "fi") for term in token.terms}

    @staticmethod
    def _part(told: Outline, anchor: str) -> Part | None:
        return next((part for part in told.parts if part.anchor == anchor), None)

    @staticmethod
    def _social(write: Writer, reading: Reading, topic: Topic | None) -> Draft:
        kind = next(ask for ask in ("help", "greeting", "thanks") if ask in reading.asked.asks)
        assert kind in SOCIAL
        if kind == "thanks" and topic is not None and topic.focus is not None:
            told = write.library.outline(topic.focus)
            return Draft((write.say("thanks"),), (), suggestions(write, reading, told, topic))
        return Draft((write.say(kind),), (), tuple(write.say(f"try_{n}") for n in (1, 2, 3)))


def _refusal(write: Writer, reading: Reading) -> Draft:
    """A friendly no: what the cookbook can do, and the nearest topics."""
    key = {"unsafe": "unsafe", "unclear": "unclear"}.get(reading.outcome, "refusal")
    topics = tuple(document.title[write.say.language] for document in reading.documents[:3])
    if reading.outcome == "unclear":
        return Draft((write.say(key),), (), tuple(write.say(f"try_{n}") for n in (1, 2, 3)))
    blocks = [write.say(key)]
    if topics:
        blocks.append("\n".join([write.say("nearest"), *(f"- **{topic}**" for topic in topics)]))
    return Draft(tuple(blocks), (), topics, refused=True)
