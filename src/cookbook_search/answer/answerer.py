"""One turn of the assistant, from the messages to the events of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from cookbook_search.analyze import Analyzer
from cookbook_search.answer.conversation import ConversationReader, Reading
from cookbook_search.answer.extractive import Draft, Extractive
from cookbook_search.answer.generative import Generation
from cookbook_search.answer.library import Library
from cookbook_search.answer.llm import LanguageModel, Prompt
from cookbook_search.answer.lookup import Finder
from cookbook_search.answer.prompting import gather, write_prompt
from cookbook_search.answer.support import SupportChecker, read_support
from cookbook_search.answer.wording import Wording, read_wordings
from cookbook_search.embed import Embedder
from cookbook_search.errors import LanguageModelError
from cookbook_search.retrieve import Searcher
from cookbook_search.timing import stage
from cookbook_search.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    Citation,
    Engine,
    Language,
    Message,
    SourcesFound,
    TextDelta,
)


@dataclass(frozen=True)
class Generator:
    """What a language model needs beside itself."""

    model: LanguageModel
    checker: SupportChecker
    context_tokens: int
    """Tokens of a prompt at most."""


@dataclass(frozen=True)
class Answerer:
    """Answers from one snapshot."""

    library: Library
    conversations: ConversationReader
    extractive: Extractive
    wordings: dict[Language, Wording]
    generator: Generator | None

    async def stream(
        self, messages: Sequence[Message], language: Language | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """The events of one answer. Raises QueryError where the last message cannot be read."""
        reading, draft = await asyncio.to_thread(self.draft, messages, language)
        generator = self.generator
        copied = "template" in reading.asked.asks  # a text to copy stays as it is
        if generator is None or reading.outcome != "answer" or copied:
            yield SourcesFound(reading.query, reading.language, draft.citations)
            for event in _told(reading, draft):
                yield event
            return
        prompt, generation = await asyncio.to_thread(
            _prepare, generator, self.library, reading, draft, messages[:-1]
        )
        sources = [passage.citation(passage.text, reading.language) for passage in generation.passages]
        yield SourcesFound(reading.query, reading.language, tuple(sources))
        async with aclosing(self._generate(generator, prompt, generation, draft)) as events:
            async for generated in events:
                yield generated

    def draft(self, messages: Sequence[Message], language: Language | None = None) -> tuple[Reading, Draft]:
        """The embedded answer. Raises QueryError."""
        reading, topic = self.conversations.read(messages, language)
        return reading, self.extractive.answer(reading, topic)

    async def _generate(
        self, generator: Generator, prompt: Prompt, generation: Generation, draft: Draft
    ) -> AsyncGenerator[AnswerEvent]:
        """The model's answer, or the embedded one with a notice where the model fails or strays."""
        reading = generation.reading
        say = self.wordings[reading.language]
        try:
            with stage("llm"):
                async with aclosing(generation.write(generator.model, prompt)) as texts:
                    async for text in texts:
                        yield TextDelta(text)
        except LanguageModelError:
            notice = say("model_silent")
        else:
            if generation.good:
                cut = say("model_cut", number=generation.dropped) if generation.dropped else ""
                text, citations = generation.text.strip(), generation.citations
                yield AnswerDone(_answer(reading, text, citations, draft.suggestions, False, "llm", cut))
                return
            notice = say("model_strayed")
        for event in _told(reading, draft, notice):
            if isinstance(event, AnswerDone) or not generation.text:  # what was sent is replaced as a whole
                yield event


@stage("prompt")
def _prepare(
    generator: Generator, library: Library, reading: Reading, draft: Draft, history: Sequence[Message]
) -> tuple[Prompt, Generation]:
    passages = gather(reading, draft.citations, library)
    prompt, held = write_prompt(reading, history, passages, generator.context_tokens)
    evidence = [generator.checker.evidence(passage.text, passage.heading) for passage in held]
    return prompt, Generation(reading, held, evidence, generator.checker)


def _told(reading: Reading, draft: Draft, notice: str = "") -> list[AnswerEvent]:
    """The events of an embedded answer after its sources."""
    text = "\n\n".join(draft.blocks)
    deltas = [TextDelta(block if at == 0 else f"\n\n{block}") for at, block in enumerate(draft.blocks)]
    answer = _answer(reading, text, draft.citations, draft.suggestions, draft.refused, "extractive", notice)
    return [*deltas, AnswerDone(answer)]


def _answer(
    reading: Reading,
    text: str,
    citations: tuple[Citation, ...],
    suggestions: tuple[str, ...],
    refused: bool,
    engine: Engine,
    notice: str,
) -> Answer:
    return Answer(
        text=text,
        citations=citations,
        query=reading.query,
        suggestions=suggestions,
        refused=refused,
        engine=engine,
        language=reading.language,
        notice=notice,
    )


def open_answerer(
    searcher: Searcher,
    analyzer: Analyzer,
    embedder: Embedder,
    model: LanguageModel | None = None,
    context_tokens: int = 6000,
) -> Answerer:
    """Get the answerers of a snapshot ready; without a model the embedded one answers alone."""
    library = Library(searcher.snapshot, analyzer)
    finder = Finder(searcher, library)
    wordings = read_wordings()
    generator = None
    if model is not None:
        generator = Generator(model, SupportChecker(analyzer, embedder, read_support()), context_tokens)
    return Answerer(
        library,
        ConversationReader(analyzer, finder, library),
        Extractive(library, analyzer, wordings),
        wordings,
        generator,
    )
