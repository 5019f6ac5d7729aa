"""What Slack sent already: each event and each click counts once, over all workers."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cookbook_search.store import Database

KEPT = dt.timedelta(days=2)
"""Slack sends an event again for an hour at most; a signed request is accepted for five minutes."""
FORGET_SECONDS = 3600.0


def key_of(body: Mapping[str, Any]) -> str | None:
    """What two deliveries of one request have in common; None where it may come as often as it likes."""
    return body.get("event_id") or body.get("trigger_id")


class Received:
    """Claims keys in the database; claims that come together are written together."""

    def __init__(self, database: Callable[[], Database]) -> None:
        """``database`` opens it, or raises StoreError or SettingsError."""
        self._database = database
        self._waiting: list[tuple[str, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._forget_at = 0.0

    async def first(self, key: str) -> bool:
        """Whether no worker has had this key before. Raises StoreError; the sender should come again."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((hashlib.sha256(key.encode()).hexdigest()[:40], future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                firsts = await asyncio.to_thread(self._claim, [key for key, _ in batch])
            except Exception as error:  # each waiting request is told, none is left hanging
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), first in zip(batch, firsts, strict=True):
                if not future.done():
                    future.set_result(first)

    def _claim(self, keys: list[str]) -> list[bool]:
        from cookbook_search.store.slack import claim, forget_received  # opens late, like all of the store

        database, now = self._database(), dt.datetime.now(dt.UTC)
        if time.monotonic() >= self._forget_at:
            forget_received(database, now - KEPT)
            self._forget_at = time.monotonic() + FORGET_SECONDS
        return claim(database, keys, now)
