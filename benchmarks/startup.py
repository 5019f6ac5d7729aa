"""Cold start to /readyz against an empty FastAPI application that imports numpy and faiss."""

from __future__ import annotations

import statistics

from benchmarks.servers import baseline_command, free_port, serve_command, server

ROUNDS = 7


def measure() -> list[str]:
    """Row of the table; the two are started in turn."""
    ours: list[float] = []
    empty: list[float] = []
    for _ in range(ROUNDS):
        for command, seconds in ((baseline_command, empty), (serve_command, ours)):
            port = free_port()
            with server(command(port), port) as (_, took):
                seconds.append(took)
    ratio = statistics.median(a / b for a, b in zip(ours, empty, strict=True))
    return [
        f"| cold start / empty application | {ratio:.2f} | "
        f"{statistics.median(ours):.2f} s against {statistics.median(empty):.2f} s |"
    ]
