"""The language model: one small protocol, and any OpenAI-compatible endpoint behind it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from pydantic import SecretStr

from cookbook_search.config import Settings
from cookbook_search.errors import LanguageModelError, SettingsError
from cookbook_search.timing import note, stage

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletionChunk

log = logging.getLogger(__name__)
REST_SECONDS = 30.0
"""After it failed, the model is left alone this long, so that not every question waits for it."""


_MALFORMED = (ValueError, TypeError, AttributeError, LookupError)
"""What an answer in another form than agreed may raise."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked."""

    system: str
    user: str


@dataclass(slots=True)
class Spent:
    """What one process asked of a model since its start."""

    calls: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    """As the model's server tells; some tell nothing."""
    completion_tokens: int = 0


class LanguageModel(Protocol):
    """Writes text, piece by piece."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[str]:
        """Pieces of the model's answer as they come.

        Raises LanguageModelError where the model is dead, slow or talks nonsense; closing the
        iterator ends the model's work.
        """


def open_language_model(settings: Settings) -> OpenAICompatible | None:
    """The model that the settings name, imports done; None where they name none. Raises SettingsError."""
    if not settings.llm_url:
        return None
    if not settings.llm_model:
        raise SettingsError("COOKBOOK_LLM_URL is set; name the model too, in COOKBOOK_LLM_MODEL.")
    import openai  # noqa: F401  # a second that the first question would wait, and a server without a model saves

    return OpenAICompatible(
        url=settings.llm_url,
        model=settings.llm_model,
        key=settings.llm_key,
        piece_seconds=settings.llm_timeout_seconds,
        total_seconds=settings.llm_total_seconds,
        retries=settings.llm_retries,
        max_tokens=settings.llm_max_tokens,
    )


@dataclass
class OpenAICompatible:
    """A model behind the chat-completions protocol."""

    url: str
    model: str
    key: SecretStr
    piece_seconds: float
    total_seconds: float
    retries: int
    max_tokens: int
    _clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )
    """A client's connections belong to one event loop."""
    spent: Spent = field(default_factory=Spent, init=False)
    _tells_usage: bool = field(default=True, init=False, repr=False)
    """Whether the server knows `stream_options`; some refuse what they do not know."""
    _rests_until: float = field(default=0.0, init=False, repr=False)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str]:
        """Pieces of the answer; see ``LanguageModel``."""
        if time.monotonic() < self._rests_until:
            raise LanguageModelError("The language model did not answer a moment ago; it is left alone.")
        from openai import OpenAIError

        deadline = time.monotonic() + self.total_seconds
        self.spent.calls += 1
        waiting: AbstractContextManager[None] = stage("llm_wait")
        try:
            async with aclosing(self._pieces(prompt)) as pieces:
                while True:
                    with waiting:
                        async with asyncio.timeout(min(self.piece_seconds, deadline - time.monotonic())):
                            piece = await anext(pieces, None)
                    if piece is None:
                        return
                    yield piece
                    waiting = nullcontext()
        except TimeoutError as error:
            raise self._failed("is too slow", error) from error
        except (OpenAIError, *_MALFORMED) as error:
            raise self._failed("cannot be used", error) from error

    async def _pieces(self, prompt: Prompt) -> AsyncGenerator[str]:
        stream = await self._open(prompt)
        ended = False
        async with stream:
            async for chunk in stream:
                if chunk.usage:
                    self._count(chunk.usage)
                for choice in chunk.choices[:1]:
                    ended = ended or choice.finish_reason is not None
                    if choice.delta.content:
                        yield choice.delta.content
        if not ended:
            raise ValueError("the stream broke off")

    async def _open(self, prompt: Prompt) -> AsyncStream[ChatCompletionChunk]:
        from openai import BadRequestError, UnprocessableEntityError, omit

        try:
            return await self._client().chat.completions.create(
                model=self.model,
                messages=[
                    {"role": "system", "content": prompt.system},
                    {"role": "user", "content": prompt.user},
                ],
                max_tokens=self.max_tokens,
                temperature=0,
                stream=True,
                stream_options={"include_usage": True} if self._tells_usage else omit,
            )
        except (BadRequestError, UnprocessableEntityError):
            if not self._tells_usage:
                raise
            self._tells_usage = False
            return await self._open(prompt)

    def _count(self, usage: CompletionUsage) -> None:
        self.spent.prompt_tokens += usage.prompt_tokens
        self.spent.completion_tokens += usage.completion_tokens
        note(llm_prompt_tokens=usage.prompt_tokens, llm_completion_tokens=usage.completion_tokens)

    def _client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = AsyncOpenAI(
                base_url=self.url,
                api_key=self.key.get_secret_value() or "none",
                timeout=self.piece_seconds,
                max_retries=self.retries,
                default_headers={"Connection": "close"},  # none outlives its answer, nor its loop
            )
            self._clients[loop] = client
        return client

    def _failed(self, what: str, error: BaseException) -> LanguageModelError:
        self._rests_until = time.monotonic() + REST_SECONDS
        self.spent.failures += 1
        log.warning("the language model %s: %s", what, type(error).__name__)
        return LanguageModelError(f"The language model {what}; see that COOKBOOK_LLM_URL answers.")
