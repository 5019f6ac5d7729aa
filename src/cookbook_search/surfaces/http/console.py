"""The editors' console over HTTP, for programs: /api/v1/editor."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from cookbook_search.app import Cookbook
from cookbook_search.errors import NoSnapshot
from cookbook_search.surfaces.http.access import name_of
from cookbook_search.surfaces.http.problems import MEDIA_TYPE
from cookbook_search.surfaces.staging import Staging
from cookbook_search.surfaces.wire.base import Problem
from cookbook_search.surfaces.wire.console import (
    FeedbackReport,
    HealthResponse,
    IndexAction,
    InspectionOut,
    JobOut,
    feedback_report,
    health_response,
    inspection_out,
    job_out,
)
from cookbook_search.surfaces.wire.gaps import GapsResponse, gaps_response
from cookbook_search.surfaces.wire.snapshots import (
    PreviewOut,
    SnapshotsResponse,
    preview_out,
    snapshots_response,
)
from cookbook_search.types import Language

PREFIX = "/api/v1/editor"
_CONTENT = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
_RESPONSES: dict[int | str, dict[str, object]] = {
    401: {"description": "Nobody has signed in, and no key was sent.", "content": _CONTENT},
    403: {"description": "The caller is no editor.", "content": _CONTENT},
    422: {"description": "The request is wrong.", "content": _CONTENT},
    503: {"description": "The index or the database does not answer.", "content": _CONTENT},
}
_BUSY: dict[int | str, dict[str, object]] = {
    409: {"description": "An index is being built; wait until it ends.", "content": _CONTENT}
}
Days = Annotated[int | None, Query(ge=1, le=3650, description="As long as it is kept, if left out.")]


def router(cookbook: Cookbook) -> APIRouter:
    """The routes, for this cookbook."""
    routes = APIRouter(prefix=PREFIX, tags=["editor"], responses=_RESPONSES)
    staging = Staging(cookbook)

    @routes.get("/health")
    def health() -> HealthResponse:
        """Every fault of the corpus as its files are now."""
        return health_response(cookbook.check())

    @routes.get("/gaps")
    def gaps(days: Days = None) -> GapsResponse:
        """What was asked and not found, or voted down, gathered by meaning."""
        return gaps_response(cookbook.gaps(days))

    @routes.get("/feedback")
    def feedback(days: Days = None) -> FeedbackReport:
        """How much was asked, and how documents were judged."""
        activity, votes = cookbook.usage.activity(days), cookbook.usage.votes(days)
        return feedback_report(days or cookbook.settings.retention_days, activity, votes)

    @routes.get("/inspect")
    def inspect(
        q: Annotated[str, Query(min_length=1, max_length=2000, description="The question.")],
        language: Annotated[Language | None, Query(description="Detected if left out.")] = None,
        id: Annotated[list[str] | None, Query(max_length=10, description="Documents to look for.")] = None,  # noqa: A002  # the parameter's name
    ) -> InspectionOut:
        """How a question is read, and where the score of each document comes from."""
        return inspection_out(cookbook.inspect(q, language, id or ()))

    @routes.get("/index")
    def index() -> SnapshotsResponse:
        """The snapshots on disk: current, staged, and the one that a rollback goes back to."""
        return snapshots_response(cookbook.snapshots)

    @routes.post("/index", responses=_BUSY)
    def act(request: Request, action: IndexAction) -> SnapshotsResponse:
        """Build beside and compare, publish, roll back or discard."""
        staging.act(action.do, action.snapshot, name_of(request))
        return snapshots_response(cookbook.snapshots)

    @routes.get("/index/job")
    def job() -> JobOut | None:
        """How the build beside the current index goes, or went; null where there was none."""
        found, running = staging.job, staging.is_running
        return job_out(found, running) if found else None

    @routes.get("/index/preview")
    def preview() -> PreviewOut:
        """What changes when the staged snapshot is published."""
        made = staging.preview
        if made is None:
            raise NoSnapshot(
                'Nothing staged has been compared; POST {"do": "stage"} to /api/v1/editor/index.'
            )
        return preview_out(made)

    return routes
