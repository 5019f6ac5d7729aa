"""The documents of one snapshot by id, each with its outline."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from cookbook_search.answer.outline import Outline, outline
from cookbook_search.index import KIND_CODES, Snapshot
from cookbook_search.types import AnyDocument, Kind

OUTLINES = 256
"""Outlines kept at hand."""


class Library:
    """What the answerers quote from."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.outline = lru_cache(OUTLINES)(self._outline)

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], int]:
        return {(document.owner, document.id): n for n, document in enumerate(self.snapshot.documents)}

    def find(self, document_id: str, owner: str, kind: Kind | None = None) -> AnyDocument | None:
        """The document of this id in this city's cookbook."""
        number = self._numbers.get((owner, document_id))
        if number is None or kind not in (None, self.snapshot.documents[number].kind):
            return None
        return self.snapshot.documents[number]

    def _outline(self, key: str) -> Outline:
        """The outline of the document with this ``Document.key``."""
        owner, _, document_id = key.rpartition("/")
        number = self._numbers[owner, document_id]
        start, end = self.snapshot.chunk_range[number], self.snapshot.chunk_range[number + 1]
        body = start + np.searchsorted(self.snapshot.chunk_kind[start:end], KIND_CODES["section"])
        chunks = [self.snapshot.chunks[at] for at in range(body, end)]
        return outline(self.snapshot.documents[number], chunks)
