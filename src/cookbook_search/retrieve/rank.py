"""Fusion: the cosines and BM25 of chunks become one score a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.index import Snapshot
from cookbook_search.retrieve.candidates import Candidates, candidates
from cookbook_search.retrieve.parameters import Parameters
from cookbook_search.retrieve.query import Query
from cookbook_search.timing import stage
from cookbook_search.types import AnyDocument, Recipe

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which documents the editors joined: prerequisites, methods, metrics, related, in both directions.

    Edge ``e`` leads from document ``source[e]`` to ``target[e]``; the weights of a source sum to 1.
    """

    source: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float32]

    def mean(self, scores: Floats) -> Floats:
        """Mean score of the neighbours of each document; float32 like ``scores``.

        One that no editor has joined to any, such as a guest's plain page, gets what documents of its
        own score have on average (the regression line over the others), or it could never win.
        """
        sums = np.bincount(self.source, self.weight * scores[self.target], minlength=len(scores))
        joined = np.zeros(len(scores), dtype=bool)
        joined[self.source] = True
        if joined.any() and not joined.all():
            own, near = scores[joined], sums[joined]
            spread = own - own.mean()
            slope = float(spread @ (near - near.mean())) / max(float(spread @ spread), 1e-9)
            sums[~joined] = near.mean() + slope * (scores[~joined] - own.mean())
        return sums.astype(np.float32)

    def total(self, scores: Floats) -> Floats:
        """Summed score of the neighbours of each document; float32 like ``scores``."""
        return np.bincount(self.source, scores[self.target], minlength=len(scores)).astype(np.float32)


EXCLUDED = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of one query over a snapshot.

    Arrays of chunks hold the scored ones, at the places that ``found.places(document)`` tells.
    """

    found: Candidates
    chunk_mix: Floats
    """Fused score of each scored chunk."""
    chunk_lexical: Floats
    """BM25 of each scored chunk over (best + floor): 0..1."""
    documents: Floats
    """Fused score of each document; ``EXCLUDED`` where the filters leave it out."""
    document_lexical: Floats
    """BM25 of each document over (best + floor): 0..1."""
    wording: Floats
    """Likelihood of the query in the questions of each document; see ``index.wording``."""

    @property
    def chunk_cosine(self) -> Floats:
        """Cosine of each scored chunk."""
        return self.found.cosine

    def best_cosine(self, document: int) -> float:
        """Best cosine of the document's chunks."""
        return float(self.chunk_cosine[self.found.places(document)].max(initial=self.found.floor))


def neighbours_of(documents: Sequence[AnyDocument]) -> Neighbours:
    """The graph that the front matter draws, each edge walked in both directions."""
    number = {(document.owner, document.id): at for at, document in enumerate(documents)}
    pairs: set[tuple[int, int]] = set()
    for at, document in enumerate(documents):
        named = document.related
        if isinstance(document, Recipe):
            named = (*named, *document.prerequisites, *document.methods, *document.metrics)
        for other in named:
            target = number.get((document.owner, other))
            if target is not None:
                pairs |= {(at, target), (target, at)}
    edges = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    degrees = np.bincount(edges[:, 0], minlength=len(documents))
    return Neighbours(edges[:, 0], edges[:, 1], (1 / degrees[edges[:, 0]]).astype(np.float32))


def rank(
    query: Query,
    snapshot: Snapshot,
    parameters: Parameters,
    neighbours: Neighbours,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> Ranking:
    """Score every document that ``allowed`` (bool a document; None: all) lets through.

    chunk = cosine + weight * bm25 / (max bm25 + floor) + offset of its kind, and a document is the
    soft maximum of its chunks plus its own weighted BM25 and wording, plus the weighted mean of its
    neighbours, plus the weighted belief that one of them is the right one (the scores as probabilities,
    summed over the neighbours): who needs a recipe is helped by those that lead to it.
    """
    return fuse(candidates(query, snapshot, allowed), query, snapshot, parameters, neighbours, allowed)


@stage("rank")
def fuse(
    found: Candidates,
    query: Query,
    snapshot: Snapshot,
    parameters: Parameters,
    neighbours: Neighbours,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> Ranking:
    """The part of ``rank`` that hangs on the parameters."""
    lexical = _bounded(found.lexical, parameters.lexical_floor)
    offsets = np.asarray(parameters.kind_offsets, dtype=np.float32)
    mix = np.take(offsets, found.of_chunks(snapshot.chunk_kind))
    mix += found.cosine
    mix += np.float32(parameters.lexical_weight) * lexical
    of_documents = snapshot.document_fields.weighted(parameters.field_weights)
    document_lexical = _bounded(of_documents.search(query.weights), parameters.lexical_floor)
    documents = _soft_maximum(mix, found.starts, parameters.sharpness)
    if found.documents is not None:
        known = documents
        documents = _unscored(snapshot, offsets, found.floor, parameters.sharpness)
        documents[found.documents] = known
    documents = documents + np.float32(parameters.document_weight) * document_lexical
    wording = snapshot.wording.score(query.readable, query.language, found.documents)
    documents += np.float32(parameters.wording_weight) * wording
    beliefs = _beliefs(documents, parameters.belief_sharpness)
    documents = documents + np.float32(parameters.neighbour_weight) * neighbours.mean(documents)
    documents += np.float32(parameters.belief_weight) * neighbours.total(beliefs)
    if allowed is not None:
        documents = np.where(allowed, documents, EXCLUDED)
    return Ranking(found, mix, lexical, documents, document_lexical, wording)


def _bounded(scores: Floats, floor: float) -> Floats:
    best = float(scores.max(initial=0.0))
    return scores / np.float32(best + floor) if best > 0 else scores


def _soft_maximum(values: Floats, starts: npt.NDArray[np.int64], sharpness: float) -> Floats:
    """ln(sum(exp(sharpness * value))) / sharpness over each range: the maximum and a little more."""
    best: Floats = np.maximum.reduceat(values, starts[:-1])
    spread = values - np.repeat(best, np.diff(starts))
    spread *= np.float32(sharpness)
    np.exp(spread, out=spread)
    rest = np.log(np.add.reduceat(spread, starts[:-1])) / np.float32(sharpness)
    return np.asarray(best + rest, dtype=np.float32)


def _beliefs(scores: Floats, sharpness: float) -> Floats:
    """exp(sharpness * score), scaled to sum to 1: how the right document is spread over all."""
    powers = np.exp(np.float32(sharpness) * (scores - scores.max(initial=0.0)))
    return np.asarray(powers / max(float(powers.sum()), 1e-30), dtype=np.float32)


def _unscored(snapshot: Snapshot, offsets: Floats, floor: np.float32, sharpness: float) -> Floats:
    """Soft maximum of each document as if none of its chunks were near or held a word of the query."""
    gains = np.exp(np.float32(sharpness) * offsets)
    scores = floor + np.log(snapshot.kind_counts @ gains) / np.float32(sharpness)
    return np.asarray(scores, dtype=np.float32)
