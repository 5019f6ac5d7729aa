"""``/metrics`` for Prometheus: requests, stages, searches, refusals, the language model, the snapshot.

Counting is plain arithmetic; prometheus-client takes a sixth of a second to import and is asked only when
somebody scrapes. Several workers count each for itself: see ``workers``.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import Response

from cookbook_search.app import Cookbook
from cookbook_search.surfaces.http.observing import Seen
from cookbook_search.timing import BOUNDS, Stage, Timing

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Measures:
    """What one process counted since its start; safe to share by threads."""

    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By method, route and status."""
    timings: dict[tuple[str, ...], Timing] = field(default_factory=dict)
    """By method and route."""
    stages: dict[tuple[str, ...], Timing] = field(default_factory=dict)
    """By name of the stage."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seen: Seen) -> None:
        """Count one request."""
        with self._lock:
            self.requests[seen.method, seen.route, str(seen.status)] += 1
            self.timings.setdefault((seen.method, seen.route), Timing()).add(seen.seconds)

    def add_stage(self, stage: Stage) -> None:
        """Count one stage."""
        with self._lock:
            self.stages.setdefault((stage.name,), Timing()).add(stage.seconds)


def router(figures: Callable[[], Awaitable[bytes]]) -> APIRouter:
    """The route that Prometheus scrapes."""
    routes = APIRouter()

    @routes.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """Prometheus' text format."""
        return Response(await figures(), media_type=CONTENT_TYPE)

    return routes


def figures_of(cookbook: Cookbook, measures: Measures) -> bytes:
    """The figures of this process, in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
    from prometheus_client.registry import Collector

    class State(Collector):
        def collect(self) -> Iterator[Metric]:
            yield from _requests(measures)
            yield from _cookbook(cookbook)

    registry = CollectorRegistry()
    registry.register(State())
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _requests(measures: Measures) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily

    requests = CounterMetricFamily(
        "cookbook_requests", "Requests by route and status.", labels=("method", "route", "status")
    )
    for labels, count in sorted(measures.requests.items()):
        requests.add_metric(labels, count)
    yield requests
    told = "Seconds until the whole response was sent."
    yield _histogram("cookbook_request_seconds", told, ("method", "route"), measures.timings)
    told = "Seconds that stages of searches and answers took."
    yield _histogram("cookbook_stage_seconds", told, ("stage",), measures.stages)


def _histogram(
    name: str, told: str, labels: tuple[str, ...], timings: Mapping[tuple[str, ...], Timing]
) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(name, told, labels=labels)
    for values, timing in sorted(timings.items()):
        below, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), timing.buckets, strict=True):
            below += count
            buckets.append((bound, below))
        family.add_metric(values, buckets, timing.total)
    return family


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
        ("snapshots_taken", "Snapshots taken into use.", tally.snapshots),
        ("snapshots_refused", "Snapshots that could not be taken into use.", tally.snapshots_refused),
        ("builds", "Snapshots built by this process.", tally.builds),
        ("questions_dropped", "Questions that could not be stored.", cookbook.usage.dropped),
    ):
        yield CounterMetricFamily(f"cookbook_{name}", told, value=count)
    yield from _language_model(cookbook)
    yield GaugeMetricFamily("cookbook_cached_results", "Results in memory.", value=cookbook.cached_results)
    yield GaugeMetricFamily("cookbook_ready", "1 while a snapshot answers.", value=int(cookbook.ready))
    if cookbook.ready:
        manifest = cookbook.snapshot.manifest
        built = dt.datetime.strptime(manifest.id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
        yield GaugeMetricFamily("cookbook_snapshot_built_seconds", "When it was built.", built.timestamp())
        yield GaugeMetricFamily("cookbook_documents", "Documents served.", manifest.counts.documents)
        yield GaugeMetricFamily("cookbook_chunks", "Chunks served.", manifest.counts.chunks)
        info = GaugeMetricFamily(
            "cookbook_snapshot_info", "What is served: always 1.", labels=("id", "model", "analyzer")
        )
        info.add_metric((manifest.id, manifest.model.name, manifest.analyzer.name), 1)
        yield info


def _language_model(cookbook: Cookbook) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily

    spent = cookbook.spent
    if spent is None:
        return
    yield CounterMetricFamily("cookbook_llm_calls", "Answers asked of the model.", value=spent.calls)
    yield CounterMetricFamily("cookbook_llm_failures", "Of those, not given.", value=spent.failures)
    tokens = CounterMetricFamily("cookbook_llm_tokens", "Tokens, as its server tells.", labels=("kind",))
    tokens.add_metric(("prompt",), spent.prompt_tokens)
    tokens.add_metric(("completion",), spent.completion_tokens)
    yield tokens
