"""The bundled model: one vector a token, weighted sum, unit length. numpy alone.

``embed/bundled/`` holds ``model.json`` (name, version, dimension, part weight, licences),
``tokens.txt`` (one token a line, ``language:term``), ``rows.npy`` (int8, one row a token) and
``scales.npy`` (float16, what a row is multiplied by; the token's weight is already in it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from cookbook_search.analyze import Analyzer, Token, fold
from cookbook_search.embed.protocol import Role, Vectors, unit_rows
from cookbook_search.errors import ModelError
from cookbook_search.types import Language

FILES = ("model.json", "tokens.txt", "rows.npy", "scales.npy")


class StaticModelCard(BaseModel):
    """``model.json``: what the weights are."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    version: str
    dimension: int
    part_weight: float
    """Weight of a compound part beside a lemma of weight 1."""
    stop_weight: float
    """Weight of a function word."""
    ngram: int = 0
    """Length of the character n-grams that stand for unknown words; 0: none."""


class StaticEmbedder:
    """Bag of token vectors over the shared analysis."""

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        """Raises ModelError where the files are missing or do not fit together."""
        self._analyzer = analyzer
        try:
            self.card = StaticModelCard.model_validate_json((folder / "model.json").read_bytes())
            tokens = (folder / "tokens.txt").read_text(encoding="utf-8").splitlines()
            self._rows = np.load(folder / "rows.npy", allow_pickle=False, mmap_mode="r")
            self._scales = np.load(folder / "scales.npy", allow_pickle=False).astype(np.float32)
        except (OSError, ValueError, ValidationError) as error:
            raise ModelError(f"The embedding model in {folder} cannot be read: {error}") from error
        if self._rows.shape != (len(tokens), self.card.dimension) or len(self._scales) != len(tokens):
            raise ModelError(
                f"The files of the embedding model in {folder} do not fit together; restore them."
            )
        self._index = {token: row for row, token in enumerate(tokens)}
        self.name = "bundled"
        self.dimension = self.card.dimension
        self.digest = _digest(folder)

    def embed(self, texts: Sequence[str], languages: Sequence[Language], role: Role) -> Vectors:
        """Weighted sums of token vectors; see ``Embedder.embed``."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for at, (text, language) in enumerate(zip(texts, languages, strict=True)):
            rows, weights = self._bag(self._analyzer.tokens(text, language), language)
            if rows:
                scaled = np.asarray(weights, dtype=np.float32) * self._scales[rows]
                vectors[at] = scaled @ self._rows[rows].astype(np.float32)
        return unit_rows(vectors)

    def _bag(self, tokens: Sequence[Token], language: Language) -> tuple[list[int], list[float]]:
        rows: list[int] = []
        weights: list[float] = []
        for token in tokens:
            weight = self.card.stop_weight if token.stop else 1.0
            lemmas = [
                row for lemma in token.lemmas if (row := self._index.get(f"{language}:{lemma}")) is not None
            ]
            parts = [
                row for part in token.parts if (row := self._index.get(f"{language}:{part}")) is not None
            ]
            part_weight = self.card.part_weight if lemmas else 1.0
            if not lemmas and not parts and self.card.ngram and not token.stop:
                parts = self._ngrams(token.surface, language)
            rows += lemmas + parts
            weights += [weight / max(len(lemmas), 1)] * len(lemmas)
            weights += [weight * part_weight / max(len(parts), 1)] * len(parts)
        return rows, weights

    def _ngrams(self, word: str, language: Language) -> list[int]:
        framed = f"<{fold(word)}>"
        size = self.card.ngram
        grams = (framed[at : at + size] for at in range(len(framed) - size + 1))
        return [row for gram in grams if (row := self._index.get(f"{language}#{gram}")) is not None]


def bundled_folder() -> Path:
    """Folder of the model that ships with the package."""
    return Path(str(files("cookbook_search.embed") / "bundled"))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.hexdigest()
