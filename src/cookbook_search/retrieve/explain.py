"""What each part of the retrieval did with a query, for people who tune it or wonder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cookbook_search.index import Snapshot
from cookbook_search.retrieve.parameters import Parameters
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import Ranking


@dataclass(frozen=True, slots=True)
class DocumentExplanation:
    """How one document came to its place."""

    id: str
    score: float
    """Fused score."""
    probability: float
    cosine: float
    """Best cosine of its chunks."""
    chunk_lexical: float
    """Best BM25 of its chunks, 0..1 of the best in the corpus."""
    document_lexical: float
    """BM25 of the whole document, 0..1 of the best in the corpus."""
    wording: float
    """Likelihood of the query's words and pairs of words in its questions."""
    fields: dict[str, float]
    """Field -> its part of ``document_lexical``."""
    chunk: str
    """Text of its best chunk."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a query was read and ranked."""

    language: str
    tokens: dict[str, tuple[str, ...]]
    """Word as typed -> terms it stands for."""
    corrected: dict[str, str]
    synonyms: dict[str, tuple[str, ...]]
    """Words of the query -> terms of their synonyms in the vocabulary."""
    weights: dict[str, float]
    """Term -> weight in BM25, synonyms among them."""
    unknown: tuple[str, ...]
    """Content words that the corpus does not use."""
    answerable: float
    documents: tuple[DocumentExplanation, ...]


def explain(
    query: Query,
    snapshot: Snapshot,
    parameters: Parameters,
    ranking: Ranking,
    probabilities: dict[int, float],
    answerable: float,
) -> Explanation:
    """Explain the documents named in ``probabilities`` (number -> probability), in that order."""
    documents = tuple(
        _explain_document(query, snapshot, parameters, ranking, number, value)
        for number, value in probabilities.items()
    )
    known = snapshot.chunk_postings.terms
    return Explanation(
        language=query.language,
        tokens={token.surface: token.terms for token in query.tokens},
        corrected=dict(query.corrected),
        synonyms={words: tuple(terms) for words, terms in query.expanded.items()},
        weights=dict(query.weights),
        unknown=tuple(t.surface for t in query.tokens if not any(term in known for term in t.terms)),
        answerable=answerable,
        documents=documents,
    )


def _explain_document(
    query: Query,
    snapshot: Snapshot,
    parameters: Parameters,
    ranking: Ranking,
    number: int,
    probability: float,
) -> DocumentExplanation:
    parts = snapshot.document_fields.parts(query.weights, parameters.field_weights, number)
    whole = float(ranking.document_lexical[number]) / (sum(parts.values()) or 1.0)
    places = ranking.found.places(number)
    scored = places.stop > places.start
    best = int(np.argmax(ranking.chunk_mix[places])) if scored else 0
    chunk = int(snapshot.chunk_range[number]) + best
    return DocumentExplanation(
        id=snapshot.documents[number].id,
        score=float(ranking.documents[number]),
        probability=probability,
        cosine=ranking.best_cosine(number),
        chunk_lexical=float(ranking.chunk_lexical[places].max(initial=0.0)),
        document_lexical=float(ranking.document_lexical[number]),
        wording=float(ranking.wording[number]),
        fields={field: part * whole for field, part in parts.items()},
        chunk=snapshot.chunks[chunk].text,
    )
