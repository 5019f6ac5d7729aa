"""The search inspector: how a question was read, and where the score of each page comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cookbook_search.errors import CookbookError, QueryError
from cookbook_search.retrieve import Inspected, Inspection, Parts
from cookbook_search.surfaces.http.pages.desk import INSPECT, desk_page
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.types import LANGUAGES

WIDTH = 1000
"""Units of the bar of the best score."""
PARTS = tuple(field.name for field in fields(Parts))


@dataclass(frozen=True, slots=True)
class Bar:
    """A score as a bar of its parts; those below zero take no room."""

    found: Inspected
    parts: tuple[tuple[str, float], ...]
    """Name of each part and its points."""
    pieces: tuple[tuple[str, int, int], ...]
    """Name of a part, where its piece begins and how wide it is."""


def router(site: Site) -> APIRouter:
    """``/toimitus/haku``."""
    routes = APIRouter()
    cookbook = site.cookbook

    @routes.get(INSPECT)
    def inspector(request: Request) -> Response:
        query = request.query_params.get("q", "").strip()
        wanted = request.query_params.get("sivu", "").strip()
        spoken = request.query_params.get("kieli", "")
        language = next((one for one in LANGUAGES if one == spoken), None)
        values: dict[str, Any] = {
            "query": query, "wanted": wanted, "asked_language": language or "", "inspection": None,
            "unreadable": False,
        }  # fmt: skip
        if not query:
            return desk_page(site, request, "console_inspect.html", **values)
        try:
            found = cookbook.inspect(query, language, [wanted] if wanted else ())
        except QueryError:
            values["unreadable"] = True
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return desk_page(site, request, "console_inspect.html", status, **values)
        except CookbookError as error:
            values["no_index"] = True
            return desk_page(site, request, "console_inspect.html", status_of(error), **values)
        best = max((one.score for one in (*found.recipes, *found.metrics)), default=1.0)
        values |= {"inspection": found, "firsts": _firsts(found), "part_names": PARTS}
        return desk_page(
            site, request, "console_inspect.html",
            recipes=[_bar(one, best) for one in found.recipes],
            metrics=[_bar(one, best) for one in found.metrics],
            asked=[_bar(one, best) for one in found.wanted],
            **values,
        )  # fmt: skip

    return routes


def _bar(found: Inspected, best: float) -> Bar:
    parts = tuple(asdict(found.parts).items())
    pieces: list[tuple[str, int, int]] = []
    begins = 0.0
    for name, points in parts:
        width = max(0.0, points) / max(best, 1e-9) * WIDTH
        if round(width):
            pieces.append((name, round(begins), round(width)))
        begins += width
    return Bar(found, parts, tuple(pieces))


def _firsts(found: Inspection) -> dict[str, Inspected]:
    """The best page of the list in which a document stands, by kind: what it is compared with."""
    recipes, metrics = found.recipes[:1], found.metrics[:1]
    lists = {"recipe": recipes, "method": recipes, "metric": metrics}
    return {kind: listed[0] for kind, listed in lists.items() if listed}
