"""First byte of a streamed answer against a whole search call, one after the other in one run."""

from __future__ import annotations

import json
import statistics
import time
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.servers import cookbook_command, free_port, server
from cookbook_search.evaluate import read_queries

QUERIES = 150
ROUNDS = 3


def measure() -> list[str]:
    """Rows of the table: median and 95th percentile of the ratio, without a cache of answers."""
    queries = [judged.query for judged in read_queries(Path("evaluation/dev.jsonl"))][:QUERIES]
    port = free_port()
    first: list[float] = []
    search: list[float] = []
    with server(
        cookbook_command(port),
        port,
        {"COOKBOOK_CACHE_SIZE": "0", "COOKBOOK_LOG_QUERIES": "false", "COOKBOOK_RATE_LIMIT": "0"},
    ):
        for at in range(ROUNDS):
            for query in queries:
                search.append(_seconds(port, "/api/v1/search", {"query": query, "limit": 10}))
                # a word more, so that what is known of the question before does not help
                asked = f"{query} {at}" if at else query
                first.append(_seconds(port, "/api/v1/chat", {"messages": [_turn(asked)]}, stream=True))
    median = statistics.median(first) / statistics.median(search)
    tail = _p95(first) / _p95(search)
    return [
        f"| first byte of an answer, beside a search call | {median:.2f} (p95 {tail:.2f}) | "
        f"{statistics.median(first) * 1e3:.1f} ms against {statistics.median(search) * 1e3:.1f} ms |"
    ]


def _turn(content: str) -> dict[str, str]:
    return {"role": "user", "content": content}


def _seconds(port: int, path: str, body: dict[str, object], stream: bool = False) -> float:
    """Until the whole response, or of a stream until the first byte of its body, connected before."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    accept = "text/event-stream" if stream else "application/json"
    headers = {"Content-Type": "application/json", "Accept": accept}
    begun = time.perf_counter()
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    response.read(1 if stream else None)
    seconds = time.perf_counter() - begun
    response.read()
    connection.close()
    if response.status != HTTPStatus.OK:
        raise RuntimeError(f"{path} answered {response.status}")
    return seconds


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    print("\n".join(measure()))
