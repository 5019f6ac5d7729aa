"""A document as the cookbook orders it: its sections, steps and variations, read from a snapshot.

The headings of a document are fixed (``corpus/README.md``), so the place of a sentence says what it
is: a step, a pitfall, a way of measuring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cookbook_search.answer.orders import gives_orders
from cookbook_search.chunk import STEP_HEADINGS
from cookbook_search.parse import sections
from cookbook_search.types import AnyDocument, Chunk

PROBLEM, WHEN, INGREDIENTS = "Pulma", "Milloin käytät", "Ainekset"
MEASURING, PITFALLS, VARIATIONS = "Näin mittaat", "Sudenkuopat", "Muunnelmat"
EXAMPLE, SOURCES = "Kuvitteellinen esimerkki", "Lähteet"
METHOD_USE, METHOD_NEEDS, METHOD_TIPS = "Mihin se sopii", "Tarvitset", "Vinkit"
METRIC_MEANING, METRIC_FORMULA, METRIC_DATA = "Mitä mittari kertoo", "Laskentakaava", "Aineisto ja lähde"
METRIC_RHYTHM, METRIC_TARGET = "Mittausväli ja vastuu", "Lähtötaso ja tavoite"
METRIC_PITFALLS = "Tulkinta ja sudenkuopat"
SMALL_CITY, SEVERAL_CITIES, NO_MONEY = "Pieni kaupunki", "Useita kaupunkeja", "Ei rahaa"

TEMPLATE_INFO = "kopioi"
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?:\s*\[\d+\]\.?)?[”\"»)]*\s+(?=[\"”»(]?[A-ZÅÄÖ0-9])")
_SHORTENED = re.compile(r"(?:\b(?:esim|ks|ns|mm|klo|n|noin|s|ym|yms|jne|toim|nro|vrt|huom)\.|\b\d+\.)$", re.I)
_NUMBER = re.compile(r"^(\d+)\.\s*(.+)$")
_STEP_FACTS = re.compile(r"^Kuka: (?P<who>.+?) · Kesto: (?P<duration>.+?) · Tuotos: (?P<output>.+)$")
_BULLET = "• "


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading, down to the next heading."""

    path: tuple[str, ...]
    """Headings from the document's section down to this one."""
    anchor: str
    lines: tuple[str, ...]
    """Plain text of each paragraph, list item, row and line of a template."""

    @property
    def heading(self) -> str:
        """The heading itself."""
        return self.path[-1] if self.path else ""

    @property
    def items(self) -> tuple[str, ...]:
        """Its list items, without their marks."""
        return tuple(line.removeprefix(_BULLET) for line in self.lines if line.startswith(_BULLET))

    @property
    def prose(self) -> tuple[str, ...]:
        """Its paragraphs."""
        return tuple(line for line in self.lines if not line.startswith(_BULLET))


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step."""

    number: int
    title: str
    who: str
    duration: str
    output: str
    facts: str
    """The line that holds who, how long and output, as it stands; empty where it is missing."""
    text: tuple[str, ...]
    """The paragraphs that say what is done, templates not among them."""
    part: Part


@dataclass(frozen=True, slots=True)
class Template:
    """A text to copy."""

    name: str
    text: str
    heading: str
    anchor: str
    """Heading and fragment of the section that holds it."""


@dataclass(frozen=True)
class Outline:
    """One document, ready to be quoted."""

    document: AnyDocument
    parts: tuple[Part, ...]

    def part(self, *headings: str) -> Part | None:
        """The first of these sections that the document has."""
        by_heading = {part.heading: part for part in self.parts}
        return next((by_heading[heading] for heading in headings if heading in by_heading), None)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of a recipe or a method, in order."""
        return tuple(
            _step(part, number)
            for number, part in enumerate(
                (p for p in self.parts if len(p.path) == 2 and p.path[0] in STEP_HEADINGS), start=1
            )
        )


def outline(document: AnyDocument, chunks: Sequence[Chunk]) -> Outline:
    """Join the chunks of a body to the parts that they were cut from; ``chunks`` in reading order.

    Sentences that give orders to an assistant are left out.
    """
    lines: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for chunk in chunks:
        kept = (_without_orders(line) for line in chunk.text.split("\n"))
        lines.setdefault((chunk.headings, chunk.anchor), []).extend(kept)
    return Outline(
        document,
        tuple(
            Part(path, anchor, tuple(line for line in of if line.strip()))
            for (path, anchor), of in lines.items()
        ),
    )


def _without_orders(line: str) -> str:
    if not gives_orders(line):
        return line
    return " ".join(sentence for sentence in sentences(line) if not gives_orders(sentence))


def templates(document: AnyDocument) -> tuple[Template, ...]:
    """The texts to copy of a document: code blocks marked ``kopioi``, in order."""
    return tuple(
        Template(
            token.info.partition(" ")[2].strip(), token.content.rstrip("\n"), section.heading, section.anchor
        )
        for section in sections(document.body)
        for token in section.tokens
        if token.type == "fence" and token.info.startswith(TEMPLATE_INFO) and not gives_orders(token.content)
    )


def sentences(text: str) -> list[str]:
    """Sentences of a paragraph as they stand, reference marks of the document left in."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[str]:
    begun = 0
    for match in _SENTENCE_END.finditer(text):
        piece = text[begun : match.end()].strip()
        if _SHORTENED.search(piece):
            continue
        yield piece
        begun = match.end()
    if rest := text[begun:].strip():
        yield rest


def _step(part: Part, place: int) -> Step:
    numbered = _NUMBER.match(part.heading)
    number, title = (int(numbered[1]), numbered[2]) if numbered else (place, part.heading)
    facts = next((line for line in part.lines if _STEP_FACTS.match(line)), "")
    found = _STEP_FACTS.match(facts)
    who, duration, output = found.group("who", "duration", "output") if found else ("", "", "")
    text = tuple(line for line in part.lines if line != facts)
    return Step(number, title, who, duration, output, facts, text, part)
