"""The pages and the data of a cookbook as they are published: what files can hold, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from cookbook_search.app import Cookbook
from cookbook_search.surfaces.http import api, pages
from cookbook_search.surfaces.http.assets import Assets
from cookbook_search.surfaces.http.pages.site import Public, open_site
from cookbook_search.surfaces.strings import Strings
from cookbook_search.types import Language


def published_app(
    cookbook: Cookbook, web: Path, strings: Mapping[Language, Strings], public: Public
) -> ASGIApp:
    """An application to be read once, page by page, and then forgotten. Raises SettingsError.

    ``public`` says where a page will stand.
    """
    assets = Assets(web / "static", cookbook.settings.theme, {})
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(api.router(cookbook))
    app.include_router(pages.published_router(open_site(cookbook, web, strings, assets, public)))
    app.mount("/static", assets, name="static")
    return app
