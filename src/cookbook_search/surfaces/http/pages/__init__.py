"""The pages, rendered on the server: they work without JavaScript. One module a page."""

from __future__ import annotations

from types import ModuleType

from fastapi import APIRouter
from fastapi.params import Depends as Dependency
from fastapi.responses import HTMLResponse

from cookbook_search.surfaces.http.access import OPEN_TO_ALL, requires
from cookbook_search.surfaces.http.door import Door
from cookbook_search.surfaces.http.pages import (
    changes,
    chat,
    console,
    differences,
    discovery,
    documents,
    editor,
    embed,
    indexing,
    inspector,
    library,
    opensearch,
    plan,
    privacy,
    reference,
    search,
    sign_in,
    statement,
)
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.types import Scope

_PAGES: tuple[tuple[ModuleType, Dependency], ...] = (
    (search, requires(Scope.SEARCH)),
    (library, requires(Scope.SEARCH)),
    (documents, requires(Scope.SEARCH)),
    (chat, requires(Scope.CHAT)),
    (plan, requires(Scope.SEARCH)),
    (embed, OPEN_TO_ALL),
    (statement, OPEN_TO_ALL),
    (privacy, OPEN_TO_ALL),
    (console, requires(Scope.EDITOR)),
    (editor, requires(Scope.EDITOR)),
    (inspector, requires(Scope.EDITOR)),
    (indexing, requires(Scope.EDITOR)),
    (reference, OPEN_TO_ALL),
    (discovery, OPEN_TO_ALL),
    (opensearch, requires(Scope.SEARCH)),
    (changes, requires(Scope.SEARCH)),
    (differences, requires(Scope.SEARCH)),
)
"""Each page and what it requires."""


def router(site: Site, door: Door) -> APIRouter:
    """The routes of all pages."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    for page, requirement in _PAGES:
        routes.include_router(page.router(site), dependencies=[requirement])
    routes.include_router(sign_in.router(site, door), dependencies=[OPEN_TO_ALL])
    return routes


def published_router(site: Site) -> APIRouter:
    """The routes of the pages that can stand as files."""
    routes = APIRouter(default_response_class=HTMLResponse)
    for page in (search, library, documents, statement, changes):
        routes.include_router(page.router(site))
    return routes
