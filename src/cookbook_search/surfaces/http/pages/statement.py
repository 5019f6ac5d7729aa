"""The accessibility statement that Finnish law asks of a public body (306/2019)."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from cookbook_search.surfaces.http.pages.site import Site

ASSESSED = dt.date(2026, 11, 24)
"""When the pages were last assessed."""


def router(site: Site) -> APIRouter:
    """``/saavutettavuus``."""
    routes = APIRouter()

    @routes.get("/saavutettavuus")
    def statement_page(request: Request) -> HTMLResponse:
        settings = site.cookbook.settings
        return site.page(
            request,
            "statement.html",
            assessed=ASSESSED,
            contact=settings.accessibility_contact,
            publisher=settings.publisher,
        )

    return routes
