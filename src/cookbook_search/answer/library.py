"""The documents of one snapshot by id, each with its outline."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer
from cookbook_search.answer.outline import Outline, Part, Template, outline, templates
from cookbook_search.answer.parallel import Rendering, renderings
from cookbook_search.index import KIND_CODES, Snapshot
from cookbook_search.types import LANGUAGES, AnyDocument, Kind

OUTLINES = 512
"""Outlines kept at hand."""
_NAMED = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|^\s*[-•*] (?P<item>[^:\n[*]+)", re.MULTILINE)
"""Where an answer names a document: in bold, or at the head of a list item."""
Numbers = npt.NDArray[np.int64]


class Library:
    """What the answerers quote from."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer) -> None:
        self._snapshot = snapshot
        self._analyzer = analyzer
        self._numbers = {document.key: number for number, document in enumerate(snapshot.documents)}
        self._outline = lru_cache(OUTLINES)(self._read)
        self._templates = lru_cache(OUTLINES)(self._read_templates)
        self._renderings = lru_cache(OUTLINES)(self._tie)

    def number(self, document: AnyDocument) -> int:
        """Its place in the snapshot."""
        return self._numbers[document.key]

    def find(self, key: str, kind: Kind | None = None) -> AnyDocument | None:
        """The document with this ``Document.key``."""
        number = self._numbers.get(key)
        if number is None or kind not in (None, self._snapshot.documents[number].kind):
            return None
        return self._snapshot.documents[number]

    def named_by(self, document: AnyDocument, field: str) -> tuple[AnyDocument, ...]:
        """The documents that its front matter names in ``related``, ``metrics``, ``prerequisites``..."""
        ids: tuple[str, ...] = getattr(document, field, ())
        found = (self.find(f"{document.owner}/{document_id}") for document_id in ids)
        return tuple(other for other in found if other is not None)

    def titled(self, text: str) -> tuple[AnyDocument, ...]:
        """The documents that an answer names by title, in its order."""
        names = ((match["bold"] or match["item"]).strip() for match in _NAMED.finditer(text))
        found = (self._titles.get(name) for name in names)
        return tuple(dict.fromkeys(document for document in found if document is not None))

    @cached_property
    def _titles(self) -> dict[str, AnyDocument]:
        documents = reversed(self._snapshot.documents)
        return {document.title[language]: document for document in documents for language in LANGUAGES}

    def chunks(self, number: int) -> tuple[Numbers, Numbers]:
        """Numbers of a document's chunks: titles and phrasings, then the body in reading order."""
        start, end = int(self._snapshot.chunk_range[number]), int(self._snapshot.chunk_range[number + 1])
        body = start + int(np.searchsorted(self._snapshot.chunk_kind[start:end], KIND_CODES["section"]))
        return np.arange(start, body), np.arange(body, end)

    def outline(self, document: AnyDocument) -> Outline:
        """The document's sections, steps and variations."""
        return self._outline(document.key)

    def _read(self, key: str) -> Outline:
        number = self._numbers[key]
        chunks = [self._snapshot.chunks[int(at)] for at in self.chunks(number)[1]]
        return outline(self._snapshot.documents[number], chunks)

    def rendered(self, document: AnyDocument, part: Part) -> tuple[Rendering, ...]:
        """The statements in three languages that render sentences of this section."""
        return tuple(each for each in self._renderings(document.key) if each.part.anchor == part.anchor)

    def _tie(self, key: str) -> tuple[Rendering, ...]:
        return renderings(self._outline(key), self._analyzer)

    def templates(self, document: AnyDocument) -> tuple[Template, ...]:
        """The document's texts to copy."""
        return self._templates(document.key)

    def _read_templates(self, key: str) -> tuple[Template, ...]:
        return templates(self._snapshot.documents[self._numbers[key]])
