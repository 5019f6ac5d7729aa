"""One turn of the assistant, from the messages to the events of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from cookbook_search.analyze import Analyzer
from cookbook_search.answer.conversation import ConversationReader, Reading
from cookbook_search.answer.extractive import Draft, Extractive
from cookbook_search.answer.library import Library
from cookbook_search.answer.lookup import Finder
from cookbook_search.answer.wording import read_wordings
from cookbook_search.retrieve import Searcher
from cookbook_search.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    Language,
    Message,
    SourcesFound,
    TextDelta,
)


@dataclass(frozen=True)
class Answerer:
    """Answers from one snapshot."""

    conversations: ConversationReader
    extractive: Extractive

    async def stream(
        self, messages: Sequence[Message], language: Language | None = None
    ) -> AsyncIterator[AnswerEvent]:
        """The events of one answer. Raises QueryError where the last message cannot be read."""
        reading, draft = await asyncio.to_thread(self._draft, messages, language)
        yield SourcesFound(reading.query, reading.language, draft.citations)
        for at, block in enumerate(draft.blocks):
            yield TextDelta(block if at == 0 else f"\n\n{block}")
        yield AnswerDone(_answer(reading, draft))

    def _draft(self, messages: Sequence[Message], language: Language | None) -> tuple[Reading, Draft]:
        reading, topic = self.conversations.read(messages, language)
        return reading, self.extractive.answer(reading, topic)


def _answer(reading: Reading, draft: Draft) -> Answer:
    return Answer(
        text="\n\n".join(draft.blocks),
        citations=draft.citations,
        query=reading.query,
        suggestions=draft.suggestions,
        refused=draft.refused,
        engine="extractive",
        language=reading.language,
    )


def open_answerer(searcher: Searcher, analyzer: Analyzer) -> Answerer:
    """Get the answerers of a snapshot ready."""
    library = Library(searcher.snapshot)
    finder = Finder(searcher, library)
    return Answerer(
        ConversationReader(analyzer, finder, library), Extractive(library, analyzer, read_wordings())
    )
