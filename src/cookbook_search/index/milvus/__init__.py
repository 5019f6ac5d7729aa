"""The index on Milvus: vectors and BM25 weights of the chunks there, the rest copied to each server.

Imported only where ``COOKBOOK_INDEX`` names a Milvus.
"""

from cookbook_search.index.milvus.repository import MilvusRepository

__all__ = ["MilvusRepository"]
