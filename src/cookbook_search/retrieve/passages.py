"""The passages that answer, with highlights, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cookbook_search.index import KIND_CODES, Snapshot
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import Ranking
from cookbook_search.types import LANGUAGES, Language, Passage

PASSAGES = 2
"""Passages shown of one document."""
PROBLEM_MARGIN = 0.1
"""A phrasing of the problem explains a hit better than a section that matches this much better."""
SOURCES_ANCHOR = "lahteet"
_WHY_PROBLEM: dict[Language, str] = {
    "fi": "Vastaa pulmaan: «{problem}»",
    "sv": "Svarar på problemet: ”{problem}”",
    "en": "Answers the problem: “{problem}”",
}
_WHY_WORDS: dict[Language, str] = {
    "fi": "Kohdassa «{heading}» puhutaan tästä: {words}.",
    "sv": "Avsnittet ”{heading}” handlar om detta: {words}.",
    "en": "The section “{heading}” speaks of this: {words}.",
}
_WHY_MEANING: dict[Language, str] = {
    "fi": "Kohta «{heading}» on merkitykseltään lähellä kysymystäsi.",
    "sv": "Avsnittet ”{heading}” ligger nära din fråga till sin betydelse.",
    "en": "The section “{heading}” is close to your question in meaning.",
}


@dataclass(frozen=True, slots=True)
class Presenter:
    """Words one query's hits."""

    query: Query
    snapshot: Snapshot
    ranking: Ranking
    wanted: npt.NDArray[np.bool_]
    """Which of the snapshot's terms are the query's own."""

    def present(self, document: int) -> tuple[tuple[Passage, ...], str]:
        """The best passages of a document, and one sentence on why it is here.

        Passages come best first, never two of the same heading; the sentence is in the query's language.
        """
        places = self.ranking.found.places(document)
        mix = self.ranking.chunk_mix[places]
        first = int(self.snapshot.chunk_range[document])
        kinds = self.snapshot.chunk_kind[first : first + len(mix)]
        start = int(np.searchsorted(kinds, KIND_CODES["section"]))
        body: list[int] = (start + np.argsort(-mix[start:], kind="stable")).tolist()
        passages = self._passages([first + at for at in body])
        strongest = float(mix[body[0]]) if body else -1.0
        return passages, self._why(document, passages, strongest, mix, kinds)

    def _passages(self, body: Sequence[int]) -> tuple[Passage, ...]:
        passages: list[Passage] = []
        for number in body:
            chunk = self.snapshot.chunks[number]
            if chunk.anchor == SOURCES_ANCHOR or any(passage.anchor == chunk.anchor for passage in passages):
                continue
            heading = chunk.headings[-1] if chunk.headings else ""
            highlights = tuple(_merged(self.snapshot.spans.places(number, self.wanted)))
            passages.append(Passage(heading, chunk.anchor, chunk.text, highlights))
            if len(passages) == PASSAGES:
                break
        return tuple(passages)

    def _why(
        self,
        document: int,
        passages: Sequence[Passage],
        strongest: float,
        mix: npt.NDArray[np.float32],
        kinds: npt.NDArray[np.uint8],
    ) -> str:
        language = self.query.language
        first = int(self.snapshot.chunk_range[document])
        spoken = self.snapshot.chunk_language[first : first + len(mix)] == LANGUAGES.index(language)
        problems = np.flatnonzero(spoken & (kinds == KIND_CODES["problem"]))
        if len(problems):
            nearest = int(problems[np.argmax(mix[problems])])
            if not passages or mix[nearest] >= strongest - PROBLEM_MARGIN:
                problem = self.snapshot.chunks[first + nearest].text.rstrip(".")
                return _WHY_PROBLEM[language].format(problem=problem)
        if not passages:
            return self.snapshot.documents[document].summary[language]
        best = passages[0]
        if not best.heading:  # a page that begins without one
            best = replace(best, heading=self.snapshot.documents[document].title[language])
        words = list(dict.fromkeys(best.text[start:end].lower() for start, end in best.highlights))[:3]
        sentence = _WHY_WORDS if words else _WHY_MEANING
        return sentence[language].format(heading=best.heading, words=", ".join(words))


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted ranges without overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
