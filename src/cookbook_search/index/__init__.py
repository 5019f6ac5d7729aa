"""The index: BM25 postings and FAISS vectors in one immutable, verified snapshot."""

from cookbook_search.index.lexical import Postings
from cookbook_search.index.manifest import Manifest
from cookbook_search.index.snapshot import KIND_CODES, Progress, Snapshot, build, current_id, load

__all__ = ["KIND_CODES", "Manifest", "Postings", "Progress", "Snapshot", "build", "current_id", "load"]
