"""A conversation -> what its last message asks, of which documents, and the query made of it.

Nothing is remembered between calls: the turns are read anew, oldest first, and each user turn moves
the topic on as it did when it was answered. What an assistant's turn named by title counts as shown,
so a client that sends only roles and texts, or only the last turns, is understood too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cookbook_search.analyze import Analyzer, fold, normalise
from cookbook_search.answer.asking import SOCIAL, Ask, Asked, AskReader
from cookbook_search.answer.library import Library
from cookbook_search.answer.lookup import Finder, Finding, Place
from cookbook_search.errors import QueryError
from cookbook_search.retrieve.query import MAX_LENGTH
from cookbook_search.timing import stage
from cookbook_search.types import AnyDocument, Language, Message, Metric

TURNS = 12
"""User turns read back from the last one; older ones no longer matter."""
METRIC_LEAD = 0.15
"""A metric that matches this much better than any recipe is what the question is about."""
NEW_TOPIC = 20.0
"""A continuation with words of its own opens a new topic where the odds of an answer are so many times those
at which a question is answered at all; a probability by itself moves with every fit of the threshold."""
MEASURING: frozenset[Ask] = frozenset({"measure", "formula", "target", "data"})
OF_METRICS: frozenset[Ask] = frozenset({"formula", "target", "data"})
OF_RECIPES: frozenset[Ask] = frozenset({
    "template", "no_money", "small_city", "several_cities", "start", "steps", "after", "effort"
})  # fmt: skip
CONDITIONS: frozenset[Ask] = frozenset({"no_money", "small_city", "several_cities"})
FEW = 3
"""Words of its own that a message which changes one condition may have and still go on with the topic."""
_PAIR = re.compile(r"\b(?:ja|vai|och|eller|and|or|vs)\b")
"""A comparison that names both sides itself."""
Outcome = Literal["answer", "refuse", "unsafe", "social", "unclear"]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a conversation is about after a turn."""

    problem: str
    """The question that opened it."""
    shown: tuple[AnyDocument, ...]
    """What the last answer set side by side, in its order: what "the second one" counts."""
    focus: AnyDocument | None
    """The document that is talked about."""
    recipe: AnyDocument | None
    """The recipe or method that was talked about last: what steps and messages belong to."""
    metric: AnyDocument | None
    """The metric that was talked about last, or was shown first: what formulas belong to."""
    step: int | None
    """The step that was told last."""
    asks: frozenset[Ask]
    """What was asked so far."""
    language: Language


@dataclass(frozen=True, slots=True)
class Reading:
    """The last message, understood."""

    outcome: Outcome
    language: Language
    query: str
    """What the cookbook is searched with."""
    text: str
    """The message itself."""
    asked: Asked
    documents: tuple[AnyDocument, ...] = ()
    """What it is about, the main one first; the nearest topics where the answer is no."""
    step: int | None = None
    place: Place | None = None
    """The section that answers, where the question is about a detail."""
    finding: Finding | None = None
    """What a fresh search found; None for a continuation."""

    @property
    def focus(self) -> AnyDocument | None:
        """The main document."""
        return self.documents[0] if self.documents else None


class ConversationReader:
    """Reads conversations against one snapshot."""

    def __init__(self, analyzer: Analyzer, finder: Finder, library: Library) -> None:
        self._analyzer = analyzer
        self._asks = AskReader(analyzer)
        self._finder = finder
        self._library = library

    @stage("understand")
    def read(
        self, messages: Sequence[Message], language: Language | None = None
    ) -> tuple[Reading, Topic | None]:
        """Understand the last message; with the topic on which it came.

        Raises QueryError where there is no last message of the user or it holds no word.
        """
        if not messages or messages[-1].role != "user":
            raise QueryError("The last message must be the user's; send the question last.")
        topic: Topic | None = None
        for turn, reply in self._past(messages):
            topic = self._advance(turn, reply, topic)
        return self._read(messages[-1].content, topic, language), topic

    @staticmethod
    def _past(messages: Sequence[Message]) -> list[tuple[str, str]]:
        """(what the user said, what the assistant replied), oldest first; either may be empty."""
        turns: list[tuple[str, str]] = []
        for message in messages[:-1]:
            if message.role == "user":
                turns.append((message.content[:MAX_LENGTH], ""))
            elif turns and not turns[-1][1]:
                turns[-1] = (turns[-1][0], message.content)
            else:
                turns.append(("", message.content))
        return turns[-TURNS:]

    def _advance(self, text: str, reply: str, topic: Topic | None) -> Topic | None:
        """The topic after a turn of the user and the assistant's reply to it."""
        named = self._library.titled(reply)
        if not text:  # the client sent no more than the end of the conversation
            language = topic.language if topic else self._analyzer.detect(reply)
            return _topic(named[0].title[language], named, named[0], language) if named else topic
        try:
            reading = self._read(text, topic, None)
        except QueryError:
            return topic
        shown = named or reading.documents
        if reading.outcome in {"social", "unclear", "unsafe"} or not shown:
            return topic
        if reading.outcome == "refuse" and topic is not None:
            return replace(topic, shown=shown, language=reading.language)
        if reading.finding is not None or topic is None:
            focus = None if reading.outcome == "refuse" else shown[0]
            return _topic(text, shown, focus, reading.language, reading.asked.asks)
        return self._moved(topic, reading, shown)

    def _moved(self, topic: Topic, reading: Reading, shown: tuple[AnyDocument, ...]) -> Topic:
        """The topic after a continuation: one document told further leaves the earlier ones in place."""
        side_by_side = shown if len(shown) > 1 else topic.shown
        focus = reading.focus or topic.focus
        recipe, metric, asks = topic.recipe, topic.metric, topic.asks
        if isinstance(focus, Metric):
            metric = focus
        elif focus is not None and focus is not recipe:
            recipe, asks = focus, frozenset()
            metric = next(iter(self._library.named_by(focus, "metrics")), None)
        return Topic(
            topic.problem,
            tuple(dict.fromkeys((*side_by_side, *shown, *topic.shown))),
            focus,
            recipe,
            metric,
            reading.step,
            asks | set(reading.asked.asks),
            reading.language,
        )

    def _read(self, text: str, topic: Topic | None, language: Language | None) -> Reading:
        spoken = language or self._language(text, topic)
        asked = self._asks.read(text, spoken)
        if asked.unsafe:
            return self._nearest("unsafe", text, spoken, asked)
        if _is_social(asked):
            return Reading("social", spoken, text, text, asked)
        if topic is not None and (follow := self._continuation(text, asked, topic, spoken)):
            return follow
        return self._fresh(text, asked, spoken)

    def _language(self, text: str, topic: Topic | None) -> Language:
        """The message's language; the conversation's own where the words do not speak clearly for another."""
        detected = self._analyzer.detect(text)
        if topic is None or detected == topic.language:
            return detected
        if _is_social(self._asks.read(text, topic.language)):  # "ok" is a word of each
            return topic.language
        words = [token.surface for token in self._analyzer.tokens(text.lower(), detected)]
        new = sum(self._analyzer.knows(word, detected) for word in words)
        old = sum(self._analyzer.knows(word, topic.language) for word in words)
        return detected if new > old else topic.language

    def _continuation(self, text: str, asked: Asked, topic: Topic, language: Language) -> Reading | None:
        """The message as a part of the conversation, or None where it opens a new topic."""
        target = self._target(text, asked, topic, language)
        if target is None and asked.ordinal is not None and asked.step is None:  # no such one was shown
            asked = replace(asked, asks=("other", *asked.asks), ordinal=None)
        asks_side = any(ask not in SOCIAL for ask in asked.asks) or asked.step is not None
        if target is not None and (asks_side or not asked.content or target is not topic.focus):
            return self._about(text, asked, topic, target, language)
        if topic.focus is None or not (asks_side or asked.refers or asked.opens or asked.ordinal is not None):
            return None
        changed = len(asked.content) <= FEW and not CONDITIONS.isdisjoint(asked.asks)
        if not asked.content or asked.step is not None or changed:
            return self._about(text, asked, topic, topic.focus, language)
        return self._detail(text, asked, topic, topic.focus, language)

    def _target(self, text: str, asked: Asked, topic: Topic, language: Language) -> AnyDocument | None:
        """The document that the message points at: by place or by title."""
        if asked.ordinal is not None and asked.step is None:
            alike = _alike(topic, asked)
            return alike[asked.ordinal] if asked.ordinal < len(alike) else None
        near = list(topic.shown)
        if topic.focus is not None:
            near.append(topic.focus)
            for field in ("metrics", "methods", "prerequisites", "related"):
                near += self._library.named_by(topic.focus, field)
        lemmas = {term for token in self._analyzer.tokens(text.lower(), language) for term in token.lemmas}
        for document in dict.fromkeys(near):
            title = self._analyzer.tokens(document.title[language].lower(), language)
            words = [token for token in title if not token.stop]
            if words and all(lemmas.intersection(token.lemmas) for token in words):
                return document
        return None

    def _about(
        self, text: str, asked: Asked, topic: Topic, document: AnyDocument, language: Language
    ) -> Reading:
        """A question on one side of a document, or of the one that has that side."""
        document = _owner_of_side(asked, topic, document)
        context = topic.problem if document is topic.focus else document.title[language]
        others = tuple(other for other in topic.shown if other is not document)
        return Reading(
            "answer",
            language,
            _joined(context, text),
            text,
            asked,
            (document, *others),
            self._step(asked, topic, document),
        )

    def _detail(
        self, text: str, asked: Asked, topic: Topic, focus: AnyDocument, language: Language
    ) -> Reading | None:
        """A continuation with words of its own: a detail of the focus, or after all a new topic."""
        finding = self._finder.find(text, language)
        if "compare" in asked.asks and not _PAIR.search(text.lower()):
            others = tuple(other for other in finding.documents if other is not focus)
            return Reading("answer", language, _joined(topic.problem, text), text, asked, (focus, *others))
        near = [*finding.documents[:2], *finding.metrics[:1]]
        structural = asked.refers and any(ask not in SOCIAL for ask in asked.asks)
        if focus not in near and not structural and finding.odds >= NEW_TOPIC:
            return None
        query = _joined(topic.problem, text)
        place = self._finder.place(text, language, focus)
        return Reading("answer", language, query, text, asked, (focus,), None, place)

    def _fresh(self, text: str, asked: Asked, language: Language) -> Reading:
        """A question by itself."""
        finding = self._finder.find(text, language)
        leans = asked.refers or asked.step is not None or asked.ordinal is not None
        of_nothing = leans or (asked.asks and not (finding.answerable and "measure" in asked.asks))
        if not asked.content and of_nothing:
            return Reading("unclear", language, text, text, asked, finding.topics, finding=finding)
        if not finding.answerable:
            named = tuple(document for document in finding.documents if _is_named(document, text))
            if not named:
                return Reading("refuse", language, text, text, asked, finding.topics, finding=finding)
            return Reading("answer", language, text, text, asked, named, finding=finding)
        documents: tuple[AnyDocument, ...] = finding.documents
        measuring = bool(MEASURING.intersection(asked.asks))
        if finding.metrics and finding.metric_lead > (0 if measuring else METRIC_LEAD):
            documents = (*finding.metrics[:2], *documents)
        return Reading("answer", language, text, text, asked, documents, place=finding.place, finding=finding)

    def _nearest(self, outcome: Outcome, text: str, language: Language, asked: Asked) -> Reading:
        finding = self._finder.find(text, language)
        return Reading(outcome, language, text, text, asked, finding.topics, finding=finding)

    def _step(self, asked: Asked, topic: Topic, document: AnyDocument) -> int | None:
        count = len(self._library.outline(document).steps)
        before = topic.step or 0
        if asked.step == "last":
            return count
        if asked.step == "next" or (asked.step is None and "after" in asked.asks and topic.step):
            return before + 1
        return max(before - 1, 1) if asked.step == "previous" else asked.step


def _is_social(asked: Asked) -> bool:
    social = bool(asked.asks) and SOCIAL.issuperset(asked.asks)
    return social and not asked.content and asked.step is None and asked.ordinal is None


def _topic(
    problem: str,
    shown: tuple[AnyDocument, ...],
    focus: AnyDocument | None,
    language: Language,
    asks: Iterable[Ask] = (),
) -> Topic:
    """A topic as it opens: the focus, else what was shown first, is its recipe and its metric."""
    order = (focus, *shown) if focus is not None else shown
    recipe = next((other for other in order if not isinstance(other, Metric)), None)
    metric = next((other for other in order if isinstance(other, Metric)), None)
    return Topic(problem, shown, focus, recipe, metric, None, frozenset(asks), language)


def _owner_of_side(asked: Asked, topic: Topic, document: AnyDocument) -> AnyDocument:
    """Steps and messages belong to a recipe, formulas to a metric."""
    if isinstance(document, Metric) and topic.recipe is not None:
        if asked.step is not None or OF_RECIPES.intersection(asked.asks):
            return topic.recipe
    elif (
        not isinstance(document, Metric) and topic.metric is not None and OF_METRICS.intersection(asked.asks)
    ):
        return topic.metric
    return document


def _alike(topic: Topic, asked: Asked) -> list[AnyDocument]:
    """What was shown and is of one sort: metrics where they were shown first or are named, else recipes."""
    metrics = isinstance(topic.shown[0], Metric) or "measure" in asked.asks
    return [other for other in topic.shown if isinstance(other, Metric) == metrics]


def _is_named(document: AnyDocument, text: str) -> bool:
    """Whether the text holds the words of the document's id: "world cafe"."""
    words = fold(normalise(text).lower())
    return all(re.search(rf"\b{re.escape(word)}", words) for word in document.id.split("-"))


def _joined(context: str, text: str) -> str:
    """Context and message as one query, the message whole."""
    room = MAX_LENGTH - len(text) - 1
    return f"{context[:room]} {text}".strip() if room > 0 else text
