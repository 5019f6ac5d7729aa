"""What is recorded of the use, and the one place that decides whether it is kept."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cookbook_search.analyze import Analyzer
from cookbook_search.config import Settings
from cookbook_search.embed import Embedder
from cookbook_search.privacy import Masker
from cookbook_search.types import Answer, Asked, Feedback, SearchResult, Surface, UsageKind, Vote
from cookbook_search.usage.activity import Activity, Voted, by_document, summed
from cookbook_search.usage.gaps import GapReport, Near, find_gaps
from cookbook_search.usage.log import QueryLog

if TYPE_CHECKING:
    from cookbook_search.store import Database
    from cookbook_search.store.usage import Purged

MOST_ROWS = 20_000
"""Questions looked through for gaps, the latest first."""
KEPT_IDS = 5
"""Ids of documents that are kept of an answer."""


class Usage:
    """Records questions and votes of one cookbook; safe to share by threads.

    The store is imported where it is first needed: a server that only searches starts without it.
    """

    def __init__(self, settings: Settings, analyzer: Analyzer, database: Callable[[], Database]) -> None:
        """``database`` opens it, or raises StoreError or SettingsError."""
        self._settings = settings
        self._analyzer = analyzer
        self._database = database
        self._masker = Masker(analyzer)
        self._log = QueryLog(self._write, self._masker.mask)

    @property
    def dropped(self) -> int:
        """Questions that could not be kept."""
        return self._log.dropped

    def record_search(self, result: SearchResult, surface: Surface, narrowed: bool = False) -> str:
        """The key of a search, for feedback; the question is kept if the settings allow it. Never waits.

        ``narrowed`` by filters or pages: an empty answer then says nothing of what is missing, and the
        question is not kept.
        """
        if narrowed:
            return _new_key()
        found = [hit.document.id for hit in result.recipes] + [hit.document.id for hit in result.metrics]
        scores = [hit.score for hit in result.recipes[:1]] + [hit.score for hit in result.metrics[:1]]
        ids, best = tuple(found[:KEPT_IDS]), max(scores, default=None)
        answered, language = result.answerable, result.language
        return self._record(Asked("", _now(), surface, "search", language, result.query, answered, ids, best))

    def record_answer(self, answer: Answer, question: str, surface: Surface) -> str:
        """The key of an assistant's answer, likewise; ``question`` is the user's last message."""
        found = tuple(dict.fromkeys(citation.id for citation in answer.citations))[:KEPT_IDS]
        asked = answer.query.strip() or question
        return self._record(
            Asked("", _now(), surface, "chat", answer.language, asked, not answer.refused, found)
        )

    def give_feedback(
        self, about: str, kind: UsageKind, vote: Vote, target: str = "", comment: str = ""
    ) -> None:
        """Store a vote; on return it is on disk. ``target`` empty judges the answer as a whole.

        Raises StoreError or SettingsError where it could not be stored.
        """
        from cookbook_search.store.usage import save_feedback

        masked = self._masker.mask(comment, self._analyzer.detect(comment)) if comment.strip() else ""
        save_feedback(self._database(), Feedback(about, kind, target, vote, masked.strip(), _now()))

    def gaps(
        self, near: Near, embedder: Embedder, days: int | None = None, least: int | None = None
    ) -> GapReport:
        """What was asked in the last ``days`` and not found or voted down; None: as long as it is kept.

        Groups of fewer than ``least`` questions are not shown; None: as the settings say. Raises StoreError,
        SettingsError.
        """
        from cookbook_search.store.usage import unanswered, voted_down

        since = self._since(days)
        refused = unanswered(self._database(), since, MOST_ROWS)
        disliked = [(asked, given.comment) for asked, given in voted_down(self._database(), since, MOST_ROWS)]
        shown = self._settings.gaps_least if least is None else least
        return find_gaps(refused, disliked, near, embedder, shown)

    def activity(self, days: int | None = None) -> Activity:
        """How much was asked and how it went in the last ``days``; None: as long as it is kept.

        Raises StoreError, SettingsError.
        """
        from cookbook_search.store.usage import counts, votes

        since = self._since(days)
        return summed(counts(self._database(), since), votes(self._database(), since, MOST_ROWS))

    def votes(self, days: int | None = None) -> tuple[Voted, ...]:
        """Votes by document, likewise; those with the most votes against first. Raises like ``activity``."""
        from cookbook_search.store.usage import votes

        return by_document(votes(self._database(), self._since(days), MOST_ROWS))

    def _since(self, days: int | None) -> dt.datetime:
        return _now() - dt.timedelta(days=days or self._settings.retention_days)

    def purge(self) -> Purged:
        """Delete questions and votes older than the settings allow. Raises StoreError, SettingsError."""
        from cookbook_search.store.usage import purge

        kept = dt.timedelta(days=self._settings.retention_days)
        return purge(self._database(), _now() - kept)

    def forget(self, words: str) -> Purged:
        """Delete all questions and votes that hold these words, as their writer may ask.

        Raises StoreError, SettingsError.
        """
        from cookbook_search.store.usage import forget

        return forget(self._database(), words)

    def drain(self) -> None:
        """Wait until every recorded question is stored or dropped."""
        self._log.drain()

    def close(self) -> None:
        """Store what waits, for a few seconds at most."""
        self._log.close()

    def _record(self, asked: Asked) -> str:
        key = _new_key()
        if self._settings.log_queries:
            self._log.add(replace(asked, id=key))
        return key

    def _write(self, batch: Sequence[Asked]) -> None:
        from cookbook_search.store.usage import save_asked

        save_asked(self._database(), batch)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _new_key() -> str:
    return secrets.token_hex(8)
