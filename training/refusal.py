"""Learn what tells questions inside from questions outside, on the corpus's own phrasings by folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.index import KIND_CODES, FolderSnapshot, Snapshot, count_terms, draw_border
from cookbook_search.retrieve import QueryReader
from cookbook_search.retrieve.answerable import features
from cookbook_search.retrieve.calibrate import probability
from cookbook_search.retrieve.parameters import Logistic
from training.logistic import balance, fit_logistic

FOLDS = 5
SEED = 20261124
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Questions:
    """The phrasings in the index and the questions from outside, inside first."""

    vectors: npt.NDArray[np.float32]
    terms: list[frozenset[str]]
    inside: npt.NDArray[np.bool_]


def read_questions(snapshot: Snapshot, reader: QueryReader) -> Questions:
    """All of them, outside ones read as queries are; the snapshot is of this machine."""
    assert isinstance(snapshot, FolderSnapshot)
    own = np.flatnonzero(np.isin(snapshot.chunk_kind, [KIND_CODES["problem"], KIND_CODES["question"]]))
    names = list(snapshot.spans.terms)
    terms = [frozenset(names[row] for row in snapshot.spans.of(int(at))[:, 2]) for at in own]
    outside = [
        reader.read(text, language)
        for language, text in snapshot.outside_texts
        if any(char.isalnum() for char in text)
    ]
    return Questions(
        np.concatenate([snapshot.dense.vectors[own], np.array([query.vector for query in outside])]),
        [*terms, *(query.own_terms for query in outside)],
        np.arange(len(own) + len(outside)) < len(own),
    )


def held_out_features(questions: Questions) -> Floats:
    """Features of each question against the others: those of its fold are unseen."""
    folds = np.random.default_rng(SEED).permutation(len(questions.terms)) % FOLDS
    result = np.zeros((len(questions.terms), 14))
    for fold in range(FOLDS):
        own = questions.inside & (folds != fold)
        outside = ~questions.inside & (folds != fold)
        border = draw_border(
            questions.vectors[own],
            questions.vectors[outside],
            count_terms(questions.terms[at] for at in np.flatnonzero(own)),
            count_terms(questions.terms[at] for at in np.flatnonzero(outside)),
        )
        asked = np.flatnonzero(folds == fold)
        to_own = questions.vectors[asked] @ questions.vectors[own].T
        to_outside = questions.vectors[asked] @ questions.vectors[outside].T
        for at, mine, theirs in zip(asked, to_own, to_outside, strict=True):
            result[at] = features(questions.vectors[at], questions.terms[at], mine, theirs, border)
    return result


def learn_refusal(snapshot: Snapshot, reader: QueryReader) -> tuple[Logistic, float]:
    """The logistic model, and the share of outside questions it refuses where it refuses 3 % of inside ones.

    The share is of held-out folds in its features, in sample for its fifteen weights.
    """
    questions = read_questions(snapshot, reader)
    found = held_out_features(questions)
    labels = questions.inside.astype(np.float64)
    model = fit_logistic(found, labels, balance(labels))
    chances = probability(model, found)
    threshold = np.quantile(chances[questions.inside], 0.03)
    return model, float((chances[~questions.inside] < threshold).mean())
