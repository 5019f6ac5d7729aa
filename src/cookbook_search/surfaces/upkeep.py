"""What a process that runs for long does beside answering: new snapshots are served, old records deleted."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError, SnapshotError

log = logging.getLogger(__name__)
FIRST_PURGE_SECONDS = 30.0
"""Until then the database stays closed, so that a start is quick."""
PURGE_SECONDS = 3600.0
DAY_SECONDS = 86400.0


@asynccontextmanager
async def kept_up(cookbook: Cookbook) -> AsyncIterator[None]:
    """Open the index if there is one, look after it as long as the block runs, and close in the end."""
    await asyncio.to_thread(_try_reload, cookbook)
    tasks = [
        asyncio.create_task(_watch(cookbook, cookbook.settings.reload_seconds, _hung_up())),
        asyncio.create_task(_purge(cookbook)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(cookbook.close)


class ClockWatch:
    """Compares the clock on the wall, by which records age, with one that only counts."""

    def __init__(
        self, wall: Callable[[], float] = time.time, counting: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._counting = wall, counting
        self._jumped = False
        self._set()

    def _set(self) -> None:
        self._difference, self._since = self._wall() - self._counting(), self._counting()

    def may_delete(self) -> bool:
        """False for a day after the clock was set by more than a day: it may be set back."""
        if abs(self._wall() - self._counting() - self._difference) > DAY_SECONDS:
            self._set()
            self._jumped = True
        return not self._jumped or self._counting() - self._since > DAY_SECONDS


async def _purge(cookbook: Cookbook) -> None:
    """Delete what has been kept long enough and count evidence, soon after the start and then every hour."""
    clock = ClockWatch()
    while True:
        await asyncio.sleep(FIRST_PURGE_SECONDS)
        if not clock.may_delete():
            log.warning("the clock was set by more than a day; nothing old is deleted until tomorrow")
            await asyncio.sleep(PURGE_SECONDS)
            continue
        try:
            purged = await asyncio.to_thread(cookbook.usage.purge)
            plans = await asyncio.to_thread(cookbook.plans.purge)
            if purged.queries or purged.feedback or plans:
                log.info(
                    "deleted %d old questions, %d votes, %d plans", purged.queries, purged.feedback, plans
                )
            await asyncio.to_thread(cookbook.plans.count_evidence)
            await asyncio.to_thread(cookbook.sessions.purge)
        except CookbookError as error:
            log.warning("old questions could not be deleted: %s", error)
        except Exception:  # at the edge of the task: it must try again in an hour
            log.exception("old questions could not be deleted")
        await asyncio.sleep(PURGE_SECONDS)


def _try_reload(cookbook: Cookbook) -> None:
    try:
        if cookbook.reload():
            log.info("serving snapshot %s", cookbook.snapshot.manifest.id)
    except SnapshotError as error:
        log.warning("%s", error)


def _hung_up() -> asyncio.Event:
    """Set at each SIGHUP, where signals reach this thread."""
    event = asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, event.set)
    return event


async def _watch(cookbook: Cookbook, seconds: float, at_once: asyncio.Event) -> None:
    """Serve a new snapshot soon after it becomes current; a faulty one is left alone and logged once.

    What a first question would wait for is made ready a moment after the start, so that it delays none.
    """
    complaint = ""
    cold = cookbook.ready
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(at_once.wait(), seconds)
        at_once.clear()
        try:
            if await asyncio.to_thread(cookbook.reload):
                log.info("serving snapshot %s", cookbook.snapshot.manifest.id)
                cold = True
            if cold:
                cold = False
                await asyncio.to_thread(cookbook.warm_up)
            complaint = ""
        except SnapshotError as error:
            if str(error) != complaint:
                complaint = str(error)
                cookbook.tally.snapshots_refused += 1
                log.warning("%s", complaint)
        except Exception as error:  # at the edge of the task: it must see the next snapshot too
            if str(error) != complaint:
                complaint = str(error)
                log.exception("the index could not be looked at")
