"""Any sentence-transformers model, by hub name or local path."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cookbook_search.embed.protocol import Role, Vectors, unit_rows
from cookbook_search.errors import ModelError
from cookbook_search.types import Language

INSTALL = "pip install 'cookbook-search[sentence-transformers]'"
_E5 = {"query": "query: ", "passage": "passage: "}


class SentenceTransformerEmbedder:
    """Wraps a SentenceTransformer; E5 models get their prefixes, others their own prompts."""

    def __init__(self, name: str) -> None:
        """Raises ModelError where the library or the model is missing."""
        try:
            from sentence_transformers import SentenceTransformer  # heavy: only where it is configured
        except ImportError as error:
            raise ModelError(
                f"The model `{name}` needs sentence-transformers; install it: {INSTALL}"
            ) from error
        try:
            self._model: Any = SentenceTransformer(name)
        except Exception as error:  # the library raises many kinds for a missing or broken model
            raise ModelError(
                f"The model `{name}` cannot be loaded ({error}); give the name of a sentence-transformers "
                "model that this machine can fetch, or the path of a local one."
            ) from error
        self._lock = threading.Lock()
        self.name = name
        self.dimension = int(self._model.get_sentence_embedding_dimension() or 0)
        prompts = {role: self._model.prompts.get(role) for role in ("query", "passage")}
        self._prefixes = _E5 if "e5" in Path(name).name.lower() else {r: p or "" for r, p in prompts.items()}
        self.digest = self._weights_digest()

    def embed(self, texts: Sequence[str], languages: Sequence[Language], role: Role) -> Vectors:
        """Encode with the prefix of the role; see ``Embedder.embed``."""
        prefix = self._prefixes[role]
        with self._lock:
            vectors = self._model.encode(
                [prefix + text for text in texts], convert_to_numpy=True, show_progress_bar=False, prompt=""
            )
        return unit_rows(np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension))

    def _weights_digest(self) -> str:
        digest = hashlib.sha256(repr(sorted(self._prefixes.items())).encode())
        for key, tensor in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
        return digest.hexdigest()
