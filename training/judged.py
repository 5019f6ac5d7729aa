"""Judged queries against one snapshot, as matrices: what a choice of parameters would rank for them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cookbook_search.evaluate import GRADE_NEEDED, JudgedQuery, read_queries
from cookbook_search.retrieve import Parameters, Query, Searcher
from cookbook_search.retrieve.rank import rank

DEPTH = 10
NEEDED_DEPTH = 5
SLICE = 32
"""Queries fused at a time, so that the matrices of chunks stay small."""
TOLERANCE = 1e-3
Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Case:
    """A judged query, read once."""

    judged: JudgedQuery
    query: Query
    gains: Floats
    """Grade of each document."""


@dataclass(frozen=True)
class Table:
    """What fusion starts from, for the answerable cases: rows are cases."""

    searcher: Searcher
    cases: list[Case]
    cosine: Scores
    """(cases, chunks)"""
    lexical: Scores
    """(cases, chunks)"""
    gains: Floats
    """(cases, documents)"""
    wording: Scores
    """(cases, documents)"""
    links: Scores
    """(documents, documents): share of each neighbour in a document's mean."""


def read_cases(path: Path, searcher: Searcher) -> list[Case]:
    """Read and analyse the judged queries."""
    number = {document.id: at for at, document in enumerate(searcher.snapshot.documents)}
    cases = []
    for judged in read_queries(path):
        gains = np.zeros(len(number))
        for document, grade in (judged.recipes | judged.metrics).items():
            if document in number:
                gains[number[document]] = grade
        cases.append(Case(judged, searcher.reader.read(judged.query), gains))
    return cases


def tabulate(cases: Sequence[Case], searcher: Searcher) -> Table:
    """Everything of the answerable cases that no parameter changes."""
    chosen = [case for case in cases if not case.judged.must_be_refused]
    snapshot = searcher.snapshot
    size = len(snapshot.documents)
    links = np.zeros((size, size), dtype=np.float32)
    links[searcher.neighbours.source, searcher.neighbours.target] = searcher.neighbours.weight
    return Table(
        searcher,
        chosen,
        np.array([snapshot.dense.cosines(case.query.vector, 0, snapshot.dense.size) for case in chosen]),
        np.array([snapshot.chunk_postings.search(case.query.weights) for case in chosen]),
        np.array([case.gains for case in chosen]),
        np.array([snapshot.wording.score(case.query.readable, case.query.language) for case in chosen]),
        links,
    )


def documents(table: Table, parameters: Parameters) -> Scores:
    """Fused scores (cases, documents), as ``rank`` gives them one by one."""
    snapshot = table.searcher.snapshot
    offsets = np.asarray(parameters.kind_offsets, dtype=np.float32)[snapshot.chunk_kind]
    fields = snapshot.document_fields.weighted(parameters.field_weights)
    lexical = np.array([fields.search(case.query.weights) for case in table.cases])
    starts = snapshot.chunk_range[:-1]
    best = []
    for at in range(0, len(table.cases), SLICE):
        rows = slice(at, at + SLICE)
        mix = _bounded(table.lexical[rows], parameters.lexical_floor) * np.float32(parameters.lexical_weight)
        mix += table.cosine[rows]
        mix += offsets
        top = np.maximum.reduceat(mix, starts, axis=1)
        mix -= np.repeat(top, np.diff(snapshot.chunk_range), axis=1)
        mix *= np.float32(parameters.sharpness)
        np.exp(mix, out=mix)
        best.append(top + np.log(np.add.reduceat(mix, starts, axis=1)) / np.float32(parameters.sharpness))
    scores = np.concatenate(best)
    scores = scores + np.float32(parameters.document_weight) * _bounded(lexical, parameters.lexical_floor)
    scores = scores + np.float32(parameters.wording_weight) * table.wording
    powers = np.exp(np.float32(parameters.belief_sharpness) * (scores - scores.max(axis=1, keepdims=True)))
    beliefs = powers / powers.sum(axis=1, keepdims=True)
    scores = scores + np.float32(parameters.neighbour_weight) * (scores @ table.links.T)
    scores += np.float32(parameters.belief_weight) * (beliefs @ (table.links.T > 0))
    return np.asarray(scores, dtype=np.float32)


def same_as_search(table: Table, parameters: Parameters) -> bool:
    """Whether these matrices give what a search would: the guard against drifting apart."""
    together = documents(table, parameters)
    for at in range(0, len(table.cases), max(1, len(table.cases) // 5)):
        searcher = table.searcher
        alone = rank(table.cases[at].query, searcher.snapshot, parameters, searcher.neighbours).documents
        if np.abs(together[at] - alone).max() > TOLERANCE * max(1.0, float(np.abs(alone).max())):
            return False
    return True


def quality(table: Table, scores: Scores) -> Floats:
    """Of each case: nDCG@10 of recipes (weight 3) and metrics, and recall@5 of what is needed."""
    searcher, gains = table.searcher, table.gains
    recipes = ndcg(scores[:, searcher.recipes], gains[:, searcher.recipes])
    metrics = ndcg(scores[:, searcher.metrics], gains[:, searcher.metrics])
    recalled = recall(scores[:, searcher.recipes], gains[:, searcher.recipes])
    parts = np.stack([recipes, recipes, recipes, metrics, recalled])
    return np.asarray(np.nanmean(parts, axis=0))


def ndcg(scores: npt.NDArray[np.floating], gains: Floats) -> Floats:
    """nDCG@10 with linear gains of each row; NaN where nothing is judged."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
    discounts = 1 / np.log2(np.arange(2, order.shape[1] + 2))
    ideal = (-np.sort(-gains, axis=1)[:, :DEPTH] * discounts).sum(axis=1)
    found = (np.take_along_axis(gains, order, axis=1) * discounts).sum(axis=1)
    return np.where(ideal > 0, found / np.maximum(ideal, 1e-9), np.nan)


def recall(scores: npt.NDArray[np.floating], gains: Floats) -> Floats:
    """Share of the needed documents among the first five of each row; NaN where none is needed."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :NEEDED_DEPTH]
    needed = (gains >= GRADE_NEEDED).sum(axis=1)
    found = (np.take_along_axis(gains, order, axis=1) >= GRADE_NEEDED).sum(axis=1)
    return np.where(needed > 0, found / np.maximum(needed, 1), np.nan)


def _bounded(scores: Scores, floor: float) -> Scores:
    best = scores.max(axis=1, keepdims=True)
    return np.asarray(scores / (best + np.float32(floor) + np.float32(1e-9)), dtype=np.float32)
