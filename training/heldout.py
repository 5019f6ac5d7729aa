"""What the model does with phrasings, and with documents, that it was not trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from training.bags import Floats, Ints
from training.domain import Domain

Split = Literal["none", "phrasing", "document"]
SHARE: Mapping[Split, float] = {"none": 0.0, "phrasing": 0.25, "document": 0.2}
SHARPNESS = 25.0
"""As in retrieval: how much the best passage outweighs the rest of its document."""


@dataclass(frozen=True, slots=True)
class Division:
    """Which texts teach, which ask and which are searched."""

    teaching: Ints
    asking: Ints
    searched: Ints


TRANSLATION = 0.5
"""Cosine under the lexicons' vectors from which two phrasings of a document may say the same."""


def divide(domain: Domain, split: Split, vectors: Floats, seed: int) -> Division:
    """``phrasing``: a quarter of the further phrasings asks; they and their near equals are unseen.

    Phrasings in one language are often translations of those in another: ``vectors``, from before
    anything was learned of the domain, tell which.

    ``document``: all texts of a fifth of the documents are unseen, their further phrasings ask, and
    the search sees no further phrasings at all, so that no document is helped.
    """
    random = np.random.default_rng(seed)
    role = np.array([text.role for text in domain.texts])
    owner = np.array([text.document for text in domain.texts])
    everything = np.arange(len(domain.texts))
    inside = role != "outside"
    if split == "none":
        return Division(everything, everything[:0], everything[inside])
    questions = role == "question"
    if split == "phrasing":
        asking = questions & (random.random(len(role)) < SHARE[split])
        seen = everything[~(asking | _equals(domain, asking, vectors))]
        return Division(seen, everything[asking], seen[inside[seen]])
    unseen = random.permutation(len(domain.ids))[: round(len(domain.ids) * SHARE[split])]
    hidden = np.isin(owner, unseen)
    return Division(everything[~hidden], everything[hidden & questions], everything[inside & ~questions])


def _equals(domain: Domain, asking: npt.NDArray[np.bool_], vectors: Floats) -> npt.NDArray[np.bool_]:
    """Phrasings that are nearly those of an asker of the same document."""
    owner = np.array([text.document for text in domain.texts])
    phrased = np.array([text.role in {"problem", "question"} for text in domain.texts])
    equal = np.zeros(len(owner), dtype=np.bool_)
    for document in range(len(domain.ids)):
        askers = np.flatnonzero(asking & (owner == document))
        others = np.flatnonzero(phrased & (owner == document))
        if len(askers):
            equal[others] = (vectors[others] @ vectors[askers].T).max(axis=1) >= TRANSLATION
    return equal


def ranks(domain: Domain, division: Division, vectors: Floats) -> npt.NDArray[np.int64]:
    """Place of the right document for each asking text, from 1."""
    owner = np.array([text.document for text in domain.texts])
    searched = division.searched[np.argsort(owner[division.searched], kind="stable")]
    owners, starts = np.unique(owner[searched], return_index=True)
    powers = np.exp(SHARPNESS * (vectors[division.asking] @ vectors[searched].T))
    scores = np.add.reduceat(powers, starts, axis=1)
    right = np.searchsorted(owners, owner[division.asking])
    own = scores[np.arange(len(right)), right]
    return np.asarray((scores > own[:, None]).sum(axis=1) + 1)


def figures(domain: Domain, division: Division, vectors: Floats) -> dict[str, dict[str, float]]:
    """Recall@5, mean reciprocal rank and number of askers: all, by language and by style."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, asker in zip(ranks(domain, division, vectors), division.asking, strict=True):
        text = domain.texts[asker]
        for group in ("all", text.language, text.style):
            groups[group].append(int(place))
    return {
        group: {
            "recall@5": round(float(np.mean(np.array(places) <= 5)), 3),
            "mrr": round(float(np.mean(1 / np.array(places))), 3),
            "askers": len(places),
        }
        for group, places in sorted(groups.items())
        if group
    }
