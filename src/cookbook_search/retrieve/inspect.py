"""Why a document stands where it stands: its score taken apart, for the best ones and for any by its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from cookbook_search.retrieve.explain import Explanation, explain
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import Ranking
from cookbook_search.retrieve.search import RECOMMENDERS, Judged, Searcher
from cookbook_search.types import AnyDocument, Chunk, Filters, Language, Metric


@dataclass(frozen=True, slots=True)
class Parts:
    """What a document's score is the sum of."""

    cosine: float
    """Of its best chunk with the query."""
    lexical: float
    """Weighted BM25 of that chunk."""
    kind: float
    """What chunks of its kind are given or taken."""
    further: float
    """What its other chunks add."""
    document: float
    """Weighted BM25 of the whole document."""
    wording: float
    """Weighted likelihood of the query's words and pairs of words in its questions."""
    neighbours: float
    """Weighted mean score of the documents that it is joined to."""
    beliefs: float
    """What it gets because one of those may be the right one, and whatever else the fusion adds."""

    @property
    def total(self) -> float:
        """The score."""
        parts = (self.cosine, self.lexical, self.kind, self.further, self.document, self.wording)
        return sum(parts) + self.neighbours + self.beliefs


@dataclass(frozen=True, slots=True)
class Inspected:
    """How one document came to its place."""

    document: AnyDocument
    place: int
    """From 1, among recipes and methods or among metrics."""
    among: int
    probability: float
    """Calibrated probability of relevance."""
    score: float
    """What recipes and methods are ordered by; metrics are ordered by their probability."""
    parts: Parts
    bm25: float
    """BM25 of the best chunk before it is weighted, 0..1 of the best in the corpus."""
    fields: dict[str, float]
    """Field -> its share of the BM25 of the whole document, 0..1 of the best in the corpus."""
    chunk: Chunk
    """Its best chunk."""
    recommended_by: tuple[str, ...]
    """Of a metric: ids of the best recipes that name it, which raise its probability."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One query taken apart."""

    read: Explanation
    """How it was read; without documents."""
    answerable: float
    """Probability that the cookbook has an answer."""
    threshold: float
    """Below it the query is refused."""
    answered: bool
    is_name: bool
    """Whether it is nothing but a name or a phrase that the cookbook uses, so that it is not refused."""
    recipes: tuple[Inspected, ...]
    """Recipes and methods, best first, also where the query is refused."""
    metrics: tuple[Inspected, ...]
    wanted: tuple[Inspected, ...]
    """The documents asked about by id, wherever they stand."""


def inspect(
    searcher: Searcher,
    text: str,
    language: Language | None = None,
    wanted: Sequence[str] = (),
    limit: int = 10,
) -> Inspection:
    """Take a query apart; ``wanted`` are ids of documents to look for. Raises QueryError."""
    query = searcher.reader.read(text, language)
    judged = searcher.judge(query, Filters())
    snapshot, parameters = searcher.snapshot, searcher.parameters
    taking_apart = _Apart(searcher, query, judged)
    asked = [n for n, document in enumerate(snapshot.documents) if document.id in wanted]
    return Inspection(
        read=explain(query, snapshot, parameters, judged.ranking, {}, judged.answerable),
        answerable=judged.answerable,
        threshold=parameters.answer_threshold,
        answered=judged.answered,
        is_name=searcher.names.holds(query),
        recipes=tuple(taking_apart(number) for number in judged.recipes[:limit]),
        metrics=tuple(taking_apart(int(searcher.metrics[at])) for at in judged.metrics[:limit]),
        wanted=tuple(taking_apart(number) for number in islice(asked, limit)),
    )


class _Apart:
    """Takes the documents of one judged query apart."""

    def __init__(self, searcher: Searcher, query: Query, judged: Judged) -> None:
        self._searcher = searcher
        self._query = query
        self._judged = judged
        self._alone = _alone(judged.ranking, searcher)
        self._joined = (
            searcher.parameters.neighbour_weight * searcher.neighbours.mean(self._alone)
            if judged.ranking.found.documents is None
            else np.zeros_like(self._alone)
        )
        self._place_of = {int(number): at for at, number in enumerate(searcher.metrics)}

    def __call__(self, number: int) -> Inspected:
        snapshot, ranking = self._searcher.snapshot, self._judged.ranking
        parameters, document = self._searcher.parameters, snapshot.documents[number]
        places = ranking.found.places(number)
        scored = places.stop > places.start
        best = int(np.argmax(ranking.chunk_mix[places])) if scored else 0
        chunk = int(snapshot.chunk_range[number]) + best
        cosine = float(ranking.chunk_cosine[places][best]) if scored else float(ranking.found.floor)
        bm25 = float(ranking.chunk_lexical[places][best]) if scored else 0.0
        kind = float(parameters.kind_offsets[int(snapshot.chunk_kind[chunk])])
        whole = float(ranking.document_lexical[number])
        alone, score = float(self._alone[number]), float(ranking.documents[number])
        lexical, document_part = parameters.lexical_weight * bm25, parameters.document_weight * whole
        wording = parameters.wording_weight * float(ranking.wording[number])
        joined = float(self._joined[number])
        shares = snapshot.document_fields.parts(self._query.weights, parameters.field_weights, number)
        total = sum(shares.values()) or 1.0
        place, among, probability = self._place(number)
        return Inspected(
            document=document,
            place=place,
            among=among,
            probability=probability,
            score=score,
            parts=Parts(
                cosine=cosine,
                lexical=lexical,
                kind=kind,
                further=alone - document_part - wording - cosine - lexical - kind,
                document=document_part,
                wording=wording,
                neighbours=joined,
                beliefs=score - alone - joined,
            ),
            bm25=bm25,
            fields={field: share / total * whole for field, share in shares.items()},
            chunk=snapshot.chunks[chunk],
            recommended_by=self._recommended_by(number) if isinstance(document, Metric) else (),
        )

    def _place(self, number: int) -> tuple[int, int, float]:
        """Place, among how many, and probability."""
        searcher, judged = self._searcher, self._judged
        scores: npt.NDArray[np.floating]
        if number in self._place_of:
            at = self._place_of[number]
            listed, scores, own = judged.metrics, judged.metric_scores, judged.metric_scores[at]
            probability = float(own)
        else:
            at, listed = number, judged.recipes
            scores = judged.ranking.documents[searcher.recipes]
            own = judged.ranking.documents[number]
            probability = float(judged.scores[number])
        place = listed.index(at) if at in listed else max(int((scores > own).sum()), len(listed))
        return place + 1, len(scores), probability

    def _recommended_by(self, number: int) -> tuple[str, ...]:
        documents, at = self._searcher.snapshot.documents, self._place_of[number]
        best = self._judged.recipes[:RECOMMENDERS]
        return tuple(documents[one].id for one in best if at in self._searcher.recommended.of(one))


def _alone(ranking: Ranking, searcher: Searcher) -> npt.NDArray[np.float32]:
    """Score of each document before those that it is joined to are looked at.

    Documents whose chunks are not scored have their final score: what they are joined to is not told apart.
    """
    sharpness = np.float32(searcher.parameters.sharpness)
    soft: npt.NDArray[np.floating] = (
        np.logaddexp.reduceat(ranking.chunk_mix * sharpness, ranking.found.starts[:-1]) / sharpness
    )
    lexical = np.float32(searcher.parameters.document_weight) * ranking.document_lexical
    lexical = lexical + np.float32(searcher.parameters.wording_weight) * ranking.wording
    if ranking.found.documents is None:
        return np.asarray(soft + lexical, dtype=np.float32)
    alone = ranking.documents.copy()
    scored = ranking.found.documents
    alone[scored] = soft + lexical[scored]
    return alone
