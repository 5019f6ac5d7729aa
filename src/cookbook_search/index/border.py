"""The border of the cookbook: how its own questions differ from those that it does not answer.

Two closed forms, so that a build stays fast: the log odds of each term, with add-one-half smoothing
(naive Bayes over terms), and the direction in which the two groups of vectors lie apart (Fisher's
linear discriminant with a shared, shrunk covariance).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

BORDER_TERMS, BORDER_DIRECTION = "border-terms.json", "border-direction.npy"
SMOOTHING = 0.5
SHRINKAGE = 0.1
"""Share of the mean variance that is added to each."""
MOST = 20_000
"""Own questions whose vectors are looked at."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Border:
    """What parts questions inside from questions outside."""

    odds: Mapping[str, float]
    """Term -> ln of how much likelier it stands in an own question than in one from outside."""
    direction: Floats
    """A vector's dot product with it, plus ``bias``, is positive on the inner side; (dimension,)."""
    bias: float
    outside_counts: Mapping[str, int]
    """Term -> in how many of the questions from outside it stands."""

    def side(self, vector: Floats) -> float:
        """How far on the inner side a vector lies."""
        return float(vector @ self.direction) + self.bias


def draw_border(
    own: Floats, outside: Floats, own_counts: Mapping[str, int], outside_counts: Mapping[str, int]
) -> Border:
    """From vectors of both groups, and in how many questions of each a term stands.

    Without questions from outside there is no border: no odds, and every vector lies at 0.
    """
    if not len(outside) or not len(own):
        return Border({}, np.zeros(own.shape[1], dtype=np.float32), 0.0, outside_counts)
    odds = {
        term: _log_share(own_counts.get(term, 0), len(own))
        - _log_share(outside_counts.get(term, 0), len(outside))
        for term in own_counts.keys() | outside_counts.keys()
    }
    chosen = own if len(own) <= MOST else own[np.linspace(0, len(own) - 1, MOST).astype(int)]
    return Border(odds, *_discriminant(chosen, outside), outside_counts)


def count_terms(questions: Iterable[Iterable[str]]) -> Counter[str]:
    """In how many of the questions each term stands."""
    return Counter(term for terms in questions for term in set(terms))


def write_border(border: Border, folder: Path) -> None:
    """Write ``border-terms.json`` and ``border-direction.npy``."""
    odds = {term: round(value, 3) for term, value in sorted(border.odds.items())}
    terms = {"odds": odds, "outside": dict(sorted(border.outside_counts.items()))}
    (folder / BORDER_TERMS).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
    np.save(folder / BORDER_DIRECTION, np.append(border.direction, border.bias), allow_pickle=False)


def read_border(folder: Path) -> Border:
    """Read what ``write_border`` wrote."""
    line = np.asarray(np.load(folder / BORDER_DIRECTION, allow_pickle=False), dtype=np.float32)
    terms = json.loads((folder / BORDER_TERMS).read_bytes())
    return Border(terms["odds"], line[:-1].copy(), float(line[-1]), terms["outside"])


def _discriminant(own: Floats, outside: Floats) -> tuple[Floats, float]:
    inner, outer = own.mean(axis=0), outside.mean(axis=0)
    shared = (_covariance(own, inner) + _covariance(outside, outer)) / 2
    spread = float(np.trace(shared)) / len(shared) or 1.0
    direction = np.linalg.solve(shared + SHRINKAGE * spread * np.eye(len(shared)), inner - outer)
    return direction.astype(np.float32), -float(direction @ (inner + outer)) / 2


def _covariance(group: Floats, centre: Floats) -> npt.NDArray[np.float64]:
    apart = group - centre
    return (apart.T @ apart).astype(np.float64) / len(group)


def _log_share(count: int, total: int) -> float:
    return float(np.log((count + SMOOTHING) / (total + 2 * SMOOTHING)))
