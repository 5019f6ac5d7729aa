"""The bundled model: one vector a token, weighted sum, unit length. numpy alone.

``embed/bundled/`` holds ``model.json`` (name, version, dimension, part weight, licences),
``tokens.txt`` (one token a line: ``fi:klusteri`` is
a lemma, stem or part, ``fi#<klu`` a character n-gram), ``rows.npy`` (int8, one row a token) and
``scales.npy`` (float16, what a row is multiplied by; the token's weight is already in it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
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
            self._rows = open_memmap(folder / "rows.npy", mode="r")
            self._scales = np.array(open_memmap(folder / "scales.npy", mode="r"), dtype=np.float32)
        except (OSError, ValueError, ValidationError) as error:
            raise ModelError(f"The embedding model in {folder} cannot be read: {error}") from error
        fits = self._rows.shape == (len(tokens), self.card.dimension) and self._rows.dtype == np.int8
        if not fits or self._scales.shape != (len(tokens),):
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
            terms = token_terms(token, language, self._index, self.card)
            if not terms and not token.stop:
                terms = ngram_terms(token.surface, language, self._index, self.card)
            for term, weight in terms:
                rows.append(self._index[term])
                weights.append(weight)
        return rows, weights


def token_terms(
    token: Token, language: Language, known: Container[str], card: StaticModelCard
) -> list[tuple[str, float]]:
    """Known terms of one word with their weights: lemmas together 1, compound parts ``part_weight``.

    The parts of an unknown word stand in for it with weight 1; a function word counts ``stop_weight``.
    """
    lemmas = [term for lemma in token.lemmas if (term := f"{language}:{lemma}") in known]
    parts = [term for part in token.parts if (term := f"{language}:{part}") in known]
    weight = card.stop_weight if token.stop else 1.0
    part_weight = weight * (card.part_weight if lemmas else 1.0)
    return [
        *((term, weight / len(lemmas)) for term in lemmas),
        *((term, part_weight / len(parts)) for term in parts),
    ]


def ngram_terms(
    word: str, language: Language, known: Container[str], card: StaticModelCard
) -> list[tuple[str, float]]:
    """Known character n-grams of an unknown word, together of weight 1; ``fi#<kl`` begins a word."""
    framed = f"<{fold(word)}>"
    grams = (f"{language}#{framed[at : at + card.ngram]}" for at in range(len(framed) - card.ngram + 1))
    terms = [gram for gram in grams if gram in known] if card.ngram else []
    return [(gram, 1 / len(terms)) for gram in terms]


def bundled_folder() -> Path:
    """Folder of the model that ships with the package."""
    return Path(str(files("cookbook_search.embed") / "bundled"))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.hexdigest()
