"""What search engines read: the list of pages, and what not to visit."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.access import requires
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import problem_response, status_of
from cookbook_search.types import PHASES, Scope

SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    "{urls}</urlset>\n"
)


UNVISITED = ("/api/", "/suunnitelma/", "/kirjaudu", "/toimitus", "/*?q=")
"""What search engines have no business with."""


def router(site: Site) -> APIRouter:
    """``/sitemap.xml`` and ``/robots.txt``."""
    routes = APIRouter()

    @routes.get("/robots.txt")
    def robots(request: Request) -> PlainTextResponse:
        if site.cookbook.settings.access == "closed":
            return PlainTextResponse("User-agent: *\nDisallow: /\n")
        closed = "".join(f"Disallow: {path}\n" for path in UNVISITED)
        sitemap = f"Sitemap: {site.root(request)}/sitemap.xml\n"
        return PlainTextResponse(f"User-agent: *\n{closed}\n{sitemap}")

    @routes.get("/sitemap.xml", dependencies=[requires(Scope.SEARCH)])
    def sitemap(request: Request) -> Response:
        """Every page in every language, each with its translations."""
        try:
            documents = site.cookbook.snapshot.documents
        except CookbookError as error:
            return problem_response(status_of(error), str(error))
        root, link = site.root(request), site.link(request)
        pages = [
            (path, "")
            for path in (
                "/",
                "/kirjasto",
                "/kirjasto/verkko",
                "/keskustelu",
                "/suunnitelma",
                "/upota",
                "/saavutettavuus",
            )
        ]
        pages += [(f"/kirjasto?phase={phase}", "") for phase in PHASES]
        pages += [(link(document), document.updated.isoformat()) for document in documents]
        urls = "".join(_entry(f"{root}{path}", changed, tuple(site.strings)) for path, changed in pages)
        return Response(SITEMAP.format(urls=urls), media_type="application/xml")

    return routes


def _entry(address: str, changed: str, languages: tuple[str, ...]) -> str:
    mark = "&" if "?" in address else "?"
    versions = {code: escape(f"{address}{mark}lang={code}") for code in languages}
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{version}"/>'
        for code, version in versions.items()
    )
    lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{lastmod}{links}</url>\n"
