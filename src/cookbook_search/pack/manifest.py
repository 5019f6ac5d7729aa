"""``manifest.json`` of a pack: whose cookbook it is, on what terms, which version, and what its files are."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping

from pydantic import Field, ValidationError

from cookbook_search.errors import PackError
from cookbook_search.index import FileRecord
from cookbook_search.types import LANGUAGES, Corpus, Imprint, Kind, Language, Localised, Model, OwnerName

FORMAT = 1
"""Raised whenever a pack of the old kind could not be read."""
_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d+))?")


class PackManifest(Model):
    """What a pack says of itself; its signature covers it, and through the digests every file."""

    format: int
    owner: OwnerName
    name: Localised
    licence: str | None
    version: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d{1,4})?$")
    languages: tuple[Language, ...]
    """Those that the bodies are written in."""
    counts: dict[Kind, int]
    signer: str | None
    """Public key of the signature, base64; None: unsigned."""
    files: dict[str, FileRecord]

    def to_bytes(self) -> bytes:
        """As it stands in the pack and is signed."""
        return self.model_dump_json(indent=1).encode() + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest, and through it of all the files and of who signed them."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def describe(
    corpus: Corpus, imprint: Imprint, files: Mapping[str, bytes], version: str | None, signer: str | None
) -> PackManifest:
    """The manifest of a corpus that was read from these files."""
    newest = max(document.updated for document in corpus.documents).isoformat()
    spoken = {document.language for document in corpus.documents}
    try:
        return PackManifest(
            format=FORMAT,
            owner=imprint.owner,
            name=imprint.name,
            licence=imprint.licence,
            version=version or imprint.version or newest,
            languages=tuple(language for language in LANGUAGES if language in spoken),
            counts=dict(sorted(Counter(document.kind for document in corpus.documents).items())),
            signer=signer,
            files={
                path: FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
                for path, content in sorted(files.items())
            },
        )
    except ValidationError as error:
        raise PackError("Write the version as a day, for example 2026-11-24 or 2026-11-24.2.") from error


def read_pack_manifest(content: bytes) -> PackManifest:
    """Raises PackError where it is no manifest, or of a format that this program does not read."""
    try:
        manifest = PackManifest.model_validate_json(content)
    except ValidationError as error:
        raise PackError("The manifest of the pack cannot be read; ask its maker for a new one.") from error
    if manifest.format != FORMAT:
        raise PackError(
            f"The pack has format {manifest.format}, this program reads {FORMAT}; one of them is too old."
        )
    return manifest


def order(version: str) -> tuple[str, int]:
    """What versions are compared by: the day, then the number (``2026-11-24.10`` after ``2026-11-24.9``)."""
    match = _VERSION.fullmatch(version)
    assert match is not None
    return match[1], int(match[2] or 1)
