"""Writes one answer: the cookbook's sentences with their marks, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence

from cookbook_search.answer.citations import Ledger, unmarked
from cookbook_search.answer.library import Library
from cookbook_search.answer.outline import Outline, Part, Step, sentences
from cookbook_search.answer.wording import Wording
from cookbook_search.types import AnyDocument


class Writer:
    """Gathers the blocks and the citations of one answer."""

    def __init__(self, say: Wording, library: Library) -> None:
        self.say = say
        self.library = library
        self.ledger = Ledger(say.language)

    @property
    def finnish(self) -> bool:
        """Whether the answer is in the language of the documents."""
        return self.say.language == "fi"

    def title(self, document: AnyDocument) -> str:
        """Its title in bold."""
        return f"**{document.title[self.say.language]}**"

    def heading(self, key: str, *, foreign: bool = False, **values: object) -> str:
        """A heading in bold; ``foreign`` tells that what follows is quoted in Finnish."""
        text = f"**{self.say(key, **values)}**"
        return f"{text} ({self.say('in_finnish')})" if foreign else text

    def foreign(self, document: AnyDocument, *parts: Part) -> bool:
        """Whether any of these sections can only be quoted in a language other than the answer's."""
        return not self.finnish and not all(self.library.rendered(document, part) for part in parts)

    def lines(self, document: AnyDocument, part: Part, quotes: Sequence[Sequence[str]]) -> list[str]:
        """Passages of a section, each with its mark: as they stand, or statements in the answer's language.

        A section without statements is quoted in Finnish, in quotation marks.
        """
        rendered = () if self.finnish else self.library.rendered(document, part)
        if not rendered:
            return [self.quote(document, part, *quote) for quote in quotes]
        return [
            f"{each.statement[self.say.language]} {self.cite(document, part, each.quote)}"
            for each in rendered[: max(len(quotes), 1)]
        ]

    def quote(self, document: AnyDocument, part: Part, *quotes: str) -> str:
        """Sentences of a section as they stand, with their mark; in quotation marks where foreign."""
        text = unmarked(" ".join(quotes)).strip()
        shown = text if self.finnish else self.say("quoted", text=text)
        return f"{shown} {self.cite(document, part, *quotes)}"

    def cite(self, document: AnyDocument, part: Part | None, *quotes: str) -> str:
        """The mark alone; quotes that follow one another in the section make one citation."""
        return self.ledger.cite(document, part, " ".join(quotes))

    def summary(self, document: AnyDocument, most: int = 3) -> str:
        """The first sentences of its summary, in the answer's language."""
        text = " ".join(sentences(document.summary[self.say.language])[:most])
        return f"{text} {self.cite(document, None, text)}"

    def cite_step(self, told: Outline, step: Step) -> str:
        """The mark of a step: the line with who and how long, else its first sentence."""
        first = sentences(step.text[0])[0] if step.text else step.part.heading
        return self.cite(told.document, step.part, step.facts or first)
