"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from cookbook_search.errors import (
    ConversationNotFound,
    CookbookError,
    DocumentNotFound,
    MeasurementError,
    PlanConflict,
    PlanNotFound,
    PrintError,
    QueryError,
    SettingsError,
    SnapshotError,
    StoreError,
)
from cookbook_search.surfaces.wire.base import Problem

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[CookbookError], HTTPStatus], ...] = (
    (QueryError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (DocumentNotFound, HTTPStatus.NOT_FOUND),
    (ConversationNotFound, HTTPStatus.NOT_FOUND),
    (PlanNotFound, HTTPStatus.NOT_FOUND),
    (PlanConflict, HTTPStatus.CONFLICT),
    (MeasurementError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SnapshotError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (SettingsError, HTTPStatus.SERVICE_UNAVAILABLE),
    (PrintError, HTTPStatus.SERVICE_UNAVAILABLE),
    (CookbookError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


def problem_response(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    """A problem details response."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Response(problem.model_dump_json(), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem_of(error: CookbookError) -> Problem:
    """Problem details of an error of ours, for what is not a response of its own."""
    status = status_of(error)
    return Problem(title=status.phrase, status=status, detail=str(error))


def status_of(error: CookbookError) -> HTTPStatus:
    """The HTTP status that an error of ours becomes."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def install_problem_handlers(app: FastAPI) -> None:
    """Turn every error of the API into problem details."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        errors = [
            {"field": ".".join(str(part) for part in fault["loc"]), "fault": str(fault["msg"])}
            for fault in error.errors()
        ]
        detail = "The request cannot be read. " + "; ".join(f"{e['field']}: {e['fault']}" for e in errors[:5])
        return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)

    @app.exception_handler(CookbookError)
    async def ours(_request: Request, error: CookbookError) -> Response:
        return problem_response(status_of(error), str(error))

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> Response:
        response = problem_response(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response
