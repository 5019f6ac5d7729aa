"""Embedding models: texts to unit vectors, behind one protocol."""

from cookbook_search.analyze import Analyzer
from cookbook_search.embed.protocol import Embedder, Reranker, Role, Vectors
from cookbook_search.embed.sentence_transformers import CrossEncoderReranker, SentenceTransformerEmbedder
from cookbook_search.embed.static import StaticEmbedder, bundled_folder

__all__ = [
    "CrossEncoderReranker",
    "Embedder",
    "Reranker",
    "Role",
    "SentenceTransformerEmbedder",
    "StaticEmbedder",
    "Vectors",
    "open_embedder",
    "open_reranker",
]


def open_embedder(name: str, analyzer: Analyzer) -> Embedder:
    """``bundled``, or a sentence-transformers model by name or path. Raises ModelError."""
    if name == "bundled":
        return StaticEmbedder(bundled_folder(), analyzer)
    return SentenceTransformerEmbedder(name)


def open_reranker(name: str) -> Reranker | None:
    """A cross-encoder by name or path; none for an empty name. Raises ModelError."""
    return CrossEncoderReranker(name) if name else None
