"""The snapshots on disk: what they are, and which of them is current."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder
from cookbook_search.errors import NoSnapshot, SnapshotDamaged, SnapshotError, SnapshotMismatch
from cookbook_search.index.builder import finished, make_current, stays_rolled_back
from cookbook_search.index.lock import writing
from cookbook_search.index.manifest import Manifest, read_manifest
from cookbook_search.index.moves import STAGED, Move, MoveKind, read_moves, staged_id, way_here
from cookbook_search.index.snapshot import current_id, load

Problem = Literal["", "damaged", "format", "model", "analyzer"]
_ADVICE = "; run `cookbook index`."


@dataclass(frozen=True, slots=True)
class KeptSnapshot:
    """One snapshot on disk."""

    id: str
    manifest: Manifest | None
    """None where it cannot be read."""
    bytes: int
    is_current: bool
    is_staged: bool
    problem: Problem
    """Why this program cannot use it; empty where it can. Its files are looked through when it is used."""
    move: Move | None
    """How it last became current; None where it never did, or before there was a record."""

    @property
    def created(self) -> dt.datetime | None:
        """When it was built, in UTC."""
        return dt.datetime.fromisoformat(self.manifest.created) if self.manifest else None


class Snapshots:
    """The snapshots of one index, for a program with this analyzer and model."""

    def __init__(
        self, root: Path, analyzer: Analyzer, embedder: Embedder, moved: Callable[[], None] = lambda: None
    ) -> None:
        """``moved`` is called when another snapshot has become current."""
        self._root = root
        self._moved = moved
        self._analyzer = analyzer
        self._embedder = embedder

    def all(self) -> list[KeptSnapshot]:
        """All snapshots, newest first."""
        moves = {move.id: move for move in read_moves(self._root)}
        current, staged = self.current, self.staged
        return [self._kept(name, current, staged, moves.get(name)) for name in reversed(self._finished())]

    @property
    def current(self) -> str:
        """Name of the current snapshot; empty where there is none."""
        try:
            return current_id(self._root)
        except SnapshotError:
            return ""

    @property
    def staged(self) -> str:
        """Name of the snapshot that waits to be published; empty where none does."""
        name = staged_id(self._root)
        return name if name != self.current and name in self._finished() else ""

    @property
    def before(self) -> str:
        """Name of the usable snapshot that led to the current one; empty where there is none."""
        way = way_here(read_moves(self._root), self._finished(), self.current)
        usable = [name for name in way[:-1] if not self._read(name)[1]]
        return usable[-1] if usable else ""

    @property
    def rolled_back(self) -> Move | None:
        """The rollback that still holds, if one does."""
        return stays_rolled_back(self._root)

    def roll_back(self, name: str = "", by: str = "") -> Manifest:
        """Make an earlier snapshot current in one step; without a name, the one before.

        Raises NoSnapshot where there is no such snapshot, SnapshotDamaged or SnapshotMismatch where it cannot
        be used, BuildRunning; the current one then stays.
        """
        with writing(self._root):
            chosen = name or self.before
            if not chosen:
                raise NoSnapshot(f"There is no earlier snapshot in {self._root} to go back to.")
            return self._move(chosen, "rolled back", by)

    def publish(self, name: str = "", by: str = "") -> Manifest:
        """Make the staged snapshot current in one step, or another one by name. Raises like ``roll_back``."""
        with writing(self._root):
            chosen = name or self.staged
            if not chosen:
                raise NoSnapshot("Nothing waits to be published; run `cookbook index --stage` first.")
            return self._move(chosen, "published", by)

    def discard(self) -> None:
        """Let nothing wait to be published; the files go with the next build. Raises BuildRunning."""
        with writing(self._root):
            (self._root / STAGED).unlink(missing_ok=True)

    def _move(self, name: str, what: MoveKind, by: str) -> Manifest:
        if name not in self._finished():
            raise NoSnapshot(f"There is no snapshot {name} in {self._root}; `cookbook snapshots` lists them.")
        try:
            manifest = load(self._root, self._analyzer, self._embedder, name).manifest
        except SnapshotError as error:
            reason = str(error).removesuffix(_ADVICE)
            raise type(error)(
                f"{reason}; it cannot be made current, and {self.current or 'nothing'} stays."
            ) from error
        if name != self.current:
            make_current(self._root, name, what, by)
        self._moved()
        return manifest

    def _finished(self) -> list[str]:
        return finished(self._root) if self._root.is_dir() else []

    def _kept(self, name: str, current: str, staged: str, move: Move | None) -> KeptSnapshot:
        manifest, problem = self._read(name)
        size = sum(path.stat().st_size for path in (self._root / name).iterdir() if path.is_file())
        return KeptSnapshot(name, manifest, size, name == current, name == staged, problem, move)

    def _read(self, name: str) -> tuple[Manifest | None, Problem]:
        """What a snapshot says of itself, and what keeps this program from using it."""
        folder = self._root / name
        try:
            manifest = read_manifest(folder)
        except SnapshotMismatch:
            return None, "format"
        except SnapshotDamaged:
            return None, "damaged"
        whole = all(
            (folder / file).is_file() and (folder / file).stat().st_size == told.bytes
            for file, told in manifest.files.items()
        )
        if not whole:
            return manifest, "damaged"
        if (manifest.model.name, manifest.model.digest) != (self._embedder.name, self._embedder.digest):
            return manifest, "model"
        if manifest.analyzer.version != self._analyzer.version:
            return manifest, "analyzer"
        return manifest, ""
