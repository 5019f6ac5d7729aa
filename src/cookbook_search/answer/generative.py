"""The answer of a language model, sentence by sentence: only what the passages support gets through."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from cookbook_search.answer.citations import MARK
from cookbook_search.answer.conversation import Reading
from cookbook_search.answer.llm import LanguageModel, Prompt
from cookbook_search.answer.orders import gives_orders
from cookbook_search.answer.outline import sentences
from cookbook_search.answer.prompting import NO_ANSWER, NumberedPassage
from cookbook_search.answer.support import Evidence, SupportChecker
from cookbook_search.types import Citation

LEAST_KEPT = 0.5
"""Share of the model's sentences that must be supported, or the embedded answerer answers."""
ECHO = 0.8
"""Share of a sentence's words that, taken from the question, make it an echo of it."""
LONGEST = 6000
"""Characters read of a model that does not stop."""
_UNIT = re.compile(
    r"\s*[^\n]*?[.!?…][”\"»)*]*(?:\s?\[\d+\])*(?=[ \t]+[^\s\[])|\s*[^\n]+\n+|\s*\n+", re.DOTALL
)
"""A sentence with its marks, once the next one has begun; or a whole line."""
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}\.)\s+")
_FOREIGN = re.compile(r"https?:|www\.|\]\(|!\[|<[a-z/!]|`", re.IGNORECASE)
"""What no answer holds: links, images, HTML, code."""
_HEADING = re.compile(r"^\**[^.!?]{1,60}:?\**:?\s*$")


@dataclass
class Generation:
    """One answer in the making."""

    reading: Reading
    passages: Sequence[NumberedPassage]
    evidence: Sequence[Evidence]
    checker: SupportChecker
    numbers: dict[Citation, int] = field(default_factory=dict)
    text: str = ""
    kept: int = 0
    dropped: int = 0
    silent: bool = False
    """The model said that the passages do not answer."""
    _waiting: str = ""
    """A heading that is sent once something supported follows it."""

    @property
    def good(self) -> bool:
        """Whether enough of what the model said is supported."""
        said = self.kept + self.dropped
        return not self.silent and self.kept > 0 and self.kept >= LEAST_KEPT * said

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the kept sentences cite."""
        return tuple(self.numbers)

    async def write(self, model: LanguageModel, prompt: Prompt) -> AsyncGenerator[str]:
        """Supported sentences as they are ready. Raises LanguageModelError."""
        buffer = ""
        length = 0
        async with aclosing(model.stream(prompt)) as pieces:
            async for piece in pieces:
                buffer += piece
                length += len(piece)
                while match := _UNIT.match(buffer):
                    buffer = buffer[match.end() :]
                    if kept := self._judge(match.group()):
                        yield kept
                if self.silent or length > LONGEST:
                    break
        if buffer.strip() and (kept := self._judge(buffer)):
            yield kept

    def _judge(self, unit: str) -> str:
        """The unit with its marks renumbered, or nothing where it is not supported."""
        if NO_ANSWER in unit:
            self.silent = True
            return ""
        if not unit.strip():
            self._waiting += unit if self.text else ""
            return ""
        marks = [int(number) for number in MARK.findall(unit)]
        claim = _LIST_MARK.sub("", MARK.sub("", unit)).replace("**", "").strip()
        if not marks and _HEADING.match(unit.strip()) and not _FOREIGN.search(unit):
            self._waiting += unit if self.text else unit.lstrip()
            return ""
        number = self._supporting(claim, marks)
        if number is None:
            self.dropped += 1
            return ""
        self.kept += 1
        mark = self._mark(number, claim)
        tail = unit[len(unit.rstrip()) :]
        sent = f"{self._waiting}{MARK.sub('', unit).rstrip()} {mark}{tail}"
        self._waiting = ""
        sent = sent if self.text else sent.lstrip()
        self.text += sent
        return sent

    def _supporting(self, claim: str, marks: Sequence[int]) -> int | None:
        """Number of the passage that supports the claim: one that it cites, else, unmarked, any."""
        if _FOREIGN.search(claim) or gives_orders(claim) or not claim or self._echoes(claim):
            return None
        if any(not 1 <= number <= len(self.passages) for number in marks):
            return None  # it cites what was never shown to it
        question = self.reading.query
        for number in marks or range(1, len(self.passages) + 1):
            held = [self.evidence[number - 1]]
            if self.checker.supported(claim, self.reading.language, held, question):
                return number
        return None

    def _echoes(self, claim: str) -> bool:
        """Whether the claim only repeats the question, which is no passage."""
        said = set(re.findall(r"\w+", claim.lower()))
        return len(said & set(re.findall(r"\w+", self.reading.text.lower()))) > ECHO * len(said)

    def _mark(self, number: int, claim: str) -> str:
        passage = self.passages[number - 1]
        pieces = [piece for line in passage.text.split("\n") for piece in sentences(line)]
        language = self.reading.language
        best = self.evidence[number - 1].closest(self.checker.vector(claim, language))
        quote = pieces[best] if pieces else passage.text
        citation = passage.citation(quote.removeprefix("• "), language)
        return f"[{self.numbers.setdefault(citation, len(self.numbers) + 1)}]"
