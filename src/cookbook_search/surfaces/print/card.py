"""What fits on a card of two sides: the steps in front, what to mind behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from markdown_it.token import Token

from cookbook_search.answer.outline import Step, outline, sentences
from cookbook_search.chunk import chunks
from cookbook_search.parse import Section, blocks, plain_text, sections
from cookbook_search.types import AnyDocument

LISTS: dict[str, tuple[str, ...]] = {
    "recipe": ("Sudenkuopat", "Muunnelmat"),
    "method": ("Tarvitset", "Vinkit"),
    "metric": ("Lähtötaso ja tavoite", "Tulkinta ja sudenkuopat"),
}
"""Sections shown behind, by kind."""
WHEN = ("Milloin käytät", "Mihin se sopii")
WHEN_POINTS = 2
POINT = 200
"""Characters of a point at most; it ends at a sentence."""


@dataclass(frozen=True, slots=True)
class Point:
    """A list item, cut to whole sentences."""

    lead: str
    """What stands in bold at its beginning; may be empty."""
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A section cut down to its points."""

    heading: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A document on two sides."""

    document: AnyDocument
    when: Points
    """When to use it and when not."""
    steps: tuple[Step, ...]
    lists: tuple[Points, ...]
    example: str
    """A metric's worked example; empty for others."""


def card_of(document: AnyDocument) -> Card:
    """The card of a document; what its sections do not hold is left out."""
    found = sections(document.body)
    lists = (_points(heading, found) for heading in LISTS[document.kind])
    when = next((points for heading in WHEN if (points := _points(heading, found)).points), Points("", ()))
    return Card(
        document=document,
        when=Points(when.heading, when.points[:WHEN_POINTS]),
        steps=outline(document, [chunk for chunk in chunks(document) if chunk.anchor]).steps,
        lists=tuple(points for points in lists if points.points),
        example=_example(found) if document.kind == "metric" else "",
    )


def whole_sentences(text: str, length: int) -> str:
    """As many whole first sentences as the length allows, at least one."""
    taken = ""
    for sentence in sentences(text):
        if taken and len(taken) + 1 + len(sentence) > length:
            break
        taken = f"{taken} {sentence}".strip()
    return taken


def _points(heading: str, found: list[Section]) -> Points:
    """The list items of a section, or the first sentences under each of its subheadings."""
    points: list[Point] = []
    for section in found:
        if section.headings[:1] != (heading,):
            continue
        items = list(_items(section))
        if section.level == 3:
            points += [Point(f"{section.heading}.", item.text) for item in items[:1]]
        else:
            points += items
    return Points(heading, tuple(points))


def _items(section: Section) -> Iterator[Point]:
    """The section's list items, or its first paragraph where it has no list."""
    listed = any(token.type == "list_item_open" for token in section.tokens)
    depth = 0
    for token in section.tokens:
        depth += token.nesting if token.type.startswith("list_item") else 0
        if token.type == "inline" and (depth or not listed):
            lead = _bold_start(token)
            text = plain_text([token]).removeprefix(lead)
            yield Point(lead, whole_sentences(text.strip(), POINT - len(lead)))
            if not listed:
                return


def _bold_start(token: Token) -> str:
    children = [child for child in token.children or () if child.type != "text" or child.content]
    if not children or children[0].type != "strong_open":
        return ""
    return "".join(child.content for child in takewhile(lambda child: child.type != "strong_close", children))


def _example(found: list[Section]) -> str:
    for section in found:
        for text in blocks(section.tokens):
            if text.startswith("Laskuesimerkki"):
                return text
    return ""
