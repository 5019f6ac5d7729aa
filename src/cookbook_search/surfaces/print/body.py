"""A document's body for paper: anchors that are unique in the whole edition, links that lead to pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from markupsafe import Markup

from cookbook_search.parse import FOLDERS, markdown
from cookbook_search.surfaces.render import page_of, to_html
from cookbook_search.types import AnyDocument, Kind


def anchor_of(document: AnyDocument) -> str:
    """Where the document begins in an edition."""
    return _anchor(document.kind, document.owner, document.id)


def section_anchor(document: AnyDocument, fragment: str) -> str:
    """Where a section of the document begins in an edition."""
    return f"{anchor_of(document)}--{fragment}" if fragment else anchor_of(document)


def printed(documents: Sequence[AnyDocument]) -> frozenset[str]:
    """The anchors that an edition of these documents has."""
    return frozenset(anchor_of(document) for document in documents)


def body_html(document: AnyDocument, anchors: Collection[str], base_url: str) -> Markup:
    """The body; links to documents among the printed ``anchors`` lead there, others to the live page."""

    def address(target: str, origin: AnyDocument) -> str:
        return _address(page_of(target, origin), origin.owner, anchors, base_url) or target

    html = to_html(document, address=address, prefix=f"{anchor_of(document)}--")
    return Markup(html)  # noqa: S704  # sanitised by render


def text_html(markdown_text: str, anchors: Collection[str], base_url: str) -> Markup:
    """A text of the corpus that is no document, such as the foreword; its links lead likewise."""
    owners = {anchor.split("-")[1] for anchor in anchors}
    parser = markdown()
    tokens = parser.parse(markdown_text)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                page = "/" + str(child.attrs["href"]).removesuffix(".md")
                found = (_address(page, owner, anchors, base_url) for owner in sorted(owners))
                child.attrs["href"] = next((place for place in found if place), page)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704  # raw HTML is off


def _address(page: str, owner: str, anchors: Collection[str], base_url: str) -> str:
    """Anchor or live address of ``/reseptit/x#y``; empty where the page is no document's."""
    place, _, fragment = page.partition("#")
    path = place.partition("?")[0]
    folder, _, name = path.strip("/").partition("/")
    if folder not in FOLDERS:
        return ""
    anchor = _anchor(FOLDERS[folder], owner, name)
    if anchor in anchors:
        return f"#{anchor}--{fragment}" if fragment else f"#{anchor}"
    return base_url + place + (f"#{fragment}" if fragment else "")


def _anchor(kind: Kind, owner: str, document_id: str) -> str:
    return f"{kind}-{owner.lower().replace(' ', '_')}-{document_id}"
