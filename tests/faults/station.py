"""A server in a process of its own, and what can be seen of it from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import httpx

SERVE = "from cookbook_search.surfaces.cli import main; main()"
PATIENCE = 120.0
MANY = os.environ.get("FAULTS") == "many"
"""Set by ``make faults``; ``make test`` does little of everything."""


def count(few: int, many: int) -> int:
    """How often something is done."""
    return many if MANY else few


class Station:
    """One server; it can be killed and started again on the same data."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.log = folder / "server.log"
        self._settings = {"COOKBOOK_RATE_LIMIT": "0"} | {
            f"COOKBOOK_{name.upper()}": str(value) for name, value in settings.items()
        }
        self.start()

    def start(self) -> None:
        """Return when it answers."""
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, "serve", "--port", "0"],
                env=os.environ | self._settings, stdout=file, stderr=file,
            )  # fmt: skip
        wait_for(lambda: "running on" in self.log.read_text(encoding="utf-8")[before:], self.log)
        self.address = re.findall(r"running on (http://[\d.:]+)", self.log.read_text(encoding="utf-8"))[-1]

    def kill(self) -> None:
        """As a power failure would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        """As an administrator would."""
        self.process.terminate()
        self.process.wait(PATIENCE)

    @property
    def megabytes(self) -> float:
        """Resident memory, files that are mapped and shared left out."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"RssAnon:\s+(\d+)", text)[1]) / 1024

    @property
    def files(self) -> int:
        """Open file descriptors."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def __enter__(self) -> Station:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()


def wait_for(condition: Callable[[], object], told: object = "") -> None:
    """Until it holds, a minute at most."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, told
        time.sleep(0.02)


class Load:
    """Searches from several threads, counted."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answered: Counter[int] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0
        self._stop = threading.Event()

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self.address, timeout=PATIENCE) as client:
            turn = number
            while not self._stop.is_set():
                turn += 10
                begun = time.monotonic()
                try:
                    response = client.post("/api/v1/search", json={"query": f"yritykset palaavat {turn}"})
                except httpx.HTTPError as error:
                    self.failures.append(repr(error))
                    continue
                self.slowest = max(self.slowest, time.monotonic() - begun)
                self.answered[response.status_code] += 1
                if response.status_code != 200:
                    self.failures.append(response.text)


@contextmanager
def searching(address: str, threads: int = 2) -> Iterator[Load]:
    """Search as long as the block runs."""
    load = Load(address)
    workers = [threading.Thread(target=load._ask, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield load
    finally:
        load._stop.set()
        for worker in workers:
            worker.join()
