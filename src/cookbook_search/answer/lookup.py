"""What the cookbook holds on a query: documents, whether they answer, and the place that answers best."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.answer.library import Library
from cookbook_search.retrieve import Judged, Query, Searcher
from cookbook_search.types import AnyDocument, Filters, Language, Metric

Scores = npt.NDArray[np.float32]
DOCUMENTS = 5
METRICS = 5
TOPICS = 3
KEPT = 512
"""Findings kept at hand: a conversation is read anew from its turns, so its questions come back."""


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a document and how well it matches a query."""

    anchor: str
    score: float
    """Fused score of its best chunk."""
    lead: float
    """How much better it matches than the titles and phrasings of its document."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one query."""

    query: str
    language: Language
    answerable: bool
    odds: float
    """Odds that the cookbook has an answer, over the odds at which it answers: 1 at the threshold."""
    documents: tuple[AnyDocument, ...]
    """Recipes and methods, best first."""
    scores: tuple[float, ...]
    """Probability of relevance of each."""
    metrics: tuple[Metric, ...]
    """Best first."""
    metric_lead: float
    """How much better titles and phrasings of the best metric match than those of the best recipe."""
    place: Place | None
    """The best section of the best document."""

    @property
    def topics(self) -> tuple[AnyDocument, ...]:
        """The nearest documents, whether they answer or not."""
        return self.documents[:TOPICS]


class Finder:
    """Looks queries up in one snapshot."""

    def __init__(self, searcher: Searcher, library: Library) -> None:
        self._searcher = searcher
        self._library = library
        self._kept: OrderedDict[tuple[str, Language], Finding] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, text: str, language: Language) -> Finding:
        """Look a query up. Raises QueryError where it holds no word."""
        key = (text, language)
        with self._lock:
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return known
        query = self._searcher.reader.read(text, language)
        found = self._finding(query, self._searcher.judge(query, Filters()))
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def place(self, text: str, language: Language, document: AnyDocument) -> Place | None:
        """The section of this document that matches best; None where it has no sections."""
        query = self._searcher.reader.read(text, language)
        return self._place(self._searcher.judge(query, Filters()), self._library.number(document))

    def _finding(self, query: Query, judged: Judged) -> Finding:
        documents = self._searcher.snapshot.documents
        recipes = judged.recipes[:DOCUMENTS]
        metrics = [documents[self._searcher.metrics[at]] for at in judged.metrics[:METRICS]]
        numbers = [self._library.number(metric) for metric in metrics]
        return Finding(
            query=query.text,
            language=query.language,
            answerable=judged.answered,
            odds=_odds(judged.answerable) / _odds(self._searcher.parameters.answer_threshold),
            documents=tuple(documents[number] for number in recipes),
            scores=tuple(float(judged.scores[number]) for number in recipes),
            metrics=tuple(metric for metric in metrics if isinstance(metric, Metric)),
            metric_lead=self._named(judged, numbers) - self._named(judged, recipes),
            place=self._place(judged, recipes[0]) if recipes else None,
        )

    def _named(self, judged: Judged, numbers: list[int]) -> float:
        """How well the titles and phrasings of the first of these documents match; 0 where there is none."""
        if not numbers:
            return 0.0
        head, _ = self._scores(judged, numbers[0])
        return float(head.max(initial=0))

    def _place(self, judged: Judged, number: int) -> Place | None:
        head, body = self._scores(judged, number)
        if not len(body):
            return None
        best = int(np.argmax(body))
        chunk = self._searcher.snapshot.chunks[int(self._library.chunks(number)[1][best])]
        score = float(body[best])
        return Place(chunk.anchor, score, score - float(head.max(initial=0)))

    def _scores(self, judged: Judged, number: int) -> tuple[Scores, Scores]:
        """Fused scores of a document's titles and phrasings, and of its body; none where not scored."""
        mix = judged.ranking.chunk_mix[judged.ranking.found.places(number)]
        head, _ = self._library.chunks(number)
        return mix[: len(head)], mix[len(head) :]


def _odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-9)
