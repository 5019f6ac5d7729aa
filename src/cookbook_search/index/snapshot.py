"""Snapshots: immutable folders of an index, and the one-line file that says which is current."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder, Vectors
from cookbook_search.errors import NoSnapshot, SnapshotDamaged, SnapshotError, SnapshotMismatch
from cookbook_search.index.border import Border, read_border
from cookbook_search.index.changes import read_changes
from cookbook_search.index.columns import map_column
from cookbook_search.index.contents import (
    DOCUMENTS,
    ChunkStore,
    Forms,
    Spans,
    read_documents,
    read_forms,
    read_imprints,
    read_outside_texts,
    read_spans,
    read_terms,
    read_vocabulary_file,
)
from cookbook_search.index.dense import DenseIndex, read_dense
from cookbook_search.index.lexical import FieldPostings, Postings, read_field_postings, read_postings
from cookbook_search.index.manifest import MANIFEST, Manifest, read_manifest, verify_file, verify_files
from cookbook_search.index.protocols import DenseSearch, LexicalSearch
from cookbook_search.index.wording import Wording, read_wording
from cookbook_search.types import AnyDocument, Imprint, Language, Vocabulary
from cookbook_search.types.changes import Change

CURRENT = "CURRENT"
UNREADABLE = (OSError, ValueError, KeyError, RuntimeError)
"""What opening a torn or strange file may raise."""
KIND_CODES = {"title": 0, "problem": 1, "question": 2, "statement": 3, "section": 4, "step": 5}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a search reads: in memory, mapped, or asked of who scores the chunks."""

    manifest: Manifest
    documents: tuple[AnyDocument, ...]
    vocabulary: Vocabulary
    changes: tuple[Change, ...]
    """What came, changed and went, newest first."""
    imprints: tuple[Imprint, ...]
    """Whose cookbooks these are, as far as they tell."""
    chunks: ChunkStore
    dense: DenseSearch
    chunk_postings: LexicalSearch
    document_fields: FieldPostings
    spans: Spans
    forms: Forms
    chunk_document: npt.NDArray[np.int32]
    """Number of the document of each chunk."""
    chunk_kind: npt.NDArray[np.uint8]
    """``KIND_CODES`` of each chunk; within a document they stand in the order of the codes."""
    chunk_language: npt.NDArray[np.uint8]
    """Place in ``LANGUAGES`` of each chunk."""
    outside: Vectors
    """Unit vectors of questions that the cookbook does not answer; (n, dimension)."""
    outside_texts: dict[tuple[Language, str], int]
    """(language, question) -> row of ``outside``."""
    border: Border
    """What parts the cookbook's questions from those."""
    wording: Wording
    """How the questions of each document are worded."""
    chunk_range: npt.NDArray[np.int64]
    """The chunks of document ``d`` are ``chunk_range[d]:chunk_range[d + 1]``."""
    kind_counts: npt.NDArray[np.float32]
    """Chunks of each kind of each document; (documents, kinds)."""


@dataclass(frozen=True, slots=True)
class FolderSnapshot(Snapshot):
    """A snapshot of which every part lies in this machine's folder."""

    dense: DenseIndex
    chunk_postings: Postings


def current_id(root: Path) -> str:
    """Id of the current snapshot. Raises NoSnapshot where there is none."""
    try:
        name = (root / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise NoSnapshot(f"Nothing has been indexed in {root}; run `cookbook index`.") from error
    except (OSError, UnicodeDecodeError):
        name = ""
    if not name or Path(name).name != name or name.startswith(".") or not name.isprintable():
        raise SnapshotDamaged(f"{root / CURRENT} does not name a snapshot; run `cookbook index`.")
    return name


def load(root: Path, analyzer: Analyzer, embedder: Embedder, name: str = "") -> FolderSnapshot:
    """Verify and open the current snapshot, or the one of this name.

    Raises NoSnapshot, SnapshotDamaged, or SnapshotMismatch where it was built with another
    model or analyzer than these.
    """
    name = name or current_id(root)
    folder = root / name
    manifest = read_manifest(folder)
    require(manifest, analyzer, embedder)
    try:
        verify_files(folder, manifest)
        return open_folder(folder, manifest)
    except UNREADABLE as error:
        raise SnapshotDamaged(f"Snapshot {name} cannot be opened ({error}); run `cookbook index`.") from error


def known_documents(root: Path) -> dict[str, AnyDocument]:
    """Digest -> document of the current snapshot, whatever built it; any doubt, and none is known."""
    try:
        folder = root / current_id(root)
        verify_file(folder, read_manifest(folder), DOCUMENTS)
        return {document.digest: document for document in read_documents(folder)}
    except (SnapshotError, *UNREADABLE):
        return {}


def is_snapshot(folder: Path) -> bool:
    """Whether the folder is a snapshot, sound or not."""
    return (folder / MANIFEST).is_file() and (folder / DOCUMENTS).is_file()


def snapshot_documents(folder: Path) -> list[AnyDocument]:
    """The documents of a snapshot, current or not. Raises SnapshotError."""
    try:
        verify_file(folder, read_manifest(folder), DOCUMENTS)
        return read_documents(folder)
    except UNREADABLE as error:
        raise SnapshotDamaged(f"The documents of snapshot {folder.name} cannot be read.") from error


def open_folder(folder: Path, manifest: Manifest) -> FolderSnapshot:
    """Open a snapshot whose files are known to be whole; any of ``UNREADABLE`` where they are not."""
    parts = read_parts(folder)
    dense = read_dense(folder, manifest.dense)
    postings = read_postings(folder, parts["spans"].terms, manifest.counts.chunks)
    return FolderSnapshot(manifest=manifest, dense=dense, chunk_postings=postings, **parts)


def read_parts(folder: Path) -> dict[str, Any]:
    """Fields of a ``Snapshot`` that are read from files, whoever scores its chunks."""
    documents = tuple(read_documents(folder))
    ranges = np.asarray(np.load(folder / "layout-range.npy", allow_pickle=False))
    kinds = np.asarray(np.load(folder / "layout-kind.npy", allow_pickle=False))
    terms = read_terms(folder)
    owners = np.repeat(np.arange(len(documents), dtype=np.int32), np.diff(ranges))
    width = len(KIND_CODES)
    counts = np.bincount(owners * width + kinds, minlength=len(documents) * width).reshape(-1, width)
    return {
        "documents": documents,
        "vocabulary": read_vocabulary_file(folder),
        "changes": read_changes(folder),
        "imprints": read_imprints(folder),
        "chunks": ChunkStore(folder),
        "document_fields": read_field_postings(folder, terms, len(documents)),
        "spans": read_spans(folder, terms),
        "forms": read_forms(folder),
        "chunk_document": owners,
        "chunk_kind": kinds,
        "chunk_language": np.asarray(np.load(folder / "layout-language.npy", allow_pickle=False)),
        "outside": map_column(folder / "outside.npy"),
        "outside_texts": read_outside_texts(folder),
        "border": read_border(folder),
        "wording": read_wording(folder),
        "chunk_range": ranges,
        "kind_counts": counts.astype(np.float32),
    }


def require(manifest: Manifest, analyzer: Analyzer, embedder: Embedder) -> None:
    """Raise SnapshotMismatch unless a snapshot was built with this analyzer and this model."""
    if (manifest.model.name, manifest.model.digest) != (embedder.name, embedder.digest):
        raise SnapshotMismatch(
            f"Snapshot {manifest.id} was built with the model {manifest.model.name} "
            f"({manifest.model.digest[:12]}), not {embedder.name} ({embedder.digest[:12]}); "
            "run `cookbook index`."
        )
    if manifest.analyzer.version != analyzer.version:
        raise SnapshotMismatch(
            f"Snapshot {manifest.id} was built with the analyzer {manifest.analyzer.version}, "
            f"not {analyzer.version}; run `cookbook index`."
        )
