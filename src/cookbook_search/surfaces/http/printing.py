"""``/tulosta/...``: cards, texts, the poster and booklets of search results as PDF."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cookbook_search.app import Cookbook
from cookbook_search.errors import DocumentNotFound
from cookbook_search.parse import FOLDERS
from cookbook_search.surfaces.http.problems import problem_response
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.wire.search import MAX_QUERY
from cookbook_search.types import AnyDocument, Metric

if TYPE_CHECKING:
    from cookbook_search.surfaces.print import Printer

KEPT = 64
"""Finished files kept in memory."""
WAITING = 8
"""Requests that may wait for the press; one more is told to come back."""
BOOKLET = 5
"""Recipes, and metrics, of a search that a booklet holds."""
Folder = Literal["reseptit", "menetelmat", "mittarit"]
Form = Annotated[Literal["kortti", "teksti"], Query(description="A card of two sides, or the whole text.")]


class Press:
    """Prints one file at a time and keeps the last ones: typesetting takes a processor for a second."""

    def __init__(self, cookbook: Cookbook, web: Path, strings: Strings) -> None:
        self._cookbook = cookbook
        self._web = web
        self._strings = strings
        self._files: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._printing = threading.Lock()
        self._places = threading.Semaphore(WAITING)

    def answer(self, name: str, of: Sequence[AnyDocument], html: Callable[[], str]) -> Response:
        """The file of these documents, printed from ``html`` where it is not kept for the served snapshot."""
        key = (self._cookbook.snapshot.manifest.id, name, *(document.key for document in of))
        if not self._places.acquire(blocking=False):
            detail = "Many files are being printed; try again in a moment."
            return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, detail)
        try:
            with self._printing:
                if (pdf := self._files.get(key)) is None:
                    pdf = self._print(html())
                    self._files[key] = pdf
                    while len(self._files) > KEPT:
                        self._files.popitem(last=False)
        finally:
            self._places.release()
        headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
        return Response(pdf, media_type="application/pdf", headers=headers)

    def card(self, document: AnyDocument) -> str:
        """HTML of a card."""
        return self._printer().cards([document], sheets=False, bleed=False)

    def booklet(self, title: str, documents: Sequence[AnyDocument]) -> str:
        """HTML of a booklet; of one document, its text."""
        return self._printer().booklet(title, documents, "a4", bleed=False)

    def poster(self) -> str:
        """HTML of the poster of metrics."""
        metrics = [found for found in self._cookbook.snapshot.documents if isinstance(found, Metric)]
        return self._printer().poster(metrics, bleed=False)

    def heading(self) -> str:
        """Title of a booklet of search results."""
        return self._strings["print.selection"]

    def _printer(self) -> Printer:
        from cookbook_search.surfaces.print import Printer  # only printing needs it

        settings = self._cookbook.settings
        return Printer(self._web, self._strings, self._cookbook.snapshot.documents, settings.base_url)

    def _print(self, html: str) -> bytes:
        from cookbook_search.surfaces.print import to_pdf

        return to_pdf(html, self._web / "print")


def router(cookbook: Cookbook, web: Path, strings: Strings) -> APIRouter:
    """The routes, printing from the served snapshot; the texts are in Finnish, like the corpus."""
    routes = APIRouter(include_in_schema=False)
    press = Press(cookbook, web, strings)

    @routes.get("/tulosta/juliste")
    def poster() -> Response:
        """The poster of all metrics, A3."""
        return press.answer("mittarijuliste", (), press.poster)

    @routes.get("/tulosta/haku")
    def results(q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY)]) -> Response:
        """A booklet of what a search finds."""
        result = cookbook.search(q, BOOKLET)
        hits = [*(hit.document for hit in result.recipes), *(hit.document for hit in result.metrics)]
        if not hits:
            raise DocumentNotFound("The cookbook has no answer to this; there is nothing to print.")
        return press.answer("reseptivihko", hits, lambda: press.booklet(press.heading(), hits))

    @routes.get("/tulosta/suunnitelma/{token}")
    def of_plan(token: str) -> Response:
        """A booklet of a stored plan's recipes and metrics, as far as the cookbook still has them."""
        plan, planner = cookbook.plans.find(token).plan, cookbook.planner
        recipes = [planner.recipes.get(f"{step.owner}/{step.id}") for step in plan.steps]
        metrics = [planner.metrics.get(f"{row.owner}/{row.id}") for row in plan.metrics]
        found = [document for document in (*recipes, *metrics) if document is not None]
        return press.answer("reseptivihko", found, lambda: press.booklet(press.heading(), found))

    @routes.get("/tulosta/{folder}/{document_id}")
    def document(
        folder: Folder, document_id: str, muoto: Form = "kortti", owner: str | None = None
    ) -> Response:
        """A card or the text of one document."""
        found = cookbook.document(document_id, FOLDERS[folder], owner)
        name = f"{found.id}-{muoto}"
        if muoto == "kortti":
            return press.answer(name, [found], lambda: press.card(found))
        return press.answer(name, [found], lambda: press.booklet(found.title.fi, [found]))

    return routes
