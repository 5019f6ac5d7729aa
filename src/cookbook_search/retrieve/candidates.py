"""Which chunks a query is scored on: all of them, or those of the likeliest documents.

A small index is scored whole. Beyond ``WHOLE_UP_TO`` chunks only the chunks of the documents behind
the best cosines and the best BM25 scores are, so that a query costs the same however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.index import Snapshot
from cookbook_search.retrieve.query import Query
from cookbook_search.timing import stage

WHOLE_UP_TO = 200_000
"""Chunks of an index that is scored whole, where its vectors are at hand."""
NEAREST = 400
"""Chunks that the dense index proposes for a larger one; the others count as far as the last of these."""
DOCUMENTS = 48
"""Documents whose chunks are scored where not all are."""
LEXICAL = 600
"""Chunks that BM25 proposes there."""
Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The chunks that are scored, document after document."""

    documents: Numbers | None
    """Numbers of their documents, rising; None: all."""
    starts: Numbers
    """The chunks of the i-th of the documents stand at places ``starts[i]:starts[i + 1]``."""
    chunks: Numbers | None
    """Number of the chunk at each place; None: the place itself."""
    cosine: Floats
    """Cosine of each."""
    lexical: Floats
    """BM25 of each."""
    floor: np.float32
    """Cosine that stands for the chunks that are not scored; there may be none."""

    def places(self, document: int) -> slice:
        """Places of the chunks of a document; an empty slice where they are not scored."""
        at = document
        if self.documents is not None:
            at = int(np.searchsorted(self.documents, document))
            if at == len(self.documents) or self.documents[at] != document:
                return slice(0, 0)
        return slice(int(self.starts[at]), int(self.starts[at + 1]))

    def of_chunks(self, values: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Of values of all chunks, those of the scored ones."""
        return values if self.chunks is None else values[self.chunks]


@stage("candidates")
def candidates(query: Query, snapshot: Snapshot, allowed: npt.NDArray[np.bool_] | None) -> Candidates:
    """Find the chunks to score; documents outside ``allowed`` (None: all are in) give no nearest."""
    dense, postings, ranges = snapshot.dense, snapshot.chunk_postings, snapshot.chunk_range
    if dense.size <= min(WHOLE_UP_TO, dense.most_at_once):
        cosine = dense.cosines(query.vector, 0, dense.size)
        if allowed is not None:  # what is left out must not speak for the rest
            inside = allowed[snapshot.chunk_document]
            cosine = np.where(inside, cosine, cosine.min(where=inside, initial=1.0))
        return Candidates(None, ranges, None, cosine, postings.search(query.weights), np.float32(-1))
    among = None if allowed is None else np.flatnonzero(allowed[snapshot.chunk_document]).astype(np.int64)
    cosines, nearest = dense.search(query.vector, NEAREST, among)
    documents = _likeliest(query, snapshot, cosines, nearest, allowed)
    firsts, ends = ranges[documents], ranges[documents + 1]
    starts = np.concatenate([[0], np.cumsum(ends - firsts)])
    chunks = np.arange(starts[-1]) + np.repeat(firsts - starts[:-1], ends - firsts)
    return Candidates(
        documents,
        starts,
        chunks,
        dense.within(query.vector, firsts, ends),
        postings.within(query.weights, firsts, ends),
        cosines[-1] if len(cosines) else np.float32(0),
    )


def _likeliest(
    query: Query,
    snapshot: Snapshot,
    cosines: Floats,
    nearest: Numbers,
    allowed: npt.NDArray[np.bool_] | None,
) -> Numbers:
    """Documents with the best chunks, cosine and BM25 over the best BM25 added, rising."""
    proposed = snapshot.chunk_postings.candidates(query.weights, LEXICAL)
    if allowed is not None:
        proposed = proposed[allowed[snapshot.chunk_document[proposed]]]
    chunks = np.union1d(nearest, proposed)
    score = np.full(len(chunks), cosines[-1] if len(cosines) else 0, dtype=np.float32)
    score[np.searchsorted(chunks, nearest)] = cosines
    lexical = snapshot.chunk_postings.at(query.weights, chunks)
    score += lexical / max(float(lexical.max(initial=0.0)), 1e-6)
    best_first = snapshot.chunk_document[chunks[np.argsort(-score, kind="stable")]]
    _, first_seen = np.unique(best_first, return_index=True)
    return np.sort(best_first[np.sort(first_seen)[:DOCUMENTS]]).astype(np.int64)
