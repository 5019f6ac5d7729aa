"""The part of a passage that a hit shows, with the words of the query marked."""

from __future__ import annotations

from markupsafe import Markup

from cookbook_search.types import Passage

EXCERPT = 320
"""Characters of a passage shown in a hit."""


def marked(passage: Passage, length: int = EXCERPT) -> Markup:
    """The part of the passage around its first highlight, its highlights in <mark>."""
    begin = _excerpt_start(passage, length)
    end = min(len(passage.text), begin + length)
    if end < len(passage.text):
        end = passage.text.rfind(" ", begin, end) if " " in passage.text[begin:end] else end
    pieces: list[Markup] = [Markup("… ")] if begin else []
    at = begin
    for start, stop in passage.highlights:
        if start >= begin and stop <= end:
            pieces += [
                Markup.escape(passage.text[at:start]),
                Markup("<mark>{}</mark>").format(passage.text[start:stop]),
            ]
            at = stop
    pieces.append(Markup.escape(passage.text[at:end]))
    if end < len(passage.text):
        pieces.append(Markup(" …"))
    return Markup("").join(pieces)


def _excerpt_start(passage: Passage, length: int) -> int:
    """Where the excerpt begins: at a line or sentence near the first highlight."""
    if not passage.highlights or passage.highlights[0][0] < length // 2:
        return 0
    first = passage.highlights[0][0]
    starts = [
        passage.text.rfind(mark, 0, first) + len(mark)
        for mark in ("\n", ". ")
        if mark in passage.text[:first]
    ]
    return max(starts, default=0)
