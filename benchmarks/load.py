"""Throughput and tail latency of search against a canned response, with wrk."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import cookbook_command, free_port, resident_mib, server
from cookbook_search.evaluate import read_queries

CONNECTIONS = 32
SECONDS = 6
ROUNDS = 3
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}
_SCRIPT = """
local bodies = {bodies}
local at = 0
request = function()
  at = at % #bodies + 1
  return wrk.format("POST", "{path}", {{["Content-Type"] = "application/json"}}, bodies[at])
end
"""


@dataclass(frozen=True)
class Load:
    """What wrk saw."""

    per_second: float
    p99_ms: float
    failed: int


def run_wrk(port: int, path: str, queries: list[str]) -> Load:
    """Send the queries round and round over ``CONNECTIONS`` connections."""
    quoted = [json.dumps(json.dumps({"query": query, "limit": 10})) for query in queries]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT.format(bodies="{" + ",".join(quoted) + "}", path=path))
        script.flush()
        told = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", script.name, f"http://127.0.0.1:{port}"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    if rate is None or tail is None:
        raise RuntimeError(f"wrk said something else: {told}")
    return Load(float(rate[1]), float(tail[1]) * _UNITS[tail[2]], int(failed[1]) if failed else 0)


def measure(cache_size: int) -> list[str]:
    """Rows of the table: throughput, p99 and memory."""
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is missing; install it: apt-get install wrk")
    queries = [judged.query for judged in read_queries(Path("evaluation/dev.jsonl"))]
    port = free_port()
    searched: list[Load] = []
    canned: list[Load] = []
    with server(
        cookbook_command(port), port, {"COOKBOOK_CACHE_SIZE": str(cache_size), "COOKBOOK_RATE_LIMIT": "0"}
    ) as (process, _):
        size = statistics.mean(_response_size(port, query) for query in queries)
        for _ in range(ROUNDS):
            canned.append(run_wrk(port, "/canned", queries))
            searched.append(run_wrk(port, "/api/v1/search", queries))
        memory = resident_mib(process.pid)
    rate = statistics.median(s.per_second / c.per_second for s, c in zip(searched, canned, strict=True))
    tail = statistics.median(s.p99_ms / c.p99_ms for s, c in zip(searched, canned, strict=True))
    name = "no cache" if cache_size == 0 else f"cache of {cache_size}"
    ours, theirs = searched[-1], canned[-1]
    failed = sum(load.failed for load in searched)
    return [
        f"| search throughput / canned, {name} | {rate:.2f} | {ours.per_second:.0f}/s against "
        f"{theirs.per_second:.0f}/s, {failed} failed, mean response {size:.0f} bytes |",
        f"| search p99 / canned p99, {CONNECTIONS} clients, {name} | {tail:.2f} | {ours.p99_ms:.1f} ms "
        f"against {theirs.p99_ms:.1f} ms |",
        f"| memory of the worker after the load, {name} | | {memory:.0f} MiB |",
    ]


def _response_size(port: int, query: str) -> int:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/search", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return len(response.read())
