"""``/metrics`` for Prometheus: requests by route, searches, refusals, the age of the snapshot.

Counting is plain arithmetic; prometheus-client takes a sixth of a second to import and is asked only when
somebody scrapes.
"""

from __future__ import annotations

import datetime as dt
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cookbook_search.app import Cookbook

if TYPE_CHECKING:
    from prometheus_client.core import Metric

BOUNDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper ends of the buckets, in seconds: a search takes milliseconds, a language model seconds."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


@dataclass(slots=True)
class Timing:
    """Durations of one route."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """How many fell under each bound, and above the last."""
    total: float = 0.0
    """Seconds in all."""

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class Measures:
    """What one process counted since its start."""

    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By method, route and status."""
    timings: dict[tuple[str, str], Timing] = field(default_factory=dict)
    """By method and route."""

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests[method, route, str(status)] += 1
        self.timings.setdefault((method, route), Timing()).add(seconds)


class Measured:
    """ASGI middleware: counts and times each request under the route that answered it."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look at its route afterwards: no address becomes a label."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._measures.add(method, route, status, time.perf_counter() - begun)


def router(cookbook: Cookbook, measures: Measures) -> APIRouter:
    """The route that Prometheus scrapes."""
    routes = APIRouter()

    @routes.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """Prometheus' text format."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.registry import Collector

        class State(Collector):
            def collect(self) -> Iterator[Metric]:
                yield from _requests(measures)
                yield from _cookbook(cookbook)

        registry = CollectorRegistry()
        registry.register(State())
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes


def _requests(measures: Measures) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    requests = CounterMetricFamily(
        "cookbook_requests", "Requests by route and status.", labels=("method", "route", "status")
    )
    for labels, count in sorted(measures.requests.items()):
        requests.add_metric(labels, count)
    yield requests
    seconds = HistogramMetricFamily(
        "cookbook_request_seconds", "Seconds until the whole response was sent.", labels=("method", "route")
    )
    for names, timing in sorted(measures.timings.items()):
        below, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), timing.buckets, strict=True):
            below += count
            buckets.append((bound, below))
        seconds.add_metric(names, buckets, timing.total)
    yield seconds


def _cookbook(cookbook: Cookbook) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    tally = cookbook.tally
    for name, told, count in (
        ("searches", "Searches.", tally.searches),
        ("searches_cached", "Searches answered from memory.", tally.cached),
        ("searches_refused", "Searches on which the cookbook has nothing.", tally.refused),
        ("answers", "Answers of the assistant.", tally.answers),
        ("answers_refused", "Answers of the assistant that said no.", tally.answers_refused),
        ("answers_llm", "Answers worded by a language model.", tally.answers_llm),
    ):
        yield CounterMetricFamily(f"cookbook_{name}", told, value=count)
    yield GaugeMetricFamily("cookbook_ready", "1 while a snapshot answers.", value=int(cookbook.ready))
    if cookbook.ready:
        manifest = cookbook.snapshot.manifest
        built = dt.datetime.strptime(manifest.id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
        yield GaugeMetricFamily("cookbook_snapshot_built_seconds", "When it was built.", built.timestamp())
        yield GaugeMetricFamily("cookbook_documents", "Documents served.", manifest.counts.documents)
        yield GaugeMetricFamily("cookbook_chunks", "Chunks served.", manifest.counts.chunks)
