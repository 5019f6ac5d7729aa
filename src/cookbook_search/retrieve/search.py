"""The pipeline: query -> candidates -> fused scores -> probabilities -> recipes and metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder, Reranker
from cookbook_search.index import Snapshot
from cookbook_search.retrieve.answerable import NAMED, Names, names_of, query_features
from cookbook_search.retrieve.calibrate import document_features, metric_features, probability
from cookbook_search.retrieve.explain import Explanation, explain
from cookbook_search.retrieve.parameters import Parameters
from cookbook_search.retrieve.passages import Presenter
from cookbook_search.retrieve.query import Query, QueryReader
from cookbook_search.retrieve.rank import EXCLUDED, Neighbours, Ranking, neighbours_of, rank
from cookbook_search.retrieve.rerank import reranked
from cookbook_search.timing import stage
from cookbook_search.types import AnyDocument, Filters, Hit, Language, Metric, MetricHit, Recipe, SearchResult

FACET_LEAST = 0.02
"""Documents at least this probable are counted in the facets."""
RECOMMENDERS = 5
"""Best recipes whose recommendations count for a metric."""
NEAREST_TOPICS = 3
DEPTH = 64
"""Recipes, and metrics, ranked at most; no surface asks for more than 50."""
FILTERS_KEPT = 64
"""Combinations of filters whose documents are remembered."""
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


class Recommended:
    """Which metrics each recipe names, as places in ``Searcher.metrics``."""

    def __init__(self, documents: Sequence[AnyDocument]) -> None:
        metrics = [document for document in documents if isinstance(document, Metric)]
        place = {(metric.owner, metric.id): at for at, metric in enumerate(metrics)}
        self._count = len(metrics)
        self._named = [
            tuple(sorted(place[d.owner, metric] for metric in d.metrics if (d.owner, metric) in place))
            if isinstance(d, Recipe)
            else ()
            for d in documents
        ]

    def of(self, document: int) -> tuple[int, ...]:
        """Places of the metrics that one document names, rising."""
        return self._named[document]

    def __getitem__(self, numbers: Sequence[int] | Numbers) -> npt.NDArray[np.bool_]:
        """Shape (len(numbers), metrics): does this document name that metric."""
        table = np.zeros((len(numbers), self._count), dtype=bool)
        for row, number in enumerate(numbers):
            table[row, self._named[number]] = True
        return table


@dataclass(frozen=True, slots=True)
class Searcher:
    """One snapshot, ready to answer."""

    snapshot: Snapshot
    parameters: Parameters
    reader: QueryReader
    everything: Numbers
    """Numbers of all documents."""
    recipes: Numbers
    """Numbers of the documents that are recipes or methods."""
    metrics: Numbers
    """Numbers of the documents that are metrics."""
    neighbours: Neighbours
    related: tuple[tuple[int, ...], ...]
    """Documents that each document names as related."""
    recommended: Recommended
    facets: Mapping[str, Facet]
    names: Names
    """What the cookbook is about."""
    reranker: Reranker | None
    allowed: Callable[[Filters], npt.NDArray[np.bool_] | None]
    """Which documents pass the filters; None: all."""

    def search(
        self, text: str, limit: int = 10, language: Language | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """Ranked recipes and metrics for a free-text problem. Raises QueryError."""
        query = self.reader.read(text, language)
        return self._present(query, self.judge(query, filters or Filters()), text, limit)

    @stage("present")
    def _present(self, query: Query, judged: Judged, text: str, limit: int) -> SearchResult:
        corrected = dict(query.corrected)
        if not judged.answered:
            topics = self._topics(judged.ranking, query.language)
            return SearchResult(text, query.language, False, suggestions=topics, corrected=corrected)
        recipes = judged.recipes[:limit]
        metrics = judged.metrics[:limit]
        wanted = self.snapshot.spans.wanted(query.own_terms)
        presenter = Presenter(query, self.snapshot, judged.ranking, wanted)
        return SearchResult(
            query=text,
            language=query.language,
            answerable=True,
            recipes=tuple(self._hit(presenter, judged, number) for number in recipes),
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
        return explain(
            query, self.snapshot, self.parameters, judged.ranking, best | metrics, judged.answerable
        )

    @stage("judge")
    def judge(self, query: Query, filters: Filters) -> Judged:
        """Rank and calibrate: everything that is decided before anything is worded.

        Whether there is an answer, and how probable a document is, does not hang on the filters.
        """
        allowed = self.allowed(filters)
        whole = ranking = rank(query, self.snapshot, self.parameters, self.neighbours)
        if allowed is not None and whole.found.documents is None:  # all are scored: leave some out
            ranking = replace(whole, documents=np.where(allowed, whole.documents, EXCLUDED))
        elif allowed is not None:
            ranking = rank(query, self.snapshot, self.parameters, self.neighbours, allowed)
        answerable = float(
            probability(self.parameters.answerable, query_features(query, self.snapshot, whole))[0]
        )
        if answerable < NAMED and self.names.holds(query):
            answerable = NAMED
        best = float(whole.documents.max(initial=EXCLUDED))
        features = document_features(ranking, self.everything, answerable, best)
        scores = probability(self.parameters.relevance, features)
        recipes = self._best_first(self.recipes, ranking.documents)
        recommenders = recipes[:RECOMMENDERS]
        features = metric_features(
            ranking, self.metrics, scores[recommenders], self.recommended[recommenders]
        )
        metric_scores = probability(self.parameters.metric_relevance, features)
        open_metrics = np.flatnonzero(ranking.documents[self.metrics] > EXCLUDED / 2)
        metrics: list[int] = open_metrics[_best_places(metric_scores[open_metrics])].tolist()
        answered = answerable >= self.parameters.answer_threshold and bool(len(recipes) or metrics)
        judged = Judged(ranking, answerable, answered, recipes, scores, metrics, metric_scores)
        return self._rerank(query, judged) if self.reranker and answered else judged

    @stage("rerank")
    def _rerank(self, query: Query, judged: Judged) -> Judged:
        """Let the cross-encoder order the best; the calibrated probabilities stay with the places."""
        assert self.reranker is not None
        numbers = [int(self.metrics[at]) for at in judged.metrics]
        place = dict(zip(numbers, judged.metrics, strict=True))
        looked_at = (self.reranker, query, self.snapshot, judged.ranking)
        recipes = reranked(*looked_at, judged.recipes)
        metrics = [place[number] for number in reranked(*looked_at, numbers)]
        scores, metric_scores = judged.scores.copy(), judged.metric_scores.copy()
        scores[recipes] = judged.scores[judged.recipes]
        metric_scores[metrics] = judged.metric_scores[judged.metrics]
        return replace(judged, recipes=recipes, scores=scores, metrics=metrics, metric_scores=metric_scores)

    def _best_first(self, numbers: Numbers, scores: npt.NDArray[np.float32]) -> list[int]:
        """The best of these documents, ``DEPTH`` at most."""
        allowed = numbers[scores[numbers] > EXCLUDED / 2]
        return [int(number) for number in allowed[_best_places(scores[allowed])]]

    def _hit(self, presenter: Presenter, judged: Judged, number: int) -> Hit:
        document = self.snapshot.documents[number]
        passages, sentence = presenter.present(number)
        metrics = sorted(self.recommended.of(number), key=lambda at: -judged.metric_scores[at])
        ids = tuple(self.snapshot.documents[self.metrics[at]].id for at in metrics)
        return Hit(document, float(judged.scores[number]), sentence, passages, ids)

    def _metric_hit(self, judged: Judged, at: int, recipes: Sequence[int]) -> MetricHit:
        document = self.snapshot.documents[self.metrics[at]]
        assert isinstance(document, Metric)
        via = tuple(self.snapshot.documents[r].id for r in recipes if at in self.recommended.of(r))
        return MetricHit(document, float(judged.metric_scores[at]), via)

    def _topics(self, ranking: Ranking, language: Language) -> tuple[str, ...]:
        """Titles of the nearest recipes, for a query that is refused."""
        nearest = self._best_first(self.recipes, ranking.documents)[:NEAREST_TOPICS]
        return tuple(self.snapshot.documents[number].title[language] for number in nearest)

    def _neighbours(self, recipes: Sequence[int], language: Language) -> tuple[str, ...]:
        """Titles of recipes related to the best ones and not among the hits."""
        shown = set(recipes)
        related = (other for number in recipes[:2] for other in self.related[number])
        fresh = [number for number in dict.fromkeys(related) if number not in shown]
        return tuple(self.snapshot.documents[number].title[language] for number in fresh[:NEAREST_TOPICS])

    def _facets(self, judged: Judged) -> dict[str, dict[str, int]]:
        shown = (judged.scores >= FACET_LEAST) & (judged.ranking.documents > EXCLUDED / 2)
        return {field: facet.count(shown) for field, facet in self.facets.items()}


class Facet:
    """Values of one field of ``Filters`` in the documents."""

    def __init__(self, values: Sequence[Sequence[str]]) -> None:
        """``values`` are those of each document."""
        pairs = [(at, value) for at, of_document in enumerate(values) for value in of_document]
        self._values = list(dict.fromkeys(value for _, value in pairs))
        number = {value: at for at, value in enumerate(self._values)}
        self._documents = np.array([at for at, _ in pairs], dtype=np.int64)
        self._numbers = np.array([number[value] for _, value in pairs], dtype=np.int64)

    def count(self, shown: npt.NDArray[np.bool_]) -> dict[str, int]:
        """How many of the shown documents have each value, the commonest first, none with 0."""
        counts = np.bincount(self._numbers[shown[self._documents]], minlength=len(self._values))
        order = np.argsort(-counts, kind="stable")
        return {self._values[at]: int(counts[at]) for at in order.tolist() if counts[at]}


def _facets_of(documents: Sequence[AnyDocument]) -> dict[str, Facet]:
    return {
        "phase": Facet([(d.phase,) if isinstance(d, Recipe) else () for d in documents]),
        "kind": Facet([(d.kind,) for d in documents]),
        "tag": Facet([d.tags for d in documents]),
        "owner": Facet([(d.owner,) for d in documents]),
    }


def open_searcher(
    snapshot: Snapshot,
    parameters: Parameters,
    analyzer: Analyzer,
    embedder: Embedder,
    reranker: Reranker | None = None,
) -> Searcher:
    """Get a snapshot ready to answer."""
    documents = snapshot.documents
    number = {(document.owner, document.id): at for at, document in enumerate(documents)}
    is_metric = np.array([isinstance(document, Metric) for document in documents], dtype=bool)
    related = tuple(
        tuple(number[d.owner, other] for other in d.related if (d.owner, other) in number) for d in documents
    )
    return Searcher(
        snapshot=snapshot,
        parameters=parameters,
        reader=QueryReader(analyzer, embedder, snapshot.vocabulary, snapshot.forms),
        everything=np.arange(len(documents)),
        recipes=np.flatnonzero(~is_metric),
        metrics=np.flatnonzero(is_metric),
        neighbours=neighbours_of(documents),
        related=related,
        recommended=Recommended(documents),
        facets=_facets_of(documents),
        names=names_of(snapshot, analyzer),
        reranker=reranker,
        allowed=lru_cache(FILTERS_KEPT)(partial(_allowed, documents)),
    )


def _best_places(scores: npt.NDArray[np.floating]) -> Numbers:
    """Places of the best scores, best first, the earlier first among equals; ``DEPTH`` at most."""
    if len(scores) <= DEPTH:
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, -DEPTH)[-DEPTH]
    places = np.flatnonzero(scores >= least)
    return places[np.argsort(-scores[places], kind="stable")][:DEPTH]


def _allowed(documents: Sequence[AnyDocument], filters: Filters) -> npt.NDArray[np.bool_] | None:
    if filters == Filters():
        return None
    return np.array([_passes(document, filters) for document in documents])


def _passes(document: AnyDocument, filters: Filters) -> bool:
    phase = document.phase if isinstance(document, Recipe) else None
    return (
        (not filters.phase or phase in filters.phase or isinstance(document, Metric))
        and (not filters.kind or document.kind in filters.kind)
        and (not filters.tag or bool(set(filters.tag) & set(document.tags)))
        and (not filters.owner or document.owner in filters.owner)
    )
