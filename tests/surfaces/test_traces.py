"""Traces reach a collector that speaks OTLP over HTTP, nest as the work did, and hold nothing private."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from cookbook_search.config import Settings

QUESTION = "Yritykset käyvät kerran eivätkä palaa"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector(ThreadingHTTPServer):
    """Receives spans at /v1/traces."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.received: list[ExportTraceServiceRequest] = []

    @property
    def spans(self) -> list:
        return [
            s for r in self.received for rs in r.resource_spans for ss in rs.scope_spans for s in ss.spans
        ]


class Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert self.headers["Content-Type"] == "application/x-protobuf"
        assert self.path == "/v1/traces"
        self.server.received.append(ExportTraceServiceRequest.FromString(body))
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def collector(monkeypatch) -> Iterator[Collector]:
    opened = Collector()
    thread = threading.Thread(target=opened.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{opened.server_port}")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=koe")
    yield opened
    opened.shutdown()
    opened.server_close()
    thread.join()


def attributes_of(span) -> dict[str, object]:
    return {
        attribute.key: getattr(attribute.value, attribute.value.WhichOneof("value"))
        for attribute in span.attributes
    }


def test_a_search_is_a_span_with_its_stages_within(index: Path, serve, collector: Collector) -> None:
    with serve(Settings(index=index, traces=True)) as client:
        response = client.get("/api/v1/search", params={"q": QUESTION}, headers={"traceparent": CALLER})
    spans = {span.name: span for span in collector.spans}
    request = spans["GET /api/v1/search"]
    told = attributes_of(request)
    assert request.trace_id.hex() == CALLER.split("-")[1]
    assert request.parent_span_id.hex() == CALLER.split("-")[2]
    assert told["http.response.status_code"] == 200
    assert told["cookbook.request_id"] == response.headers["x-request-id"]
    assert told["cookbook.language"] == "fi"
    for inner, outer in (
        ("read", request),
        ("judge", request),
        ("rank", spans["judge"]),
        ("present", request),
    ):
        assert spans[inner].parent_span_id == outer.span_id, inner
        assert outer.start_time_unix_nano <= spans[inner].start_time_unix_nano
        assert spans[inner].end_time_unix_nano <= outer.end_time_unix_nano
    resource = attributes_of(collector.received[0].resource_spans[0].resource)
    assert resource["service.name"] == "cookbook-search"
    assert resource["deployment.environment.name"] == "koe"
    assert not any(b"palaa" in received.SerializeToString() for received in collector.received)


def test_a_server_without_traces_imports_nothing_of_it() -> None:
    code = (
        "import sys; from cookbook_search.config import Settings; "
        "from cookbook_search.surfaces.http.server import create_app; create_app(Settings()); "
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter'); "
        "assert not [name for name in sys.modules if name.startswith(heavy)]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_collector_that_is_away_costs_no_request(index: Path, serve, monkeypatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with serve(Settings(index=index, traces=True)) as client:
        assert client.get("/api/v1/search", params={"q": QUESTION}).status_code == 200
