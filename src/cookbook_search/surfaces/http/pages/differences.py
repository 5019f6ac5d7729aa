"""What changed in another city's document between the version that is used and the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from cookbook_search.errors import CookbookError, DocumentNotFound
from cookbook_search.parse import FOLDERS
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.types import Language


def router(site: Site) -> APIRouter:
    """``/reseptit/<id>/muutokset`` and its like for methods and metrics."""
    routes = APIRouter()

    @routes.get("/{folder}/{document_id}/muutokset")
    def differences_page(request: Request, folder: str, document_id: str) -> HTMLResponse:
        try:
            if folder not in FOLDERS:
                raise DocumentNotFound(f"No page has the address /{folder}/{document_id}.")
            owner = request.query_params.get("owner")
            document = site.cookbook.document(document_id, FOLDERS[folder], owner)
            change = site.cookbook.changes(document)
            if change is None:
                raise DocumentNotFound(f"No earlier version of `{document_id}` is kept.")
        except CookbookError as error:
            return site.missing(request, error)
        shown = _reader(site.language(request))
        return site.page(request, "differences.html", document=document, change=change, shown=shown)

    return routes


def _reader(language: Language) -> Callable[[Any], str]:
    """Shows a value of the front matter: of a text in three languages the reader's own."""

    def shown(value: Any) -> str:
        if isinstance(value, dict):
            own = value.get(language)
            return shown(own) if own is not None else ", ".join(f"{k}: {shown(v)}" for k, v in value.items())
        if isinstance(value, list):
            return "; ".join(shown(one) for one in value) or "–"
        return "–" if value is None else str(value)

    return shown
