"""What the editors' pages share: their menu, numbers as the language writes them, no traces in caches."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.pages.site import PRIVATE, Site
from cookbook_search.types import AnyDocument, Language

PATH = "/toimitus"
HEALTH, GAPS, VOTES, INSPECT, INDEX = (
    f"{PATH}/{name}" for name in ("terveys", "aukot", "palaute", "haku", "indeksi")
)
DESK = (
    (PATH, "console.overview"),
    (HEALTH, "console.health"),
    (GAPS, "console.gaps"),
    (VOTES, "console.votes"),
    (INSPECT, "console.inspect"),
    (INDEX, "console.index"),
)
"""Addresses of the editors' menu and the words for them."""


def desk_page(
    site: Site, request: Request, template: str, status: int = HTTPStatus.OK, **values: Any
) -> HTMLResponse:
    """A page for editors."""
    number = numbers(site.language(request))
    values = {"no_index": False} | values
    page = site.page(request, template, status, desk=DESK, number=number, **values)
    page.headers.update(PRIVATE)
    return page


def numbers(language: Language) -> Callable[..., str]:
    """Writes numbers: ``number(value, digits, sign)``; ``sign`` shows also a plus."""
    comma = "." if language == "en" else ","

    def number(value: float, digits: int = 2, sign: bool = False) -> str:
        text = f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
        if float(text) == 0:
            return "0" if sign else text.lstrip("-").replace(".", comma)
        return text.replace("-", "−").replace(".", comma)

    return number


def by_id(cookbook: Cookbook) -> dict[str, AnyDocument]:
    """Id -> document that readers see now, ours where several cities have it; none where no index answers."""
    try:
        return {document.id: document for document in reversed(cookbook.snapshot.documents)}
    except CookbookError:
        return {}
