"""One writer at a time: builds, and whatever moves ``CURRENT``, hold the lock of the index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from cookbook_search.errors import BuildRunning, SnapshotError

LOCK = ".lock"


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Hold the lock of the index, whose folder is made where it is missing.

    Raises BuildRunning while somebody else holds it, SnapshotError where the disk refuses.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(root / LOCK, timeout=0):
            yield
    except filelock.Timeout as error:
        raise BuildRunning(f"Another build is running in {root}; wait until it ends.") from error
    except OSError as error:
        raise SnapshotError(
            f"The index in {root} cannot be written ({error.strerror or error}); the old one stays."
        ) from error
