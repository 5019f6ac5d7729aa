"""Making a pack of a corpus, and opening one: what was signed is what is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cookbook_search.check import structural_faults
from cookbook_search.errors import CorpusError, Fault, PackError
from cookbook_search.pack.archive import MANIFEST, SIGNATURE, TOP, check_path, read_archive, write_archive
from cookbook_search.pack.manifest import PackManifest, describe, read_pack_manifest
from cookbook_search.pack.signature import public_key, sign, verify
from cookbook_search.parse import FOLDERS, IMPRINT, QUESTIONS, STATEMENTS, read_corpus

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that holds together: the signature, where there is one, covers all of it."""

    manifest: PackManifest
    files: Mapping[str, bytes]
    """Path in the corpus -> content."""
    signature: bytes | None = None

    def to_bytes(self) -> bytes:
        """The archive."""
        signed = {SIGNATURE: self.signature} if self.signature is not None else {}
        return write_archive({MANIFEST: self.manifest.to_bytes(), **signed, **self.files})


def make_pack(corpus: Path, key: Ed25519PrivateKey | None = None, version: str | None = None) -> Pack:
    """The pack of a corpus folder, the same bytes each time.

    Raises CorpusError where the corpus has faults that would stop a build, PackError where it does
    not say whose it is.
    """
    files = {path: (corpus / path).read_bytes() for path in corpus_paths(corpus)}
    manifest = examine(corpus, files, version, public_key(key) if key else None)
    return Pack(manifest, files, sign(manifest.to_bytes(), key) if key else None)


def pack_of(files: Mapping[str, bytes]) -> Pack:
    """An unsigned pack of files that were made here. Raises CorpusError, PackError."""
    with TemporaryDirectory(prefix="cookbook-") as folder:
        write_files(Path(folder), files)
        return Pack(examine(Path(folder), files, None, None), files)


def corpus_paths(corpus: Path) -> list[str]:
    """The files of a folder that a pack holds. Raises PackError for names that it could not hold."""
    paths = [str(path.relative_to(corpus)) for path in _candidates(corpus)]
    for path in paths:
        check_path(path)
        if (corpus / path).is_symlink():
            raise PackError(f"`{path}` is a link; put the file itself there.")
    return paths


def left_out(corpus: Path) -> list[str]:
    """Files of the folder that no pack holds."""
    held = {corpus / path for path in corpus_paths(corpus)}
    others = (path for path in corpus.rglob("*") if path.is_file() and path not in held)
    return sorted(str(path.relative_to(corpus)) for path in others)


def open_pack(content: bytes) -> Pack:
    """Verify and open a pack; nothing is written. Raises PackError.

    Whether the signer is to be trusted is another question: see ``Library.add``.
    """
    files = read_archive(content)
    manifest_bytes, signature = files.pop(MANIFEST, None), files.pop(SIGNATURE, None)
    if manifest_bytes is None:
        raise PackError("The file is no pack: it has no manifest. `cookbook pack` makes one.")
    manifest = read_pack_manifest(manifest_bytes)
    if manifest.to_bytes() != manifest_bytes:
        raise PackError("The manifest of the pack was not written by `cookbook pack`.")
    if (manifest.signer is None) != (signature is None):
        raise PackError("The pack has lost its signature, or holds one of nobody; do not use it.")
    if manifest.signer is not None and signature is not None:
        verify(manifest_bytes, signature, manifest.signer)
    if files.keys() != manifest.files.keys():
        odd = sorted(files.keys() ^ manifest.files.keys())[0]
        raise PackError(f"`{odd}` is not both in the pack and in its manifest; do not use it.")
    for path, file in files.items():
        if hashlib.sha256(file).hexdigest() != manifest.files[path].sha256:
            raise PackError(f"`{path}` is not as its maker packed it; do not use the pack.")
    return Pack(manifest, files, signature)


def examine(
    folder: Path, files: Mapping[str, bytes], version: str | None, signer: str | None
) -> PackManifest:
    """Read the corpus of these files, which lie in ``folder``, and describe it.

    Raises CorpusError, PackError.
    """
    corpus, faults = read_corpus([folder])
    faults = [*faults, *structural_faults(corpus)]
    if not corpus.documents and not faults:
        faults = [Fault(str(folder), 1, "corpus", f"There is nothing in {', '.join(FOLDERS)}.")]
    if faults:
        raise CorpusError(faults)
    if not corpus.imprints:
        raise PackError(
            f"Write {folder / IMPRINT}, which tells whose the cookbook is: `owner: Espoo`, "
            "`name: {fi: ..., sv: ..., en: ...}`, `licence: CC-BY-4.0`."
        )
    return describe(corpus, corpus.imprints[0], files, version, signer)


def prove(pack: Pack, folder: Path) -> None:
    """Raise PackError unless its files, written to ``folder``, make the cookbook that it tells of."""
    try:
        found = examine(folder, pack.files, pack.manifest.version, pack.manifest.signer)
    except CorpusError as error:
        faults = "\n".join(map(str, error.faults[:5]))
        raise PackError(
            f"The pack of {pack.manifest.owner} has {len(error.faults)} fault(s); "
            f"its maker must mend them:\n{faults}"
        ) from error
    if found != pack.manifest:
        raise PackError("The manifest tells of another cookbook than the files make; do not use the pack.")


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files whose paths have been checked. Raises OSError."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _candidates(corpus: Path) -> Iterator[Path]:
    yield from (corpus / name for name in sorted(TOP) if (corpus / name).is_file())
    for folder in FOLDERS:
        yield from sorted((corpus / folder).glob("*.md"))
    for folder in (QUESTIONS, STATEMENTS):
        yield from sorted((corpus / folder).glob("*.yaml"))
