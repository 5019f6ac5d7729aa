"""The library: everything by phase, by tag and by level of metric, and as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from cookbook_search.errors import CookbookError
from cookbook_search.index import Snapshot
from cookbook_search.surfaces.http.pages.graph import draw
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.types import LEVELS, PHASES, AnyDocument, Imprint, Metric, Recipe, Tag


def router(site: Site) -> APIRouter:
    """``/kirjasto`` and ``/kirjasto/verkko``."""
    routes = APIRouter()
    cookbook = site.cookbook

    @routes.get("/kirjasto")
    def library_page(request: Request) -> HTMLResponse:
        try:
            snapshot = cookbook.snapshot
        except CookbookError as error:
            return site.missing(request, error)
        asked = request.query_params
        tag = next((t for t in snapshot.vocabulary.tags if t.id == asked.get("tag")), None)
        phase = next((phase for phase in PHASES if phase == asked.get("phase")), None)
        owners = sorted({document.owner for document in snapshot.documents})
        owner = next((name for name in owners if name == asked.get("owner")), None)
        documents = [
            document for document in snapshot.documents
            if (tag is None or tag.id in document.tags) and owner in (None, document.owner)
            and (phase is None or (isinstance(document, Recipe) and document.phase == phase))
        ]  # fmt: skip
        return site.page(
            request, "library.html", shelves=shelves(documents), counts=counts(documents), tag=tag,
            tags=used_tags(snapshot.vocabulary.tags, snapshot.documents), owners=owners, owner=owner,
            phase=phase, cookbooks=cookbooks(snapshot) if len(owners) > 1 else (),
        )  # fmt: skip

    @routes.get("/kirjasto/verkko")
    def graph_page(request: Request) -> HTMLResponse:
        try:
            graph = draw(
                cookbook.snapshot.documents, site.language(request), request.query_params.get("valittu")
            )
        except CookbookError as error:
            return site.missing(request, error)
        return site.page(request, "graph.html", graph=graph)

    return routes


@dataclass(frozen=True, slots=True)
class Shared:
    """One city's cookbook among several."""

    owner: str
    imprint: Imprint | None
    counts: dict[str, int]
    guest: bool


def cookbooks(snapshot: Snapshot) -> list[Shared]:
    """The cookbooks of all cities, ours first."""
    imprints = {imprint.owner: imprint for imprint in snapshot.imprints}
    by_owner: dict[str, list[AnyDocument]] = {}
    for document in snapshot.documents:
        by_owner.setdefault(document.owner, []).append(document)
    return [
        Shared(owner, imprints.get(owner), counts(documents), documents[0].guest)
        for owner, documents in by_owner.items()
    ]


def counts(documents: Iterable[AnyDocument]) -> dict[str, int]:
    """How many recipes each phase has, how many metrics each level, how many documents each kind.

    Plain pages count as `page`.
    """
    return Counter(
        place
        for document in documents
        for place in (
            "page" if document.plain else document.kind,
            *([document.phase] if isinstance(document, Recipe) else []),
            *([document.level] if isinstance(document, Metric) else []),
        )
    )


def shelves(documents: Sequence[AnyDocument]) -> dict[str, list[AnyDocument]]:
    """Recipes by phase, methods, plain pages, metrics by level; only what is not empty."""
    places: dict[str, list[AnyDocument]] = {name: [] for name in (*PHASES, "method", "page", *LEVELS)}
    for document in documents:
        if isinstance(document, Recipe):
            places[document.phase].append(document)
        elif isinstance(document, Metric):
            places[document.level].append(document)
        else:
            places["page" if document.plain else "method"].append(document)
    return {name: shelf for name, shelf in places.items() if shelf}


def used_tags(tags: Sequence[Tag], documents: Iterable[AnyDocument]) -> list[tuple[Tag, int]]:
    """The tags that documents have, each with how many."""
    uses = Counter(tag for document in documents for tag in document.tags)
    return [(tag, uses[tag.id]) for tag in tags if uses[tag.id]]
