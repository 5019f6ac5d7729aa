"""One turn of the assistant, from the messages to the events of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from cookbook_search.answer.extractive import Draft, Extractive
from cookbook_search.answer.library import Library
from cookbook_search.answer.wording import Wording, read_wordings
from cookbook_search.errors import QueryError
from cookbook_search.index import Snapshot
from cookbook_search.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    Language,
    Message,
    SearchResult,
    SourcesFound,
    TextDelta,
)

Search = Callable[[str, int, Language | None], SearchResult]
"""Query, how many, its language or None -> ranked recipes and metrics."""
CANDIDATES = 5


@dataclass(frozen=True)
class Answerer:
    """Answers from one snapshot."""

    search: Search
    extractive: Extractive
    wordings: dict[Language, Wording]

    async def stream(
        self, messages: Sequence[Message], language: Language | None = None
    ) -> AsyncIterator[AnswerEvent]:
        """The events of one answer. Raises QueryError where the last message cannot be read."""
        query, draft, spoken = await asyncio.to_thread(self._draft, messages, language)
        yield SourcesFound(query, spoken, draft.citations)
        for at, block in enumerate(draft.blocks):
            yield TextDelta(block if at == 0 else f"\n\n{block}")
        text = "\n\n".join(draft.blocks)
        yield AnswerDone(
            Answer(text, draft.citations, query, draft.suggestions, draft.refused, "extractive", spoken)
        )

    def _draft(self, messages: Sequence[Message], language: Language | None) -> tuple[str, Draft, Language]:
        if not messages or messages[-1].role != "user":
            raise QueryError("The last message must be the user's; send the question last.")
        result = self.search(messages[-1].content, CANDIDATES, language)
        say = self.wordings[result.language]
        return result.query, self.extractive.overview(result, say), result.language


def open_answerer(snapshot: Snapshot, search: Search) -> Answerer:
    """Get the answerers ready."""
    return Answerer(search, Extractive(Library(snapshot)), read_wordings())
