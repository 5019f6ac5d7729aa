"""Where the snapshots that are served are kept: the folder they are built in, or Milvus."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder
from cookbook_search.index.builder import Progress
from cookbook_search.index.snapshot import Snapshot, current_id, load


class Repository(Protocol):
    """Snapshots are built, staged and rolled back in ``root``, a folder of this machine."""

    root: Path
    links_graph: bool
    """Whether a build links the graph of many vectors."""

    def current_id(self) -> str:
        """Id of the snapshot to serve. Raises NoSnapshot, SnapshotDamaged, IndexUnreachable."""

    def load(self, analyzer: Analyzer, embedder: Embedder) -> Snapshot:
        """Verify and open the snapshot to serve.

        Raises NoSnapshot, SnapshotDamaged, IndexUnreachable, or SnapshotMismatch where it was built
        with another model or analyzer than these.
        """

    def follow(self, progress: Progress | None = None) -> None:
        """Let the snapshot that is current in ``root`` be the one to serve. Raises SnapshotError."""


class FolderRepository:
    """What is current in the folder is served; see ``Repository``."""

    links_graph = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def current_id(self) -> str:
        """See ``Repository.current_id``."""
        return current_id(self.root)

    def load(self, analyzer: Analyzer, embedder: Embedder) -> Snapshot:
        """See ``Repository.load``."""
        return load(self.root, analyzer, embedder)

    def follow(self, progress: Progress | None = None) -> None:
        """Nothing needs to be done."""
