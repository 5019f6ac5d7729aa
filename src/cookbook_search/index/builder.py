"""Building a snapshot: written to a hidden folder, synced, proved, renamed, and only then current.

Whatever kills a build, the old snapshot stays current and whole. Nothing is pickled. Texts pass
through a few documents at a time (``segments``), so memory does not grow with the corpus beyond
what sorting the postings and linking the graph of vectors take.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer
from cookbook_search.chunk import CHUNK_FORMAT
from cookbook_search.durable import replace_text, sync_folder
from cookbook_search.embed import Embedder
from cookbook_search.errors import SnapshotError
from cookbook_search.index.border import count_terms, draw_border, write_border
from cookbook_search.index.changes import continued, last_known, write_changes
from cookbook_search.index.columns import ColumnFile, map_column
from cookbook_search.index.contents import (
    CHUNKS,
    OFFSETS,
    SPAN_STARTS,
    SPANS,
    ChunkStore,
    read_outside_texts,
    read_spans,
    read_terms,
    write_documents,
    write_forms,
    write_outside_texts,
    write_terms,
)
from cookbook_search.index.dense import VECTORS, DenseRecord, write_dense
from cookbook_search.index.lexical import (
    FIELDS,
    build_field_postings,
    build_postings,
    read_postings,
    write_field_postings,
    write_postings,
)
from cookbook_search.index.lock import writing
from cookbook_search.index.manifest import (
    FORMAT,
    MANIFEST,
    AnalyzerRecord,
    Counts,
    Manifest,
    ModelRecord,
    read_manifest,
    record_files,
    write_manifest,
)
from cookbook_search.index.moves import STAGED, Move, MoveKind, read_moves, record, staged_id, way_here
from cookbook_search.index.segments import Segment, kept_forms, segments
from cookbook_search.index.snapshot import (
    CURRENT,
    KIND_CODES,
    UNREADABLE,
    FolderSnapshot,
    current_id,
    load,
    open_folder,
)
from cookbook_search.index.wording import cues, learn_wording, write_wording
from cookbook_search.types import LANGUAGES, AnyDocument, Corpus
from cookbook_search.types.changes import Change

KEPT = 3
"""Snapshots kept on disk, the current one among them."""
_FIELD_OF_KIND = np.array(
    [FIELDS.index(field) for field in ("title", "problem", "question", "body", "body", "body")],
    dtype=np.uint8,
)
"""Place in ``FIELDS`` of each of ``KIND_CODES``; headings are told by their spans."""
Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and of how much."""


def build(
    root: Path,
    corpus: Corpus,
    analyzer: Analyzer,
    embedder: Embedder,
    progress: Progress | None = None,
    stage: bool = False,
    graph: bool = True,
) -> Manifest:
    """Build a snapshot of the corpus and make it current; returns its manifest.

    Chunks that the current snapshot already holds, made by the same model and analyzer, are copied
    from there and neither analysed nor embedded again. Where nothing has changed, the current snapshot stays;
    so it does where the corpus is the one that was rolled back from (``stays_rolled_back``). ``stage`` builds
    it beside, and leaves the current one. ``graph`` False links no graph of many vectors: somebody else is to
    search them.

    Raises BuildRunning while another build runs here, SnapshotError where the disk refuses.
    """
    report = progress or (lambda _step, _done, _total: None)
    with writing(root):
        _remove_unfinished(root)
        old = _reusable(root, analyzer, embedder)
        manifest = _known(root, corpus, old, analyzer, embedder, stage)
        if manifest is None:
            manifest = _build_folder(root, corpus, analyzer, embedder, old, report, graph)
        if stage:
            _stage(root, manifest.id)
        elif old is None or manifest.id != old.manifest.id:
            report("switch", 0, 1)
            make_current(root, manifest.id, "built")
            report("switch", 1, 1)
        _prune(root)
        return manifest


def make_current(root: Path, name: str, what: MoveKind, by: str = "") -> None:
    """Move ``CURRENT`` to a whole snapshot and record the move; whoever calls holds the lock.

    What waited to be published was compared with another snapshot, so it waits no more.
    """
    left, corpus = "", ""
    with suppress(SnapshotError):
        left = current_id(root)
        corpus = read_manifest(root / left).corpus_digest
    replace_text(root / CURRENT, f"{name}\n")
    record(root, Move(at=datetime.now(UTC), what=what, id=name, left=left, left_corpus=corpus, by=by))
    (root / STAGED).unlink(missing_ok=True)


def stays_rolled_back(root: Path) -> Move | None:
    """The rollback that made the current snapshot current, if that is how it came to be."""
    moves = read_moves(root)
    with suppress(SnapshotError):
        if moves and moves[-1].what == "rolled back" and moves[-1].id == current_id(root):
            return moves[-1]
    return None


def _known(
    root: Path,
    corpus: Corpus,
    old: FolderSnapshot | None,
    analyzer: Analyzer,
    embedder: Embedder,
    stage: bool,
) -> Manifest | None:
    """The snapshot on disk that makes a build needless; None where there is none.

    Nobody who rolls back wants the next run of a timer to undo it: until the corpus changes, it stays.
    """
    digest = _corpus_digest(corpus)
    if old and old.manifest.corpus_digest == digest:
        return old.manifest
    rollback = stays_rolled_back(root)
    if not stage and old and rollback and rollback.left_corpus == digest:
        return old.manifest
    names = [staged_id(root)] + ([rollback.left] if stage and rollback else [])
    for name in filter(None, names):
        with suppress(SnapshotError):
            if read_manifest(root / name).corpus_digest == digest:
                return load(root, analyzer, embedder, name).manifest
    return None


def _stage(root: Path, name: str) -> None:
    """Name what waits to be published; nothing waits where that is current already."""
    with suppress(SnapshotError):
        if name == current_id(root):
            (root / STAGED).unlink(missing_ok=True)
            return
    replace_text(root / STAGED, f"{name}\n")


def _build_folder(
    root: Path,
    corpus: Corpus,
    analyzer: Analyzer,
    embedder: Embedder,
    old: FolderSnapshot | None,
    report: Progress,
    graph: bool,
) -> Manifest:
    """Build a snapshot that nothing names yet."""
    folder = root / f".building-{os.getpid()}"
    try:
        folder.mkdir()
        size = _write_segments(folder, corpus, analyzer, embedder, old, report)
        report("write", 0, 4)
        write_documents(folder, corpus)
        before, remembered = (old.documents, old.changes) if old else _last_known(root)
        write_changes(folder, continued(before, remembered, corpus.documents, datetime.now(UTC)))
        _write_outside(folder, corpus, embedder, old)
        report("write", 1, 4)
        _write_postings(folder)
        _write_border(folder, analyzer, old)
        _write_wording(folder)
        report("write", 2, 4)
        dense = write_dense(folder, graph)
        report("write", 3, 4)
        manifest = _write_manifest(folder, corpus, analyzer, embedder, size, dense)
        sync_folder(folder)
        _prove(folder, manifest)
        report("write", 4, 4)
        folder.rename(root / manifest.id)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return manifest


def _write_segments(
    folder: Path,
    corpus: Corpus,
    analyzer: Analyzer,
    embedder: Embedder,
    old: FolderSnapshot | None,
    report: Progress,
) -> int:
    """Write chunks, layout, spans, vectors, terms and word forms; the number of chunks."""
    terms: dict[str, int] = {}
    forms = kept_forms(corpus.documents, old)
    sizes, kinds, languages = [np.zeros(0, np.int64)], [np.zeros(0, np.uint8)], [np.zeros(0, np.uint8)]
    line_ends, span_ends = _Ends(), _Ends()
    done, total = 0, len(corpus.documents)
    report("analyze", done, total)
    with ExitStack() as files:
        lines = files.enter_context((folder / CHUNKS).open("wb"))
        spans = files.enter_context(ColumnFile(folder / SPANS, np.int32, 3))
        vectors = files.enter_context(ColumnFile(folder / VECTORS, np.float32, embedder.dimension))
        for segment in segments(corpus.documents, analyzer, embedder, old):
            lines.write(segment.lines)
            spans.append(_renumbered(segment, terms))
            vectors.append(segment.vectors)
            sizes.append(segment.documents)
            kinds.append(segment.kinds)
            languages.append(segment.languages)
            line_ends.add(segment.lengths)
            span_ends.add(segment.span_counts)
            forms.update(segment.forms)
            done += len(segment.documents)
            report("analyze", done, total)
    ranges = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    for name, values in (
        (OFFSETS, line_ends.values),
        (SPAN_STARTS, span_ends.values),
        ("layout-range.npy", ranges),
        ("layout-kind.npy", np.concatenate(kinds)),
        ("layout-language.npy", np.concatenate(languages)),
    ):
        np.save(folder / name, values, allow_pickle=False)
    write_terms(folder, terms)
    write_forms(folder, forms)
    return int(ranges[-1])


class _Ends:
    """Running sums from 0: where each piece ends and the next begins."""

    def __init__(self) -> None:
        self._pieces = [np.zeros(1, dtype=np.int64)]

    @property
    def values(self) -> npt.NDArray[np.int64]:
        return np.concatenate(self._pieces)

    def add(self, lengths: npt.NDArray[np.int64]) -> None:
        self._pieces.append(self._pieces[-1][-1:] + np.cumsum(lengths) if len(lengths) else lengths)


def _renumbered(segment: Segment, terms: dict[str, int]) -> npt.NDArray[np.int32]:
    """Spans with the snapshot's numbers of terms; new terms are added in the order of their use."""
    numbers = np.array([terms.setdefault(term, len(terms)) for term in segment.terms], dtype=np.int32)
    rows = segment.spans.copy()
    if len(rows):
        rows[:, 2] = numbers[rows[:, 2]]
    return rows


def _write_outside(folder: Path, corpus: Corpus, embedder: Embedder, old: FolderSnapshot | None) -> None:
    """Questions that the corpus does not answer, with their vectors as of queries."""
    examples = [(language, text) for language in LANGUAGES for text in corpus.outside[language]]
    known = old.outside_texts if old else {}
    vectors = np.zeros((len(examples), embedder.dimension), dtype=np.float32)
    fresh = [at for at, example in enumerate(examples) if example not in known]
    if fresh:
        languages, texts = [examples[at][0] for at in fresh], [examples[at][1] for at in fresh]
        vectors[fresh] = embedder.embed(texts, languages, "query")
    for at, example in enumerate(examples):
        if old and example in known:
            vectors[at] = old.outside[known[example]]
    np.save(folder / "outside.npy", vectors, allow_pickle=False)
    write_outside_texts(folder, examples)


def _write_postings(folder: Path) -> None:
    """Postings of chunks, and of documents by field, from what was written before."""
    terms = read_terms(folder)
    spans = read_spans(folder, terms)
    ranges = np.load(folder / "layout-range.npy", allow_pickle=False)
    kinds = np.load(folder / "layout-kind.npy", allow_pickle=False)
    chunk = np.repeat(np.arange(len(kinds), dtype=np.int32), np.diff(spans.starts))
    numbers = np.ascontiguousarray(spans.rows[:, 2])
    write_postings(build_postings(terms, numbers, chunk, len(kinds)), folder)
    document = np.repeat(np.arange(len(ranges) - 1, dtype=np.int32), np.diff(ranges))[chunk]
    field = np.where(spans.rows[:, 1] == 0, np.uint8(FIELDS.index("heading")), _FIELD_OF_KIND[kinds][chunk])
    del chunk
    write_field_postings(build_field_postings(terms, numbers, document, field, len(ranges) - 1), folder)


def _write_border(folder: Path, analyzer: Analyzer, old: FolderSnapshot | None) -> None:
    """What parts the phrasings in the chunks from the questions that the corpus does not answer."""
    kinds = np.load(folder / "layout-kind.npy", allow_pickle=False)
    own = np.isin(kinds, [KIND_CODES["problem"], KIND_CODES["question"]])
    terms = read_terms(folder)
    postings = read_postings(folder, terms, len(kinds))
    held = np.concatenate([[0], np.cumsum(own[postings.texts])])
    counts = (held[postings.starts[1:]] - held[postings.starts[:-1]]).tolist()
    outside = read_outside_texts(folder)
    border = draw_border(
        np.asarray(map_column(folder / VECTORS)[own]),
        np.load(folder / "outside.npy", allow_pickle=False),
        {term: count for term, count in zip(terms, counts, strict=True) if count},
        old.border.outside_counts
        if old and old.outside_texts == outside
        else count_terms(analyzer.terms(text, language) for language, text in outside),
    )
    write_border(border, folder)


def _write_wording(folder: Path) -> None:
    """How the phrasings in the chunks are worded."""
    kinds = np.load(folder / "layout-kind.npy", allow_pickle=False)
    ranges = np.load(folder / "layout-range.npy", allow_pickle=False)
    own = np.flatnonzero(np.isin(kinds, [KIND_CODES["problem"], KIND_CODES["question"]]))
    documents = np.searchsorted(ranges, own, side="right") - 1
    chunks = ChunkStore(folder)
    asked = (
        (document, cues(chunks[at].text, chunks[at].language))
        for document, at in zip(documents.tolist(), own.tolist(), strict=True)
    )
    write_wording(learn_wording(asked, len(ranges) - 1), folder)


def _write_manifest(
    folder: Path, corpus: Corpus, analyzer: Analyzer, embedder: Embedder, size: int, dense: DenseRecord
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
        dense=dense,
        files=record_files(folder.iterdir()),
    )
    write_manifest(folder, manifest)
    return manifest


def _corpus_digest(corpus: Corpus) -> str:
    return f"{corpus.digest}-{CHUNK_FORMAT}"


def _prove(folder: Path, manifest: Manifest) -> None:
    """Open what was just written: numpy and faiss say nothing where a full disk cuts their last block.

    Raises OSError.
    """
    try:
        open_folder(folder, manifest)
    except UNREADABLE as error:
        raise OSError("the disk took only a part of it") from error


def _reusable(root: Path, analyzer: Analyzer, embedder: Embedder) -> FolderSnapshot | None:
    """The current snapshot where its chunks can be used again; any doubt, and nothing is reused."""
    try:
        old = load(root, analyzer, embedder)
    except SnapshotError:
        return None
    return old if old.manifest.corpus_digest.endswith(f"-{CHUNK_FORMAT}") else None


def _last_known(root: Path) -> tuple[Sequence[AnyDocument], Sequence[Change]]:
    try:
        return last_known(root / current_id(root))
    except SnapshotError:
        return (), ()


def _remove_unfinished(root: Path) -> None:
    for pattern in (".building-*", ".removed-*"):
        for path in root.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)


def finished(root: Path) -> list[str]:
    """Names of the snapshots on disk, oldest first."""
    return sorted(path.name for path in root.iterdir() if (path / MANIFEST).is_file())


def _prune(root: Path) -> None:
    """Keep the current snapshot, the staged one, and the latest that led to the current one.

    Where fewer led to it, the newest of those that were rolled back from are kept instead. Readers of a
    removed snapshot keep their open files.
    """
    names = finished(root)
    try:
        current = current_id(root)
    except SnapshotError:
        current = ""
    way = way_here(read_moves(root), names, current)
    others = [*reversed(way), *reversed([name for name in names if name not in way])]
    kept = {staged_id(root), *[name for name in others if name != staged_id(root)][:KEPT]}
    for name in names:
        doomed = root / f".removed-{name}"
        if name not in kept:
            with suppress(OSError):  # what is left over, the next build removes
                (root / name).rename(doomed)
                shutil.rmtree(doomed)
