"""What every embedding model offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from cookbook_search.types import Language

Vectors = npt.NDArray[np.float32]
Role = Literal["query", "passage"]


class Embedder(Protocol):
    """Texts to unit vectors. Safe to share by threads."""

    @property
    def name(self) -> str:
        """How the model is chosen in the settings."""

    @property
    def digest(self) -> str:
        """Changes whenever the same text could give another vector."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str], languages: Sequence[Language], role: Role) -> Vectors:
        """float32 of shape (len(texts), dimension); rows of length 1, or zero for an empty text."""


class Reranker(Protocol):
    """Reads a query and a passage together. Safe to share by threads."""

    @property
    def name(self) -> str:
        """How the model is chosen in the settings."""

    def scores(self, query: str, passages: Sequence[str]) -> Vectors:
        """How well each passage answers the query; float32 of shape (len(passages),), more is better."""


def unit_rows(vectors: npt.NDArray[np.floating]) -> Vectors:
    """The rows scaled to length 1; zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
