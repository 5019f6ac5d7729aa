"""What is kept of how the cookbook is used: questions, votes on answers, and what was not found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from cookbook_search.types.documents import Language

Surface = Literal["api", "web", "embed", "slack", "mcp", "cli"]
"""Where a question was asked."""
UsageKind = Literal["search", "chat"]
Vote = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and how it went; nothing of who asked it."""

    id: str
    """Key that the asker was given, the ``query_id`` or ``answer_id``; random, so none can guess it."""
    asked_at: dt.datetime
    """Aware, in UTC."""
    surface: Surface
    kind: UsageKind
    language: Language
    text: str
    """Masked before it is stored."""
    answered: bool
    found: tuple[str, ...] = ()
    """Ids of the documents given, best first."""
    score: float | None = None
    """Probability of relevance of the best one, 0..1."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A vote on one answer or one hit; the last one of an asker holds."""

    about: str
    """Key of the question."""
    kind: UsageKind
    target: str
    """Id of the document that is judged; empty: the answer as a whole."""
    vote: Vote
    comment: str
    given_at: dt.datetime
    """Aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions of one meaning that the cookbook did not answer well."""

    id: str
    """Short digest of its questions; changes when they do."""
    label: str
    """The most central of its questions, masked."""
    language: Language
    """Of the label."""
    refused: int
    """Questions that got no answer."""
    voted_down: int
    """Questions whose answer was voted down."""
    first_asked: dt.datetime
    last_asked: dt.datetime
    questions: tuple[tuple[Language, str], ...]
    """Different masked wordings, the most central first."""
    comments: tuple[str, ...]
    """Masked comments of those who voted down."""
    nearest: tuple[str, ...]
    """Ids of the recipes nearest in meaning."""

    @property
    def count(self) -> int:
        """How many times it was asked."""
        return self.refused + self.voted_down
