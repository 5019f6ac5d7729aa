"""The editions: what is printed, as HTML that the press turns into a PDF."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cookbook_search.surfaces.print.body import anchor_of, body_html, printed, text_html
from cookbook_search.surfaces.print.card import card_of
from cookbook_search.surfaces.print.terms import Entry
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.wire.documents import url_of
from cookbook_search.surfaces.wire.licences import licence_name
from cookbook_search.types import LEVELS, PHASES, AnyDocument, Metric, Recipe, Source

Size = Literal["a4", "a5"]
FOLDER = "print"


@dataclass(frozen=True, slots=True)
class Cited:
    """A source and the anchors of the documents that lean on it."""

    source: Source
    anchors: tuple[str, ...]


class Printer:
    """Makes editions with the templates and words of ``web``; addresses begin with ``base_url``.

    ``library`` holds all documents, so that a card can name metrics that are not printed with it.
    """

    def __init__(
        self, web: Path, strings: Strings, library: Sequence[AnyDocument], base_url: str = ""
    ) -> None:
        self.folder = web / FOLDER
        self._library = {(document.owner, document.id): document for document in library}
        self._base_url = base_url.rstrip("/")
        self._templates = Environment(
            loader=FileSystemLoader(self.folder), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._templates.filters |= {"euros": _euros, "licence": licence_name}
        self._templates.globals |= {
            "t": strings, "phases": PHASES, "levels": LEVELS, "anchor": anchor_of, "qr": self._qr,
            "address": self._address, "named": self._named, "users": _users(library),
            "base_url": self._base_url, "cluster": _cluster(self.folder),
        }  # fmt: skip

    def book(
        self, documents: Sequence[AnyDocument], foreword: str, terms: Sequence[Entry], size: Size, bleed: bool
    ) -> str:
        """The whole cookbook: cover, contents, foreword, phases, methods, metrics and four indexes."""
        ordered = in_order(documents)
        return self._render(
            "book.html", ordered, size=size, bleed=bleed, terms=terms, sources=cited(ordered),
            foreword=text_html(foreword, printed(ordered), self._base_url),
        )  # fmt: skip

    def booklet(self, title: str, documents: Sequence[AnyDocument], size: Size, bleed: bool) -> str:
        """A selection, in the order given, with contents."""
        return self._render("booklet.html", documents, heading=title, size=size, bleed=bleed)

    def cards(self, documents: Sequence[AnyDocument], sheets: bool, bleed: bool) -> str:
        """Cards of two sides: A5, or two a sheet of A4 with crop marks, backs in place for turning."""
        cards = [card_of(document) for document in documents]
        pairs = [cards[at : at + 2] for at in range(0, len(cards), 2)]
        return self._render("cards.html", documents, cards=cards, pairs=pairs, sheets=sheets, bleed=bleed)

    def poster(self, metrics: Sequence[Metric], bleed: bool) -> str:
        """All metrics on one A3 sheet, a column a level."""
        columns = {level: [metric for metric in metrics if metric.level == level] for level in LEVELS}
        return self._render("poster.html", metrics, columns=columns, bleed=bleed)

    def _render(self, template: str, documents: Sequence[AnyDocument], **values: Any) -> str:
        anchors = printed(documents)
        updated = max((document.updated for document in documents), default=dt.date(2026, 1, 1))
        owners = sorted({document.owner for document in documents})
        return self._templates.get_template(template).render(
            documents=documents,
            body=lambda document: body_html(document, anchors, self._base_url),
            updated=updated,
            owners=owners,
            guests=sorted({(d.owner, d.licence) for d in documents if d.guest}),
            **values,
        )

    def _named(self, document: AnyDocument, ids: Sequence[str]) -> list[AnyDocument]:
        """The documents of these ids in the document's own cookbook."""
        found = (self._library.get((document.owner, other)) for other in ids)
        return [other for other in found if other is not None]

    def _address(self, document: AnyDocument) -> str:
        return self._base_url + url_of(document)

    def _qr(self, document: AnyDocument) -> Markup:
        """A QR code of the live page as SVG; nothing where no public address is configured."""
        if not self._base_url:
            return Markup()
        svg = io.BytesIO()
        code = segno.make(self._address(document), error="m")
        code.save(svg, kind="svg", xmldecl=False, svgns=True, border=0, omitsize=True, dark="#15272d")
        return Markup(svg.getvalue().decode())  # noqa: S704  # segno's own drawing


def in_order(documents: Sequence[AnyDocument]) -> list[AnyDocument]:
    """The book's order: recipes by phase, methods, metrics by level; within these as they came."""

    def place(document: AnyDocument) -> tuple[int, int]:
        if isinstance(document, Recipe):
            return 0, PHASES.index(document.phase)
        if isinstance(document, Metric):
            return 2, LEVELS.index(document.level)
        return 1, 0

    return sorted(documents, key=place)


def cited(documents: Sequence[AnyDocument]) -> list[Cited]:
    """Every source once, by author and year, with the documents that lean on it."""
    found: dict[str, tuple[Source, list[str]]] = {}
    for document in documents:
        for source in document.sources:
            found.setdefault(source.url, (source, []))[1].append(anchor_of(document))
    ordered = sorted(found.values(), key=lambda item: (item[0].author.lower(), item[0].year, item[0].title))
    return [Cited(source, tuple(dict.fromkeys(anchors))) for source, anchors in ordered]


def _euros(amount: str) -> str:
    """``3000-20000`` as ``3 000–20 000``, with spaces that do not break."""
    return "–".join(f"{int(part):,}".replace(",", "\N{NO-BREAK SPACE}") for part in amount.split("-"))


def _users(documents: Sequence[AnyDocument]) -> Mapping[str, list[AnyDocument]]:
    """Anchor of a metric or method -> the recipes that use it."""
    by_id = {(document.owner, document.id): document for document in documents}
    users: dict[str, list[AnyDocument]] = {anchor_of(document): [] for document in documents}
    for document in documents:
        if isinstance(document, Recipe):
            for other in (*document.metrics, *document.methods):
                if (used := by_id.get((document.owner, other))) is not None:
                    users[anchor_of(used)].append(document)
    return users


def _cluster(folder: Path) -> Markup:
    """The picture of the cover."""
    return Markup((folder / "cluster.svg").read_text(encoding="utf-8"))  # noqa: S704  # our own file
