"""What was read of the database a moment ago, so that not every request asks it again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from cookbook_search.errors import StoreError

FRESH_SECONDS = 10.0
"""What was revoked elsewhere may live on here for so long."""
STALE_SECONDS = 900.0
"""For so long the known are still let in where the database is away; nobody can be revoked then either."""
MOST = 2_000
Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """What ``read`` found under a digest; safe to share by threads. What is not there is not remembered."""

    def __init__(
        self, read: Callable[[str, str], Found | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Found, float]] = OrderedDict()

    def fresh(self, digest: str) -> Found | None:
        """What was found a moment ago; never waits."""
        with self._lock:
            found, at = self._kept.get(digest, (None, 0.0))
        return found if found is not None and self._clock() - at < FRESH_SECONDS else None

    def find(self, digest: str, name: str) -> Found | None:
        """What the database has under ``name`` with this digest. Raises StoreError where it is not known."""
        try:
            found = self._read(digest, name)
        except StoreError:
            with self._lock:
                kept, at = self._kept.get(digest, (None, 0.0))
            if kept is None or self._clock() - at > STALE_SECONDS:
                raise
            return kept
        with self._lock:
            self._kept.pop(digest, None)
            if found is not None:
                self._kept[digest] = (found, self._clock())
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        return found

    def forget(self, digest: str) -> None:
        """What was found under a digest holds no longer."""
        with self._lock:
            self._kept.pop(digest, None)
