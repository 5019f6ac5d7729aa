"""The cookbook's key statements in other languages, each tied to the sentence of the body that it renders.

A document's statements (``corpus/rinnakkain/``) say the same in three languages; the Finnish one is
tied to the sentence that shares the most of its words, and its Swedish and English ones go with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.answer.outline import SOURCES, Outline, Part, sentences
from cookbook_search.types import Localised

LEAST_SHARED = 0.5
"""Share of a statement's words that its sentence, with its heading, must hold: 95 % of all statements."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """One statement and where it stands."""

    statement: Localised
    part: Part
    quote: str
    """The Finnish sentence of the body."""


def renderings(told: Outline, analyzer: Analyzer) -> tuple[Rendering, ...]:
    """The document's statements in the order of the body; those that stand nowhere are left out."""
    places = [
        (part, sentence, _terms(sentence, analyzer) | _terms(part.heading, analyzer))
        for part in told.parts
        if part.heading != SOURCES
        for line in part.lines
        for sentence in sentences(line.removeprefix("• "))
    ]
    found: list[tuple[int, Rendering]] = []
    for statement in told.document.statements:
        words = _terms(statement.fi, analyzer)
        shared = [len(words & terms) for _, _, terms in places]
        best = max(range(len(places)), key=lambda at: shared[at], default=None)
        if best is not None and words and shared[best] >= LEAST_SHARED * len(words):
            part, sentence, _ = places[best]
            found.append((best, Rendering(statement, part, sentence)))
    return tuple(rendering for _, rendering in sorted(found, key=lambda pair: pair[0]))


def _terms(text: str, analyzer: Analyzer) -> set[str]:
    tokens = analyzer.tokens(normalise(text).lower(), "fi")
    return {term for token in tokens if not token.stop for term in token.terms}
