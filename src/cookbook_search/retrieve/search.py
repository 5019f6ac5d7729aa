"""The pipeline: query -> candidates -> fused scores -> probabilities -> recipes and metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder
from cookbook_search.index import Snapshot
from cookbook_search.retrieve.calibrate import document_features, metric_features, probability, query_features
from cookbook_search.retrieve.explain import Explanation, explain
from cookbook_search.retrieve.parameters import Parameters
from cookbook_search.retrieve.passages import best_passages, why
from cookbook_search.retrieve.query import Query, QueryReader
from cookbook_search.retrieve.rank import EXCLUDED, Neighbours, Ranking, neighbours_of, rank
from cookbook_search.types import AnyDocument, Filters, Hit, Language, Metric, MetricHit, Recipe, SearchResult

FACET_LEAST = 0.15
"""Documents at least this probable are counted in the facets."""
RECOMMENDERS = 5
"""Best recipes whose recommendations count for a metric."""
NEAREST_TOPICS = 3
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided about one query."""

    ranking: Ranking
    answerable: float
    """Probability that the cookbook has an answer."""
    answered: bool
    recipes: list[int]
    """Numbers of recipes and methods, best first."""
    scores: npt.NDArray[np.float64]
    """Probability of relevance of each document."""
    metrics: list[int]
    """Places in ``Searcher.metrics``, best first."""
    metric_scores: npt.NDArray[np.float64]
    """Probability of relevance of each of ``Searcher.metrics``."""


@dataclass(frozen=True, slots=True)
class Searcher:
    """One snapshot, ready to answer."""

    snapshot: Snapshot
    parameters: Parameters
    reader: QueryReader
    recipes: Numbers
    """Numbers of the documents that are recipes or methods."""
    metrics: Numbers
    """Numbers of the documents that are metrics."""
    neighbours: Neighbours
    recommended: npt.NDArray[np.bool_]
    """Shape (documents, metrics): does this recipe name that metric."""

    def search(
        self, text: str, limit: int = 10, language: Language | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """Ranked recipes and metrics for a free-text problem. Raises QueryError."""
        query = self.reader.read(text, language)
        judged = self.judge(query, filters or Filters())
        corrected = dict(query.corrected)
        if not judged.answered:
            topics = self._topics(judged.ranking, query.language)
            return SearchResult(text, query.language, False, suggestions=topics, corrected=corrected)
        recipes = judged.recipes[:limit]
        metrics = judged.metrics[:limit]
        return SearchResult(
            query=text,
            language=query.language,
            answerable=True,
            recipes=tuple(self._hit(query, judged, number) for number in recipes),
            metrics=tuple(self._metric_hit(judged, at, recipes) for at in metrics),
            suggestions=self._neighbours(recipes, query.language),
            facets=self._facets(judged),
            corrected=corrected,
        )

    def explain(self, text: str, language: Language | None = None, limit: int = 10) -> Explanation:
        """How the query was read and how the best documents were scored. Raises QueryError."""
        query = self.reader.read(text, language)
        judged = self.judge(query, Filters())
        best = {number: float(judged.scores[number]) for number in judged.recipes[:limit]}
        metrics = {int(self.metrics[at]): float(judged.metric_scores[at]) for at in judged.metrics[:limit]}
        return explain(query, self.snapshot, judged.ranking, best | metrics, judged.answerable)

    def judge(self, query: Query, filters: Filters) -> Judged:
        """Rank and calibrate: everything that is decided before anything is worded."""
        ranking = rank(query, self.snapshot, self.parameters, self.neighbours, self._allowed(filters))
        answerable = float(
            probability(self.parameters.answerable, query_features(query, self.snapshot, ranking))[0]
        )
        everything = np.arange(len(self.snapshot.documents))
        scores = probability(self.parameters.relevance, document_features(ranking, everything, answerable))
        recipes = self._best_first(self.recipes, ranking.documents)
        recommenders = recipes[:RECOMMENDERS]
        features = metric_features(
            ranking, self.metrics, scores[recommenders], self.recommended[recommenders]
        )
        metric_scores = probability(self.parameters.metric_relevance, features)
        metrics = [
            int(at)
            for at in np.argsort(-metric_scores, kind="stable")
            if ranking.documents[self.metrics[at]] > EXCLUDED / 2
        ]
        answered = answerable >= self.parameters.answer_threshold and bool(len(recipes) or metrics)
        return Judged(ranking, answerable, answered, recipes, scores, metrics, metric_scores)

    def _allowed(self, filters: Filters) -> npt.NDArray[np.bool_] | None:
        if filters == Filters():
            return None
        return np.array([_passes(document, filters) for document in self.snapshot.documents])

    def _best_first(self, numbers: Numbers, scores: npt.NDArray[np.float32]) -> list[int]:
        allowed = numbers[scores[numbers] > EXCLUDED / 2]
        return [int(number) for number in allowed[np.argsort(-scores[allowed], kind="stable")]]

    def _hit(self, query: Query, judged: Judged, number: int) -> Hit:
        document = self.snapshot.documents[number]
        passages = best_passages(query, self.snapshot, judged.ranking, number)
        sentence = why(query, self.snapshot, judged.ranking, number, passages)
        named = np.flatnonzero(self.recommended[number])
        metrics = sorted(named, key=lambda at: -judged.metric_scores[at])
        ids = tuple(self.snapshot.documents[self.metrics[at]].id for at in metrics)
        return Hit(document, float(judged.scores[number]), sentence, passages, ids)

    def _metric_hit(self, judged: Judged, at: int, recipes: Sequence[int]) -> MetricHit:
        document = self.snapshot.documents[self.metrics[at]]
        assert isinstance(document, Metric)
        via = tuple(self.snapshot.documents[r].id for r in recipes if self.recommended[r, at])
        return MetricHit(document, float(judged.metric_scores[at]), via)

    def _topics(self, ranking: Ranking, language: Language) -> tuple[str, ...]:
        """Titles of the nearest recipes, for a query that is refused."""
        nearest = self._best_first(self.recipes, ranking.documents)[:NEAREST_TOPICS]
        return tuple(self.snapshot.documents[number].title[language] for number in nearest)

    def _neighbours(self, recipes: Sequence[int], language: Language) -> tuple[str, ...]:
        """Titles of recipes related to the best ones and not among the hits."""
        by_id = {self.snapshot.documents[number].id: number for number in self.recipes}
        shown = set(recipes)
        related = (by_id.get(i) for number in recipes[:2] for i in self.snapshot.documents[number].related)
        fresh = [number for number in dict.fromkeys(related) if number is not None and number not in shown]
        return tuple(self.snapshot.documents[number].title[language] for number in fresh[:NEAREST_TOPICS])

    def _facets(self, judged: Judged) -> dict[str, dict[str, int]]:
        counts: dict[str, Counter[str]] = {
            "phase": Counter(),
            "kind": Counter(),
            "tag": Counter(),
            "owner": Counter(),
        }
        for number, document in enumerate(self.snapshot.documents):
            if judged.scores[number] < FACET_LEAST or judged.ranking.documents[number] <= EXCLUDED / 2:
                continue
            if isinstance(document, Recipe):
                counts["phase"][document.phase] += 1
            counts["kind"][document.kind] += 1
            counts["tag"].update(document.tags)
            counts["owner"][document.owner] += 1
        return {field: dict(counter.most_common()) for field, counter in counts.items()}


def open_searcher(
    snapshot: Snapshot, parameters: Parameters, analyzer: Analyzer, embedder: Embedder
) -> Searcher:
    """Get a snapshot ready to answer."""
    documents = snapshot.documents
    recipes = np.array([n for n, d in enumerate(documents) if not isinstance(d, Metric)], dtype=np.int64)
    metrics = np.array([n for n, d in enumerate(documents) if isinstance(d, Metric)], dtype=np.int64)
    recommended = np.zeros((len(documents), len(metrics)), dtype=bool)
    for number, document in enumerate(documents):
        if isinstance(document, Recipe):
            for at, metric in enumerate(metrics):
                other = documents[metric]
                recommended[number, at] = other.id in document.metrics and other.owner == document.owner
    reader = QueryReader(analyzer, embedder, snapshot.vocabulary, snapshot.forms)
    return Searcher(snapshot, parameters, reader, recipes, metrics, neighbours_of(documents), recommended)


def _passes(document: AnyDocument, filters: Filters) -> bool:
    phase = document.phase if isinstance(document, Recipe) else None
    return (
        (not filters.phase or phase in filters.phase or isinstance(document, Metric))
        and (not filters.kind or document.kind in filters.kind)
        and (not filters.tag or bool(set(filters.tag) & set(document.tags)))
        and (not filters.owner or document.owner in filters.owner)
    )
