"""``/upota``: a page that writes the code for another site, and the frames that such a site may show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from cookbook_search.errors import CookbookError
from cookbook_search.index import Snapshot
from cookbook_search.surfaces.http.access import FRAGMENT_HEADER, caller_of, requires
from cookbook_search.surfaces.http.guard import content_policy
from cookbook_search.surfaces.http.pages.embed_options import (
    LARGEST_RADIUS,
    THEMES,
    EmbedOptions,
    What,
    read_options,
)
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.types import KINDS, LANGUAGES, Scope

Way = Literal["element", "frame"]
FRAMES: Mapping[What, str] = {"search": "/upota/haku", "chat": "/upota/keskustelu"}
HOSTS = ("html", "sharepoint", "wordpress", "drupal")
SNIPPETS: Mapping[tuple[str, Way], Sequence[str]] = {
    ("html", "element"): ("element.html", "looks.css"),
    ("html", "frame"): ("frame.html",),
    ("sharepoint", "element"): ("webpart.ts", "element.html"),
    ("sharepoint", "frame"): ("frame-alone.html",),
    ("wordpress", "element"): ("plugin.php", "shortcode.txt", "looks.css"),
    ("wordpress", "frame"): ("frame-alone.html",),
    ("drupal", "element"): ("theme.libraries.yml", "theme.info.yml", "block.html", "looks.css"),
    ("drupal", "frame"): ("frame-alone.html",),
}
"""Site and way -> the pieces of code, in the order in which they are used; templates of the same names."""


def router(site: Site) -> APIRouter:
    """``/upota``, ``/upota/haku``, ``/upota/keskustelu``."""
    routes = APIRouter()

    @routes.get("/upota", dependencies=[requires(Scope.SEARCH)])
    def embed_page(request: Request) -> HTMLResponse:
        query = request.query_params
        what: What = "chat" if query.get("what") == "chat" else "search"
        way: Way = "frame" if query.get("way") == "frame" else "element"
        host = query["host"] if query.get("host") in HOSTS else HOSTS[0]
        snapshot = _snapshot(site)
        options = read_options(what, QueryParams(_renamed(query.multi_items())), snapshot)
        template = "embed_code.html" if FRAGMENT_HEADER in request.headers else "embed.html"
        return site.page(
            request, template, options=options, way=way, host=host, hosts=HOSTS, kinds=KINDS, themes=THEMES,
            largest_radius=LARGEST_RADIUS, address=site.root(request), tags=_tags(snapshot),
            owners=_owners(snapshot), snippets=_snippets(site, request, options, way, host),
        )  # fmt: skip

    def frame(request: Request, what: What) -> HTMLResponse:
        """Open to all: it holds nothing of the cookbook, and its element tells who may not search."""
        snapshot = _snapshot(site) if caller_of(request).may(Scope.SEARCH) else None
        options = read_options(what, request.query_params, snapshot)
        page = site.page(request, "frame.html", options=options)
        page.headers["Content-Security-Policy"] = content_policy(*site.cookbook.settings.embed_origins)
        return page

    @routes.get(FRAMES["search"])
    def search_frame(request: Request) -> HTMLResponse:
        return frame(request, "search")

    @routes.get(FRAMES["chat"])
    def chat_frame(request: Request) -> HTMLResponse:
        return frame(request, "chat")

    return routes


def _renamed(items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The form's ``in`` is the element's language; ``lang`` is the page's own."""
    return [("lang" if name == "in" else name, value) for name, value in items if name != "lang"]


def _snippets(
    site: Site, request: Request, options: EmbedOptions, way: Way, host: str
) -> list[tuple[str, str]]:
    """(name, code) of each piece that has something in it."""
    language = next((code for code in LANGUAGES if code == options.language), site.language(request))
    values: dict[str, Any] = {
        "options": options, "t": site.strings[language], "address": site.root(request),
        "frame": FRAMES[options.what],
    }  # fmt: skip
    written = [
        (name, site.templates.get_template(f"snippets/{name}").render(values).strip())
        for name in SNIPPETS[host, way]
    ]
    return [(name, code) for name, code in written if code]


def _snapshot(site: Site) -> Snapshot | None:
    try:
        return site.cookbook.snapshot
    except CookbookError:
        return None


def _tags(snapshot: Snapshot | None) -> Sequence[Any]:
    return snapshot.vocabulary.tags if snapshot else ()


def _owners(snapshot: Snapshot | None) -> list[str]:
    return sorted({document.owner for document in snapshot.documents}) if snapshot else []
