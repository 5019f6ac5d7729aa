"""Votes over HTTP; acknowledged only once they are stored."""

from __future__ import annotations

from fastapi import APIRouter

from cookbook_search.app import Cookbook
from cookbook_search.surfaces.http.problems import MEDIA_TYPE
from cookbook_search.surfaces.wire.base import Problem
from cookbook_search.surfaces.wire.feedback import FeedbackRequest, FeedbackResponse

_CONTENT = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
_RESPONSES: dict[int | str, dict[str, object]] = {
    422: {"description": "The request is wrong.", "content": _CONTENT},
    503: {"description": "The vote could not be stored; send it again.", "content": _CONTENT},
}


def router(cookbook: Cookbook) -> APIRouter:
    """The route, storing to this cookbook's database."""
    routes = APIRouter()

    @routes.post("/api/v1/feedback", responses=_RESPONSES, tags=["feedback"])
    def feedback(request: FeedbackRequest) -> FeedbackResponse:
        """A vote and a comment on an answer or a hit; personal data in the comment is masked."""
        cookbook.usage.give_feedback(
            request.about, request.kind, request.vote, request.target or "", request.comment
        )
        return FeedbackResponse()

    return routes
