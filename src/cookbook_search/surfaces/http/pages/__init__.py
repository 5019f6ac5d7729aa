"""The pages, rendered on the server: they work without JavaScript. One module a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from cookbook_search.app import Cookbook
from cookbook_search.surfaces.http.assets import Assets
from cookbook_search.surfaces.http.pages import (
    changes,
    chat,
    discovery,
    documents,
    editor,
    embed,
    library,
    opensearch,
    plan,
    privacy,
    reference,
    search,
    statement,
)
from cookbook_search.surfaces.http.pages.site import open_site
from cookbook_search.surfaces.strings import Strings
from cookbook_search.types import Language


def router(cookbook: Cookbook, web: Path, strings: Mapping[Language, Strings], assets: Assets) -> APIRouter:
    """The routes of all pages, answering from this cookbook with the templates of ``web``."""
    site = open_site(cookbook, web, strings, assets)
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    pages = (
        search,
        library,
        documents,
        chat,
        plan,
        embed,
        statement,
        privacy,
        editor,
        reference,
        discovery,
        opensearch,
        changes,
    )
    for page in pages:
        routes.include_router(page.router(site))
    return routes
