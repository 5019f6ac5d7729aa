"""Versions of a cookbook to compare, wherever they are: packs, folders, snapshots, the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cookbook_search.errors import CorpusError, PackError
from cookbook_search.index import current_id, is_snapshot, snapshot_documents
from cookbook_search.pack.library import CURRENT, Installed, Library
from cookbook_search.pack.packing import open_pack, write_files
from cookbook_search.pack.plain import convert, is_corpus
from cookbook_search.parse import read_corpus, read_document
from cookbook_search.types import AnyDocument, Language

PREVIOUS = ":previous"
"""After a city's name: the version before the one that is used."""


def read_version(
    source: str, library: Library, language_of: Callable[[str], Language]
) -> tuple[AnyDocument, ...]:
    """The documents of a pack, a folder, a snapshot, an index, or a city of the library.

    Raises PackError, CorpusError, SnapshotError.
    """
    path = Path(source)
    if path.is_file():
        return _of_files(open_pack(path.read_bytes()).files)
    if path.is_dir():
        return _of_folder(path, language_of)
    if not source.endswith(PREVIOUS):
        return _of_corpus(library.find(source).folder)
    found = library.find(source.removesuffix(PREVIOUS))
    if found.previous is None:
        raise PackError(f"No earlier version of {found.manifest.owner}'s cookbook is kept.")
    return _of_corpus(found.previous)


def matching(
    before: Sequence[AnyDocument], after: Sequence[AnyDocument]
) -> tuple[list[AnyDocument], list[AnyDocument]]:
    """Both sides without the cities that only one of them has, where they share any."""
    shared = {document.owner for document in before} & {document.owner for document in after}
    old = [document for document in before if not shared or document.owner in shared]
    return old, [document for document in after if not shared or document.owner in shared]


def previous_of(document: AnyDocument, installed: Sequence[Installed]) -> AnyDocument | None:
    """The document as it was in the version before the one that is used; None where none is kept."""
    for one in installed:
        if one.manifest.owner == document.owner and one.previous is not None:
            path = one.previous / document.path
            return read_document(path, one.previous)[0] if path.is_file() else None
    return None


def _of_folder(folder: Path, language_of: Callable[[str], Language]) -> tuple[AnyDocument, ...]:
    snapshot = folder / current_id(folder) if (folder / CURRENT).is_file() else folder
    if is_snapshot(snapshot):
        return tuple(snapshot_documents(snapshot))
    if is_corpus(folder):
        return _of_corpus(folder)
    name = folder.resolve().name
    return _of_files(convert(folder, name, name, None, language_of).files)


def _of_files(files: Mapping[str, bytes]) -> tuple[AnyDocument, ...]:
    with TemporaryDirectory(prefix="cookbook-") as folder:
        write_files(Path(folder), files)
        return _of_corpus(Path(folder))


def _of_corpus(folder: Path) -> tuple[AnyDocument, ...]:
    corpus, faults = read_corpus([folder])
    if faults:
        raise CorpusError(faults)
    return corpus.documents
