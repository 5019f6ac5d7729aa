"""Starting a server as a process of its own, and waiting for it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

BASELINE = """
import numpy, faiss, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/readyz")
async def readyz() -> str:
    return "ok"
uvicorn.run(app, port={port}, log_level="error")
"""
TIMEOUT = 60.0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The process and the seconds from its start until /readyz answered 200."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "",
            **(environment or {}),
        },  # as installed: compiled once
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _ready(port):
            if process.poll() is not None or time.perf_counter() - begun > TIMEOUT:
                raise RuntimeError(f"the server did not become ready: {' '.join(command)[:200]}")
            time.sleep(0.005)
        yield process, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(10)


def serve_command(port: int) -> list[str]:
    """The server as a city starts it."""
    return [
        sys.executable,
        "-c",
        "from cookbook_search.surfaces.cli import main; main()",
        "serve",
        "--port",
        str(port),
    ]


def cookbook_command(port: int) -> list[str]:
    """The server with one more route, of a canned response."""
    return [sys.executable, "-m", "benchmarks.canned", str(port)]


def baseline_command(port: int) -> list[str]:
    """An empty FastAPI application that imports numpy and faiss."""
    return [sys.executable, "-c", BASELINE.format(port=port)]


def resident_mib(pid: int) -> float:
    """Resident memory of a process, MiB."""
    with Path(f"/proc/{pid}/status").open(encoding="ascii") as status:
        kib = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return kib / 1024


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
