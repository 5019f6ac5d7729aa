"""A staged build with its preview as a job in the background: one at a time, its progress in a file.

Several processes may serve one index, so that the next page may come from another one: what the job does
stands in the folder of the index, and a lock there tells whether it still runs.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from contextlib import suppress
from typing import Literal

import filelock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cookbook_search.app import Cookbook
from cookbook_search.errors import BuildRunning, CookbookError, CorpusError, Fault
from cookbook_search.evaluate import Preview, preview, read_preview, write_preview

log = logging.getLogger(__name__)
PREVIEW = "preview.json"
STATE = "staging.json"
LOCK = ".staging.lock"
TELL_SECONDS = 0.25
"""Progress is written this often at most."""
Step = Literal["read", "analyze", "write", "compare", "done"]
STEPS: tuple[Step, ...] = ("read", "analyze", "write", "compare")


class FaultLine(BaseModel):
    """A fault of the corpus that stopped the build."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    line: int
    rule: str
    message: str


class Job(BaseModel):
    """How the last job went, or goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str = ""
    """Who asked for it, where that is known."""
    begun: dt.datetime
    ended: dt.datetime | None = None
    step: Step = "read"
    done: int = 0
    total: int = 0
    failure: str = ""
    """Why it ended without a preview, in one sentence."""
    faults: tuple[FaultLine, ...] = Field(default=())
    """What is wrong in the corpus, where that is why."""


class Staging:
    """Starts the job and tells how it goes; safe to share by threads."""

    def __init__(self, cookbook: Cookbook) -> None:
        self._cookbook = cookbook
        self._root = cookbook.repository.root
        self._told = 0.0

    def start(self, by: str = "") -> None:
        """Build beside the current snapshot and compare, in the background.

        Raises BuildRunning while such a job runs, in this process or another, or SnapshotError where the
        disk refuses.
        """
        lock = self._lock()
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except (filelock.Timeout, OSError) as error:
            raise BuildRunning(f"An index is being built in {self._root}; wait until it ends.") from error
        job = Job(by=by, begun=_now())
        self._tell(job)
        threading.Thread(target=self._run, args=(job, lock), name="staging", daemon=True).start()

    def act(self, action: str, snapshot: str = "", by: str = "") -> bool:
        """Stage, publish, roll back or discard; False where it is none of these. Raises SnapshotError.

        What becomes current is served by this process at once, by others when they next look.
        """
        snapshots = self._cookbook.snapshots
        match action:
            case "stage":
                self.start(by)
            case "publish":
                snapshots.publish(snapshot, by)
                self._cookbook.reload()
            case "rollback":
                snapshots.roll_back(snapshot, by)
                self._cookbook.reload()
            case "discard":
                snapshots.discard()
            case _:
                return False
        return True

    @property
    def is_running(self) -> bool:
        """Whether the job runs, in this process or another."""
        if not (self._root / LOCK).exists():
            return False
        lock = self._lock()
        try:
            lock.acquire(timeout=0)
        except (filelock.Timeout, OSError):
            return True
        lock.release()
        return False

    @property
    def job(self) -> Job | None:
        """The last job; one that was cut off has a failure."""
        running = self.is_running
        with suppress(OSError, ValidationError):
            job = Job.model_validate_json((self._root / STATE).read_bytes())
            if job.ended is None and not running:
                return job.model_copy(update={"ended": job.begun, "failure": "cut off"})
            return job
        return None

    @property
    def preview(self) -> Preview | None:
        """The comparison of what is staged with what is current now, if it has been made."""
        snapshots = self._cookbook.snapshots
        return read_preview(self._root / PREVIEW, snapshots.current, snapshots.staged)

    def _lock(self) -> filelock.FileLock:
        return filelock.FileLock(self._root / LOCK, thread_local=False)

    def _run(self, job: Job, lock: filelock.FileLock) -> None:
        last = job

        def report(step: str, done: int, total: int) -> None:
            nonlocal last
            last = job.model_copy(update={"step": step, "done": done, "total": total})
            self._tell(last, done == total)

        try:
            self._cookbook.index(report, stage=True)
            if self._is_comparable():
                write_preview(self._root / PREVIEW, preview(self._cookbook, report))
            last = job.model_copy(update={"step": "done", "ended": _now()})
        except CorpusError as error:
            last = last.model_copy(
                update={"ended": _now(), "failure": _first_line(error), "faults": _lines(error.faults)}
            )
        except CookbookError as error:
            last = last.model_copy(update={"ended": _now(), "failure": _first_line(error)})
        except Exception as error:  # at the edge of the thread: whoever waits is told
            log.exception("the index could not be staged")
            last = last.model_copy(update={"ended": _now(), "failure": f"{type(error).__name__}: {error}"})
        finally:
            self._tell(last)
            lock.release()

    def _is_comparable(self) -> bool:
        """Whether something is staged, and this program can read what is current."""
        snapshots = self._cookbook.snapshots
        current = [one for one in snapshots.all() if one.is_current]
        return bool(snapshots.staged and current and not current[0].problem)

    def _tell(self, job: Job, at_once: bool = True) -> None:
        """Write how it goes; a full disk stops the telling, not the job."""
        now = time.monotonic()
        if not at_once and now - self._told < TELL_SECONDS:
            return
        self._told = now
        temporary = self._root / f".{STATE}"
        with suppress(OSError):
            temporary.write_text(job.model_dump_json(), encoding="utf-8")
            temporary.replace(self._root / STATE)


def _lines(faults: list[Fault]) -> tuple[FaultLine, ...]:
    return tuple(FaultLine(path=f.path, line=f.line, rule=f.rule, message=f.message) for f in faults)


def _first_line(error: CookbookError) -> str:
    return str(error).partition("\n")[0]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
