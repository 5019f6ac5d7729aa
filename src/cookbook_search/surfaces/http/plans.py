"""``/api/v1/plans``: launch plans made, stored under a secret link, changed, measured and exported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from fastapi import Path as PathParameter

from cookbook_search.app import Cookbook
from cookbook_search.plan import checked, read_measurements
from cookbook_search.surfaces.export import FORMATS, Format, export
from cookbook_search.surfaces.http.problems import MEDIA_TYPE
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.wire.base import Problem
from cookbook_search.surfaces.wire.plans import (
    PAGE,
    MeasurementsIn,
    MeasurementsStored,
    PlanChange,
    PlanMade,
    PlanOut,
    PlanRequest,
    plan_out,
)
from cookbook_search.types import Language

_CONTENT = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
_RESPONSES: dict[int | str, dict[str, object]] = {
    404: {"description": "No plan is stored behind this link.", "content": _CONTENT},
    422: {"description": "The request is wrong; nothing was stored.", "content": _CONTENT},
    503: {"description": "No index answers yet, or the database is away.", "content": _CONTENT},
}
_CONFLICT: dict[int | str, dict[str, object]] = {
    409: {
        "description": "Somebody else has saved the plan since; nothing was overwritten.",
        "content": _CONTENT,
    }
}
_FILES: dict[int | str, dict[str, object]] = {
    200: {"description": "The file.", "content": {media: {} for media in FORMATS.values()}}
}
Token = Annotated[str, PathParameter(min_length=1, max_length=64, description="The secret part of the link.")]
PRIVATE = {"Cache-Control": "no-store"}
"""Headers of what only the holder of a link may see."""


def router(cookbook: Cookbook, web: Path, strings: Mapping[Language, Strings]) -> APIRouter:
    """The routes over this cookbook's stored plans."""
    routes = APIRouter(tags=["plans"])
    plans = cookbook.plans

    @routes.post("/api/v1/plans", responses={key: _RESPONSES[key] for key in (422, 503)})
    def make(request: PlanRequest, response: Response) -> PlanMade:
        """A launch plan for a situation: recipes in a calendar, risks, and what to measure."""
        response.headers.update(PRIVATE)
        plan = cookbook.plan(request.situation())
        if not request.keep or not plan.steps:
            return PlanMade(token=None, url=None, version=None, plan=plan)
        token = plans.create(plan)
        return PlanMade(token=token, url=f"{PAGE}/{token}", version=1, plan=plan)

    @routes.get("/api/v1/plans/{token}", responses=_RESPONSES)
    def read(token: Token, response: Response) -> PlanOut:
        """The stored plan with its measurements, whole."""
        response.headers.update(PRIVATE)
        return plan_out(plans.find(token))

    @routes.put("/api/v1/plans/{token}", responses=_RESPONSES | _CONFLICT)
    def change(token: Token, request: PlanChange, response: Response) -> PlanOut:
        """Store a changed plan; its cautions are worked out again."""
        response.headers.update(PRIVATE)
        consent = plans.find(token).consent if request.consent is None else request.consent
        plans.save(token, checked(request.plan), request.version, consent)
        return plan_out(plans.find(token))

    @routes.delete(
        "/api/v1/plans/{token}", status_code=204, responses={key: _RESPONSES[key] for key in (404, 503)}
    )
    def delete(token: Token) -> None:
        """Delete the plan with its measurements, for good."""
        plans.delete(token)

    @routes.post("/api/v1/plans/{token}/measurements", responses=_RESPONSES)
    def measure(token: Token, request: MeasurementsIn) -> MeasurementsStored:
        """Store values of the plan's metrics, all or none."""
        plans.measure(token, request.measurements)
        return MeasurementsStored(stored=len(request.measurements))

    @routes.post("/api/v1/plans/{token}/measurements/csv", responses=_RESPONSES)
    def measure_csv(token: Token, text: Annotated[str, Body(media_type="text/csv")]) -> MeasurementsStored:
        """The same from CSV with the heading `metric;date;value;note`."""
        found = read_measurements(text, plans.find(token).plan)
        plans.measure(token, found)
        return MeasurementsStored(stored=len(found))

    @routes.get("/api/v1/plans/{token}/export", responses=_RESPONSES | _FILES, response_class=Response)
    def exported(
        token: Token, form: Annotated[Format, Query(alias="format", description="Kind of the file.")] = "json"
    ) -> Response:
        """The plan as a file."""
        kept = plans.find(token)
        content = export(form, kept, strings[kept.plan.situation.language], web, cookbook.settings.base_url)
        name = f"{strings[kept.plan.situation.language]['plan.file']}.{form}"
        headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=FORMATS[form], headers=headers)

    return routes
