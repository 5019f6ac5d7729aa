"""A snapshot as two collections: the chunks to search, and an archive of the files that servers copy.

A chunk's row holds its number, its document's number, its vector, and its BM25 weights as a sparse
vector over our own lemmas: dimension ``t`` is line ``t`` of ``terms.txt``. The inner product with a
query's weights is then BM25 as the embedded index computes it. Milvus's own BM25 would take neither
weights of terms nor our field lengths, and its analyzers know no Finnish.
"""

from __future__ import annotations

import base64
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cookbook_search.errors import NoSnapshot, SnapshotDamaged, SnapshotError
from cookbook_search.index import dense
from cookbook_search.index.lexical import PARTS, Postings
from cookbook_search.index.manifest import MANIFEST, SEAL, Manifest
from cookbook_search.index.milvus.client import (
    MOST,
    Milvus,
    Row,
    number_field,
    sparse_field,
    text_field,
    vector_field,
)
from cookbook_search.index.snapshot import FolderSnapshot

THERE = frozenset({dense.INDEX, dense.VECTORS, *(f"postings-{part}.npy" for part in PARTS)})
"""Files whose content is in Milvus, so that no server holds them."""
FILES = "_files"
"""End of the name of the collection that holds the archive."""
ROWS = 1000
"""Chunks sent at once."""
PART = 48_000
"""Bytes of one row of the archive; base64 makes four letters of three."""
PARTS_READ = 64
EXACT = {"index_type": "FLAT", "metric_type": "IP"}
GRAPH = {
    "index_type": "HNSW",
    "metric_type": "IP",
    "params": {"M": dense.LINKS, "efConstruction": 2 * dense.BUILD_BREADTH},
}
SPARSE = {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP"}
BY_VALUE = {"index_type": "INVERTED"}
Report = Callable[[int, int], None]


def collection_of(alias: str, snapshot_id: str) -> str:
    """Name of the collection of a snapshot's chunks: Milvus takes letters, digits and _ alone."""
    return f"{alias}_{snapshot_id.replace('-', '_')}"


def snapshot_of(alias: str, collection: str) -> str:
    """Id of the snapshot whose chunks a collection holds. Raises SnapshotDamaged for another one."""
    if not is_of(alias, collection):
        raise SnapshotDamaged(
            f"The alias {alias} leads to {collection}, which no build made; run `cookbook index`."
        )
    return "-".join(collection.removeprefix(f"{alias}_").rsplit("_", 1))


def is_of(alias: str, collection: str) -> bool:
    """Whether a build of the index with this alias made a collection, or its archive."""
    return re.fullmatch(rf"{alias}_\d{{8}}T\d{{12}}_[0-9a-f]{{8}}({FILES})?", collection) is not None


def publish(milvus: Milvus, alias: str, snapshot: FolderSnapshot, folder: Path, report: Report) -> None:
    """Copy a snapshot into new collections and let the alias name them; raises IndexUnreachable.

    What other builds left is dropped first, but not the collections that the alias names, and these
    stay when it moves: searches that have begun end on them. Collections that hold this snapshot already,
    as after a rollback, are used again.
    """
    name = collection_of(alias, snapshot.manifest.id)
    there = [each for each in milvus.collections() if is_of(alias, each)]
    kept = {served, served + FILES} if (served := _served(milvus, alias)) else set()
    if {name, name + FILES} <= set(there) and _holds(milvus, name, snapshot.manifest.counts.chunks):
        kept |= {name, name + FILES}
    for left in there:
        if left not in kept:
            milvus.drop(left)
    if name not in kept:
        _send_archive(milvus, name + FILES, folder, snapshot.manifest)
        _send_chunks(milvus, name, snapshot, report)
    milvus.point(alias, name)


def fetch(milvus: Milvus, name: str, folder: Path) -> None:
    """Copy the files of a snapshot, whose chunks this collection holds, into a folder.

    Raises SnapshotDamaged, NoSnapshot, IndexUnreachable.
    """
    with tempfile.TemporaryFile(dir=folder.parent) as file:
        first = 0
        while rows := milvus.read(
            name + FILES, f"id >= {first} and id < {first + PARTS_READ}", ("id", "content")
        ):
            for row in sorted(rows, key=lambda row: int(row["id"])):
                file.write(base64.b64decode(row["content"]))
            first += PARTS_READ
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:gz") as archive:
                archive.extractall(folder, filter="data")
        except (tarfile.TarError, EOFError, OSError) as error:
            raise SnapshotDamaged(
                f"The files of {name} in Milvus cannot be read ({error}); run `cookbook index`."
            ) from error


def _served(milvus: Milvus, alias: str) -> str | None:
    try:
        return milvus.served(alias)
    except NoSnapshot:
        return None


def _holds(milvus: Milvus, name: str, expected: int) -> bool:
    """Whether a collection has all its rows: the chunks are sent last, and counted."""
    try:
        return milvus.count(name) == expected
    except SnapshotError:
        return False


def _send_archive(milvus: Milvus, name: str, folder: Path, manifest: Manifest) -> None:
    def fields(schema: Any) -> None:
        text_field(schema, "content")
        vector_field(schema, "nothing", 2)  # a collection must have one

    milvus.create(name, fields)
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            for part in (MANIFEST, SEAL, *sorted(manifest.files.keys() - THERE)):
                archive.add(folder / part, part, recursive=False)
        file.seek(0)
        count = 0
        while block := file.read(PART):
            content = base64.b64encode(block).decode()
            milvus.insert(name, [{"id": count, "content": content, "nothing": [0.0, 1.0]}])
            count += 1
    milvus.finish(name, {"nothing": EXACT}, count)


def _send_chunks(milvus: Milvus, name: str, snapshot: FolderSnapshot, report: Report) -> None:
    def fields(schema: Any) -> None:
        number_field(schema, "document")
        vector_field(schema, "vector", snapshot.manifest.model.dimension)
        sparse_field(schema, "terms")

    size = snapshot.manifest.counts.chunks
    longest = int(np.diff(snapshot.chunk_range).max(initial=0))
    if longest > MOST:
        raise SnapshotDamaged(f"A document has {longest} chunks; on Milvus it may have {MOST}: divide it.")
    milvus.create(name, fields)
    sent = 0
    for rows in _rows(snapshot):
        report(sent, size)
        milvus.insert(name, rows)
        sent += len(rows)
    vectors = EXACT if size <= dense.SCANNED_UP_TO else GRAPH
    milvus.finish(name, {"vector": vectors, "terms": SPARSE, "document": BY_VALUE}, size)
    report(size, size)


def _rows(snapshot: FolderSnapshot) -> Iterator[list[Row]]:
    """The chunks' rows, ``ROWS`` at a time."""
    size, postings = snapshot.manifest.counts.chunks, snapshot.chunk_postings
    starts, terms, scores = _by_chunk(postings)
    wordless = {len(postings.terms): 1.0}  # a sparse vector must hold something; no query asks for this
    for first in range(0, size, ROWS):
        end = min(first + ROWS, size)
        vectors = np.asarray(snapshot.dense.vectors[first:end])
        rows: list[Row] = []
        for at in range(first, end):
            places = slice(starts[at], starts[at + 1])
            weights = dict(zip(terms[places].tolist(), scores[places].tolist(), strict=True))
            document = int(snapshot.chunk_document[at])
            vector = vectors[at - first]
            rows.append({"id": at, "document": document, "vector": vector, "terms": weights or wordless})
        yield rows


def _by_chunk(postings: Postings) -> tuple[Any, Any, Any]:
    """Postings turned about: where each chunk's begin, and its terms and scores."""
    texts = np.asarray(postings.texts)
    order = np.argsort(texts, kind="stable")
    terms = np.repeat(np.arange(len(postings.starts) - 1, dtype=np.int32), np.diff(postings.starts))
    starts = np.searchsorted(texts[order], np.arange(postings.size + 1))
    return starts, terms[order], np.asarray(postings.scores)[order]
