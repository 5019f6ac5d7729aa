"""What a message asks: which side of a document, which step, and whether it leans on what was said.

The phrases stand in ``asks/<language>.toml``; what they leave over are the words of the matter itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.types import Language

Ask = Literal[
    "compare", "template", "no_money", "small_city", "several_cities", "formula", "target", "data",
    "measure", "pitfalls", "effort", "example", "sources", "after", "start", "steps", "when", "why",
    "meaning", "other", "tips", "ingredients", "short", "more", "greeting", "thanks", "help",
]  # fmt: skip
"""The sides of a document that can be asked for, weightiest first, then what is asked of the assistant."""
ASKS: tuple[Ask, ...] = get_args(Ask)
SOCIAL: frozenset[Ask] = frozenset({"greeting", "thanks", "help"})
StepReference = int | Literal["next", "previous", "last"]
_GAP = r"\W+(?:\w+\W+){0,4}?"


@dataclass(frozen=True, slots=True)
class Asked:
    """One message, read by itself."""

    asks: tuple[Ask, ...]
    """Everything it asks for, weightiest first."""
    step: StepReference | None
    ordinal: int | None
    """Which of the documents that were shown, from 0: "the second one"."""
    refers: bool
    """It leans on what was said: "this", "siitä"."""
    opens: bool
    """It begins like a continuation: "entä", "and if"."""
    sends: bool
    """It wants something to send to someone."""
    unsafe: bool
    """It asks for help with harm; who asks how to avoid it does not."""
    content: tuple[str, ...]
    """Words of the matter itself: what remains when phrases and small words are taken away."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The compiled phrases of one language."""

    asks: Mapping[Ask, re.Pattern[str]]
    step: re.Pattern[str]
    step_words: Mapping[str, StepReference]
    ordinals: tuple[re.Pattern[str], ...]
    this: re.Pattern[str]
    opening: re.Pattern[str]
    message: re.Pattern[str]
    unsafe: re.Pattern[str]
    harmless: re.Pattern[str]
    fillers: re.Pattern[str]


class AskReader:
    """Reads messages; safe to share by threads."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def read(self, text: str, language: Language) -> Asked:
        """What the message asks."""
        lowered = normalise(text).lower()
        phrases = _read_phrases(language)
        spans: list[tuple[int, int]] = []
        asks: list[Ask] = []
        for ask, pattern in phrases.asks.items():
            if found := [match.span() for match in pattern.finditer(lowered)]:
                asks.append(ask)
                spans += found
        step = self._step(phrases, lowered, spans)
        ordinal = next((at for at in (1, 2, 0) if _mark(phrases.ordinals[at].search(lowered), spans)), None)
        refers = bool(phrases.this.search(lowered))
        opening = phrases.opening.match(lowered)
        sends = bool(phrases.message.search(lowered))
        unsafe = bool(phrases.unsafe.search(lowered)) and not phrases.harmless.search(lowered)
        content = tuple(
            token.surface
            for token in self._analyzer.tokens(lowered, language)
            if not token.stop
            and not any(start <= token.start < end for start, end in spans)
            and not phrases.fillers.fullmatch(token.surface)
            and not phrases.this.fullmatch(token.surface)
        )
        return Asked(tuple(asks), step, ordinal, refers, opening is not None, sends, unsafe, content)

    @staticmethod
    def _step(phrases: Phrases, text: str, spans: list[tuple[int, int]]) -> StepReference | None:
        match = phrases.step.search(text)
        if match is None:
            return None
        spans.append(match.span())
        word = match["before"] or match["after"]
        return phrases.step_words[word] if word in phrases.step_words else int(word)


def _mark(match: re.Match[str] | None, spans: list[tuple[int, int]]) -> bool:
    if match is not None:
        spans.append(match.span())
    return match is not None


@cache  # compiling takes about 50 ms a language: at the first question, not at the start
def _read_phrases(language: Language) -> Phrases:
    text = files("cookbook_search.answer").joinpath("asks", f"{language}.toml").read_text("utf-8")
    read: dict[str, Any] = tomllib.loads(text)
    step, reference = read["step"], read["reference"]
    words: dict[str, StepReference] = {
        word: number for number, forms in enumerate(step["numbers"], start=1) for word in forms.split("|")
    }
    places: tuple[Literal["next", "previous", "last"], ...] = ("next", "previous", "last")
    for place in places:
        words |= dict.fromkeys(step[place].split("|"), place)
    number = rf"(?:\d{{1,2}}|{'|'.join(map(re.escape, words))})"
    one = rf"\b(?:{step['one']})\b"
    return Phrases(
        asks={ask: _pattern(read[ask]) for ask in ASKS},
        step=re.compile(
            rf"\b(?P<before>{number})\b\.?\s+{one}"
            rf"|{one}\W{{0,3}}(?:nro |nr |no |number )?(?P<after>{number})\b"
        ),
        step_words=words,
        ordinals=tuple(_pattern(reference[name]) for name in ("first", "second", "third")),
        this=_pattern(reference["this"]),
        opening=_pattern(reference["opening"]),
        message=_pattern(read["message"]),
        unsafe=_pattern(read["unsafe"]),
        harmless=_pattern(read["harmless"]),
        fillers=_pattern(reference["fillers"]),
    )


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Phrases as one expression of whole words."""
    return re.compile("|".join(rf"\b(?:{_expression(phrase)})\b" for phrase in phrases))


def _expression(phrase: str) -> str:
    return phrase.replace("*", r"\w*").replace(" .. ", _GAP).replace(" ", r"\W+")
