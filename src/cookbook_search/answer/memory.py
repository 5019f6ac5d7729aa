"""Conversations that the server keeps for clients that do not: in memory, bounded, and forgotten in time."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cookbook_search.errors import ConversationNotFound
from cookbook_search.types import Message

KEPT_TURNS = 40
"""Messages kept of one conversation, the latest."""


@dataclass(frozen=True, slots=True)
class _Kept:
    messages: tuple[Message, ...]
    used: float


class Conversations:
    """Turns by conversation id; safe to share by threads.

    An id is a secret of its client: 128 random bits. Nothing is written to disk.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self) -> str:
        """The id of a new conversation."""
        return secrets.token_urlsafe(16)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Its turns so far. Raises ConversationNotFound where it has expired or never was."""
        with self._lock:
            self._forget()
            kept = self._kept.get(conversation_id)
        if kept is None:
            raise ConversationNotFound("The conversation has ended; begin a new one, or send its turns.")
        return kept.messages

    def keep(self, conversation_id: str, messages: tuple[Message, ...]) -> None:
        """Keep the turns; the conversation that was silent longest gives way where there are too many."""
        with self._lock:
            self._kept[conversation_id] = _Kept(messages[-KEPT_TURNS:], self._clock())
            self._kept.move_to_end(conversation_id)
            self._forget()

    def _forget(self) -> None:
        oldest = self._clock() - self._seconds
        while self._kept and (len(self._kept) > self._most or next(iter(self._kept.values())).used < oldest):
            self._kept.popitem(last=False)
