"""Citations of one answer, numbered in the order in which the text leans on them."""

from __future__ import annotations

import re

from cookbook_search.answer.outline import Part
from cookbook_search.types import AnyDocument, Citation, Language

MARK = re.compile(r"\s?\[(\d{1,2})\]")
"""A citation mark, and in the cookbook's own sentences a mark of its list of sources."""


class Ledger:
    """Gives out marks; a mark covers what stands before it in its block, back to the mark before."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._numbers: dict[Citation, int] = {}

    def cite(self, document: AnyDocument, part: Part | None, quote: str) -> str:
        """The mark ``[n]`` for this quote; ``part`` None cites the document's summary."""
        title = document.title[self._language]
        citation = Citation(
            id=document.id,
            kind=document.kind,
            owner=document.owner,
            guest=document.guest,
            title=title,
            heading=part.heading if part else title,
            anchor=part.anchor if part else "",
            quote=quote,
            language=document.language if part or document.plain else self._language,
        )
        return f"[{self._numbers.setdefault(citation, len(self._numbers) + 1)}]"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All that was cited; the n-th has the mark ``[n]``."""
        return tuple(self._numbers)


def unmarked(quote: str) -> str:
    """The cookbook's sentences without the marks of its own list of sources."""
    return MARK.sub("", quote)
