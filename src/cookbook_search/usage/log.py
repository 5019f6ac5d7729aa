"""The log of questions: written in the background, so that asking never waits for the database."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from cookbook_search.errors import CookbookError
from cookbook_search.types import Asked, Language

log = logging.getLogger(__name__)
CAPACITY = 10_000
"""Questions that wait for the database; more are dropped and counted."""
BATCH = 500
REST = 4.0
"""Rest after a batch, in times of what it took: under load the log gets a fifth of a core at most."""
GATHER_SECONDS = 1.0
"""How long a question waits for others to be written with it."""
RETRY_SECONDS = 5.0
CLOSE_SECONDS = 5.0

Mask = Callable[[str, Language], str]
Write = Callable[[Sequence[Asked]], None]


class QueryLog:
    """A bounded queue and one thread that masks and writes what comes; safe to share by threads."""

    def __init__(
        self,
        write: Write,
        mask: Mask,
        capacity: int = CAPACITY,
        gather_seconds: float = GATHER_SECONDS,
        retry_seconds: float | None = None,
    ) -> None:
        """``write`` stores a batch whole, or raises StoreError or SettingsError and is called again."""
        self._store = write
        self._mask = mask
        self._gather_seconds = gather_seconds
        self._retry_seconds = RETRY_SECONDS if retry_seconds is None else retry_seconds
        self._waiting: queue.Queue[Asked] = queue.Queue(capacity)
        self._closing = threading.Event()
        self._count_lock = threading.Lock()
        self._dropped = 0
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """Questions lost because the database was away too long, or refused them."""
        return self._dropped

    def add(self, asked: Asked) -> None:
        """Take a question to be stored soon; never blocks, never raises."""
        try:
            self._waiting.put_nowait(asked)
        except queue.Full:
            self._drop(1)
            return
        if self._thread is None:
            self._start()

    def drain(self) -> None:
        """Wait until all that was taken is stored or dropped."""
        self._waiting.join()

    def close(self) -> None:
        """Write what waits, for a few seconds at most; drop the rest."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _start(self) -> None:
        with self._count_lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_all, name="query-log", daemon=True)
                self._thread.start()

    def _write_all(self) -> None:
        while batch := self._gather():
            begun = time.thread_time()
            self._write(batch)
            for _ in batch:
                self._waiting.task_done()
            self._closing.wait(REST * (time.thread_time() - begun))

    def _gather(self) -> list[Asked]:
        """The next questions to be written together; none once it is closed and empty."""
        batch: list[Asked] = []
        while not batch:
            try:
                batch.append(self._waiting.get(timeout=self._gather_seconds))
            except queue.Empty:
                if self._closing.is_set():
                    return []
        self._closing.wait(self._gather_seconds)
        while len(batch) < BATCH:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _write(self, batch: list[Asked]) -> None:
        """Write until it succeeds; drop what fails while closing, or for an error that no waiting mends."""
        complaint = ""
        try:
            masked = [replace(asked, text=self._mask(asked.text, asked.language)) for asked in batch]
            while True:
                last = self._closing.is_set()
                try:
                    self._store(masked)
                    return
                except CookbookError as error:
                    if str(error) != complaint:
                        complaint = str(error)
                        log.warning("questions wait for the database: %s", complaint)
                if last:
                    self._drop(len(batch))
                    return
                self._closing.wait(self._retry_seconds)  # closing ends the wait, and one more try follows
        except Exception:  # at the edge of the thread: one faulty batch must not end the log
            log.exception("%d questions could not be stored", len(batch))
            self._drop(len(batch))

    def _drop(self, count: int) -> None:
        with self._count_lock:
            self._dropped += count
