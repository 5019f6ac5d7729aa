"""``manifest.json``: what a snapshot is and what its files must be.

``manifest.sha256`` beside it seals it, in the form of ``sha256sum``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from cookbook_search.errors import SnapshotDamaged, SnapshotMismatch
from cookbook_search.index.dense import DenseRecord

FORMAT = 6
"""Raised whenever a snapshot of the old kind could not be read."""
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
_BLOCK = 1 << 20


class FileRecord(BaseModel):
    """A file of the snapshot as it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    sha256: str


class ModelRecord(BaseModel):
    """The embedding model that made the vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    digest: str
    dimension: int


class AnalyzerRecord(BaseModel):
    """The analyzer that made the terms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str


class Counts(BaseModel):
    """How much the snapshot holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: int
    chunks: int


class _Format(BaseModel):
    """What every manifest of any format says of itself."""

    format: int


class Manifest(BaseModel):
    """Frozen description of a snapshot on disk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    id: str
    created: str
    """UTC, ISO 8601."""
    corpus_digest: str
    model: ModelRecord
    analyzer: AnalyzerRecord
    counts: Counts
    dense: DenseRecord
    files: dict[str, FileRecord]


def record_files(paths: Iterable[Path]) -> dict[str, FileRecord]:
    """Size and digest of each file, by name."""
    return {path.name: FileRecord(bytes=path.stat().st_size, sha256=_sha256(path)) for path in sorted(paths)}


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a snapshot, whatever its files are.

    Raises SnapshotDamaged where it cannot be read, SnapshotMismatch for another format.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
        if (folder / SEAL).read_bytes() != _seal(content):
            raise ValueError("the seal is broken")
        found = _Format.model_validate_json(content).format
        if found != FORMAT:
            raise SnapshotMismatch(
                f"Snapshot {folder.name} has format {found}, this program reads {FORMAT}; "
                "run `cookbook index`."
            )
        manifest = Manifest.model_validate_json(content)
        if manifest.id != folder.name:
            raise ValueError("the folder has another name")
    except (OSError, ValueError) as error:
        raise SnapshotDamaged(
            f"The manifest of snapshot {folder.name} cannot be read; run `cookbook index`."
        ) from error
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and its seal."""
    content = manifest.model_dump_json(indent=1).encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SEAL).write_bytes(_seal(content))


def verify_files(folder: Path, manifest: Manifest, without: Collection[str] = ()) -> None:
    """Raise SnapshotDamaged unless every file, but those ``without``, is there, whole and unaltered."""
    for name in sorted(manifest.files.keys() - set(without)):
        verify_file(folder, manifest, name)


def verify_file(folder: Path, manifest: Manifest, name: str) -> None:
    """Raise SnapshotDamaged unless this file is there, whole and unaltered."""
    path, record = folder / name, manifest.files.get(name)
    if record is None or Path(name).name != name or not path.is_file():
        raise SnapshotDamaged(f"The file {name} of snapshot {folder.name} is missing; run `cookbook index`.")
    if path.stat().st_size != record.bytes or _sha256(path) != record.sha256:
        raise SnapshotDamaged(
            f"The file {name} of snapshot {folder.name} is torn or altered; run `cookbook index`."
        )


def _seal(content: bytes) -> bytes:
    return f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
