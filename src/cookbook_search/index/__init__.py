"""The index: BM25 postings and FAISS vectors in one immutable, verified snapshot."""

from cookbook_search.index.border import Border, count_terms, draw_border
from cookbook_search.index.builder import Progress, build
from cookbook_search.index.changes import changes_between
from cookbook_search.index.kept import KeptSnapshot, Snapshots
from cookbook_search.index.lexical import FIELDS, FieldWeights, Postings
from cookbook_search.index.manifest import FileRecord, Manifest
from cookbook_search.index.moves import Move
from cookbook_search.index.repository import FolderRepository, Repository
from cookbook_search.index.snapshot import (
    KIND_CODES,
    FolderSnapshot,
    Snapshot,
    current_id,
    is_snapshot,
    known_documents,
    load,
    snapshot_documents,
)

__all__ = [
    "FIELDS",
    "KIND_CODES",
    "Border",
    "FieldWeights",
    "FileRecord",
    "FolderRepository",
    "FolderSnapshot",
    "KeptSnapshot",
    "Manifest",
    "Move",
    "Postings",
    "Progress",
    "Repository",
    "Snapshot",
    "Snapshots",
    "build",
    "changes_between",
    "count_terms",
    "current_id",
    "draw_border",
    "is_snapshot",
    "known_documents",
    "load",
    "snapshot_documents",
]
