"""Corpus folders -> one corpus and its faults."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cookbook_search.errors import Fault
from cookbook_search.parse.document import FOLDERS, PARSE_FORMAT, QUESTIONS, STATEMENTS, read_document
from cookbook_search.parse.files import read_text
from cookbook_search.parse.yaml_model import validated
from cookbook_search.types import AnyDocument, Corpus, Imprint, Phrasings, Vocabulary

VOCABULARY = "sanasto.yaml"
OUTSIDE = "ohi.yaml"
IMPRINT = "keittokirja.yaml"


def read_corpus(
    roots: Sequence[Path], known: Mapping[str, AnyDocument] | None = None
) -> tuple[Corpus, list[Fault]]:
    """Read every document under ``roots``; what cannot be read becomes a fault, never an exception.

    The first root is the home corpus: documents of other owners are guests, and it alone says what
    is outside (what one cookbook does not answer, another may). ``known`` (digest -> document)
    holds documents that were read before without faults; a file that has not changed since is not
    parsed again.
    """
    documents: list[AnyDocument] = []
    faults: list[Fault] = []
    vocabularies: list[Vocabulary] = []
    imprints: list[Imprint] = []
    digest = hashlib.sha256(f"{PARSE_FORMAT}".encode())
    outside, outside_faults = read_outside(roots[0]) if roots else (Phrasings(), [])
    digest.update(outside.model_dump_json().encode())
    faults += outside_faults
    for root in roots:
        if not root.is_dir():
            faults.append(
                Fault(str(root), 1, "corpus", "The corpus folder does not exist; set COOKBOOK_CORPUS.")
            )
            continue
        vocabulary, vocabulary_faults = read_vocabulary(root)
        vocabularies.append(vocabulary)
        imprint, imprint_faults = read_imprint(root)
        imprints += [imprint] if imprint else []
        faults += [*vocabulary_faults, *imprint_faults]
        digest.update(f"{vocabulary.model_dump_json()}\0{imprint and imprint.model_dump_json()}".encode())
        for path in document_paths(root):
            document, document_faults = read_document(path, root, known)
            faults += document_faults
            if document is not None and imprint and document.owner != imprint.owner:
                faults.append(_strange_owner(document, imprint))
            elif document is not None:
                home = documents[0].owner if documents else document.owner
                licence = (imprint and imprint.licence) or ""
                documents.append(_placed(document, guest=document.owner != home, licence=licence))
                digest.update(document.digest.encode())
        faults += _orphans(root)
    corpus = Corpus(tuple(documents), _merge(vocabularies), digest.hexdigest(), outside, tuple(imprints))
    return corpus, faults


def _placed(document: AnyDocument, guest: bool, licence: str) -> AnyDocument:
    if (document.guest, document.licence) == (guest, licence):
        return document
    return document.model_copy(update={"guest": guest, "licence": licence})


def _strange_owner(document: AnyDocument, imprint: Imprint) -> Fault:
    message = f"The owner is {document.owner}, in {IMPRINT} {imprint.owner}; make them equal."
    return Fault(document.path, 2, "owner", message)


def document_paths(root: Path) -> list[Path]:
    """Files of the corpus that hold documents, in a fixed order."""
    return [path for folder in FOLDERS for path in sorted((root / folder).glob("*.md"))]


def read_vocabulary(root: Path) -> tuple[Vocabulary, list[Fault]]:
    """Read ``sanasto.yaml``; empty with a fault where it cannot be used."""
    text, faults = read_text(root / VOCABULARY, VOCABULARY)
    if text is None:
        return Vocabulary(), faults
    vocabulary, faults = validated(Vocabulary, text, VOCABULARY, 1, {})
    return vocabulary or Vocabulary(), faults


def read_outside(root: Path) -> tuple[Phrasings, list[Fault]]:
    """Read ``ohi.yaml``, questions that the corpus does not answer; empty where there is none."""
    if not (root / OUTSIDE).is_file():
        return Phrasings(), []
    text, faults = read_text(root / OUTSIDE, OUTSIDE)
    if text is None:
        return Phrasings(), faults
    outside, faults = validated(Phrasings, text, OUTSIDE, 1, {})
    return outside or Phrasings(), faults


def read_imprint(root: Path) -> tuple[Imprint | None, list[Fault]]:
    """Read ``keittokirja.yaml``, whose cookbook it is; None where there is none."""
    if not (root / IMPRINT).is_file():
        return None, []
    text, faults = read_text(root / IMPRINT, IMPRINT)
    return validated(Imprint, text, IMPRINT, 1, {}) if text is not None else (None, faults)


def _orphans(root: Path) -> Iterator[Fault]:
    stems = {path.stem for path in document_paths(root)}
    for folder in (QUESTIONS, STATEMENTS):
        for path in sorted((root / folder).glob("*.yaml")):
            if path.stem not in stems:
                yield Fault(
                    f"{folder}/{path.name}", 1, "dangling-id", f"No document has the id `{path.stem}`."
                )


def _merge(vocabularies: Sequence[Vocabulary]) -> Vocabulary:
    """One vocabulary; where two corpora define an id, the first one's definition stands."""
    tags = {tag.id: tag for vocabulary in reversed(vocabularies) for tag in vocabulary.tags}
    terms = {term.id: term for vocabulary in reversed(vocabularies) for term in vocabulary.terms}
    allowed = tuple(dict.fromkeys(word for vocabulary in vocabularies for word in vocabulary.words))
    return Vocabulary(tags=tuple(tags.values()), terms=tuple(terms.values()), words=allowed)
