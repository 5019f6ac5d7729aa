"""Embedding models: texts to unit vectors, behind one protocol."""

from cookbook_search.analyze import Analyzer
from cookbook_search.embed.protocol import Embedder, Role, Vectors
from cookbook_search.embed.sentence_transformers import SentenceTransformerEmbedder
from cookbook_search.embed.static import StaticEmbedder, bundled_folder

__all__ = ["Embedder", "Role", "SentenceTransformerEmbedder", "StaticEmbedder", "Vectors", "open_embedder"]


def open_embedder(name: str, analyzer: Analyzer) -> Embedder:
    """``bundled``, or a sentence-transformers model by name or path. Raises ModelError."""
    if name == "bundled":
        return StaticEmbedder(bundled_folder(), analyzer)
    return SentenceTransformerEmbedder(name)
