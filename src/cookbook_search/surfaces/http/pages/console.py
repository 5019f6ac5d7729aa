"""The editors' first page, the health of the cookbook and the feedback on answers."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path, PurePath
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cookbook_search.app import Cookbook
from cookbook_search.check import Health
from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.pages.desk import HEALTH, PATH, VOTES, by_id, desk_page
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.staging import Staging
from cookbook_search.types import AnyDocument

PERIODS = (7, 30, 90, 365)
"""Days that may be looked back, as far as records are kept."""
GLANCE_DAYS = 30
COMMENTS = 20
"""Comments shown of a document."""


def router(site: Site) -> APIRouter:
    """``/toimitus`` and the pages that only show."""
    routes = APIRouter()
    cookbook, checked = site.cookbook, Checked(site.cookbook)
    staging = Staging(cookbook)

    @routes.get(PATH)
    def overview(request: Request) -> Response:
        days = min(GLANCE_DAYS, cookbook.settings.retention_days)
        try:
            activity = cookbook.usage.activity(days)
        except CookbookError:
            activity = None
        snapshots = cookbook.snapshots
        current = next((one for one in snapshots.all() if one.is_current), None)
        age = (
            (dt.datetime.now(dt.UTC).date() - current.created.date()).days
            if current and current.created
            else 0
        )
        return desk_page(
            site, request, "console_overview.html", health=checked.health(), activity=activity, days=days,
            current=current, age=age, staged=snapshots.staged, running=staging.is_running,
            rolled_back=snapshots.rolled_back,
        )  # fmt: skip

    @routes.get(HEALTH)
    def health(request: Request) -> Response:
        found = checked.health()
        rule = request.query_params.get("vika", "")
        shown = [fault for fault in found.faults if rule in {"", fault.rule}]
        files = [(path, list(faults)) for path, faults in groupby(shown, key=lambda fault: fault.path)]
        files.sort(key=lambda file: (not any(fault in found.stopping for fault in file[1]), file[0]))
        return desk_page(
            site, request, "console_health.html", health=found, files=files, rule=rule,
            rules=sorted({fault.rule for fault in found.faults}), document_of=_documents(cookbook),
        )  # fmt: skip

    @routes.get(VOTES)
    def votes(request: Request) -> Response:
        kept = cookbook.settings.retention_days
        periods = sorted({*(days for days in PERIODS if days < kept), kept})
        asked = request.query_params.get("paivat", "")
        days = int(asked) if asked in {str(one) for one in periods} else min(GLANCE_DAYS, kept)
        days = days if days in periods else periods[-1]
        values: dict[str, Any] = {
            "periods": periods,
            "days": days,
            "most": COMMENTS,
            "by_id": by_id(cookbook),
        }
        try:
            voted = cookbook.usage.votes(days)
        except CookbookError as error:
            return desk_page(site, request, "console_votes.html", status_of(error), votes=None, **values)
        return desk_page(site, request, "console_votes.html", votes=voted, **values)

    return routes


class Checked:
    """The faults of the corpus, looked for again when a file has changed; safe to share by threads."""

    def __init__(self, cookbook: Cookbook) -> None:
        self._cookbook = cookbook
        self._lock = threading.Lock()
        self._known: tuple[object, Health] | None = None

    def health(self) -> Health:
        """Every fault as the files are now; the first look takes some seconds."""
        with self._lock:
            state = tuple(sorted(_files(self._cookbook.settings.corpus)))
            if self._known is None or self._known[0] != state:
                self._known = state, self._cookbook.check()
            return self._known[1]


def _files(folders: tuple[Path, ...]) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of each file."""
    for folder in folders:
        for path, _, names in os.walk(folder):
            for name in names:
                try:
                    told = (Path(path) / name).stat()
                except OSError:
                    continue
                yield str(Path(path) / name), told.st_mtime_ns, told.st_size


def _documents(cookbook: Cookbook) -> dict[str, AnyDocument]:
    """File in a corpus -> the document that readers see of it now."""
    try:
        found = cookbook.snapshot.documents
    except CookbookError:
        return {}
    return {str(PurePath(document.path)): document for document in reversed(found) if not document.guest}
