"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cookbook_search.errors import (
    BuildRunning,
    ConversationNotFound,
    CookbookError,
    DocumentNotFound,
    MeasurementError,
    PlanConflict,
    PlanNotFound,
    PrintError,
    ProviderAway,
    QueryError,
    SettingsError,
    SignInFailed,
    SnapshotError,
    StoreError,
)
from cookbook_search.surfaces.wire.base import Problem
from cookbook_search.timing import current_trace

MEDIA_TYPE = "application/problem+json"
CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ANYWHERE: dict[int, str] = {
    400: "The body cannot be read at all.",
    401: "Where the service is closed: no valid key came with the request.",
    403: "The key lacks the scope that this needs.",
    408: "The body did not come in time.",
    413: "The body is too large.",
    422: "The request is wrong.",
    429: "Too many requests; `Retry-After` tells how long to wait.",
    431: "The address or the headers are too large.",
    503: "Too much to do just now; `Retry-After` tells how long to wait.",
}
"""What any request may be answered with, whatever its route says."""
_BODILESS = frozenset({400, 408, 413})
"""Those that a request without a body does not meet."""
_STATUS: tuple[tuple[type[CookbookError], HTTPStatus], ...] = (
    (QueryError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (DocumentNotFound, HTTPStatus.NOT_FOUND),
    (ConversationNotFound, HTTPStatus.NOT_FOUND),
    (PlanNotFound, HTTPStatus.NOT_FOUND),
    (PlanConflict, HTTPStatus.CONFLICT),
    (MeasurementError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SignInFailed, HTTPStatus.FORBIDDEN),
    (ProviderAway, HTTPStatus.SERVICE_UNAVAILABLE),
    (BuildRunning, HTTPStatus.CONFLICT),
    (SnapshotError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (SettingsError, HTTPStatus.SERVICE_UNAVAILABLE),
    (PrintError, HTTPStatus.SERVICE_UNAVAILABLE),
    (CookbookError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


def problem_response(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    """A problem details response."""
    problem = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, request_id=_request_id(),
        errors=errors or [],
    )  # fmt: skip
    headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Response(problem.model_dump_json(), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem_of(error: CookbookError) -> Problem:
    """Problem details of an error of ours, for what is not a response of its own."""
    status = status_of(error)
    return Problem(title=status.phrase, status=status, detail=str(error), request_id=_request_id())


def _request_id() -> str:
    trace = current_trace()
    return trace.id if trace else ""


def status_of(error: CookbookError) -> HTTPStatus:
    """The HTTP status that an error of ours becomes."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


class Unexpected:
    """ASGI middleware: what no handler expected becomes problem details, and is logged with its request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a response that has begun can only break off."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            trace = current_trace()
            if begun or trace is None:
                raise
            trace.error = error
            detail = "Something failed here. Tell the request_id to who runs this service."
            await problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)(scope, receive, send)


def describe_problems(app: FastAPI) -> None:
    """Tell in the OpenAPI document what any operation may answer, beside what its route tells."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = described().setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema()
            for operation in _operations(described()):
                _add_problems(operation)
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        return described()

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _add_problems(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]  # FastAPI's own form, which we do not send
    for status, told in _ANYWHERE.items():
        if "requestBody" in operation or status not in _BODILESS:
            responses.setdefault(str(status), {"description": told, "content": CONTENT})


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

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, _error: Exception) -> Response:
        detail = "Something went wrong here, and it has been logged. Try again, or ask who runs this service."
        response = problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
        response.headers["Connection"] = "close"  # as the server does now, without saying so
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> Response:
        response = problem_response(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response
