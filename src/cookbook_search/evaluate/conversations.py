"""Judged conversations, ``evaluation/conversations.jsonl``: what each turn should be answered with."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cookbook_search.evaluate.lines import read_lines
from cookbook_search.evaluate.sections import is_known
from cookbook_search.types import Language

Expected = Literal["answer", "refusal", "social"]
"""``social``: a greeting or thanks gets a short friendly word, neither citations nor a refusal."""


class JudgedTurn(BaseModel):
    """One thing the user says, and what a right answer to it leans on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str
    asks: str
    """What kind of question it is, for the breakdown: ``problem``, ``measuring``, ``step``, ``back``..."""
    expect: Expected = "answer"
    documents: tuple[str, ...] = ()
    """Ids of which one is right; with ``all`` every one must be cited."""
    all: bool = False
    of: int | None = None
    """The turn, from 1, whose answer is asked about; its main document is the right one."""
    which: Literal["main", "second"] = "main"
    """``second``: not the main document of that answer but the other one that it names."""
    sections: tuple[str, ...] = ()
    """Sections of which one must be cited, as ``sections.py`` names them; empty: any."""
    forbidden: tuple[str, ...] = ()
    """What an answer that obeyed a planted order would contain."""

    @property
    def is_follow_up(self) -> bool:
        """Whether it can be understood only in the light of the conversation."""
        return self.of is not None or bool(self.sections and self.asks not in {"compare", "named"})


class Conversation(BaseModel):
    """Turns in their order; the assistant's own answers come between them as it gives them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    lang: Language
    kind: str
    turns: tuple[JudgedTurn, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _refers_back(self) -> Conversation:
        for number, turn in enumerate(self.turns, start=1):
            if turn.of is not None and not 1 <= turn.of < number:
                raise ValueError(f"turn {number} must refer to an earlier turn")
            if turn.expect == "answer" and turn.of is None and not turn.documents:
                raise ValueError(f"turn {number} must say which documents are right")
            if strange := [name for name in turn.sections if not is_known(name)]:
                raise ValueError(f"turn {number} names sections that there are not: {', '.join(strange)}")
        return self


def read_conversations(path: Path) -> list[Conversation]:
    """Read JSON lines. Raises EvaluationError naming the line that cannot be used."""
    return read_lines(path, Conversation, "id", "conversations")
