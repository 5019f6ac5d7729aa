"""What retrieval asks of whatever scores chunks: arrays mapped into this process, or Milvus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


class DenseSearch(Protocol):
    """Cosines of the chunks' vectors."""

    @property
    def size(self) -> int:
        """Number of chunks."""

    @property
    def most_at_once(self) -> int:
        """Chunks that a query may ask for the cosines of without being slow."""

    def cosines(self, query: Floats, first: int, end: int) -> Floats:
        """Cosine of each of the chunks ``first:end``, in their order."""

    def within(self, query: Floats, firsts: Numbers, ends: Numbers) -> Floats:
        """Cosines in these rising ranges ``firsts[i]:ends[i]``, one range after the other."""

    def search(self, query: Floats, count: int, among: Numbers | None = None) -> tuple[Floats, Numbers]:
        """Cosines and numbers of the ``count`` nearest chunks, best first.

        ``among``: rising numbers of the chunks that may be found, whole documents; None: all.
        """


class LexicalSearch(Protocol):
    """BM25 of the chunks; ``weights`` are those of the query's terms."""

    @property
    def terms(self) -> Mapping[str, int]:
        """The terms of the corpus -> their numbers."""

    def search(self, weights: Mapping[str, float]) -> Floats:
        """BM25 of every chunk."""

    def holding(self, term: str) -> npt.NDArray[np.int32]:
        """The chunks that hold a term, rising."""

    def candidates(self, weights: Mapping[str, float], count: int) -> Numbers:
        """About the ``count`` best chunks, rising."""

    def at(self, weights: Mapping[str, float], texts: Numbers) -> Floats:
        """BM25 of these rising chunks alone."""

    def within(self, weights: Mapping[str, float], firsts: Numbers, ends: Numbers) -> Floats:
        """BM25 in these rising ranges ``firsts[i]:ends[i]``, one range after the other."""
