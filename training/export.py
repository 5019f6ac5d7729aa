"""Trained rows -> the four files of the bundled model: chosen, turned, rounded, put in place."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from cookbook_search.analyze import Analyzer
from cookbook_search.embed.static import FILES, StaticModelCard
from cookbook_search.types import Language
from training.bags import Floats, Ints

MAX_BYTES = 25 * 1024 * 1024
log = logging.getLogger(__name__)


def novelty(terms: Sequence[str], vectors: Floats, analyzer: Analyzer) -> Floats:
    """How far each term is from what its compound parts say together: 1 - cosine, 1 without parts."""
    number = {term: at for at, term in enumerate(terms)}
    result = np.ones(len(terms), dtype=np.float32)
    for at, term in enumerate(terms):
        language, _, word = term.partition(":")
        parts = [number[key] for key in _parts(analyzer, word, language) if key in number and key != term]
        if parts:
            together = vectors[parts].sum(axis=0)
            size = float(np.linalg.norm(together) * np.linalg.norm(vectors[at]))
            result[at] = 1 - float(together @ vectors[at]) / size if size else 0.0
    return result


def _parts(analyzer: Analyzer, word: str, language: str) -> list[str]:
    code: Language = "fi" if language == "fi" else "sv" if language == "sv" else "en"
    return [f"{language}:{part}" for part in analyzer.forms(word, code).parts]


def choose(terms: Sequence[str], mass: Floats, novel: Floats, needed: Collection[str], size: int) -> Ints:
    """Numbers of the ``size`` terms worth a row: the needed ones, then those that say most of their own."""
    worth = mass * novel
    worth[[term in needed for term in terms]] = np.inf
    return np.sort(np.argsort(-worth, kind="stable")[:size])


def turn(rows: Floats, dimension: int) -> Floats:
    """The rows in their ``dimension`` strongest directions."""
    _, axes = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    return np.asarray(rows @ axes[:, ::-1][:, :dimension], dtype=np.float32)


def write_model(folder: Path, card: StaticModelCard, terms: Sequence[str], rows: Floats) -> int:
    """Write the model beside ``folder``, then move its files in, one rename each; returns the bytes."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-6) / 127
    quantised = np.round(rows / scales[:, None]).astype(np.int8)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".model-", dir=folder.parent))
    try:
        (fresh / "model.json").write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (fresh / "tokens.txt").write_text("\n".join(terms) + "\n", encoding="utf-8")
        np.save(fresh / "rows.npy", quantised)
        np.save(fresh / "scales.npy", scales.astype(np.float16))
        size = sum((fresh / name).stat().st_size for name in FILES)
        if size > MAX_BYTES:
            raise ValueError(f"The model takes {size} bytes; lower its number of terms.")
        for name in FILES:
            (fresh / name).replace(folder / name)
    finally:
        shutil.rmtree(fresh)
    log.info("wrote %s: version %s, %d terms, %d bytes", folder, card.version, len(terms), size)
    return size
