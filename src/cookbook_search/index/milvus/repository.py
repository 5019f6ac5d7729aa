"""Snapshots on Milvus: built in a folder here, published there, and served by machines that keep nothing."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import filelock

from cookbook_search.analyze import Analyzer
from cookbook_search.config import MilvusAddress
from cookbook_search.embed import Embedder
from cookbook_search.errors import NoSnapshot, SnapshotDamaged, SnapshotError
from cookbook_search.index.builder import Progress
from cookbook_search.index.manifest import read_manifest, verify_files
from cookbook_search.index.milvus.client import Milvus
from cookbook_search.index.milvus.collection import THERE, collection_of, fetch, publish, snapshot_of
from cookbook_search.index.milvus.scoring import Chunks, MilvusDense, MilvusLexical
from cookbook_search.index.snapshot import UNREADABLE, Snapshot, current_id, open_folder, read_parts, require

SERVED = "served"
"""Folder, beside the snapshots built here, of the files that are copied from Milvus."""
KEPT = 2
"""Copies kept, the served one among them."""


class MilvusRepository:
    """See ``Repository``. ``root`` may be lost at any time, if the whole corpus may be embedded anew."""

    links_graph = False

    def __init__(self, address: MilvusAddress, root: Path, token: str, seconds: float) -> None:
        """Connects when first asked."""
        self.root = root
        self.milvus = Milvus(address, token, seconds)
        self._alias = address.name

    def current_id(self) -> str:
        """See ``Repository.current_id``."""
        return snapshot_of(self._alias, self.milvus.served(self._alias))

    def load(self, analyzer: Analyzer, embedder: Embedder) -> Snapshot:
        """See ``Repository.load``; copies the files that are not here yet."""
        name = self.current_id()
        collection = collection_of(self._alias, name)
        try:
            folder = self._copy(name, collection)
            manifest = read_manifest(folder)
            require(manifest, analyzer, embedder)
            parts = read_parts(folder)
        except UNREADABLE as error:
            raise SnapshotDamaged(f"Snapshot {name} cannot be opened ({error}).") from error
        chunks = Chunks(self.milvus, collection, parts["chunk_range"])
        lexical = MilvusLexical(chunks, parts["spans"], parts["document_fields"])
        return Snapshot(manifest=manifest, dense=MilvusDense(chunks), chunk_postings=lexical, **parts)

    def follow(self, progress: Progress | None = None) -> None:
        """See ``Repository.follow``; copies the snapshot to Milvus where it is not there yet."""
        name = current_id(self.root)
        try:
            if name == self.current_id():
                return
        except (NoSnapshot, SnapshotDamaged):
            pass
        folder = self.root / name
        manifest = read_manifest(folder)
        try:
            verify_files(folder, manifest)
            snapshot = open_folder(folder, manifest)
        except UNREADABLE as error:
            raise SnapshotDamaged(f"Snapshot {name} cannot be opened ({error}).") from error
        report = progress or (lambda _step, _done, _total: None)
        publish(
            self.milvus, self._alias, snapshot, folder, lambda done, total: report("publish", done, total)
        )

    def _copy(self, name: str, collection: str) -> Path:
        """Folder with a snapshot's files, whole; copied from Milvus where they are not."""
        served = self.root / SERVED
        folder = served / name
        served.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(served / ".lock"):
            if _is_whole(folder):
                return folder
            for left in served.glob(".fetching-*"):
                shutil.rmtree(left, ignore_errors=True)
            fresh = served / f".fetching-{os.getpid()}"
            fresh.mkdir()
            try:
                fetch(self.milvus, collection, fresh)
                shutil.rmtree(folder, ignore_errors=True)
                fresh.rename(folder)
                verify_files(folder, read_manifest(folder), THERE)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            others = sorted(path for path in served.iterdir() if path.is_dir() and path != folder)
            for old in others[: -(KEPT - 1)]:
                with suppress(OSError):
                    shutil.rmtree(old)
        return folder


def _is_whole(folder: Path) -> bool:
    try:
        verify_files(folder, read_manifest(folder), THERE)
    except SnapshotError:
        return False
    return True
