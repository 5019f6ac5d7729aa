"""Average-linkage agglomerative clustering by cosine (UPGMA, Sokal & Michener 1958)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


def clusters(vectors: Vectors, weights: npt.NDArray[np.float64], least: float) -> list[list[int]]:
    """Groups of row numbers whose mean cosine with each other is at least ``least``.

    ``vectors`` (n, dim) of unit length, or zero for what has no meaning and stays alone; ``weights`` (n)
    says how often each row counts. The two nearest groups are joined until none are near enough; ties go
    to the smaller numbers, so equal input gives equal groups. Time O(n²) in practice, memory n² floats.
    """
    similarity = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(similarity, -np.inf)
    sizes = weights.astype(np.float64).copy()
    members: dict[int, list[int]] = {row: [row] for row in range(len(vectors))}
    nearest = similarity.argmax(axis=1) if len(vectors) else np.empty(0, dtype=np.intp)
    best = similarity.max(axis=1) if len(vectors) else np.empty(0)
    while len(members) > 1:
        first = int(best.argmax())
        if best[first] < least:
            break
        keep, gone = sorted((first, int(nearest[first])))
        members[keep] += members.pop(gone)
        _join(similarity, sizes, keep, gone)
        stale = np.flatnonzero((nearest == keep) | (nearest == gone) | (similarity[:, keep] > best))
        for row in {keep, *map(int, stale)}:
            nearest[row], best[row] = similarity[row].argmax(), similarity[row].max()
        best[gone] = -np.inf
    return [sorted(rows) for _, rows in sorted(members.items())]


def _join(similarity: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], keep: int, gone: int) -> None:
    """Lance-Williams update of the mean cosines when ``gone`` becomes a part of ``keep``."""
    share = sizes[keep] / (sizes[keep] + sizes[gone])
    with np.errstate(invalid="ignore"):
        joined = share * similarity[keep] + (1 - share) * similarity[gone]
    joined[[keep, gone]] = -np.inf
    similarity[keep], similarity[:, keep] = joined, joined
    similarity[gone], similarity[:, gone] = -np.inf, -np.inf
    sizes[keep] += sizes[gone]
