"""The page of one recipe, method or metric."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError, DocumentNotFound, PackError
from cookbook_search.parse import sections
from cookbook_search.surfaces.http.pages.schema import structured
from cookbook_search.surfaces.http.pages.site import Site, with_query
from cookbook_search.surfaces.render import page_of, to_html
from cookbook_search.types import AnyDocument, Kind, Language, Metric, Recipe


def router(site: Site) -> APIRouter:
    """``/reseptit/<id>``, ``/menetelmat/<id>``, ``/mittarit/<id>``."""
    routes = APIRouter()
    cookbook = site.cookbook

    @lru_cache(maxsize=512)
    def body_html(document: AnyDocument, chosen: str) -> Markup:
        def address(target: str, origin: AnyDocument) -> str:
            page = page_of(target, origin)
            return with_query(page, {"lang": chosen}) if page.startswith("/") else page

        return Markup(to_html(document, address))  # noqa: S704  # sanitised by render

    def document_page(request: Request, document_id: str, kind: Kind) -> HTMLResponse:
        try:
            document = cookbook.document(document_id, kind, request.query_params.get("owner"))
        except CookbookError as error:
            return site.missing(request, error)
        language = site.language(request)
        address, root = site.address(request, site.link(request)(document)), site.root(request)
        name = site.strings[language]["site.name"]
        return site.page(
            request, "document.html", document=document,
            body=body_html(document, language if request.query_params.get("lang") else ""),
            contents=[s for s in sections(document.body) if s.level == 2],
            links=_linked(document, cookbook), is_recipe=isinstance(document, Recipe),
            changed=not site.published and has_changed(document, cookbook),
            is_metric=isinstance(document, Metric), tags=_tags(document, cookbook),
            address=address, structured=structured(document, language, address, name, root),
            qr=qr_code(address), reference=reference(document, language, name, address),
        )  # fmt: skip

    @routes.get("/reseptit/{document_id}")
    def recipe_page(request: Request, document_id: str) -> HTMLResponse:
        return document_page(request, document_id, "recipe")

    @routes.get("/menetelmat/{document_id}")
    def method_page(request: Request, document_id: str) -> HTMLResponse:
        return document_page(request, document_id, "method")

    @routes.get("/mittarit/{document_id}")
    def metric_page(request: Request, document_id: str) -> HTMLResponse:
        return document_page(request, document_id, "metric")

    return routes


def has_changed(document: AnyDocument, cookbook: Cookbook) -> bool:
    """Whether an earlier version is kept that was another; a library that cannot be read has none."""
    try:
        change = cookbook.changes(document)
    except PackError:
        return False
    return change is not None and change.status == "changed"


@lru_cache(maxsize=512)
def qr_code(address: str) -> Markup:
    """A QR code of the address as inline SVG, for paper."""
    import segno  # only pages of documents need it

    svg = segno.make(address, error="m").svg_inline(omitsize=True, svgclass=None, lineclass=None, border=0)
    return Markup(svg)  # noqa: S704  # made of an address, as modules


def reference(document: AnyDocument, language: Language, site: str, address: str) -> str:
    """How to cite the document."""
    return f"{document.owner} ({document.updated.year}): {document.title[language]}. {site}. {address}"


def _linked(document: AnyDocument, cookbook: Cookbook) -> dict[str, list[AnyDocument]]:
    """The documents that the front matter names, by relation, and who uses this one."""
    named: dict[str, tuple[tuple[str, ...], Kind]] = {"related": (document.related, document.kind)}
    if isinstance(document, Recipe):
        named = {
            "metrics": (document.metrics, "metric"), "prerequisites": (document.prerequisites, "recipe"),
            "methods": (document.methods, "method"), "related": (document.related, "recipe"),
        }  # fmt: skip
    linked = {
        relation: list(existing(ids, kind, document.owner, cookbook))
        for relation, (ids, kind) in named.items()
    }
    users: list[AnyDocument] = [
        other for other in cookbook.snapshot.documents
        if isinstance(other, Recipe) and other.owner == document.owner
        and document.id in {*other.methods, *other.metrics}
    ]  # fmt: skip
    return {relation: found for relation, found in (linked | {"used_by": users}).items() if found}


def existing(ids: tuple[str, ...], kind: Kind, owner: str, cookbook: Cookbook) -> Iterator[AnyDocument]:
    """The documents of these ids that the owner's cookbook has."""
    for document_id in ids:
        try:
            yield cookbook.document(document_id, kind, owner)
        except DocumentNotFound:
            continue  # a guest's may dangle, and a newer snapshot may have lost it


def _tags(document: AnyDocument, cookbook: Cookbook) -> list[Any]:
    by_id = {tag.id: tag for tag in cookbook.snapshot.vocabulary.tags}
    return [by_id[tag] for tag in document.tags if tag in by_id]
