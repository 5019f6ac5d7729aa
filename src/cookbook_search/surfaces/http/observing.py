"""What is told of each request: its id, a line in the log, its figures, its spans."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cookbook_search.timing import Stage, Trace, traced

log = logging.getLogger("cookbook_search.request")
REQUEST_ID = "X-Request-Id"
ID_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTINE = frozenset({"/healthz", "/readyz", "/metrics", "/static"})
"""What probes and browsers ask for all the time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request when it is over."""

    trace: Trace
    method: str
    route: str
    """Template of the route, never the address itself; ``other`` where none answered."""
    status: int
    begun: int
    """Nanoseconds of ``time.perf_counter_ns``."""
    ended: int
    parent: str
    """The ``traceparent`` of the caller, if it sent one."""

    @property
    def seconds(self) -> float:
        """Until the whole response was sent."""
        return (self.ended - self.begun) / 1e9


class Observer(Protocol):
    """Is told of requests and, as they end, of their stages."""

    def add_stage(self, stage: Stage) -> None:
        """A stage has ended, also after its request."""

    def add(self, seen: Seen) -> None:
        """A request is over."""


class Observed:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, observers: Sequence[Observer], behind_proxy: bool) -> None:
        """``behind_proxy``: the request's id is the proxy's, where it sends one."""
        self._app = app
        self._observers = observers
        self._behind_proxy = behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look at its route afterwards."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = Trace(self._id_of(headers), self._tell)
        status, broken = 500, False

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = trace.id
            await send(message)

        begun = time.perf_counter_ns()
        with traced(trace):
            try:
                await self._app(scope, receive, watch)
            except Exception:
                broken = True  # the server logs it with its traceback
                raise
            finally:
                method = scope["method"] if scope["method"] in METHODS else "other"
                parent = headers.get("traceparent", "")
                ended = time.perf_counter_ns()
                seen = Seen(trace, method, route_of(scope), status, begun, ended, parent)
                for observer in self._observers:
                    observer.add(seen)
                log_request(seen, broken)

    def _id_of(self, headers: Headers) -> str:
        sent = headers.get(REQUEST_ID, "") if self._behind_proxy else ""
        return sent if ID_FORM.fullmatch(sent) else uuid.uuid4().hex

    def _tell(self, stage: Stage) -> None:
        for observer in self._observers:
            observer.add_stage(stage)


def route_of(scope: Scope) -> str:
    """Template of the route that answered."""
    if (route := getattr(scope.get("route"), "path", None)) is not None:
        return str(route)
    return "/static" if scope["path"].startswith("/static/") else "other"


def log_request(seen: Seen, broken: bool) -> None:
    """One record a request."""
    error = seen.trace.error
    level = logging.DEBUG if seen.route in ROUTINE else logging.INFO
    if seen.status >= 500:
        level = logging.ERROR if error or broken else logging.WARNING
    if not log.isEnabledFor(level):
        return
    stages: dict[str, float] = {}
    for stage in seen.trace.stages:
        stages[stage.name] = round(stages.get(stage.name, 0.0) + stage.seconds * 1000, 2)
    fields = {
        "method": seen.method,
        "route": seen.route,
        "status": seen.status,
        "ms": round(seen.seconds * 1000, 2),
        **({"stages": stages} if stages else {}),
        **({"broken": True} if broken else {}),
        **seen.trace.facts,
    }
    log.log(level, "request", extra={"fields": fields}, exc_info=error)
