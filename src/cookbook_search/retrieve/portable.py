"""The retrieval as one sparse matrix, for where no program of ours runs: a published site's browser.

A word form gives terms, a term adds its weights to documents, and the documents with the largest sums
are the answer. What makes that possible is that all it sums is linear in the terms: the BM25F of the
document, the best BM25 of its chunks, and the nearness of the term's vector to the mean vector of the
document's phrasings; each with a share of what the neighbours in the graph get.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder
from cookbook_search.index import KIND_CODES, FolderSnapshot
from cookbook_search.retrieve.parameters import Parameters
from cookbook_search.retrieve.rank import neighbours_of
from cookbook_search.types import Language

Floats = npt.NDArray[np.float32]

NEARNESS = 4.0
"""Weight of nearness beside the two BM25."""
NEIGHBOURS = 0.5
"""Share of the neighbours' mean that a document gets."""
PER_TERM = 24
"""Documents kept of each term: those that it speaks for most."""
LIKENESS = 0.3
"""Weight of the best document's sum beside the odds that the question is one of ours."""
LET_THROUGH = 0.1
"""Share of the questions from outside that may pass."""
_STEPS = 255
_PHRASINGS = [KIND_CODES[kind] for kind in ("title", "problem", "question")]


@dataclass(frozen=True, slots=True)
class PortableIndex:
    """Word forms, their terms, and what each term adds to which document."""

    forms: tuple[str, ...]
    """Lower-case word forms of all three languages, sorted by code point."""
    form_starts: npt.NDArray[np.uint32]
    """The terms of form ``f`` are ``form_terms[form_starts[f]:form_starts[f + 1]]``; (forms + 1,)."""
    form_terms: npt.NDArray[np.uint32]
    term_starts: npt.NDArray[np.uint32]
    """The postings of term ``t`` are ``term_starts[t]:term_starts[t + 1]``; (terms + 1,)."""
    documents: npt.NDArray[np.uint16]
    """Document of each posting, by its number in the snapshot."""
    weights: npt.NDArray[np.uint8]
    """What each posting adds, in steps of ``step``."""
    step: float
    odds: Floats
    """Of each term, how much likelier it stands in a question of ours than in one from outside, as ln."""
    threshold: float
    """A query of n terms is refused where (sum of odds + ``LIKENESS`` * best sum) / sqrt(n) lies below."""
    stop: tuple[str, ...]
    """Function words, which say nothing."""


def make_portable(
    snapshot: FolderSnapshot, parameters: Parameters, analyzer: Analyzer, embedder: Embedder
) -> PortableIndex:
    """Gather the matrix from a snapshot; takes some seconds, since all chunks are analysed again."""
    found = _forms(snapshot, analyzer)
    terms = {term: number for number, term in enumerate(snapshot.document_fields.terms)}
    for _, of_form in found.values():
        for term in of_form:
            terms.setdefault(term, len(terms))
    matrix = np.zeros((len(terms), len(snapshot.documents)), dtype=np.float32)
    _add_lexical(matrix, snapshot, parameters)
    _add_nearness(matrix, snapshot, embedder, found, terms)
    neighbours = neighbours_of(snapshot.documents)
    reached = np.zeros((len(snapshot.documents), len(snapshot.documents)), dtype=np.float32)
    reached[neighbours.source, neighbours.target] = neighbours.weight
    matrix += np.float32(NEIGHBOURS) * (matrix @ reached.T)
    kept = _sparse(matrix)
    odds = np.array([snapshot.border.odds.get(term, 0.0) for term in terms], dtype=np.float32)
    return _packed(found, terms, kept, odds, _threshold(snapshot, analyzer, terms, kept, odds), analyzer)


_Forms = dict[str, tuple[Counter[Language], tuple[str, ...]]]


def _forms(snapshot: FolderSnapshot, analyzer: Analyzer) -> _Forms:
    """Each form of chunks and outside questions with its languages and its terms."""
    counts: dict[str, Counter[Language]] = {}
    terms: dict[str, dict[str, None]] = {}
    texts: list[tuple[str, Language]] = [
        (chunk.text, chunk.language) for chunk in (snapshot.chunks[at] for at in range(len(snapshot.chunks)))
    ]
    texts += [(text, language) for language, text in snapshot.outside_texts]
    for text, language in texts:
        for token in analyzer.tokens(text, language):
            if not token.stop:
                counts.setdefault(token.surface, Counter())[language] += 1
                terms.setdefault(token.surface, {}).update(dict.fromkeys(token.terms))
    return {form: (counts[form], tuple(terms[form])) for form in sorted(counts)}


def _add_lexical(matrix: Floats, snapshot: FolderSnapshot, parameters: Parameters) -> None:
    fields = snapshot.document_fields.weighted(parameters.field_weights)
    matrix[_term_of_posting(fields.starts), fields.texts] += fields.scores
    chunks = snapshot.chunk_postings
    best = np.zeros_like(matrix)
    owners = snapshot.chunk_document[chunks.texts]
    np.maximum.at(best, (_term_of_posting(chunks.starts), owners), chunks.scores)
    matrix += best


def _term_of_posting(starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _add_nearness(
    matrix: Floats, snapshot: FolderSnapshot, embedder: Embedder, forms: _Forms, terms: dict[str, int]
) -> None:
    """The cosine of each term's commonest form with the phrasings of each document, by its rarity."""
    commonest: dict[str, tuple[int, str, Language]] = {}
    for form, (counts, of_form) in forms.items():
        language, count = counts.most_common(1)[0]
        for term in of_form:
            if count > commonest.get(term, (0, "", language))[0]:
                commonest[term] = (count, form, language)
    rows = np.array([terms[term] for term in commonest])
    vectors = embedder.embed(
        [form for _, form, _ in commonest.values()], [code for _, _, code in commonest.values()], "query"
    )
    size = len(snapshot.documents)
    holding = np.zeros(len(terms))
    spread = np.diff(snapshot.document_fields.starts)
    holding[: len(spread)] = spread
    rarity = np.log(1 + (size - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    matrix[rows] += np.float32(NEARNESS) * np.sqrt(rarity[rows])[:, None] * (vectors @ _centres(snapshot).T)


def _centres(snapshot: FolderSnapshot) -> Floats:
    """The mean vector of each document's phrasings, apart from the mean of all; (documents, dimension)."""
    vectors = snapshot.dense.vectors
    centres = np.zeros((len(snapshot.documents), vectors.shape[1]), dtype=np.float32)
    for number in range(len(centres)):
        chosen = slice(*snapshot.chunk_range[number : number + 2])
        centres[number] = vectors[chosen][np.isin(snapshot.chunk_kind[chosen], _PHRASINGS)].mean(axis=0)
    centres -= centres.mean(axis=0)
    lengths = np.linalg.norm(centres, axis=1, keepdims=True)
    return np.asarray(centres / np.maximum(lengths, np.float32(1e-9)), dtype=np.float32)


def _sparse(matrix: Floats) -> Floats:
    """What each term gives beyond its median, for the documents that it speaks for most."""
    apart = matrix - np.median(matrix, axis=1, keepdims=True)
    if apart.shape[1] > PER_TERM:
        rest = np.argpartition(-apart, PER_TERM, axis=1)[:, PER_TERM:]
        np.put_along_axis(apart, rest, 0, axis=1)
    return np.asarray(np.maximum(apart, 0), dtype=np.float32)


def _threshold(
    snapshot: FolderSnapshot, analyzer: Analyzer, terms: dict[str, int], kept: Floats, odds: Floats
) -> float:
    """Where all but a few of the questions from outside lie below; none is refused where there are none."""
    scores = []
    for language, text in snapshot.outside_texts:
        rows = [terms[term] for term in set(analyzer.terms(text, language))]
        if rows:
            best = float(kept[rows].sum(axis=0).max())
            scores.append((float(odds[rows].sum()) + LIKENESS * best) / len(rows) ** 0.5)
    return float(np.quantile(scores, 1 - LET_THROUGH)) if scores else -1e9


def _packed(
    forms: _Forms, terms: dict[str, int], kept: Floats, odds: Floats, threshold: float, analyzer: Analyzer
) -> PortableIndex:
    step = float(kept.max(initial=0)) / _STEPS or 1.0
    steps = np.rint(kept / step).astype(np.uint8)
    rows, documents = np.nonzero(steps)
    numbers = [[terms[term] for term in of_form] for _, of_form in forms.values()]
    return PortableIndex(
        forms=tuple(forms),
        form_starts=_starts(len(of_form) for of_form in numbers),
        form_terms=np.array([number for of_form in numbers for number in of_form], dtype=np.uint32),
        term_starts=_starts(np.bincount(rows, minlength=len(terms)).tolist()),
        documents=documents.astype(np.uint16),
        weights=steps[rows, documents],
        step=step,
        odds=odds,
        threshold=threshold,
        stop=tuple(sorted(frozenset().union(*analyzer.stop_words.values()) - forms.keys())),
    )


def _starts(lengths: Iterable[int] | Sequence[int]) -> npt.NDArray[np.uint32]:
    return np.concatenate([[0], np.cumsum(list(lengths))]).astype(np.uint32)
