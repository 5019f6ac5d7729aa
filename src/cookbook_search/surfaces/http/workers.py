"""Workers side by side: each counts for itself, and whichever is scraped tells the figures of all.

Each has a place, 0 and up, that its successor takes over, and a Unix socket where it tells its own figures
to the others. Figures are labelled with the place and never added up here: a worker that starts anew begins
at 0, which Prometheus understands of one series and not of a sum.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from prometheus_client.core import Metric

ANSWER_SECONDS = 2.0
"""A worker that is busier than this is left out of one scrape."""


class Workers:
    """One worker among those of its folder."""

    def __init__(self, folder: Path, figures: Callable[[], bytes]) -> None:
        """``figures`` of this process, in Prometheus' text format."""
        self._folder = folder
        self._figures = figures
        self._server: asyncio.Server | None = None
        self._lock: FileLock | None = None
        self.place = 0

    async def open(self) -> None:
        """Take the first free place and answer the others."""
        while self._lock is None:
            lock = FileLock(self._folder / f"{self.place}.lock")
            try:
                lock.acquire(timeout=0)
                self._lock = lock
            except Timeout:
                self.place += 1
        self._path(self.place).unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._tell, self._path(self.place))

    async def close(self) -> None:
        """Leave the place."""
        if self._server is not None:
            self._server.close()
        if self._lock is not None:
            self._lock.release()

    async def all_figures(self) -> bytes:
        """The figures of all workers that answer, each series with its place."""
        places = sorted(int(path.stem) for path in self._folder.glob("*.sock"))
        texts = await asyncio.gather(*(self._ask(place) for place in places))
        told = {str(place): text for place, text in zip(places, texts, strict=True) if text}
        return await asyncio.to_thread(joined, told)

    async def _ask(self, place: int) -> str:
        if place == self.place:
            return (await asyncio.to_thread(self._figures)).decode()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._path(place))
                try:
                    return (await reader.read()).decode()
                finally:
                    writer.close()
        return ""

    async def _tell(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(await asyncio.to_thread(self._figures))
            await writer.drain()
        writer.close()

    def _path(self, place: int) -> Path:
        return self._folder / f"{place}.sock"


def joined(texts: dict[str, str]) -> bytes:
    """Figures by place -> one text in which each series has the label ``worker``."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import Metric as Family
    from prometheus_client.parser import text_string_to_metric_families
    from prometheus_client.registry import Collector

    families: dict[str, Metric] = {}
    for place, text in texts.items():
        for found in text_string_to_metric_families(text):
            family = families.setdefault(found.name, Family(found.name, found.documentation, found.type))
            family.samples += [
                sample._replace(labels={**sample.labels, "worker": place}) for sample in found.samples
            ]

    class All(Collector):
        def collect(self) -> Iterator[Metric]:
            yield from families.values()

    registry = CollectorRegistry()
    registry.register(All())
    return generate_latest(registry)
