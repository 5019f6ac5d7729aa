"""Any sentence-transformers model, by hub name or local path: embedders and cross-encoders."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cookbook_search.embed.protocol import Role, Vectors, unit_rows
from cookbook_search.errors import ModelError
from cookbook_search.types import Language

INSTALL = "pip install 'cookbook-search[sentence-transformers]'"
_PREFIXES: tuple[tuple[str, dict[Role, str]], ...] = (
    ("e5.*instruct", {"query": "Instruct: Find what solves this problem\nQuery: ", "passage": ""}),
    ("e5", {"query": "query: ", "passage": "passage: "}),
    ("bge-.*-en", {"query": "Represent this sentence for searching relevant passages: ", "passage": ""}),
    ("nomic-embed", {"query": "search_query: ", "passage": "search_document: "}),
)
"""Name of a family of models -> the prefixes that its card asks for, which its files may lack."""


class SentenceTransformerEmbedder:
    """Wraps a SentenceTransformer; families of ``_PREFIXES`` get these, others their own prompts."""

    def __init__(self, name: str) -> None:
        """Raises ModelError where the library or the model is missing."""
        self._model = _open("SentenceTransformer", name)
        self._lock = threading.Lock()
        self.name = name
        named_anew = getattr(self._model, "get_embedding_dimension", None)  # its later name
        self.dimension = int((named_anew or self._model.get_sentence_embedding_dimension)() or 0)
        self._prefixes = _prefixes(Path(name).name.lower(), self._model.prompts)
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


class CrossEncoderReranker:
    """Wraps a CrossEncoder: it reads query and passage together, which is slow and sees more."""

    def __init__(self, name: str) -> None:
        """Raises ModelError where the library or the model is missing."""
        self._model = _open("CrossEncoder", name)
        self._lock = threading.Lock()
        self.name = name

    def scores(self, query: str, passages: Sequence[str]) -> Vectors:
        """How well each passage answers the query; float32 of shape (len(passages),), more is better."""
        pairs = [(query, passage) for passage in passages]
        with self._lock:
            found = self._model.predict(pairs, convert_to_numpy=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32).reshape(len(passages))


def _open(kind: str, name: str) -> Any:
    """The model of this class of the library. Raises ModelError."""
    try:
        import sentence_transformers  # heavy: only where it is configured
    except ImportError as error:
        raise ModelError(f"The model `{name}` needs sentence-transformers; install it: {INSTALL}") from error
    try:
        return getattr(sentence_transformers, kind)(name)
    except Exception as error:  # the library raises many kinds for a missing or broken model
        raise ModelError(
            f"The model `{name}` cannot be loaded ({error}); give the name of a sentence-transformers "
            "model that this machine can fetch, or the path of a local one."
        ) from error


def _prefixes(name: str, prompts: Mapping[str, str]) -> Mapping[Role, str]:
    """Prefix of each role: the family's, else what the model's files say."""
    for family, prefixes in _PREFIXES:
        if re.search(family, name):
            return prefixes
    passage = prompts.get("passage") or prompts.get("document") or ""
    return {"query": prompts.get("query") or "", "passage": passage}
