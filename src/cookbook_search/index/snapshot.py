"""Snapshots: immutable folders of an index, and the one-line file that says which is current.

A build writes to a hidden folder, syncs it, renames it and only then moves ``CURRENT``; whatever
kills it, the old snapshot stays current and whole. Nothing is pickled.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import filelock
import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer, Token
from cookbook_search.chunk import CHUNK_FORMAT, chunks
from cookbook_search.embed import Embedder, Vectors
from cookbook_search.errors import BuildRunning, NoSnapshot, SnapshotDamaged, SnapshotError, SnapshotMismatch
from cookbook_search.index.contents import (
    ChunkStore,
    Spans,
    read_documents,
    read_forms,
    read_spans,
    read_vocabulary_file,
    write_contents,
)
from cookbook_search.index.dense import DenseIndex, read_dense, write_dense
from cookbook_search.index.lexical import Postings, build_postings, read_postings, write_postings
from cookbook_search.index.manifest import (
    FORMAT,
    MANIFEST,
    AnalyzerRecord,
    Counts,
    Manifest,
    ModelRecord,
    read_manifest,
    record_files,
    verify_files,
    write_manifest,
)
from cookbook_search.types import LANGUAGES, AnyDocument, Chunk, Corpus, Vocabulary

CURRENT = "CURRENT"
KEPT = 3
"""Snapshots kept on disk, the current one among them."""
EMBED_BATCH = 256
FIELD_WEIGHTS = {"title": 3, "problem": 2, "question": 1, "section": 1, "step": 1}
"""How often a chunk's terms count in its document's postings."""
HEADING_WEIGHT = 2
_UNREADABLE = (OSError, ValueError, KeyError, RuntimeError)
"""What opening a torn or strange file may raise."""
Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An index in memory or mapped: everything that a search reads."""

    manifest: Manifest
    documents: tuple[AnyDocument, ...]
    vocabulary: Vocabulary
    chunks: ChunkStore
    dense: DenseIndex
    chunk_postings: Postings
    document_postings: Postings
    spans: Spans
    forms: dict[str, dict[str, int]]
    chunk_document: npt.NDArray[np.int32]
    """Number of the document of each chunk."""
    chunk_kind: npt.NDArray[np.uint8]
    """``KIND_CODES`` of each chunk; within a document they stand in the order of the codes."""
    chunk_language: npt.NDArray[np.uint8]
    """Place in ``LANGUAGES`` of each chunk."""
    outside: Vectors
    """Unit vectors of questions that the cookbook does not answer; (n, dimension)."""
    chunk_range: npt.NDArray[np.int64]
    """The chunks of document ``d`` are ``chunk_range[d]:chunk_range[d + 1]``."""


KIND_CODES = {"title": 0, "problem": 1, "question": 2, "section": 3, "step": 4}


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


def load(root: Path, analyzer: Analyzer, embedder: Embedder) -> Snapshot:
    """Verify and open the current snapshot.

    Raises NoSnapshot, SnapshotDamaged, or SnapshotMismatch where it was built with another
    model or analyzer than these.
    """
    name = current_id(root)
    folder = root / name
    manifest = read_manifest(folder)
    _require(manifest, analyzer, embedder)
    try:
        verify_files(folder, manifest)
        return _open(folder, manifest)
    except _UNREADABLE as error:
        raise SnapshotDamaged(f"Snapshot {name} cannot be opened ({error}); run `cookbook index`.") from error


def build(
    root: Path, corpus: Corpus, analyzer: Analyzer, embedder: Embedder, progress: Progress | None = None
) -> Manifest:
    """Build a snapshot of the corpus and make it current; returns its manifest.

    Chunks that the current snapshot already holds, made by the same model and analyzer, are not
    embedded again. Where nothing has changed, the current snapshot stays.

    Raises BuildRunning while another build runs here, SnapshotError where the disk refuses.
    """
    report = progress or (lambda _step, _done, _total: None)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(root / ".lock", timeout=0):
            return _build_locked(root, corpus, analyzer, embedder, report)
    except filelock.Timeout as error:
        raise BuildRunning(f"Another build is running in {root}; wait until it ends.") from error
    except OSError as error:
        raise SnapshotError(
            f"The index in {root} cannot be written ({error.strerror or error}); the old one stays."
        ) from error


def _build_locked(
    root: Path, corpus: Corpus, analyzer: Analyzer, embedder: Embedder, report: Progress
) -> Manifest:
    _remove_unfinished(root)
    old = _reusable(root, analyzer, embedder)
    if old and old.manifest.corpus_digest == _corpus_digest(corpus):
        return old.manifest
    by_document = [chunks(document) for document in corpus.documents]
    all_chunks = [chunk for of_document in by_document for chunk in of_document]
    report("analyze", 0, len(all_chunks))
    tokens = [analyzer.tokens(chunk.text, chunk.language) for chunk in all_chunks]
    vectors = _embed(all_chunks, embedder, old, report)
    outside = _embed_outside(corpus, embedder)
    folder = root / f".building-{os.getpid()}"
    try:
        folder.mkdir()
        report("write", 0, 4)
        write_contents(folder, corpus.documents, corpus.vocabulary, all_chunks, tokens)
        report("write", 1, 4)
        _write_layout(folder, by_document)
        write_dense(vectors, folder / "dense.faiss")
        np.save(folder / "outside.npy", outside, allow_pickle=False)
        report("write", 2, 4)
        _write_postings(folder, by_document, tokens, analyzer)
        report("write", 3, 4)
        manifest = _write_manifest(folder, corpus, analyzer, embedder, len(all_chunks))
        _sync(folder)
        _prove(folder, manifest)
        report("write", 4, 4)
        folder.rename(root / manifest.id)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    report("switch", 0, 1)
    _switch(root, manifest.id)
    report("switch", 1, 1)
    _prune(root, manifest.id)
    return manifest


def _embed(
    all_chunks: Sequence[Chunk], embedder: Embedder, old: Snapshot | None, report: Progress
) -> Vectors:
    """Vectors of the chunks; those that the old snapshot holds are taken from there."""
    vectors = np.zeros((len(all_chunks), embedder.dimension), dtype=np.float32)
    known: dict[tuple[str, str], int] = {}
    if old is not None:
        known = {
            (chunk.language, embedding_text(chunk)): at
            for at, chunk in enumerate(old.chunks[n] for n in range(len(old.chunks)))
        }
        old_vectors = old.dense.vectors
    fresh: list[int] = []
    for at, chunk in enumerate(all_chunks):
        number = known.get((chunk.language, embedding_text(chunk)))
        if number is None:
            fresh.append(at)
        else:
            vectors[at] = old_vectors[number]
    for start in range(0, len(fresh), EMBED_BATCH):
        report("embed", start, len(fresh))
        batch = fresh[start : start + EMBED_BATCH]
        texts = [embedding_text(all_chunks[at]) for at in batch]
        vectors[batch] = embedder.embed(texts, [all_chunks[at].language for at in batch], "passage")
    report("embed", len(fresh), len(fresh))
    return vectors


def _embed_outside(corpus: Corpus, embedder: Embedder) -> Vectors:
    """Vectors, as of queries, of the questions that the corpus does not answer."""
    examples = [(text, language) for language in LANGUAGES for text in corpus.outside[language]]
    texts, languages = [text for text, _ in examples], [language for _, language in examples]
    return embedder.embed(texts, languages, "query")


def embedding_text(chunk: Chunk) -> str:
    """What a model sees of a chunk: its own heading, then its text."""
    return f"{chunk.headings[-1]}. {chunk.text}" if chunk.headings else chunk.text


def _write_layout(folder: Path, by_document: Sequence[Sequence[Chunk]]) -> None:
    counts = [len(of_document) for of_document in by_document]
    np.save(folder / "layout-range.npy", np.cumsum([0, *counts]).astype(np.int64), allow_pickle=False)
    kinds = [KIND_CODES[chunk.kind] for of_document in by_document for chunk in of_document]
    np.save(folder / "layout-kind.npy", np.array(kinds, dtype=np.uint8), allow_pickle=False)
    spoken = [LANGUAGES.index(chunk.language) for of_document in by_document for chunk in of_document]
    np.save(folder / "layout-language.npy", np.array(spoken, dtype=np.uint8), allow_pickle=False)


def _write_postings(
    folder: Path,
    by_document: Sequence[Sequence[Chunk]],
    tokens: Sequence[Sequence[Token]],
    analyzer: Analyzer,
) -> None:
    """Postings of the chunks, and of the documents with their fields weighted by repetition."""
    own = [[term for token in of_chunk if not token.stop for term in token.terms] for of_chunk in tokens]
    heading_terms: dict[str, list[str]] = {}
    of_documents: list[list[str]] = []
    at = 0
    for of_document in by_document:
        gathered: list[str] = []
        for chunk in of_document:
            for heading in chunk.headings:
                if heading not in heading_terms:
                    heading_terms[heading] = [
                        t for token in analyzer.tokens(heading, "fi") if not token.stop for t in token.terms
                    ]
            gathered += own[at] * FIELD_WEIGHTS[chunk.kind]
            if chunk.headings:
                gathered += heading_terms[chunk.headings[-1]] * HEADING_WEIGHT
                own[at] = own[at] + heading_terms[chunk.headings[-1]]
            at += 1
        of_documents.append(gathered)
    write_postings(build_postings(own), folder, "chunk")
    write_postings(build_postings(of_documents), folder, "document")


def _write_manifest(
    folder: Path, corpus: Corpus, analyzer: Analyzer, embedder: Embedder, size: int
) -> Manifest:
    now = datetime.now(UTC)
    digest = _corpus_digest(corpus)
    manifest = Manifest(
        format=FORMAT,
        id=f"{now:%Y%m%dT%H%M%S%f}-{digest[:8]}",
        created=now.isoformat(timespec="seconds"),
        corpus_digest=digest,
        model=ModelRecord(name=embedder.name, digest=embedder.digest, dimension=embedder.dimension),
        analyzer=AnalyzerRecord(name=analyzer.name, version=analyzer.version),
        counts=Counts(documents=len(corpus.documents), chunks=size),
        files=record_files(folder.iterdir()),
    )
    write_manifest(folder, manifest)
    return manifest


def _corpus_digest(corpus: Corpus) -> str:
    return f"{corpus.digest}-{CHUNK_FORMAT}"


def _open(folder: Path, manifest: Manifest) -> Snapshot:
    documents = tuple(read_documents(folder))
    ranges = np.asarray(np.load(folder / "layout-range.npy", allow_pickle=False))
    kinds = np.asarray(np.load(folder / "layout-kind.npy", allow_pickle=False))
    size = manifest.counts.chunks
    return Snapshot(
        manifest=manifest,
        documents=documents,
        vocabulary=read_vocabulary_file(folder),
        chunks=ChunkStore(folder),
        dense=read_dense(folder / "dense.faiss"),
        chunk_postings=read_postings(folder, "chunk", size),
        document_postings=read_postings(folder, "document", len(documents)),
        spans=read_spans(folder),
        forms=read_forms(folder),
        chunk_document=np.repeat(np.arange(len(documents), dtype=np.int32), np.diff(ranges)),
        chunk_kind=kinds,
        chunk_language=np.asarray(np.load(folder / "layout-language.npy", allow_pickle=False)),
        outside=np.load(folder / "outside.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray),
        chunk_range=ranges,
    )


def _prove(folder: Path, manifest: Manifest) -> None:
    """Open what was just written: numpy and faiss say nothing where a full disk cuts their last block.

    Raises OSError.
    """
    try:
        _open(folder, manifest)
    except _UNREADABLE as error:
        raise OSError("the disk took only a part of it") from error


def _require(manifest: Manifest, analyzer: Analyzer, embedder: Embedder) -> None:
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


def _reusable(root: Path, analyzer: Analyzer, embedder: Embedder) -> Snapshot | None:
    """The current snapshot where its vectors can be used again; any doubt, and nothing is reused."""
    try:
        return load(root, analyzer, embedder)
    except SnapshotError:
        return None


def _sync(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _switch(root: Path, name: str) -> None:
    temporary = root / f".{CURRENT}"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(f"{name}\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(root / CURRENT)
    descriptor = os.open(root, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_unfinished(root: Path) -> None:
    for pattern in (".building-*", ".removed-*"):
        for path in root.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)


def _prune(root: Path, current: str) -> None:
    """Remove all but the newest snapshots; readers of a removed one keep their open files."""
    finished = sorted(path.name for path in root.iterdir() if (path / MANIFEST).is_file())
    for name in [name for name in finished if name != current][: -(KEPT - 1) or None]:
        doomed = root / f".removed-{name}"
        with suppress(OSError):  # what is left over, the next build removes
            (root / name).rename(doomed)
            shutil.rmtree(doomed)
