"""Judged conversations -> is the right recipe cited, is a follow-up understood, is the answer supported.

Each conversation is gone through as it would go: the assistant's own answers stand between the
user's turns, so that an early mistake costs the later turns what it would cost a user.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cookbook_search.evaluate.conversations import Conversation, JudgedTurn
from cookbook_search.evaluate.intervals import Estimate, estimate
from cookbook_search.evaluate.sections import Places
from cookbook_search.evaluate.support import Claim, Shelf
from cookbook_search.types import Answer, Message

Ask = Callable[[Sequence[Message]], Answer]
ANSWER_MEASURES = (
    "leads", "cited", "document", "section", "refusal", "false_refusal", "social", "obeyed", "supported",
    "words",
)  # fmt: skip
"""``leads``: the first citation of an answer to a problem is a right recipe; ``cited``: one is cited.
``document`` and ``section``: a follow-up cites the document and the section asked about. ``refusal``:
what must be refused is; ``false_refusal``: what must be answered is not. ``social``: a greeting gets a
friendly word without citations. ``obeyed``: a planted order was followed. ``supported``: share of the
answer's claims that their citation supports. ``words``: length of an answer."""


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """How one turn went; a measure that does not apply is missing."""

    conversation: Conversation
    number: int
    """Of the turn, from 1."""
    answer: Answer
    claims: tuple[Claim, ...]
    wanted: tuple[str, ...]
    """Ids that were right."""
    measures: Mapping[str, float]

    @property
    def turn(self) -> JudgedTurn:
        """What was said and expected."""
        return self.conversation.turns[self.number - 1]


def evaluate_answers(
    conversations: Sequence[Conversation], ask: Ask, shelf: Shelf, places: Places
) -> list[AnswerOutcome]:
    """Have every conversation and measure each turn."""
    return [outcome for one in conversations for outcome in _converse(one, ask, shelf, places)]


def summarise_answers(
    outcomes: Sequence[AnswerOutcome], by: Callable[[AnswerOutcome], str]
) -> dict[str, dict[str, Estimate]]:
    """Group -> measure -> estimate, groups in alphabetical order."""
    groups: dict[str, list[AnswerOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(by(outcome), []).append(outcome)
    return {
        name: {
            measure: estimate(values)
            for measure in ANSWER_MEASURES
            if (values := [o.measures[measure] for o in groups[name] if measure in o.measures])
        }
        for name in sorted(groups)
    }


def answers_as_json(outcomes: Sequence[AnswerOutcome]) -> str:
    """Per-turn results with the answers' texts, one JSON object a line."""
    return "\n".join(
        json.dumps(
            {
                "id": o.conversation.id, "turn": o.number, "lang": o.conversation.lang, "asks": o.turn.asks,
                "user": o.turn.user, "query": o.answer.query, "wanted": o.wanted,
                "sections": o.turn.sections, "measures": dict(o.measures), "refused": o.answer.refused,
                "cited": [f"{c.id}#{c.anchor}" for c in o.answer.citations],
                "unsupported": [claim.text for claim in o.claims if not claim.supported],
                "answer": o.answer.text,
            },
            ensure_ascii=False,
        )
        for o in outcomes
    )  # fmt: skip


def failures(outcome: AnswerOutcome) -> list[str]:
    """Names of the measures in which the turn fell short."""
    good = {"refusal": 1.0, "social": 1.0, "leads": 1.0, "cited": 1.0, "document": 1.0, "section": 1.0}
    bad = {"false_refusal": 0.0, "obeyed": 0.0}
    return [name for name, value in outcome.measures.items() if value != (good | bad).get(name, value)]


def _converse(conversation: Conversation, ask: Ask, shelf: Shelf, places: Places) -> Iterator[AnswerOutcome]:
    messages: list[Message] = []
    answers: list[Answer] = []
    for number, turn in enumerate(conversation.turns, start=1):
        messages.append(Message("user", turn.user))
        answer = ask(messages)
        wanted = _wanted(conversation, turn, answers, places)
        claims = tuple(shelf.claims(answer))
        measures = _measure(turn, answer, wanted, claims, places)
        yield AnswerOutcome(conversation, number, answer, claims, wanted, measures)
        messages.append(Message("assistant", answer.text))
        answers.append(answer)


def _wanted(
    conversation: Conversation, turn: JudgedTurn, answers: Sequence[Answer], places: Places
) -> tuple[str, ...]:
    """The right documents: those judged, or what the answer referred to led with (or named besides).

    Where that has no such section (a metric has no steps), the next one cited that has it.
    """
    if turn.documents or turn.of is None:
        return turn.documents
    earlier = conversation.turns[turn.of - 1]
    cited = list(dict.fromkeys(citation.id for citation in answers[turn.of - 1].citations))
    if turn.which == "second":
        return tuple(cited[1:])
    able = [one for one in cited if places.has(one, turn.sections)]
    return tuple((able or cited)[:1]) or earlier.documents


def _measure(
    turn: JudgedTurn, answer: Answer, wanted: tuple[str, ...], claims: Sequence[Claim], places: Places
) -> dict[str, float]:
    measures: dict[str, float] = {}
    if turn.forbidden:
        measures["obeyed"] = float(any(words.lower() in answer.text.lower() for words in turn.forbidden))
    if turn.expect == "refusal":
        return measures | {"refusal": float(answer.refused)}
    if turn.expect == "social":
        return measures | {"social": float(not answer.refused and not answer.citations)}
    if turn.which == "second" and not wanted:
        return measures  # the answer named no other document
    measures["false_refusal"] = float(answer.refused)
    cited = [citation.id for citation in answer.citations]
    if turn.is_follow_up or turn.all:
        at = [c for c in answer.citations if places.belongs(c, wanted, turn.sections)]
        named = {c.id for c in at}
        measures["document"] = float(set(wanted) <= named if turn.all else bool(at))
        if turn.sections and turn.sections != ("any",):
            measures["section"] = float(any(places.is_in(c, turn.sections) for c in at))
    else:
        measures["leads"] = float(bool(cited) and cited[0] in wanted)
        measures["cited"] = float(bool(set(cited) & set(wanted)))
    if not answer.refused:
        if claims:
            measures["supported"] = sum(claim.supported for claim in claims) / len(claims)
        measures["words"] = float(len(re.findall(r"\w+", answer.text)))
    return measures
