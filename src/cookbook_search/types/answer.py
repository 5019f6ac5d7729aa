"""What the assistant is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cookbook_search.types.documents import Kind, Language

Role = Literal["user", "assistant"]
Engine = Literal["extractive", "llm"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim of an answer stands; ``[n]`` in the answer's text is the n-th citation, from 1."""

    id: str
    """Id of the document."""
    kind: Kind
    owner: str
    """City whose cookbook holds it."""
    guest: bool
    """Whether it is another city's; then its address names the owner."""
    title: str
    """In the answer's language."""
    heading: str
    anchor: str
    """Fragment on the document's page; empty: the document itself."""
    quote: str
    """The sentences of the cookbook that support the claim, as they stand there."""
    language: Language
    """Language of the quote."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The assistant's turn."""

    text: str
    """Markdown with citation marks ``[1]``."""
    citations: tuple[Citation, ...]
    """Empty where the assistant refused."""
    query: str
    """What the cookbook was searched with, made of the whole conversation."""
    suggestions: tuple[str, ...]
    """Questions to go on with."""
    refused: bool
    engine: Engine
    language: Language
    notice: str = ""
    """What the reader should know of how it was made, for example that the language model was silent."""


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """First event of a streamed answer: what it will lean on."""

    query: str
    language: Language
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text; all deltas joined are ``Answer.text``."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """Last event: the whole answer, checked. It holds where it differs from the deltas."""

    answer: Answer


AnswerEvent = SourcesFound | TextDelta | AnswerDone
