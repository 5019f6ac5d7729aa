"""The pages, rendered on the server: they work without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError, DocumentNotFound
from cookbook_search.parse import sections
from cookbook_search.retrieve.search import FACET_LEAST
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.http.render import to_html
from cookbook_search.surfaces.http.strings import choose_language, read_strings
from cookbook_search.surfaces.wire.documents import url_of
from cookbook_search.surfaces.wire.search import MAX_QUERY
from cookbook_search.types import (
    LEVELS,
    PHASES,
    AnyDocument,
    Filters,
    Kind,
    Language,
    Metric,
    Passage,
    Recipe,
    SearchResult,
)

FEW, MANY = 10, 30
"""Recipes of one answer, and after asking for more."""
EXCERPT = 320
"""Characters of a passage shown in a hit."""
FRAGMENT_HEADER = "x-fragment"
"""With this request header only the results are rendered; the page's script asks so."""


def router(cookbook: Cookbook, web: Path) -> APIRouter:
    """The routes, answering from this cookbook with the templates of ``web``."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    strings = read_strings(web)
    assets = _asset_paths(web / "static")
    templates = Environment(
        loader=FileSystemLoader(web / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    templates.filters["marked"] = marked

    @lru_cache(maxsize=512)
    def body_html(document: AnyDocument) -> Markup:
        return Markup(to_html(document))  # noqa: S704  # sanitised by render

    def page(request: Request, template: str, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
        asked = request.query_params.get("lang")
        language = choose_language(
            asked, request.headers.get("accept-language", ""), cookbook.settings.language
        )

        def href(path: str, **parameters: object) -> str:
            """A link that keeps the language the reader chose."""
            path, hash_sign, fragment = path.partition("#")
            kept = parameters | ({"lang": language} if asked else {})
            query = urlencode({name: value for name, value in kept.items() if value}, doseq=True)
            return path + (f"?{query}" if query else "") + hash_sign + fragment

        context = {
            "t": strings[language], "language": language, "href": href, "url_of": url_of,
            "path": request.url.path, "phases": PHASES, "levels": LEVELS, "languages": tuple(strings),
            "assets": assets, "base_url": cookbook.settings.base_url.rstrip("/"),
            "switch": {code: _switched(request, code) for code in strings},
        }  # fmt: skip
        html = templates.get_template(template).render(context | values)
        headers = {"Vary": f"Accept-Language, {FRAGMENT_HEADER}", "Content-Language": language}
        return HTMLResponse(html, status_code=status, headers=headers)

    @routes.get("/")
    def search_page(request: Request) -> HTMLResponse:
        query = request.query_params.get("q", "").strip()
        phase = tuple(p for p in request.query_params.getlist("phase") if p in PHASES)
        more = "more" in request.query_params
        template = "results.html" if FRAGMENT_HEADER in request.headers else "search.html"
        values: dict[str, Any] = {
            "query": query, "phase": phase, "more": more, "result": None, "error": None, "counts": {},
            "library": {}, "metric_titles": {}, "likely": FACET_LEAST, "max_query": MAX_QUERY,
        }  # fmt: skip
        try:
            if query:
                found = cookbook.search(query, MANY if more else FEW, filters=Filters(phase=phase))
                everywhere = cookbook.search(query) if phase else found
                values["result"], values["counts"] = found, everywhere.facets.get("phase", {})
                values["metric_titles"] = _metric_documents(found, cookbook)
            values["library"] = _by_phase(cookbook.snapshot.documents)
        except CookbookError as error:
            return page(request, template, status_of(error), **values | {"error": type(error).__name__})
        return page(request, template, **values)

    def document_page(request: Request, document_id: str, kind: Kind) -> HTMLResponse:
        try:
            document = cookbook.document(document_id, kind, request.query_params.get("owner"))
        except CookbookError as error:
            return page(request, "missing.html", status_of(error), error=type(error).__name__)
        return page(
            request, "document.html", document=document, body=body_html(document),
            contents=[s for s in sections(document.body) if s.level == 2],
            links=_linked(document, cookbook), is_recipe=isinstance(document, Recipe),
            is_metric=isinstance(document, Metric), tags=_tags(document, cookbook),
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


def _asset_paths(static: Path) -> Mapping[str, str]:
    """Name of a static file -> its address, which changes with its content: no browser shows an old one."""
    return {
        file.name: f"/static/{file.name}?v={sha256(file.read_bytes()).hexdigest()[:8]}"
        for file in static.iterdir()
        if file.is_file()
    }


def _switched(request: Request, language: Language) -> str:
    parameters = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*parameters, ('lang', language)])}"


def _by_phase(documents: tuple[AnyDocument, ...]) -> dict[str, list[AnyDocument]]:
    """Recipes by phase, then methods, then metrics by level."""
    shelves: dict[str, list[AnyDocument]] = {}
    for phase in PHASES:
        shelves[phase] = [d for d in documents if isinstance(d, Recipe) and d.phase == phase]
    for kind in ("method", "metric"):
        shelves[kind] = [d for d in documents if d.kind == kind]
    return {name: shelf for name, shelf in shelves.items() if shelf}


def _metric_documents(result: SearchResult, cookbook: Cookbook) -> dict[str, AnyDocument]:
    """The metrics that the hits recommend, by id."""
    found: dict[str, AnyDocument] = {}
    for hit in result.recipes:
        found |= {metric.id: metric for metric in _existing(hit.metrics, "metric", cookbook)}
    return found


def _linked(document: AnyDocument, cookbook: Cookbook) -> dict[str, list[AnyDocument]]:
    """The documents that the front matter names, by relation, and who uses this one."""
    named: dict[str, tuple[tuple[str, ...], Kind]] = {"related": (document.related, document.kind)}
    if isinstance(document, Recipe):
        named = {
            "metrics": (document.metrics, "metric"), "prerequisites": (document.prerequisites, "recipe"),
            "methods": (document.methods, "method"), "related": (document.related, "recipe"),
        }  # fmt: skip
    linked = {relation: list(_existing(ids, kind, cookbook)) for relation, (ids, kind) in named.items()}
    users: list[AnyDocument] = [
        other for other in cookbook.snapshot.documents
        if isinstance(other, Recipe) and document.id in {*other.methods, *other.metrics}
    ]  # fmt: skip
    return {relation: found for relation, found in (linked | {"used_by": users}).items() if found}


def _existing(ids: tuple[str, ...], kind: Kind, cookbook: Cookbook) -> Iterator[AnyDocument]:
    for document_id in ids:
        try:
            yield cookbook.document(document_id, kind)
        except DocumentNotFound:
            continue  # a guest's may dangle, and a newer snapshot may have lost it


def _tags(document: AnyDocument, cookbook: Cookbook) -> list[Any]:
    by_id = {tag.id: tag for tag in cookbook.snapshot.vocabulary.tags}
    return [by_id[tag] for tag in document.tags if tag in by_id]
