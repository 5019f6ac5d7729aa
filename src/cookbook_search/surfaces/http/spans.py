"""Traces for OpenTelemetry: a span a request, and one within it for each stage.

Nothing of OpenTelemetry's SDK is imported unless ``COOKBOOK_TRACES`` is set. Where spans go, and how many,
its own ``OTEL_`` variables say (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/);
spans are sent over OTLP/HTTP. They hold what the log holds: no address, and no question unless
``COOKBOOK_LOG_TEXT`` is set.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cookbook_search.config import Settings
from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.http.observing import Seen
from cookbook_search.timing import Fact, Stage

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext

SERVICE = "cookbook-search"
MODEL = "llm"
"""The stage in which a language model answers."""
_TOKENS = {
    "llm_prompt_tokens": "gen_ai.usage.input_tokens",
    "llm_completion_tokens": "gen_ai.usage.output_tokens",
}
"""Facts that belong to the model's span, by OpenTelemetry's name for them."""


def open_spans(settings: Settings) -> Spans | None:
    """What sends spans, if they are wanted. Raises SettingsError where the extra is missing."""
    if not settings.traces:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise SettingsError(
            "COOKBOOK_TRACES is set; install what it needs: pip install 'cookbook-search[opentelemetry]'"
        ) from error
    resource = Resource.create({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider, settings.llm_model)


class Spans:
    """Makes the spans of a request when it is over."""

    def __init__(self, provider: TracerProvider, model: str) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(SERVICE)
        self._model = model

    def add_stage(self, stage: Stage) -> None:
        """Stages are sent with their request."""

    def add(self, seen: Seen) -> None:
        """Send the request and its stages, each under the one that holds it."""
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        epoch = time.time_ns() - time.perf_counter_ns()
        caller = TraceContextTextMapPropagator().extract({"traceparent": seen.parent})
        facts = {n: fact for n, fact in seen.trace.facts.items() if n not in _TOKENS}
        span = self._tracer.start_span(
            f"{seen.method} {seen.route}", caller, SpanKind.SERVER, start_time=epoch + seen.begun,
            attributes={
                "http.request.method": seen.method,
                "http.route": seen.route,
                "http.response.status_code": seen.status,
                "cookbook.request_id": seen.trace.id,
                **{f"cookbook.{name}": fact for name, fact in facts.items()},
            },
        )  # fmt: skip
        if seen.trace.error is not None:
            span.record_exception(seen.trace.error)
        if seen.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        self._add_stages(seen, span.get_span_context(), epoch)
        span.end(epoch + seen.ended)

    def _add_stages(self, seen: Seen, request: SpanContext, epoch: int) -> None:
        """A stage began after, and ended before, the one that holds it."""
        from opentelemetry.trace import NonRecordingSpan, SpanKind, set_span_in_context

        holding: list[tuple[int, Context]] = [(seen.ended, set_span_in_context(NonRecordingSpan(request)))]
        for stage in sorted(seen.trace.stages, key=lambda stage: (stage.begun, -stage.ended)):
            while len(holding) > 1 and stage.begun >= holding[-1][0]:
                holding.pop()
            kind = SpanKind.CLIENT if stage.name == MODEL else SpanKind.INTERNAL
            attributes = self._of_model(seen) if stage.name == MODEL else {}
            span = self._tracer.start_span(
                stage.name, holding[-1][1], kind, attributes, start_time=epoch + stage.begun
            )
            holding.append((stage.ended, set_span_in_context(span)))
            span.end(epoch + stage.ended)

    def _of_model(self, seen: Seen) -> dict[str, Fact]:
        told = {name: seen.trace.facts[fact] for fact, name in _TOKENS.items() if fact in seen.trace.facts}
        return {"gen_ai.operation.name": "chat", "gen_ai.request.model": self._model, **told}

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()
