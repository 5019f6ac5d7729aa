"""A second look at the best documents by a cross-encoder, where one is configured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cookbook_search.embed import Reranker
from cookbook_search.index import KIND_CODES, Snapshot
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import Ranking

RERANKED = 20
"""Best documents that the cross-encoder reads."""


def reranked(
    reranker: Reranker, query: Query, snapshot: Snapshot, ranking: Ranking, documents: Sequence[int]
) -> list[int]:
    """The documents with the first ``RERANKED`` in the order of the cross-encoder, the rest as they stood."""
    first = list(documents[:RERANKED])
    if len(first) > 1:
        passages = [_passage(query, snapshot, ranking, number) for number in first]
        scores = reranker.scores(query.text, passages)
        first = [first[at] for at in np.argsort(-scores, kind="stable")]
    return [*first, *documents[RERANKED:]]


def _passage(query: Query, snapshot: Snapshot, ranking: Ranking, number: int) -> str:
    """Title, summary and best section of a document: what a reader would judge it by."""
    document = snapshot.documents[number]
    texts = [document.title[query.language], document.summary[query.language]]
    mix = ranking.chunk_mix[ranking.found.places(number)]
    first = int(snapshot.chunk_range[number])
    body = int(np.searchsorted(snapshot.chunk_kind[first : first + len(mix)], KIND_CODES["section"]))
    if body < len(mix):
        texts.append(snapshot.chunks[first + body + int(np.argmax(mix[body:]))].text)
    return "\n".join(texts)
